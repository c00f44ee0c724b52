import { augmentationOf } from '../../core/augment';
import type { TrainingSpec } from '../../core/recipe';
import type { Batches, ExampleList, Lesson, Method, Position } from '../contract/method';
import type { Network } from '../contract/network';
import { randomStream } from '../random';
import type { BlurryOrder } from '../streams/blurry';
import { DataOrder } from '../streams/order';
import { haveOneLayout, type PlannedStep, type StepBatch } from './batch';
import { drawnCut } from './drawnCut';
import type { Lessons } from './lessons';
import type { Plan } from './plan';

export interface StepSourceInput {
  readonly training: TrainingSpec;
  readonly network: () => Network;
  readonly method: Method;
  readonly plan: Plan;
  readonly seed: number;
  readonly lessons: Lessons;
  /** The order of the stream, where its tasks run into each other. */
  readonly blurry?: BlurryOrder | undefined;
  /** The step size as the recipe has it, from that of the phase; undefined where it is that. */
  readonly stepSize?: ((position: Position, base: number) => number) | undefined;
}

/** The steps of a run, in order; any position of the task that is being trained can be asked for. */
export class StepSource {
  private order: { readonly lesson: Lesson; readonly batchSize: number; readonly order: DataOrder } | undefined;
  /** One that was of another layout than the steps before it. */
  private pending: { readonly lesson: ExampleList; readonly step: PlannedStep } | undefined;

  constructor(private readonly input: StepSourceInput) {}

  /** The steps from a position on, all of one layout. @param most how many at most, given the first */
  next({ task, phase, step }: Position, most: (first: PlannedStep) => number): PlannedStep[] {
    const steps: PlannedStep[] = [];
    let count = 1;
    for (let i = 0; i < count; i++) {
      const position = { task, phase, step: step + i };
      const found = this.pending ?? this.at(position);
      const [first] = steps;
      if (!first) count = most(found.step);
      else if (!haveOneLayout(first, found.step)) {
        this.pending = found;
        break;
      }
      this.pending = undefined;
      steps.push(found.step);
      this.input.method.met?.(found.lesson, position);
    }
    return steps;
  }

  private at(position: Position): { lesson: ExampleList; step: PlannedStep } {
    const { method, plan, training, stepSize } = this.input;
    const lesson = this.lessonOf(position);
    const rows = lesson.indices.length;
    const plain: Batches = { current: { ...lesson, weights: new Float32Array(rows).fill(1 / rows) } };
    const batches = method.batches?.(plain, position, lesson) ?? plain;
    const ofPhase = plan.phasesOf(position.task)[position.phase]?.learningRate ?? training.learningRate;
    const base = stepSize?.(position, ofPhase) ?? ofPhase;
    const learningRate = method.stepSize?.(position, base) ?? base;
    const own = ownRows(lesson, batches.current);
    const step = { batches: this.withDropout(this.augmented(batches, position), position), learningRate, own };
    return { lesson, step };
  }

  /** The examples of a step before the method adds to them. */
  private lessonOf(position: Position): ExampleList {
    const { plan, lessons, seed, blurry } = this.input;
    // A lesson of the method's own is met in its own order.
    if (blurry && !lessons.other) return blurry.batch(position.task, plan.stepInTask(position));
    const lesson = lessons.current;
    const { throughTheRun } = lesson;
    const batchSize = plan.batchSizeOf(position);
    if (this.order?.lesson !== lesson || this.order.batchSize !== batchSize) {
      const place = [throughTheRun ? -1 : position.task];
      this.order = { lesson, batchSize, order: new DataOrder(lesson.indices.length, batchSize, seed, place) };
    }
    const places = this.order.order.batch(throughTheRun ? plan.stepInRun(position) : plan.stepInTask(position));
    return {
      indices: places.map((place) => lesson.indices[place] as number),
      tasks: places.map((place) => lesson.tasks[place] as number),
    };
  }

  /** Draws for each example anew how it is cut out and mirrored, whether it is met for the first time or replayed. */
  private augmented(batches: Batches, position: Position): Readonly<Record<string, StepBatch>> {
    const { training, seed } = this.input;
    const augmentation = augmentationOf(training);
    if (!augmentation) return batches;
    return Object.fromEntries(
      Object.entries(batches).map(([name, batch]) => {
        const place = placeOf(position, name);
        return [name, { ...batch, cut: drawnCut(augmentation, batch.indices.length, seed, place) }];
      }),
    );
  }

  private withDropout(
    batches: Readonly<Record<string, StepBatch>>,
    position: Position,
  ): Readonly<Record<string, StepBatch>> {
    if (this.input.network().dropout.share === 0) return batches;
    return Object.fromEntries(
      Object.entries(batches).map(([name, batch]) => {
        const place = name === 'current' ? [] : [name];
        return [name, { ...batch, kept: this.keptUnits(batch.indices.length, position, place) }];
      }),
    );
  }

  /** Bytes 0/1 [rows, hidden units of all layers], 0 for what is dropped. Each layer has numbers of its own. */
  private keptUnits(rows: number, { task, phase, step }: Position, place: readonly string[]): Uint8Array {
    const { share, units: hidden } = this.input.network().dropout;
    const width = hidden.reduce((sum, units) => sum + units, 0);
    const kept = new Uint8Array(rows * width);
    let offset = 0;
    hidden.forEach((units, layer) => {
      const random = randomStream(this.input.seed, 'dropout', task, phase, step, layer, ...place);
      for (let row = 0; row < rows; row++) {
        const start = row * width + offset;
        for (let unit = start; unit < start + units; unit++) kept[unit] = random() < share ? 0 : 1;
      }
      offset += units;
    });
    return kept;
  }
}

/** Names the random numbers of a batch. */
const placeOf = ({ task, phase, step }: Position, name: string): (number | string)[] => [
  task,
  phase,
  step,
  ...(name === 'current' ? [] : [name]),
];

/** How many rows of a batch, its first, are still the lesson's own: methods that mix others in put them behind. */
function ownRows(lesson: ExampleList, { indices, tasks }: ExampleList): number {
  if (indices === lesson.indices && tasks === lesson.tasks) return indices.length;
  const most = Math.min(lesson.indices.length, indices.length);
  let own = 0;
  while (own < most && indices[own] === lesson.indices[own] && tasks[own] === lesson.tasks[own]) own++;
  return own;
}
