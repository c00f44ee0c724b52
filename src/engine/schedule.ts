import { isLong, lossesPerTask, pointsPerTask } from '../core/measuredTasks';
import type { EvaluationSpec } from '../core/recipe';

/** Steps between two losses in the log. @param tasks of the stream */
export const lossInterval = (steps: number, tasks: number): number =>
  Math.max(1, Math.round(steps / lossesPerTask(tasks)));

/**
 * After which steps of a task (counted from 1) the accuracy curves are measured: evenly, the last step included, and more
 * densely where forgetting is fastest, unless the stream is long: after each of the first `dense` steps, then after twice
 * as many, four times, … up to the first of the even ones. Where the experiment says nothing of that (as none did once):
 * after steps 1, 2, 4, 8, … of the first stretch.
 *
 * @param tasks of the stream
 */
export function evaluationSteps(steps: number, tasks: number, evaluation: EvaluationSpec): ReadonlySet<number> {
  const points = pointsPerTask(tasks, evaluation);
  if (points === 0) return new Set();
  const even = Array.from({ length: points }, (_, i) => Math.round(((i + 1) * steps) / points));
  const { dense: each = 0 } = evaluation;
  const dense = Array.from({ length: each }, (_, i) => i + 1);
  const isDoubled = evaluation.dense === undefined || each > 0;
  if (isDoubled) for (let step = Math.max(1, 2 * each); step < steps / points; step *= 2) dense.push(step);
  return new Set([...(isLong(tasks) ? [] : dense), ...even].filter((step) => step >= 1 && step <= steps));
}

/**
 * After which steps of a task (counted from 1) the parameters are kept for the way: evenly, the end of the task not among
 * them, and after the first step, which shows where the method goes from where the task before ended.
 */
export function waySteps(steps: number, { way = 0 }: EvaluationSpec): ReadonlySet<number> {
  const even = Array.from({ length: way }, (_, i) => Math.round(((i + 1) * steps) / (way + 1)));
  return new Set([...(way > 0 ? [1] : []), ...even].filter((step) => step >= 1 && step < steps));
}

/**
 * Steps of a task (counted from 1) of which it is looked at whether they interfere with the tasks before: the first one,
 * the last one, and others between at equal ratios.
 */
export function watchedSteps(steps: number, points: number): ReadonlySet<number> {
  if (points === 0 || steps === 0) return new Set();
  if (points === 1) return new Set([1]);
  return new Set(Array.from({ length: points }, (_, i) => Math.round(steps ** (i / (points - 1)))));
}
