import type { EvaluationSpec } from './recipe';

/** Streams of more tasks than this are long: what is said and kept of each of their tasks is less, so that all of it is bounded. */
const LONG = 100;

/** Steps between two losses in the log of a stream, and points of its curves, are so many at most in a long stream. */
const MOST_LOSSES = 5000;
const MOST_POINTS = 2000;

export const isLong = (tasks: number): boolean => tasks > LONG;

/** What is measured beside accuracies where a file does not say: all of it, unless the stream is long. */
export const withUsualDetail = (evaluation: EvaluationSpec, tasks: number): EvaluationSpec =>
  isLong(tasks) ? evaluation : { dense: 10, answers: true, interference: 3, ...evaluation };

/** Losses in the log for each task. */
export const lossesPerTask = (tasks: number): number =>
  isLong(tasks) ? Math.max(1, Math.floor(MOST_LOSSES / tasks)) : 50;

/** Even points of the accuracy curves for each task. */
export const pointsPerTask = (tasks: number, { points }: EvaluationSpec): number =>
  isLong(tasks) ? Math.min(points, Math.max(1, Math.floor(MOST_POINTS / tasks))) : points;

/** Whether what is made after some tasks only, a checkpoint and views of a method, is made after this one (from 0). */
export function isStation(task: number, tasks: number): boolean {
  const every = Math.ceil(tasks / LONG);
  return task === tasks - 1 || (task + 1) % every === 0;
}

/** Whether the parameters after a task (from 0) are kept. */
export function keepsParameters({ keep = 'all' }: EvaluationSpec, task: number, tasks: number): boolean {
  if (keep === 'all' || task === tasks - 1) return true;
  return keep !== 'last' && (task + 1) % keep === 0;
}

/**
 * The tasks that are measured after learning a task (from 0), in order; undefined for all.
 *
 * Of a number of tasks one is the newest, and the others are spread evenly over those before it: the multiples of the
 * smallest power of two that gives few enough. So a task that is left out once is never measured again, one that is
 * measured was measured in every row since it was learned, and all have the same weight but for the newest.
 */
export function measuredAfter(task: number, { matrixTasks = 'all' }: EvaluationSpec): readonly number[] | undefined {
  if (matrixTasks === 'all') return undefined;
  const seen = Array.from({ length: task + 1 }, (_, one) => one);
  if (matrixTasks === 'seen') return seen;
  if (matrixTasks === 1) return [task];
  let stride = 1;
  while (Math.ceil(task / stride) > matrixTasks - 1) stride *= 2;
  return seen.filter((one) => one === task || one % stride === 0);
}

/** Of the tasks that are measured after learning a task those that have been seen: points of the curves measure them. */
export const seenAmongMeasured = (task: number, { matrixTasks, ...evaluation }: EvaluationSpec): readonly number[] =>
  measuredAfter(task, { ...evaluation, matrixTasks: typeof matrixTasks === 'number' ? matrixTasks : 'seen' }) ?? [];

/** The tasks of the baseline: those measured at the end; undefined for all. Where rows have all that are seen, those are all. */
export const measuredAtFirst = (tasks: number, evaluation: EvaluationSpec): readonly number[] | undefined =>
  evaluation.matrixTasks === 'seen' ? undefined : measuredAfter(tasks - 1, evaluation);
