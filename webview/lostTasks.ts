/** When a task counts as lost, or as lost in part, in words and as the rule behind them. */
import { formatPercent } from '../src/core/format';
import type { TaskLoss } from '../src/core/taskLosses';
import { onceOf } from './kept';
import { list, t } from './strings';
import { taskText } from './taskClasses';
import { lossesOf, lossText } from './taskLeft';
import type { LiveVariant } from './variants';

/** A task of which half is gone is lost; a tenth is worth a word. */
const LOST = 0.5;
const WORTH_A_WORD = 0.1;
/** A task that never was above this had nothing to lose. */
const LEARNED = 0.2;
/** So many lost tasks are named, and so many in full: of more one looks up in the stream what they are. */
const MOST_NAMED = 3;
const MOST_IN_FULL = 2;

/** Which tasks a method has lost, in a sentence; none where nothing is worth a word. */
export function lostWords(losses: readonly TaskLoss[], labels: readonly string[]): string[] {
  const old = losses.slice(0, -1);
  const lost = old.filter(({ peak, now }) => peak > LEARNED && now < LOST * peak);
  const nameOf = (task: number) => taskText(task, labels);
  if (old.length > 1 && lost.length === old.length) return [t('saidAllLost')];
  const worstFirst = (losses: readonly TaskLoss[]) => [...losses].sort((a, b) => b.peak - b.now - (a.peak - a.now));
  if (lost.length > 0) {
    const named = worstFirst(lost).slice(0, MOST_NAMED);
    const others = old.filter((loss) => !lost.includes(loss) && loss.peak - loss.now >= WORTH_A_WORD);
    const isAllNamed = named.length === lost.length && others.length <= 1;
    const key = !isAllNamed ? 'saidLostMost' : others.length > 0 ? 'saidLostInPart' : 'saidLost';
    const isLong = named.length + (isAllNamed ? others.length : 0) > MOST_IN_FULL;
    const shortName = (task: number) => t('taskShort', { n: task + 1 });
    const inOrder = (losses: readonly TaskLoss[]) =>
      list([...losses].sort((a, b) => a.task - b.task).map((loss) => lossText(loss, isLong ? shortName : nameOf)));
    return [t(key, { n: lost.length, of: old.length, tasks: inOrder(named), others: inOrder(others) })];
  }
  const [worst] = worstFirst(old);
  if (!worst || worst.peak - worst.now < WORTH_A_WORD) return [];
  return [t('saidWorst', { task: lossText(worst, nameOf) })];
}

/** The rule, for a note and a tooltip. */
export const lostRule = (): string =>
  t('noteLost', {
    left: formatPercent(LOST, 0),
    learned: formatPercent(LEARNED, 0),
    part: String(Math.round(100 * WORTH_A_WORD)),
  });

/** Whether there is a sentence about tasks that a remedy has lost. */
export const saysLost = onceOf(
  (variant: LiveVariant): boolean =>
    variant.row.bound === undefined && variant.row.seedsDone > 0 && lostWords(lossesOf(variant), []).length > 0,
);
