/** What is left of each task, for bars and for sentences. */
import { formatPercent } from '../src/core/format';
import { gridOf } from '../src/core/grid';
import { taskLosses, type TaskLoss } from '../src/core/taskLosses';
import { onceOf } from './kept';
import { t } from './strings';
import type { LiveVariant } from './variants';

/** Up to so many tasks a bar stands for each. */
const MOST_BARS = 40;

/** What is left of each task of a variant: of its finished runs, else of those that are furthest. */
export const lossesOf = onceOf(({ runs, row }: LiveVariant): readonly TaskLoss[] => {
  const done = runs.filter(({ status }) => status === 'done');
  const isJoint = (row.family?.key ?? row.key) === 'joint';
  return taskLosses(done.length > 0 ? done : runs, row.taskAwareOnly ? 'taskAware' : 'accuracy', isJoint);
});

/** The tasks that have a bar: of a long stream some. */
export const barTasks = (count: number): number[] => gridOf(count, MOST_BARS);

/** "task 1 (0, 1) 99 % → 0 %"; the newest has only one value. */
export function lossText({ task, peak, now }: TaskLoss, nameOf: (task: number) => string): string {
  const values = { task: nameOf(task), peak: formatPercent(peak, 0), now: formatPercent(now, 0) };
  return t(values.peak === values.now ? 'taskKept' : 'taskLoss', values);
}
