import type { Learner } from '../contract/learner';

/** Whether each task has outputs of its own, and no other task ever trains them. */
export function hasOwnHeads({ stream, activeUnits }: Learner): boolean {
  const units = stream.tasks.flatMap((_, task) => activeUnits(task));
  return stream.tasks.length > 1 && new Set(units).size === units.length;
}
