import { stepsPerTask, type TrainingSpec } from '../../core/recipe';
import type { ExampleList } from '../contract/method';
import { randomStream, shuffle } from '../random';

export interface BlurryInput {
  /** Share of a task's steps over which it runs into its neighbours, 0 to 1. */
  readonly blurry: number;
  readonly training: TrainingSpec;
  readonly seed: number;
  /** Training examples of each task. */
  readonly examples: readonly Int32Array[];
}

/** Some steps of a task in which examples of a neighbour are met: how many of them in all steps before each. */
interface Crossing {
  readonly from: number;
  /** [steps + 1]. */
  readonly before: Int32Array;
}

/** A task as a stretch of steps. */
interface Stretch {
  readonly steps: number;
  /** Examples of a step. */
  readonly rows: number;
  /** Steps at its beginning and at its end in which a neighbour is met. */
  readonly edge: number;
}

const nowhere: Crossing = { from: 0, before: new Int32Array(1) };

/**
 * The order in which examples are met where tasks run into each other, as the fuzzy boundaries of van de Ven's code
 * (data/labelstream.py of GMvandeVen/continual-learning). Around each boundary lie so many steps of the task that goes and
 * of the one that comes, 2f in all, and in the i-th of them (from 0) each example is of the one that comes with probability
 *
 *     (i + ½) / 2f
 *
 * drawn for itself; f is half of the share `blurry` of a task's steps. Which example it is says its own task, which goes
 * through its examples in passes, each in another order. Deviations: where tasks have different numbers of steps each has
 * its own f and ½ is reached between them; there, boundaries lie in the middle of a task's steps and the first task comes
 * back at the end, here they lie where the steps of a task end.
 *
 * It is the same for every method, and can be asked for at any step. A task is met half of its share before its own steps
 * begin and after they end, at most.
 */
export class BlurryOrder {
  private readonly stretches: readonly Stretch[];
  /** Of the boundary before each task: examples of the task that goes, and before it, of the one that comes. */
  private readonly crossings = new Map<string, Crossing>();
  private readonly passes = new Map<number, { readonly pass: number; readonly order: Int32Array }>();

  constructor(private readonly input: BlurryInput) {
    const { blurry, training, examples } = input;
    this.stretches = examples.map(({ length }) => {
      const steps = stepsPerTask(training, length);
      return { steps, rows: Math.min(training.batchSize, length), edge: Math.floor((blurry * steps) / 2) };
    });
  }

  /** Examples of a step of a task. @throws RangeError for a step that the stream does not have */
  batch(task: number, step: number): ExampleList {
    const { steps, rows } = this.stretch(task);
    if (step >= steps)
      throw new RangeError(`step ${step + 1} of a task that has ${steps}: a stream with blurry boundaries has no more`);
    for (const over of this.passes.keys()) if (over < task - 1) this.passes.delete(over);
    const tasks = this.tasksOf(task, step);
    const met = new Map<number, number>();
    const indices = new Int32Array(rows);
    tasks.forEach((of, row) => {
      const count = met.get(of) ?? this.metBefore(of, task, step);
      indices[row] = this.exampleOf(of, count);
      met.set(of, count + 1);
    });
    return { indices, tasks };
  }

  /** The task of each example of a step. */
  private tasksOf(task: number, step: number): Int32Array {
    const { rows } = this.stretch(task);
    const { neighbour, share } = this.neighbourAt(task, step);
    const tasks = new Int32Array(rows).fill(task);
    if (share === 0) return tasks;
    const random = randomStream(this.input.seed, 'blurry', task, step);
    return tasks.map(() => (random() < share ? neighbour : task));
  }

  /** The neighbour that is met beside a task at one of its steps, and its share of the examples. */
  private neighbourAt(task: number, step: number): { readonly neighbour: number; readonly share: number } {
    const { steps, edge } = this.stretch(task);
    if (step < edge && task > 0) return { neighbour: task - 1, share: 0.5 - (step + 0.5) / (2 * edge) };
    const left = steps - 1 - step;
    if (left < edge && task < this.stretches.length - 1)
      return { neighbour: task + 1, share: 0.5 - (left + 0.5) / (2 * edge) };
    return { neighbour: task, share: 0 };
  }

  /** How many examples of a task were met before a step of some task. */
  private metBefore(of: number, task: number, step: number): number {
    const stepsIn = (own: number) => (own < task ? this.stretch(own).steps : own === task ? step : 0);
    const isThere = (one: number) => one >= 0 && one < this.stretches.length;
    const foreign = (own: number, neighbour: number) =>
      isThere(own) && isThere(neighbour) ? this.foreignBefore(own, neighbour, stepsIn(own)) : 0;
    const own = stepsIn(of) * this.stretch(of).rows - foreign(of, of - 1) - foreign(of, of + 1);
    return own + foreign(of - 1, of) + foreign(of + 1, of);
  }

  /** How many examples of a neighbour were met in the first steps of a task. */
  private foreignBefore(task: number, neighbour: number, steps: number): number {
    if (steps === 0) return 0;
    const { from, before } = this.crossing(task, neighbour);
    return before[Math.min(Math.max(0, steps - from), before.length - 1)] ?? 0;
  }

  private crossing(task: number, neighbour: number): Crossing {
    const key = `${task} ${neighbour}`;
    const found = this.crossings.get(key) ?? this.counted(task, neighbour);
    this.crossings.set(key, found);
    return found;
  }

  private counted(task: number, neighbour: number): Crossing {
    const { steps, edge } = this.stretch(task);
    if (edge === 0) return nowhere;
    const from = neighbour < task ? 0 : steps - edge;
    const before = new Int32Array(edge + 1);
    for (let i = 0; i < edge; i++) {
      const foreign = this.tasksOf(task, from + i).reduce((sum, of) => sum + Number(of === neighbour), 0);
      before[i + 1] = (before[i] ?? 0) + foreign;
    }
    return { from, before };
  }

  /** The example of a task that is met after so many of them. */
  private exampleOf(task: number, count: number): number {
    const examples = this.input.examples[task] ?? new Int32Array();
    const pass = Math.floor(count / examples.length);
    let known = this.passes.get(task);
    if (known?.pass !== pass) {
      known = { pass, order: shuffle(Int32Array.from(examples), randomStream(this.input.seed, 'order', task, pass)) };
      this.passes.set(task, known);
    }
    return known.order[count % examples.length] as number;
  }

  private stretch(task: number): Stretch {
    const found = this.stretches[task];
    if (!found) throw new RangeError(`the stream has no task ${task + 1}`);
    return found;
  }
}
