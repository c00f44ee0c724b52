import { isLong, lossesPerTask, pointsPerTask } from '../core/measuredTasks';
import type { EvaluationSpec } from '../core/recipe';

/** Steps between two losses in the log. @param tasks of the stream */
export const lossInterval = (steps: number, tasks: number): number =>
  Math.max(1, Math.round(steps / lossesPerTask(tasks)));

/**
 * After which steps of a task (counted from 1) the accuracy curves are measured: evenly, the last step included, and
 * after steps 1, 2, 4, 8, … of the first stretch, where forgetting is fastest, unless the stream is long.
 *
 * @param tasks of the stream
 */
export function evaluationSteps(steps: number, tasks: number, evaluation: EvaluationSpec): ReadonlySet<number> {
  const points = pointsPerTask(tasks, evaluation);
  if (points === 0) return new Set();
  const even = Array.from({ length: points }, (_, i) => Math.round(((i + 1) * steps) / points));
  const dense: number[] = [];
  if (!isLong(tasks)) for (let step = 1; step < steps / points; step *= 2) dense.push(step);
  return new Set([...dense, ...even].filter((step) => step >= 1 && step <= steps));
}
