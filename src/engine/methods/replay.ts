import type { ReplaySettings } from '../../core/methods/replay';
import { inputsOf } from '../data/dataset';
import { randomInt, sample, type Random } from '../random';
import type { Batch, Learner, Method, MethodState, Position } from './method';
import { arrayIn, requireBelow } from './state';

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
  const buffer = settings.buffer === 'reservoir' ? new Reservoir(settings.size) : new PerClass(settings.perClass);
  let learner: Learner;
  return {
    id: 'replay',
    begin(own) {
      learner = own;
    },
    batch(current, position) {
      // Balanced, the first task's loss is the current one alone.
      if (settings.mixing === 'balanced' && position.task === 0) return current;
      const replayed = sample(
        buffer.stored(),
        settings.batchSize ?? learner.training.batchSize,
        learner.random('replay', ...placeOf(position)),
      );
      return replayed.length === 0 ? current : mix(current, replayed, settings.mixing, position.task + 1);
    },
    afterStep(current, position) {
      buffer.met(current, position, learner);
    },
    afterTask(task) {
      buffer.taskEnded(task, learner);
    },
    // A stored example takes its pixels and its label.
    memoryBytes: () => buffer.stored().length * (inputsOf(learner.stream.dataset) + 1),
    inspect: () => ({ stored: buffer.stored().length, perClass: countPerClass(buffer.stored(), learner) }),
    state: () => buffer.state(),
    restore: (state) => buffer.restore(state, learner.stream.dataset.train.count),
  };
}

const placeOf = ({ task, phase, step }: Position) => [task, phase, step];

function mix(current: Batch, replayed: Int32Array, mixing: ReplaySettings['mixing'], k: number): Batch {
  const [old, now] = [replayed.length, current.indices.length];
  const indices = new Int32Array(now + old);
  indices.set(current.indices);
  indices.set(replayed, now);
  const weights = new Float32Array(now + old);
  const share = mixing === 'balanced' ? 1 / k : now / (now + old);
  current.weights.forEach((weight, i) => (weights[i] = weight * share));
  weights.fill((1 - share) / old, now);
  return { indices, weights };
}

function countPerClass(stored: Int32Array, { stream }: Learner): number[] {
  const counts = new Array<number>(stream.dataset.classes).fill(0);
  for (const index of stored) {
    const label = stream.dataset.train.labels[index] as number;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

interface Buffer {
  /** Indices of the stored examples. */
  stored(): Int32Array;
  met(current: Int32Array, position: Position, learner: Learner): void;
  taskEnded(task: number, learner: Learner): void;
  state(): Record<string, Int32Array>;
  /** @param examples that there are */
  restore(state: MethodState, examples: number): void;
}

class PerClass implements Buffer {
  private indices: Int32Array = new Int32Array();

  constructor(private readonly perClass: number) {}

  stored() {
    return this.indices;
  }

  met() {
    // Examples are chosen when their task ends.
  }

  taskEnded(task: number, { stream, examples, random }: Learner) {
    const { labels } = stream.dataset.train;
    const chosen = (stream.tasks[task]?.classes ?? []).flatMap((label) => {
      const ofClass = (examples[task] ?? new Int32Array()).filter((index) => labels[index] === label);
      return [...sample(ofClass, this.perClass, random('exemplars', task, label))];
    });
    this.indices = Int32Array.from([...this.indices, ...chosen]);
  }

  state() {
    return { indices: this.indices };
  }

  restore(state: MethodState, examples: number) {
    const indices = arrayIn(state, 'indices', Int32Array, state['indices']?.length ?? 0);
    requireBelow(examples, 'indices', indices);
    this.indices = indices;
  }
}

/** A uniform sample, without replacement, of everything offered so far. */
export class Reservoir implements Buffer {
  private readonly slots: Int32Array;
  private offered = 0;

  constructor(private readonly size: number) {
    this.slots = new Int32Array(size);
  }

  offer(item: number, random: Random) {
    if (this.offered < this.size) this.slots[this.offered] = item;
    else {
      const place = randomInt(random, this.offered + 1);
      if (place < this.size) this.slots[place] = item;
    }
    this.offered++;
  }

  stored() {
    return this.slots.subarray(0, Math.min(this.offered, this.size));
  }

  met(current: Int32Array, position: Position, { random, examples, training }: Learner) {
    const count = examples[position.task]?.length ?? 0;
    const firstEpoch = Math.floor(count / Math.min(training.batchSize, count));
    if (position.phase > 0 || position.step >= firstEpoch) return;
    const draws = random('reservoir', ...placeOf(position));
    for (const index of current) this.offer(index, draws);
  }

  taskEnded() {
    // Filled while training.
  }

  state() {
    return { slots: Int32Array.from(this.slots), offered: Int32Array.of(this.offered) };
  }

  restore(state: MethodState, examples: number) {
    const slots = arrayIn(state, 'slots', Int32Array, this.size);
    const offered = arrayIn(state, 'offered', Int32Array, 1);
    requireBelow(examples, 'slots', slots);
    requireBelow(Infinity, 'offered', offered);
    this.slots.set(slots);
    this.offered = offered[0] ?? 0;
  }
}
