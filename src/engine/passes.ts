import type * as tf from '@tensorflow/tfjs-core';
import type { TrainingSpec } from '../core/recipe';
import { asked, mayEndEarly, type ValidationSpec } from '../core/trainingSettings';
import type { Position } from './contract/method';
import type { RunEvents } from './runEvents';
import type { Lessons } from './steps/lessons';
import type { Plan } from './steps/plan';
import { dropsBelow, hasStepSizes, stepSizeAt, type PlaceOfStep } from './steps/stepSizes';
import type { Stepper } from './steps/stepper';

/** What a validation set says of the present parameters. */
export interface Validated {
  readonly loss: number;
  /** The scenario's own. */
  readonly accuracy: number;
}

export interface PassesInput {
  readonly training: TrainingSpec;
  readonly plan: Plan;
  readonly lessons: Lessons;
  readonly stepper: Stepper;
  /** Running statistics of the network; undefined where it has none. */
  readonly buffers: () => tf.Tensor1D | undefined;
  readonly setBuffers: (values: Float32Array) => void;
  readonly events: RunEvents;
  /** Measures the validation sets of some tasks together. @param at the step that would be next */
  readonly validate: (tasks: readonly number[], at: Position) => Validated;
}

/** What a checkpoint has to hold of it. */
export interface PassesSnapshot {
  readonly counts: Int32Array;
  readonly best: Float32Array;
  /** Parameters that were best in the phase; empty where there are none. */
  readonly theta: Float32Array;
  /** Running statistics of the network with them, where it has some. */
  readonly statistics?: Float32Array;
}

/** Measures are better when they are smaller. */
interface Bests {
  plateau: number;
  stopping: number;
  restoring: number;
}

const none = (): Bests => ({ plateau: Infinity, stopping: Infinity, restoring: Infinity });

/**
 * What the recipe does at the end of each pass over the data: validation, and what goes by it (plateaus, early stopping,
 * the best parameters), and an optimiser that starts anew. A phase of a task begins all that anew; where the lesson goes
 * through the whole run (joint training) the run is one task.
 */
export class Passes {
  private best = none();
  private bestTheta = new Float32Array();
  private bestStatistics = new Float32Array();
  /** Passes without improvement, for plateaus and for early stopping. */
  private waits = { plateau: 0, stopping: 0 };
  private drops = 0;
  /** Steps after which a pass was seen to last. */
  private seenAt = 0;
  private stopped = false;
  private readonly validation: ValidationSpec | undefined;
  private readonly isFreshEach: boolean;

  constructor(private readonly input: PassesInput) {
    const { training } = input;
    this.validation = asked(training.validation);
    this.isFreshEach = training.optimizerState === 'per-epoch';
  }

  /** The step size of each step, from that of its phase; undefined where it is the same. */
  get stepSize(): ((position: Position, base: number) => number) | undefined {
    const { training } = this.input;
    if (!hasStepSizes(training)) return undefined;
    return (position, base) => stepSizeAt(training, base, this.placeOf(position));
  }

  /** A phase begins. @returns whether it takes no steps, because training was over before */
  begin({ task, phase }: Position): boolean {
    const { stepper, training } = this.input;
    const isLaterPart = this.isThroughTheRun && task > 0;
    if (isLaterPart) return this.stopped;
    this.reset();
    const isFresh = (training.optimizerState === 'per-task' && phase === 0) || this.isFreshEach;
    if (isFresh && (task > 0 || phase > 0)) stepper.setSlots();
    return false;
  }

  /** Steps that may be taken before something is to be done. */
  stepsLeft(position: Position): number {
    if (!this.hasWork) return Infinity;
    const perEpoch = this.perEpoch(position);
    return perEpoch - (this.stepsBefore(position) % perEpoch);
  }

  /** Does what there is to do between passes. @returns whether the phase ends here */
  endsAt(position: Position): boolean {
    const done = this.stepsBefore(position);
    if (!this.hasWork || done === 0 || done % this.perEpoch(position) !== 0 || done === this.seenAt) return false;
    this.seenAt = done;
    if (this.validation) this.goBy(this.measure(position), position);
    if (this.isFreshEach) this.input.stepper.setSlots();
    return this.stopped;
  }

  /** A phase is over. @param position of the step that would have been next */
  end(position: Position): void {
    this.endsAt(position);
    const { validation } = this;
    if (!validation) return;
    const done = this.stepsBefore(position);
    const isLast = !this.isThroughTheRun || this.stopped || position.task === this.input.plan.tasks - 1;
    if (done !== this.seenAt && isLast && done > 0) this.keepBest(this.measure(position));
    this.seenAt = done;
    if (!isLast || this.bestTheta.length === 0) return;
    this.input.stepper.setTheta(this.bestTheta);
    if (this.bestStatistics.length > 0) this.input.setBuffers(this.bestStatistics);
    this.bestTheta = new Float32Array();
    this.bestStatistics = new Float32Array();
  }

  /** The network was replaced: parameters of the one before are of no use. */
  forgetParameters(): void {
    this.bestTheta = new Float32Array();
    this.bestStatistics = new Float32Array();
    this.best.restoring = Infinity;
  }

