import { formatDuration } from '../core/format';
import type { Run } from '../core/run';
import { oneLine } from '../core/visibleText';
import { withPaletteCommands } from '../workspace/engineWords';
import { t } from '../workspace/text';

/** What is said when all runs of an experiment are over. */
export interface EndText {
  readonly text: string;
  /** One that did not come to its end, the first of them. */
  readonly failed?: Run;
}

/** Undefined where there is nothing to say: who stopped runs knows it. */
export function endText(runs: readonly Run[]): EndText | undefined {
  const [first] = runs;
  if (!first) return undefined;
  const name = oneLine(first.manifest.experiment.name);
  const failed = runs.filter(({ status }) => status === 'failed' || status === 'crashed' || status === 'lost');
  const [worst] = failed;
  if (worst)
    return {
      text: t('{0}: {1} of {2} runs failed. {3}', name, failed.length, runs.length, reasonOf(worst)),
      failed: worst,
    };
  if (runs.some(({ status }) => status !== 'done')) return undefined;
  const times = runs.flatMap(({ state }) => [state.firstAt ?? [], state.lastAt ?? []].flat());
  const took = times.length === 0 ? '' : formatDuration((Math.max(...times) - Math.min(...times)) / 1000);
  return {
    text:
      runs.length === 1
        ? t('{0}: the run is done, after {1}.', name, took)
        : t('{0}: all {1} runs are done, after {2}.', name, runs.length, took),
  };
}

function reasonOf({ manifest, status, state }: Run): string {
  const [line = ''] = withPaletteCommands(state.error ?? '').split('\n');
  const what =
    status === 'failed' && line !== ''
      ? oneLine(line)
      : status === 'failed'
        ? t('failed')
        : t('its process ended without a word');
  return t('{0}, seed {1}: {2}', oneLine(manifest.variant.label), manifest.seed, what);
}
