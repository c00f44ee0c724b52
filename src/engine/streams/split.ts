import { classCounts, dealt, splitName } from '../../core/streamTasks';
import type { PartSpec } from '../../core/stream';
import type { Dataset, Examples } from '../contract/dataset';
import { randomStream, shuffle } from '../random';
import type { PartPlace, PartTask } from './partTask';

type SplitPart = Extract<PartSpec, { readonly kind: 'split' }>;

/**
 * Splits the classes of a data set over tasks (van de Ven & Tolias 2019, arXiv 1904.07734), evenly or, as class-incremental
 * papers do with a base task and increments, so many to each. Classes that no task gets are not used.
 */
export function splitTasks(dataset: Dataset, part: SplitPart, from: PartPlace): PartTask[] {
  const order = classOrder(dataset.classes, part, from);
  return dealt(order, classCounts(part, dataset.classes)).map((classes) => ({
    name: splitName(classes),
    classes,
    train: indicesOf(dataset.train, classes),
    test: indicesOf(dataset.test, classes),
  }));
}

function classOrder(classes: number, { classOrder: order }: SplitPart, { seed, place }: PartPlace): number[] {
  if (Array.isArray(order)) return [...order];
  const fixed = Array.from({ length: classes }, (_, i) => i);
  return order === 'per-seed' ? shuffle(fixed, randomStream(seed, 'class order', ...place)) : fixed;
}

function indicesOf({ labels }: Examples, classes: readonly number[]): Int32Array {
  const found: number[] = [];
  labels.forEach((label, i) => {
    if (classes.includes(label)) found.push(i);
  });
  return Int32Array.from(found);
}
