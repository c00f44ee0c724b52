import type { RunSpec } from '../../core/manifest';
import type { Dataset, Examples } from '../contract/dataset';
import { inputsOf } from '../data/dataset';
import { padded } from '../data/padded';
import { randomStream, shuffle } from '../random';
import type { Stream, Task } from '../contract/stream';

type PermutedSpec = Extract<RunSpec['stream'], { readonly kind: 'permuted' }>;

/**
 * Every task has all images, their pixels in an order of its own (Goodfellow et al. 2013, arXiv 1312.6211), drawn from
 * the seed. An image is stored once: a task is a permutation, which is applied where the image is read.
 *
 * Label maps (van de Ven & Tolias 2019, arXiv 1904.07734): domain-incremental: a unit for every class, shared by all
 * tasks; class- and task-incremental: a unit for every class of every task, task after task; in the task-incremental
 * scenario each task's units are its head.
 */
export function permutedStream(dataset: Dataset, spec: PermutedSpec, seed: number): Stream {
  const images = padded(dataset, spec.pad);
  const classes = Array.from({ length: dataset.classes }, (_, label) => label);
  const [train, test] = [allOf(images.train), allOf(images.test)];
  const isIdentity = (task: number) => spec.identityFirst && task === 0;
  const tasks = Array.from({ length: spec.tasks }, (_, task): Task => {
    const name = isIdentity(task) ? 'identity' : `permutation ${task + 1}`;
    return { name, classes, train, test };
  });
  const isShared = spec.scenario === 'domain';
  const heads = tasks.map((_, task) => classes.map((label) => (isShared ? label : task * dataset.classes + label)));
  const pixels = inputsOf(images);
  return {
    dataset: images,
    scenario: spec.scenario,
    tasks,
    outputs: isShared ? dataset.classes : spec.tasks * dataset.classes,
    unitOf: heads,
    heads,
    views: tasks.map((_, task) => {
      const inOrder = Int32Array.from({ length: pixels }, (_, pixel) => pixel);
      return isIdentity(task) ? inOrder : shuffle(inOrder, randomStream(seed, 'permutation', task));
    }),
  };
}

const allOf = ({ count }: Examples) => Int32Array.from({ length: count }, (_, index) => index);
