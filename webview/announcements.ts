import { formatPercent } from '../src/core/format';
import { measuresOf } from '../src/core/comparison';
import type { Run } from '../src/core/run';
import { wentWrong } from './progress';
import { t } from './strings';
import type { LiveVariant } from './variants';
import { stateWords } from './words';

export interface Announcement {
  /** A later announcement on the same topic replaces an earlier one that is still waiting. */
  readonly topic: string;
  readonly text: string;
}

/** What changed that someone who does not look would want to hear: runs that ended, variants that reached a new task. */
export function announcementsBetween(
  before: readonly LiveVariant[],
  after: readonly LiveVariant[],
): readonly Announcement[] {
  const known = new Map(before.map((variant) => [variant.key, variant]));
  return after.flatMap((variant) => {
    const earlier = known.get(variant.key);
    if (!earlier || earlier === variant) return [];
    const statuses = new Map(earlier.runs.map(({ manifest, status }) => [manifest.id, status]));
    const ended = variant.runs.flatMap((run) => {
      const was = statuses.get(run.manifest.id);
      return was !== undefined && was !== run.status ? endWords(variant, run) : [];
    });
    const words = stateWords(variant.progress);
    const moved = variant.progress.running > 0 && words !== stateWords(earlier.progress);
    return [
      ...ended,
      ...(moved ? [{ topic: variant.key, text: t('saidTask', { label: variant.label, state: words }) }] : []),
    ];
  });
}

function endWords(variant: LiveVariant, run: Run): Announcement[] {
  const names = { label: variant.label, seed: String(run.manifest.seed) };
  const topic = run.manifest.id;
  if (run.status === 'stopped') return [{ topic, text: t('saidStopped', names) }];
  if (wentWrong(run)) return [{ topic, text: t('saidWrong', names) }];
  if (run.status !== 'done') return [];
  const { accuracy } = measuresOf(run);
  const text = Number.isNaN(accuracy)
    ? t('saidDone', names)
    : t('saidAccuracy', { ...names, value: formatPercent(accuracy) });
  return [{ topic, text }];
}
