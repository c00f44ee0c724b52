import type { Run } from '../core/run';
import { secondsLeftOfAll, waitText } from '../core/timeLeft';
import { backendWords } from '../workspace/engineWords';
import { t } from '../workspace/text';

/** What the status bar says while something runs or waits. */
export interface StatusText {
  readonly text: string;
  /** A line for each thing; plain text. */
  readonly tooltip: string;
  readonly spoken: string;
}

/** Undefined when nothing runs or waits. What is done tells how long the rest of its experiment will take. */
export function statusText(runs: readonly Run[]): StatusText | undefined {
  const running = runs.filter(({ status }) => status === 'running');
  const queued = runs.filter(({ status }) => status === 'queued');
  if (running.length + queued.length === 0) return undefined;
  const atWork = new Set([...running, ...queued].map(experimentOf));
  const known = runs.filter((run) => atWork.has(experimentOf(run)));
  const left = running.length === 0 ? undefined : secondsLeftOfAll(known, running.length);
  const parts = [
    ...(running.length > 0 ? [t('{0} running', running.length)] : []),
    ...(queued.length > 0 ? [t('{0} queued', queued.length)] : []),
    ...(left === undefined ? [] : [t('{0} left', waitText(left))]),
  ].join(' · ');
  return {
    text: `${running.length > 0 ? '$(sync~spin)' : '$(clock)'} ${parts}`,
    tooltip: [parts, ...backendTexts(running)].join('\n'),
    spoken: t('Lethe: {0}', parts),
  };
}

const experimentOf = ({ manifest: { experiment } }: Run) => experiment.file ?? experiment.name;

function backendTexts(running: readonly Run[]): string[] {
  const uses = running.flatMap(({ state }) => state.backendUse ?? []);
  return [...new Set(uses.map((use) => t('Backend: {0}', backendWords(use))))];
}
