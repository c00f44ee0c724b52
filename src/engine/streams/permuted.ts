import type { PartSpec } from '../../core/stream';
import { permutedName } from '../../core/streamTasks';
import type { Dataset } from '../contract/dataset';
import { inputsOf } from '../data/dataset';
import { randomStream, shuffle } from '../random';
import { wholeTask, type PartPlace, type PartTask } from './partTask';

type PermutedPart = Extract<PartSpec, { readonly kind: 'permuted' }>;

/**
 * Every task has all images, their pixels in an order of its own (Goodfellow et al. 2013, arXiv 1312.6211), drawn from
 * the seed. An image is stored once: a task is a permutation, which is applied where the image is read.
 */
export function permutedTasks(images: Dataset, part: PermutedPart, { seed, place }: PartPlace): PartTask[] {
  const whole = wholeTask(images);
  const pixels = inputsOf(images);
  return Array.from({ length: part.tasks }, (_, task) => {
    const name = permutedName(part.identityFirst, task);
    if (part.identityFirst && task === 0) return { name, ...whole };
    const inOrder = Int32Array.from({ length: pixels }, (_, pixel) => pixel);
    const view = shuffle(inOrder, randomStream(seed, 'permutation', ...place, task));
    return { name, ...whole, view, look: ['permuted', ...place, task].join(' ') };
  });
}
