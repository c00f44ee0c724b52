import type { Run } from '../core/run';
import { formatBackendUse } from '../core/format';
import { secondsLeft } from '../core/runModel';
import { timeLeft } from '../workspace/overview';
import { t } from '../workspace/text';

/** What the status bar says while something runs or waits. */
export interface StatusText {
  readonly text: string;
  /** A line for each thing; plain text. */
  readonly tooltip: string;
  readonly spoken: string;
}

/** Undefined when nothing runs or waits. */
export function statusText(active: readonly Run[]): StatusText | undefined {
  const running = active.filter(({ status }) => status === 'running');
  const queued = active.filter(({ status }) => status === 'queued');
  if (running.length + queued.length === 0) return undefined;
  const left = secondsOfAll(running, queued.length);
  const parts = [
    ...(running.length > 0 ? [t('{0} running', running.length)] : []),
    ...(queued.length > 0 ? [t('{0} queued', queued.length)] : []),
    ...(left === undefined ? [] : [t('{0} left', timeLeft(coarse(left)))]),
  ].join(' · ');
  return {
    text: `${running.length > 0 ? '$(sync~spin)' : '$(clock)'} ${parts}`,
    tooltip: [parts, ...backendTexts(running)].join('\n'),
    spoken: t('Lethe: {0}', parts),
  };
}

/** Estimates below a minute change too fast to be read to the second. */
const coarse = (seconds: number) =>
  seconds < 60
    ? Math.ceil(seconds / 5) * 5
    : seconds < 600
      ? Math.ceil(seconds / 15) * 15
      : Math.ceil(seconds / 60) * 60;

/**
 * Seconds until everything is done, when the running runs keep their pace and a waiting one takes as long as they do on
 * average, as many at a time as run now. Undefined before any run has a pace.
 */
export function secondsOfAll(running: readonly Run[], queued: number): number | undefined {
  const paced = running.flatMap(({ state }) => {
    const left = secondsLeft(state);
    if (left === undefined || state.stepsDone === 0) return [];
    return [{ left, whole: (left * state.stepsPlanned) / Math.max(1, state.stepsPlanned - state.stepsDone) }];
  });
  if (paced.length === 0) return undefined;
  const mean = paced.reduce((sum, { whole }) => sum + whole, 0) / paced.length;
  const work = paced.reduce((sum, { left }) => sum + left, 0) + mean * (queued + running.length - paced.length);
  const longest = Math.max(...paced.map(({ left }) => left));
  return Math.max(longest, work / running.length);
}

function backendTexts(running: readonly Run[]): string[] {
  const uses = running.flatMap(({ state }) => state.backendUse ?? []);
  return [...new Set(uses.map((use) => t('Backend: {0}', formatBackendUse(use))))];
}
