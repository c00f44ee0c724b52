import { MOST_EXAMPLES, type ViewOf } from '../../core/mechanism';
import type { ReplaySettings } from '../../core/methods/replay';
import type { Learner } from '../contract/learner';
import type { Kept, MethodMemory } from '../contract/memory';
import type { Batch, ExampleList, Method, Position } from '../contract/method';
import { inputsOf } from '../data/dataset';
import { randomInt, sample, type Random } from '../random';

/**
 * Experience replay (Rolnick et al. 2019; Chaudhry et al. 2019, "tiny episodic memories").
 *
 * Buffer "per-class" as in van de Ven, Tuytelaars & Tolias 2022: at the end of a task, `perClass` random examples of
 * each of its classes are stored, and steps of the k-th task minimise 1/k · loss(current) + (1 − 1/k) · loss(replayed)
 * ("balanced"). Buffer "reservoir" (Vitter 1985; Chaudhry et al. 2019): every example met is kept with equal probability;
 * multi-epoch training offers each example once, in the first epoch. "concatenate" takes the plain mean over current and
 * replayed examples (Buzzega et al. 2020).
 *
 * Replayed examples are drawn without replacement within a step. In the task-incremental scenario each replayed example
 * is trained with the head of its own task. Deviation from van de Ven's code there: one draw over all old examples, not
 * ceil(batch / (k − 1)) of each task. A reservoir is filled from the first step on, so that what it replays holds examples
 * of the current task too; those come on top of the current share of "balanced".
 */
export function createReplay(settings: ReplaySettings): Method {
  const buffer = settings.buffer === 'reservoir' ? reservoirBuffer(settings.size) : perClassBuffer(settings.perClass);
  let learner: Learner;
  return {
    id: 'replay',
    begin(own) {
      learner = own;
    },
    keeps: () => buffer.keeps(learner),
    batches(batches, position) {
      // Balanced, the first task's loss is the current one alone.
      if (settings.mixing === 'balanced' && position.task === 0) return batches;
      const stored = buffer.stored(learner.memory);
      const count = settings.batchSize ?? learner.training.batchSize;
      const replayed = drawnFrom(stored, count, learner.random('replay', ...placeOf(position)));
      if (replayed.indices.length === 0) return batches;
      return { ...batches, current: mix(batches.current, replayed, settings.mixing, position.task + 1) };
    },
    met(lesson, position) {
      buffer.met(lesson, position, learner);
    },
    afterTask(task) {
      buffer.taskEnded(task, learner);
    },
    memoryBytes: () => bytesOf(buffer.stored(learner.memory), learner),
    inspect(task) {
      const stored = buffer.stored(learner.memory);
      return [
        {
          ...contentOf(stored, task, learner),
          title: 'Examples in memory',
          policy: settings.buffer,
          ...(settings.buffer === 'reservoir' && { capacity: settings.size }),
          bytes: bytesOf(stored, learner),
        },
      ];
    },
  };
}

const placeOf = ({ task, phase, step }: Position) => [task, phase, step];

/** Some of the examples of a list, without replacement; all of them when there are not more. */
export function drawnFrom({ indices, tasks }: ExampleList, count: number, random: Random): ExampleList {
  const places = sample(
    Int32Array.from(indices, (_, place) => place),
    count,
    random,
  );
  return {
    indices: places.map((place) => indices[place] as number),
    tasks: places.map((place) => tasks[place] as number),
  };
}

function mix(current: Batch, replayed: ExampleList, mixing: ReplaySettings['mixing'], k: number): Batch {
  const [old, now] = [replayed.indices.length, current.indices.length];
  const weights = new Float32Array(now + old);
  const share = mixing === 'balanced' ? 1 / k : now / (now + old);
  current.weights.forEach((weight, i) => (weights[i] = weight * share));
  weights.fill((1 - share) / old, now);
  return {
    indices: Int32Array.of(...current.indices, ...replayed.indices),
    tasks: Int32Array.of(...current.tasks, ...replayed.tasks),
    weights,
  };
}

/** A stored example takes its pixels and its label. */
export const bytesOf = ({ indices }: ExampleList, { stream }: Learner) => indices.length * (inputsOf(stream.dataset) + 1);

/** What a memory holds after a task. Each example came into it while its own task was learned. */
export function contentOf(
  stored: ExampleList,
  task: number,
  { stream }: Learner,
): Omit<ViewOf<'memory'>, 'title' | 'policy'> {
  const { dataset, tasks } = stream;
  const examples = Array.from(stored.indices, (index, i) => {
    const label = dataset.train.labels[index] as number;
    return { index, task: stored.tasks[i] as number, label };
  });
  const perTask = counted(examples, 'task', tasks.length);
  return {
    kind: 'memory',
    count: examples.length,
    perClass: counted(examples, 'label', dataset.classes),
    perTask,
    ages: perTask.slice(0, task + 1).reverse(),
    examples: spread(examples, MOST_EXAMPLES),
  };
}

/** How many of the items have 0, 1, … `end` − 1 as a number of theirs. */
function counted<Key extends string>(items: readonly Record<Key, number>[], key: Key, end: number): number[] {
  const counts = new Array<number>(end).fill(0);
  for (const item of items) counts[item[key]] = (counts[item[key]] ?? 0) + 1;
  return counts;
}

/** All items, or `most` of them at equal distances. */
const spread = <T>(items: readonly T[], most: number): T[] =>
  items.length <= most
    ? [...items]
    : Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)] as T);

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
    memory.set('indices', Int32Array.of(...memory.integers('indices'), ...chosen));
    memory.set('tasks', Int32Array.of(...memory.integers('tasks'), ...chosen.map(() => task)));
  },
});

/** A uniform sample, without replacement, of everything met so far; multi-epoch training offers each example once. */
const reservoirBuffer = (size: number): Buffer => ({
  keeps: (learner) => ({
    ...keptExamples(learner, size, [size]),
    offered: { initial: new Int32Array(1), lengths: [1], below: Infinity },
  }),
  stored: (memory) => filled(memory, size),
  met(lesson, position, { random, examples, training, memory }) {
    const count = examples[position.task]?.length ?? 0;
    const firstEpoch = Math.floor(count / Math.min(training.batchSize, count));
    if (position.phase > 0 || position.step >= firstEpoch) return;
    const draws = random('reservoir', ...placeOf(position));
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
