import { rotatedView } from '../../core/rotatedView';
import { turnOf } from '../../core/rotation';
import type { PartSpec } from '../../core/stream';
import { rotatedName } from '../../core/streamTasks';
import type { Dataset } from '../contract/dataset';
import { randomStream } from '../random';
import { wholeTask, type PartPlace, type PartTask } from './partTask';

type RotatedPart = Extract<PartSpec, { readonly kind: 'rotated' }>;

/**
 * Every task has all images, turned by an angle of its own (Lopez-Paz & Ranzato 2017, arXiv 1706.08840). An image is stored
 * once: a task is a view, which is applied where the image is read.
 */
export function rotatedTasks(images: Dataset, part: RotatedPart, from: PartPlace): PartTask[] {
  const whole = wholeTask(images);
  return anglesOf(part, from).map((angle) => {
    const name = rotatedName(angle);
    const turn = turnOf(angle);
    if (turn === 0) return { name, ...whole };
    return { name, ...whole, view: rotatedView(images.shape, angle), look: `rotated ${turn}` };
  });
}

/**
 * The angle of each task (degrees, counter-clockwise): as listed, or drawn from the seed, one number for each task.
 *
 * - `lopez-paz`: task t of T within [180 (t − 1) / T, 180 t / T), as data/mnist_rotations.py of GEM with its 180 degrees;
 *   what is drawn there is from a generator without a seed.
 * - `buzzega`: each task within [0, 180), in no order, as datasets/transforms/rotation.py of Mammoth (Buzzega et al. 2020,
 *   arXiv 2004.07211).
 * - `mirzadeh`: task t at 10 (t − 1) less a number within [0, 10), so that the first lies below 0: stable_sgd/data_utils.py
 *   of Stable SGD (Mirzadeh et al. 2020, arXiv 2006.06958).
 */
export function anglesOf({ angles, tasks }: RotatedPart, { seed, place }: PartPlace): number[] {
  if (Array.isArray(angles)) return [...angles];
  return Array.from({ length: tasks }, (_, task) => {
    const drawn = randomStream(seed, 'rotation', ...place, task)();
    switch (angles) {
      case 'lopez-paz':
        return (180 * (task + drawn)) / tasks;
      case 'buzzega':
        return 180 * drawn;
      case 'mirzadeh':
        return 10 * (task - drawn);
    }
  });
}
