import type { RunSpec } from '../../core/manifest';
import type { Dataset, Examples } from '../contract/dataset';
import { randomStream, shuffle } from '../random';
import type { Stream, Task } from '../contract/stream';

type SplitSpec = Extract<RunSpec['stream'], { readonly kind: 'split' }>;

/**
 * Splits the classes of a data set over tasks (van de Ven & Tolias 2019, arXiv 1904.07734).
 *
 * Label maps: class- and task-incremental: a unit for every class, in the order the stream meets them; in the
 * task-incremental scenario each task's units are its head. Domain-incremental: unit = position of the class in its task.
 */
export function splitStream(dataset: Dataset, spec: SplitSpec, seed: number): Stream {
  const perTask = dataset.classes / spec.tasks;
  const order = classOrder(dataset.classes, spec, seed);
  const position = new Map(order.map((label, i) => [label, i]));
  const at = (label: number) => position.get(label) ?? 0;
  const labels = Array.from({ length: dataset.classes }, (_, label) => label);
  const unit = (label: number) => (spec.scenario === 'domain' ? at(label) % perTask : at(label));
  const tasks = Array.from({ length: spec.tasks }, (_, task): Task => {
    const classes = order.slice(task * perTask, (task + 1) * perTask);
    return {
      name: classes.join('/'),
      classes,
      train: indicesOf(dataset.train, classes),
      test: indicesOf(dataset.test, classes),
    };
  });
  return {
    dataset,
    scenario: spec.scenario,
    tasks,
    outputs: spec.scenario === 'domain' ? perTask : dataset.classes,
    unitOf: tasks.map(({ classes }) => labels.map((label) => (classes.includes(label) ? unit(label) : -1))),
    heads: tasks.map(({ classes }) => classes.map(unit)),
  };
}

function classOrder(classes: number, { classOrder: order }: SplitSpec, seed: number): number[] {
  if (Array.isArray(order)) return [...order];
  const fixed = Array.from({ length: classes }, (_, i) => i);
  return order === 'per-seed' ? shuffle(fixed, randomStream(seed, 'class order')) : fixed;
}

function indicesOf({ labels }: Examples, classes: readonly number[]): Int32Array {
  const found: number[] = [];
  labels.forEach((label, i) => {
    if (classes.includes(label)) found.push(i);
  });
  return Int32Array.from(found);
}
