import type * as tf from '@tensorflow/tfjs-core';
import type { TrainingSpec } from '../../core/recipe';
import type { RowFunction } from '../graph/rowFunction';
import type { Network } from '../networks/network';
import type { Random } from '../random';
import type { Constants } from '../steps/batch';
import type { Stream } from '../streams/split';

/** Training examples of a step: indices into the data set, and the weight of each in the loss (they add up to 1). */
export interface Batch {
  readonly indices: Int32Array;
  readonly weights: Float32Array;
}

/** A stretch of training steps within a task; most methods have one. */
export interface Phase {
  readonly name: string;
  readonly steps: number;
  /** Default: that of the training. */
  readonly learningRate?: number;
}

/** Where training stands: `step` counts from 0 within the phase. */
export interface Position {
  readonly task: number;
  readonly phase: number;
  readonly step: number;
}

/** A named array of a method's state, kept in checkpoints. */
export type StateArray = Float32Array | Int32Array | Uint8Array;
export type MethodState = Readonly<Record<string, StateArray>>;

/** What a method may use of the run. */
export interface Learner {
  readonly stream: Stream;
  readonly network: Network;
  readonly training: TrainingSpec;
  /** Training examples used of each task (a prefix of the task's when `samplesPerTask` is set). */
  readonly examples: readonly Int32Array[];
  /** Current parameters, float32 [parameters]. */
  readonly theta: tf.Tensor1D;
  /** Replaces the parameters; the given array is copied. The optimiser's state stays. */
  readonly setTheta: (values: Float32Array) => void;
  /** Optimiser state back to zero, as if made anew. */
  readonly resetOptimizer: () => void;
  /** A named stream of random numbers of this run's seed. */
  readonly random: (name: string, ...place: readonly (number | string)[]) => Random;
  /** One-hot targets [n, outputs] of training examples. */
  readonly targets: (indices: Int32Array) => tf.Tensor2D;
  /**
   * Results of a pure function of the present θ and the inputs of training examples, [n, inputs], compiled where that
   * can be done for `rows` examples. They belong to the current tidy. A function that is used again is the same object.
   */
  readonly apply: (fn: RowFunction, rows: number, indices: Int32Array, more?: readonly tf.Tensor[]) => tf.Tensor[];
  /** Output units that may be told apart in a task: all, or in the task-incremental scenario its head. */
  readonly activeUnits: (task: number) => readonly number[];
  /** Lets a stop be heard and reports progress of something that takes a while. Throws `Stopped` when asked to stop. */
  readonly progress: (name: string, done: number, note?: string) => Promise<void>;
}

/**
 * A remedy for forgetting. Everything but the id is optional; the trainer asks in the order listed. The parts of a
 * single step (`penalty`, `gradient`, `update`) are pure tensor functions of fixed shapes, compiled where that can be
 * done: what tensors they need besides θ they get as `constants`, and numbers they use must not change.
 */
export interface Method {
  readonly id: string;
  /** The head of the current task alone is trained, whatever the scenario, and test needs the task's identity. */
  readonly taskAwareOnly?: boolean;
  /** Trains on the pooled data of all tasks (the upper bound). */
  readonly pooled?: boolean;
  /** Called once, before the first task or before state is restored. */
  begin?(learner: Learner): void;
  /** Phases of a task's training; `steps` is what the recipe asks for. */
  phases?(task: number, steps: number): readonly Phase[];
  beforePhase?(position: Position): Promise<void> | void;
  /** Adds to or replaces the examples of a step. */
  batch?(current: Batch, position: Position): Batch;
  /** The tensors that the following parts of a step use; they may be others after a task or before a phase. */
  constants?(): Constants;
  /** Added to the loss: value and gradient with respect to θ; undefined for nothing. */
  penalty?(theta: tf.Tensor1D, constants: Constants): { value: tf.Scalar; gradient: tf.Tensor1D } | undefined;
  /** Rewrites the flat gradient. */
  gradient?(gradient: tf.Tensor1D, theta: tf.Tensor1D, constants: Constants): tf.Tensor1D;
  /** Rewrites the parameters an optimiser's step proposes. */
  update?(proposed: tf.Tensor1D, previous: tf.Tensor1D, constants: Constants): tf.Tensor1D;
  /**
   * `current`, the examples of the task itself, were met. Called for several steps in a row, each after its `batch` and
   * before the arithmetic of any of them is done: θ says nothing here.
   */
  afterStep?(current: Int32Array, position: Position): void;
  afterTask?(task: number): Promise<void> | void;
  /** The parameters to test a task with. */
  parametersFor?(task: number, theta: tf.Tensor1D): tf.Tensor1D;
  /** Bytes kept for old tasks beyond the network itself. */
  memoryBytes?(): number;
  /** What to show of the method's inside after a task. */
  inspect?(task: number): Record<string, unknown> | undefined;
  state?(): MethodState;
  /** @throws RangeError, with nothing changed, when the state is not one of this method in this run */
  restore?(state: MethodState): void;
}

/** Thrown where a stop was heard; ends the run as stopped. */
export class Stopped extends Error {
  override name = 'Stopped';
}
