import type { Learner } from '../contract/learner';
import type { MethodMemory } from '../contract/memory';
import { randomInt, type Random } from '../random';
import {
  classesInTasks,
  classInTask,
  fromSteps,
  isFirstMeeting,
  keptExamples,
  roomIn,
  store,
  storedExamples,
  type Buffer,
} from './buffer';

/**
 * Class-balancing reservoir sampling, CBRS (Chrysakis & Moens 2020, algorithm 1). Everything is stored while there is room.
 * Then an example of a class that was never the largest in the buffer takes the place of a random one of the largest class;
 * one of a class that is or was the largest ("full") is taken with probability m / n, of n of its class met and m stored,
 * and replaces one of them. So the classes come to be as equal as the stream allows, and what is stored of each is a uniform
 * sample of it.
 *
 * A class is that of a task: where classes come again, the same one in another task is another. Where several classes are
 * the largest, all are full, and the place is drawn among all their examples.
 */
export const classBalancedBuffer = (size: number): Buffer => ({
  ...fromSteps,
  keeps: (learner) => ({
    ...keptExamples(learner, size),
    met: { initial: new Int32Array(classesInTasks(learner)), lengths: [classesInTasks(learner)], below: Infinity },
    full: { initial: new Uint8Array(classesInTasks(learner)), lengths: [classesInTasks(learner)], below: 2 },
  }),
  stored(memory) {
    const { indices, tasks } = storedExamples(memory);
    const count = storedCount(memory);
    return { indices: indices.subarray(0, count), tasks: tasks.subarray(0, count) };
  },
  met(lesson, position, learner) {
    if (!isFirstMeeting(position, learner)) return;
    const { memory } = learner;
    const draws = learner.random('class-balanced', position.task, position.phase, position.step);
    const { indices, tasks } = storedExamples(memory);
    const balance = new Balance(learner);
    const [newIndices, newTasks] = [indices.slice(), tasks.slice()];
    lesson.indices.forEach((index, i) => {
      const task = lesson.tasks[i] as number;
      const place = balance.placeFor(classInTask(learner, index, task), draws);
      if (place === undefined) return;
      newIndices[place] = index;
      newTasks[place] = task;
    });
    store({ indices: newIndices, tasks: newTasks }, memory);
    memory.set('met', balance.met);
    memory.set('full', balance.full);
  },
});

/** Everything met is stored until there is no room. */
const storedCount = (memory: MethodMemory): number =>
  Math.min(
    roomIn(memory),
    memory.integers('met').reduce((sum, count) => sum + count, 0),
  );

/** The classes of what is stored, while the examples of a step come in. */
class Balance {
  /** Of each class how many were met, and whether it is or was the largest. */
  readonly met: Int32Array;
  readonly full: Uint8Array;
  /** The class of what is at each place. */
  private readonly classAt: number[];
  private readonly counts: Int32Array;

  private readonly room: number;

  constructor(learner: Learner) {
    const { memory } = learner;
    this.met = memory.integers('met').slice();
    this.full = memory.bytes('full').slice();
    const { indices, tasks } = storedExamples(memory);
    this.room = roomIn(memory);
    const count = storedCount(memory);
    this.classAt = Array.from({ length: count }, (_, i) =>
      classInTask(learner, indices[i] as number, tasks[i] as number),
    );
    this.counts = new Int32Array(this.met.length);
    for (const label of this.classAt) this.counts[label] = (this.counts[label] ?? 0) + 1;
  }

  /** Where the next example goes, of such a class; undefined where it is not stored. */
  placeFor(label: number, random: Random): number | undefined {
    this.met[label] = (this.met[label] ?? 0) + 1;
    const place = this.placeAmong(label, random);
    if (place === undefined) return undefined;
    const before = this.classAt[place];
    if (before !== undefined) this.counts[before] = (this.counts[before] ?? 0) - 1;
    this.classAt[place] = label;
    this.counts[label] = (this.counts[label] ?? 0) + 1;
    return place;
  }

  private placeAmong(label: number, random: Random): number | undefined {
    if (this.classAt.length < this.room) return this.classAt.length;
    const most = this.counts.reduce((largest, count) => Math.max(largest, count), 0);
    this.counts.forEach((count, own) => {
      if (count === most) this.full[own] = 1;
    });
    if (this.full[label] === 0) return this.oneOf((own) => this.counts[own] === most, random);
    const share = (this.counts[label] as number) / (this.met[label] as number);
    return random() < share ? this.oneOf((own) => own === label, random) : undefined;
  }

  /** A random place among those of some classes. */
  private oneOf(isMeant: (label: number) => boolean, random: Random): number {
    const places = this.classAt.flatMap((label, place) => (isMeant(label) ? [place] : []));
    return places[randomInt(random, places.length)] as number;
  }
}
