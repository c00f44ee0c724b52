import type { Learner } from '../contract/learner';
import type { Kept, MethodMemory } from '../contract/memory';
import type { ExampleList, Position } from '../contract/method';

/**
 * Which examples are stored, and when. Each is stored with the task it was met in. A buffer holds nothing itself: all that
 * it keeps is in the memory of the method that has it.
 */
export interface Buffer {
  /** The arrays it keeps, by name. */
  keeps(learner: Learner): Readonly<Record<string, Kept>>;
  stored(memory: MethodMemory): ExampleList;
  /** Bytes that it keeps of each stored example beside its image and label; none when left out. */
  readonly bytesBeside?: number;
  /** A step's lesson was met (`met` of a method: the parameters say nothing here). */
  met(lesson: ExampleList, position: Position, learner: Learner): void;
  /** A step was taken, with this lesson: the parameters are those after it. A buffer that looks there makes steps slower. */
  afterStep?(lesson: ExampleList, position: Position, learner: Learner): void;
  /** A task has been trained. What takes a while reports its progress. */
  taskEnded(task: number, learner: Learner): Promise<void> | void;
}

/** The parts of a buffer that it does not have. */
export const fromTasks = {
  met() {
    // Examples are chosen when their task ends.
  },
} satisfies Partial<Buffer>;
export const fromSteps = {
  taskEnded() {
    // Filled while training.
  },
} satisfies Partial<Buffer>;

/**
 * As many places as a memory of some size can fill: an example is offered once, unless tasks run into each other. (Beside a
 * method of one's own whose phases have larger batches more may be offered; they then replace what is stored.)
 */
export const placesIn = ({ stream, examples }: Learner, size: number): number =>
  stream.blurry === undefined ? examples.reduce((sum, { length }) => Math.min(size, sum + length), 0) : size;

/** Indices and tasks of examples: of any number, or in the places of a memory of some size. */
export function keptExamples(learner: Learner, size?: number) {
  const { stream } = learner;
  const places = size === undefined ? 0 : placesIn(learner, size);
  return {
    indices: {
      initial: new Int32Array(places),
      below: stream.dataset.train.count,
      ...(size !== undefined && { lengths: [places] }),
    },
    tasks: { initial: new Int32Array(places), below: stream.tasks.length, asLongAs: 'indices' },
  };
}

/** How many examples there is room for in such places. */
export const roomIn = (memory: MethodMemory): number => memory.integers('indices').length;

/** What `keptExamples` keeps. */
export const storedExamples = (memory: MethodMemory): ExampleList => ({
  indices: memory.integers('indices'),
  tasks: memory.integers('tasks'),
});

export function store({ indices, tasks }: ExampleList, memory: MethodMemory): void {
  memory.set('indices', indices);
  memory.set('tasks', tasks);
}

/**
 * Whether the examples of a step are met for the first time. Training for several passes offers each example once, in the
 * first, in whichever phases that is: a warm-up of less than a pass meets its part. Where tasks run into each other no pass
 * over a task is the first: every example is offered as often as it is met.
 *
 * A pass has as many steps as the task's own examples fill. Beside a method that gives a longer lesson what these steps meet
 * is offered, old examples of the lesson among it, and what comes after them is not.
 */
export function isFirstMeeting(position: Position, { stream, examples, training, stepInTask }: Learner): boolean {
  const count = examples[position.task]?.length ?? 0;
  const firstEpoch = Math.floor(count / Math.min(training.batchSize, count));
  return stream.blurry !== undefined || stepInTask(position) < firstEpoch;
}

/** Stands for the class of an example in its task: whole numbers below tasks × classes of the data set. */
export const classInTask = ({ stream: { dataset } }: Learner, index: number, task: number): number =>
  task * dataset.classes + (dataset.train.labels[index] as number);

export const classesInTasks = ({ stream: { dataset, tasks } }: Learner): number => tasks.length * dataset.classes;
