import type { Augmentation } from '../../core/augment';
import type { Cut } from '../data/augmentation';
import { randomInt, randomStream } from '../random';

/**
 * Draws how each of some examples is augmented: row for row, so that the examples of a task that come first in a batch get
 * the same whatever a method adds to them. Crops and flips have numbers of their own.
 *
 * @param place of the batch: names the streams of random numbers
 */
export function drawnCut(
  { crop, flip }: Augmentation,
  count: number,
  seed: number,
  place: readonly (number | string)[],
): Cut {
  const [above, left, isMirrored] = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
  if (crop > 0) {
    const random = randomStream(seed, 'crop', ...place);
    for (let i = 0; i < count; i++) {
      above[i] = randomInt(random, 2 * crop + 1);
      left[i] = randomInt(random, 2 * crop + 1);
    }
  }
  if (flip) {
    const random = randomStream(seed, 'flip', ...place);
    for (let i = 0; i < count; i++) isMirrored[i] = random() < 0.5 ? 1 : 0;
  }
  return { above, left, isMirrored };
}
