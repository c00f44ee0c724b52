import type { Learner } from '../contract/learner';
import type { MethodMemory } from '../contract/memory';
import type { ExampleList, Position } from '../contract/method';
import { randomInt, type Random } from '../random';
import { fromSteps, isFirstMeeting, keptExamples, roomIn, store, storedExamples, type Buffer } from './buffer';

/** A buffer of fixed places. */
export interface Reservoir extends Buffer {
  /** Whether the examples of a step are offered to it. */
  offers(position: Position, learner: Learner): boolean;
  /** The place that each example of a step's lesson will have in the buffer once it is met; −1 for none. */
  placesOf(lesson: ExampleList, position: Position, learner: Learner): Int32Array;
}

/**
 * A uniform sample, without replacement, of everything met so far (Vitter 1985, algorithm R), each example offered once
 * (`isFirstMeeting`).
 */
export function reservoirBuffer(size: number): Reservoir {
  const slotsOf = (lesson: ExampleList, { task, phase, step }: Position, { random, memory }: Learner) => {
    const draws = random('reservoir', task, phase, step);
    const offered = offeredTo(memory);
    return Array.from(lesson.indices, (_, i) => reservoirSlot(offered + i, roomIn(memory), draws) ?? -1);
  };
  return {
    ...fromSteps,
    keeps: (learner) => ({
      ...keptExamples(learner, size),
      offered: { initial: new Int32Array(1), lengths: [1], below: Infinity },
    }),
    stored(memory) {
      const count = Math.min(offeredTo(memory), roomIn(memory));
      const { indices, tasks } = storedExamples(memory);
      return { indices: indices.subarray(0, count), tasks: tasks.subarray(0, count) };
    },
    met(lesson, position, learner) {
      if (!isFirstMeeting(position, learner)) return;
      const { memory } = learner;
      const { indices, tasks } = copyOf(storedExamples(memory));
      slotsOf(lesson, position, learner).forEach((slot, i) => {
        if (slot < 0) return;
        indices[slot] = lesson.indices[i] as number;
        tasks[slot] = lesson.tasks[i] as number;
      });
      store({ indices, tasks }, memory);
      memory.set('offered', Int32Array.of(offeredTo(memory) + lesson.indices.length));
    },
    offers: isFirstMeeting,
    placesOf(lesson, position, learner) {
      if (!isFirstMeeting(position, learner)) return new Int32Array(lesson.indices.length).fill(-1);
      const slots = slotsOf(lesson, position, learner);
      const last = new Map(slots.map((slot, i) => [slot, i]));
      // One that is replaced by a later one of the same step never gets there.
      return Int32Array.from(slots, (slot, i) => (last.get(slot) === i ? slot : -1));
    },
  };
}

const offeredTo = (memory: MethodMemory): number => memory.integers('offered')[0] ?? 0;

const copyOf = ({ indices, tasks }: ExampleList): ExampleList => ({ indices: indices.slice(), tasks: tasks.slice() });

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
