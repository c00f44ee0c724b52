import type { Stream } from '../contract/stream';
import type { PlannedStep } from './batch';

/**
 * Share of a step's own examples, those of its lesson, that the network took for what they are, before the update. What a
 * method mixed in does not count.
 *
 * @param answers the output taken for each row of the batch `current`
 * @returns undefined where the step has no examples of the lesson, or it was not asked what they were taken for
 */
export function shareRight(
  { batches: { current }, own = 0 }: PlannedStep,
  answers: Int32Array | undefined,
  { dataset, unitOf }: Stream,
): number | undefined {
  if (!answers || !current || own === 0) return undefined;
  let right = 0;
  for (let row = 0; row < own; row++) {
    const label = dataset.train.labels[current.indices[row] as number] as number;
    if (answers[row] === unitOf[current.tasks[row] as number]?.[label]) right++;
  }
  return right / own;
}
