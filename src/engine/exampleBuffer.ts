import { MOST_CLASSES, MOST_EXAMPLES, type ViewOf } from '../core/mechanism';
import type { Learner } from './contract/learner';
import type { Kept, MethodMemory } from './contract/memory';
import type { ExampleList, Position } from './contract/method';
import { inputsOf } from './data/dataset';
import { randomInt, sample, samplePlaces, type Random } from './random';

/** Some of the examples of a list, without replacement; all of them when there are not more. */
export function drawnFrom({ indices, tasks }: ExampleList, count: number, random: Random): ExampleList {
  const places = samplePlaces(indices.length, count, random);
  return {
    indices: places.map((place) => indices[place] as number),
    tasks: places.map((place) => tasks[place] as number),
  };
}

/** A stored example takes its values, as its data set has them, and its label: one byte, or two of more than 256 classes. */
export function bytesOf({ indices }: ExampleList, { stream: { dataset } }: Learner): number {
  const ofImage = inputsOf(dataset) * dataset.train.images.BYTES_PER_ELEMENT;
  return indices.length * (ofImage + (dataset.classes > 256 ? 2 : 1));
}

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

/** Which examples are stored, and when. Each is stored with the task it was met in. */
export interface Buffer {
  keeps(learner: Learner): Readonly<Record<string, Kept>>;
  stored(memory: MethodMemory): ExampleList;
  met(lesson: ExampleList, position: Position, learner: Learner): void;
  taskEnded(task: number, learner: Learner): void;
}

/** Indices and tasks of examples, of any number or of one of the given ones. */
const keptExamples = ({ stream }: Learner, size = 0, lengths?: readonly number[]) => ({
  indices: {
    initial: new Int32Array(size),
    below: stream.dataset.train.count,
    ...(lengths && { lengths }),
  },
  tasks: { initial: new Int32Array(size), below: stream.tasks.length, asLongAs: 'indices' },
});

/** At the end of a task, `perClass` random examples of each of its classes. */
export const perClassBuffer = (perClass: number): Buffer => ({
  keeps: (learner) => keptExamples(learner),
  stored: (memory) => ({ indices: memory.integers('indices'), tasks: memory.integers('tasks') }),
  met() {
    // Examples are chosen when their task ends.
  },
  taskEnded(task, { stream, examples, random, memory }) {
    const { labels } = stream.dataset.train;
    const chosen = (stream.tasks[task]?.classes ?? []).flatMap((label) => {
      const ofClass = (examples[task] ?? new Int32Array()).filter((index) => labels[index] === label);
      return [...sample(ofClass, perClass, random('exemplars', task, label))];
    });
    memory.set('indices', joined(memory.integers('indices'), chosen));
    memory.set(
      'tasks',
      joined(
        memory.integers('tasks'),
        chosen.map(() => task),
      ),
    );
  },
});

/** One after the other. Spread as arguments so many values would overflow the stack. */
export function joined(first: Int32Array, second: ArrayLike<number>): Int32Array<ArrayBuffer> {
  const both = new Int32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/**
 * A uniform sample, without replacement, of everything met so far; multi-epoch training offers each example once. Where
 * tasks run into each other no pass over a task is the first: every example is offered as often as it is met.
 */
export const reservoirBuffer = (size: number): Buffer => ({
  keeps: (learner) => ({
    ...keptExamples(learner, size, [size]),
    offered: { initial: new Int32Array(1), lengths: [1], below: Infinity },
  }),
  stored: (memory) => filled(memory, size),
  met(lesson, position, { stream, random, examples, training, memory }) {
    const count = examples[position.task]?.length ?? 0;
    const firstEpoch = Math.floor(count / Math.min(training.batchSize, count));
    if (!stream.blurry && (position.phase > 0 || position.step >= firstEpoch)) return;
    const draws = random('reservoir', position.task, position.phase, position.step);
    const [indices, tasks] = [memory.integers('indices').slice(), memory.integers('tasks').slice()];
    let [offered = 0] = memory.integers('offered');
    lesson.indices.forEach((index, i) => {
      const slot = reservoirSlot(offered++, size, draws);
      if (slot === undefined) return;
      indices[slot] = index;
      tasks[slot] = lesson.tasks[i] as number;
    });
    memory.set('indices', indices);
    memory.set('tasks', tasks);
    memory.set('offered', Int32Array.of(offered));
  },
  taskEnded() {
    // Filled while training.
  },
});

function filled(memory: MethodMemory, size: number): ExampleList {
  const [offered = 0] = memory.integers('offered');
  const count = Math.min(offered, size);
  return { indices: memory.integers('indices').subarray(0, count), tasks: memory.integers('tasks').subarray(0, count) };
}

/**
 * The slot for an item offered to a reservoir (Vitter 1985, algorithm R); undefined where it is not kept.
 *
 * @param offered items offered before
 */
export function reservoirSlot(offered: number, size: number, random: Random): number | undefined {
  if (offered < size) return offered;
  const slot = randomInt(random, offered + 1);
  return slot < size ? slot : undefined;
}
