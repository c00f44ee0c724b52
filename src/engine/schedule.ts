import type { EvaluationSpec } from '../core/recipe';

/** Loss is logged about so many times per task. */
const LOSS_POINTS = 50;

export const lossInterval = (steps: number): number => Math.max(1, Math.round(steps / LOSS_POINTS));

/**
 * After which steps of a task (counted from 1) the accuracy curves are measured: evenly, the last step included, and
 * after steps 1, 2, 4, 8, … of the first stretch, where forgetting is fastest.
 */
export function evaluationSteps(steps: number, { points }: EvaluationSpec): ReadonlySet<number> {
  const even = Array.from({ length: points }, (_, i) => Math.round(((i + 1) * steps) / points));
  const dense: number[] = [];
  for (let step = 1; step < steps / points; step *= 2) dense.push(step);
  return new Set([...dense, ...even].filter((step) => step >= 1 && step <= steps));
}
