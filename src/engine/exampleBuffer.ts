import { MOST_CLASSES, MOST_EXAMPLES, type ViewOf } from '../core/mechanism';
import type { Learner } from './contract/learner';
import type { ExampleList } from './contract/method';
import { inputsOf } from './data/dataset';
import { samplePlaces, type Random } from './random';

/** Some of the examples of a list, without replacement; all of them when there are not more. */
export function drawnFrom({ indices, tasks }: ExampleList, count: number, random: Random): ExampleList {
  const places = samplePlaces(indices.length, count, random);
  return {
    indices: places.map((place) => indices[place] as number),
    tasks: places.map((place) => tasks[place] as number),
  };
}

/** A stored example takes its values, as its data set has them, and its label. */
export function bytesOf({ indices }: ExampleList, learner: Learner): number {
  const { dataset } = learner.stream;
  const ofImage = inputsOf(dataset) * dataset.train.images.BYTES_PER_ELEMENT;
  return indices.length * (ofImage + labelBytes(learner));
}

/** One byte, or two of more than 256 classes. */
export const labelBytes = ({ stream: { dataset } }: Learner): number => (dataset.classes > 256 ? 2 : 1);

/** What a memory holds after a task. Where tasks end at once each example came into it while its own was learned. */
export function memoryView(
  stored: ExampleList,
  task: number,
  learner: Learner,
  kind: Pick<ViewOf<'memory'>, 'policy' | 'capacity'>,
): ViewOf<'memory'> {
  const { stream } = learner;
  const { dataset, tasks } = stream;
  const labelsOf = (indices: Int32Array) => Array.from(indices, (index) => dataset.train.labels[index] as number);
  const perTask = counted([...stored.tasks], tasks.length);
  const some = { indices: spread(stored.indices, MOST_EXAMPLES), tasks: spread(stored.tasks, MOST_EXAMPLES) };
  return {
    kind: 'memory',
    title: 'Examples in memory',
    ...kind,
    bytes: bytesOf(stored, learner),
    count: stored.indices.length,
    ...(dataset.classes <= MOST_CLASSES && { perClass: counted(labelsOf(stored.indices), dataset.classes) }),
    perTask,
    ...(stream.blurry === undefined && { ages: perTask.slice(0, task + 1).reverse() }),
    examples: { index: [...some.indices], task: [...some.tasks], label: labelsOf(some.indices) },
  };
}

/** How often each of 0 … `end` − 1 is among the values. */
function counted(values: readonly number[], end: number): number[] {
  const counts = new Array<number>(end).fill(0);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** All values, or `most` of them at equal distances. */
const spread = (values: Int32Array, most: number): Int32Array =>
  values.length <= most
    ? values
    : Int32Array.from({ length: most }, (_, i) => values[Math.floor((i * values.length) / most)] as number);

/** One after the other. Spread as arguments so many values would overflow the stack. */
export function joined(first: Int32Array, second: ArrayLike<number>): Int32Array<ArrayBuffer> {
  const both = new Int32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The examples of a task, and old ones behind them. */
export const withOld = (task: number, own: Int32Array, old: ExampleList): ExampleList => ({
  indices: joined(own, old.indices),
  tasks: joined(new Int32Array(own.length).fill(task), old.tasks),
});