  /** Undefined where there is nothing to hold. */
  snapshot(): PassesSnapshot | undefined {
    if (!this.hasWork) return undefined;
    const { waits, drops, seenAt, stopped, best, bestStatistics: statistics } = this;
    return {
      counts: Int32Array.of(waits.plateau, waits.stopping, drops, seenAt, Number(stopped)),
      best: Float32Array.of(best.plateau, best.stopping, best.restoring),
      theta: this.bestTheta,
      ...(statistics.length > 0 && { statistics }),
    };
  }

  /** Looks whether a snapshot is one of such a run. @throws RangeError */
  requireFit(snapshot: PassesSnapshot | undefined, parameterCount: number, statisticsCount: number): void {
    const { counts, best, theta, statistics } = snapshot ?? {};
    const isThere = counts !== undefined && best !== undefined && theta !== undefined;
    const fits =
      isThere &&
      counts.length === 5 &&
      counts.every((count) => count >= 0) &&
      best.length === 3 &&
      (theta.length === 0 || theta.length === parameterCount) &&
      (statistics?.length ?? 0) === (theta.length === 0 ? 0 : statisticsCount);
    if (isThere !== this.hasWork || (isThere && !fits))
      throw new RangeError('what the checkpoint holds of passes over the data is not of this run');
  }

  restore(snapshot: PassesSnapshot | undefined): void {
    if (!snapshot) return;
    const [plateau = 0, stopping = 0, drops = 0, seenAt = 0, stopped = 0] = snapshot.counts;
    const [ofPlateau = Infinity, ofStopping = Infinity, ofRestoring = Infinity] = snapshot.best;
    this.waits = { plateau, stopping };
    this.drops = drops;
    this.seenAt = seenAt;
    this.stopped = stopped > 0;
    this.best = { plateau: ofPlateau, stopping: ofStopping, restoring: ofRestoring };
    this.bestTheta = Float32Array.from(snapshot.theta);
    this.bestStatistics = Float32Array.from(snapshot.statistics ?? []);
  }

  private get hasWork(): boolean {
    return this.validation !== undefined || this.isFreshEach;
  }

  private get isThroughTheRun(): boolean {
    return this.input.lessons.current.throughTheRun === true;
  }

  /** Steps of a pass over the lesson: whole batches, at least one. */
  private perEpoch(position: Position): number {
    const { lessons, plan } = this.input;
    return Math.max(1, Math.floor(lessons.current.indices.length / plan.batchSizeOf(position)));
  }

  private stepsBefore(position: Position): number {
    return this.isThroughTheRun ? this.input.plan.stepInRun(position) : position.step;
  }

  private placeOf(position: Position): PlaceOfStep {
    const { plan } = this.input;
    const ofRun = () => Array.from({ length: plan.tasks }, (_, task) => plan.plannedStepsOf(task));
    const { isThroughTheRun: isWhole, drops } = this;
    const perEpoch = this.perEpoch(position);
    return {
      task: isWhole ? 0 : position.task,
      step: this.stepsBefore(position),
      steps: isWhole
        ? ofRun().reduce((sum, steps) => sum + steps, 0)
        : (plan.phasesOf(position.task)[position.phase]?.steps ?? 0),
      ...{ perEpoch, drops },
    };
  }

  private reset(): void {
    this.best = none();
    this.bestTheta = new Float32Array();
    this.bestStatistics = new Float32Array();
    this.waits = { plateau: 0, stopping: 0 };
    this.drops = 0;
    this.seenAt = 0;
    this.stopped = false;
  }

  /** Measures, and says so in the log. @returns what is the smaller the better, in single precision as a checkpoint has it */
  private measure(position: Position): number {
    const { validate, events, plan } = this.input;
    const all = Array.from({ length: plan.tasks }, (_, task) => task);
    const found = validate(this.isThroughTheRun ? all : [position.task], position);
    events.validation(position.task, plan.stepInTask(position), found);
    return Math.fround(this.validation?.monitor === 'accuracy' ? -found.accuracy : found.loss);
  }

  private goBy(measure: number, position: Position): void {
    this.keepBest(measure);
    this.lookForPlateau(measure, position);
    const stopping = asked(this.input.training.earlyStopping);
    if (!stopping) return;
    if (measure < this.best.stopping - stopping.minDelta || this.best.stopping === Infinity) {
      this.best.stopping = measure;
      this.waits.stopping = 0;
    } else if (++this.waits.stopping >= stopping.patience) this.stopped = true;
  }

  private keepBest(measure: number): void {
    if (!this.validation?.restoreBest || measure >= this.best.restoring) return;
    this.best.restoring = measure;
    const { stepper, buffers } = this.input;
    this.bestTheta = Float32Array.from(stepper.theta.dataSync());
    this.bestStatistics = Float32Array.from(buffers()?.dataSync() ?? []);
  }

  private lookForPlateau(measure: number, position: Position): void {
    const { training, stepper, plan } = this.input;
    const { schedule } = training;
    if (schedule?.kind !== 'plateau') return;
    const { best, waits } = this;
    if (best.plateau === Infinity || measure < best.plateau - schedule.threshold * Math.abs(best.plateau)) {
      best.plateau = measure;
      waits.plateau = 0;
      return;
    }
    if (++waits.plateau < schedule.patience) return;
    waits.plateau = 0;
    const base = plan.phasesOf(position.task)[position.phase]?.learningRate ?? training.learningRate;
    const place = this.placeOf(position);
    if (mayEndEarly({ schedule }) && dropsBelow(training, base, place)) {
      this.stopped = true;
      return;
    }
    this.drops++;
    if (schedule.freshOptimizer) stepper.setSlots();
  }
}
