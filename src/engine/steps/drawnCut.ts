import type { Augmentation } from '../../core/augment';
import type { Cut } from '../data/augmentation';
import { randomInt, randomStream } from '../random';

/**
 * Draws how each of some examples is cut out and mirrored: row for row, so that the examples of a task that come first in
 * a batch get the same whatever a method adds to them. Crops and flips have numbers of their own.
 *
 * @param place of the batch: names the streams of random numbers
 */
export function drawnCut(
  { crop, flip }: Augmentation,
  count: number,
  seed: number,
  place: readonly (number | string)[],
): Cut {
  const shifts = 2 * crop + 1;
  const down = new Int32Array(count);
  const across = new Int32Array(count);
  if (crop > 0) {
    const random = randomStream(seed, 'crop', ...place);
    for (let i = 0; i < count; i++) {
      down[i] = randomInt(random, shifts);
      across[i] = randomInt(random, shifts);
    }
  }
  if (flip) {
    const random = randomStream(seed, 'flip', ...place);
    for (let i = 0; i < count; i++) if (random() < 0.5) across[i] = (across[i] as number) + shifts;
  }
  return { down, across };
}
