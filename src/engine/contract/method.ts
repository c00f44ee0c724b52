import type * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { Learner } from './learner';
import type { Kept, Stored } from './memory';
import type { Architecture, Move, Network } from './network';
import type { Stream } from './stream';
import type { BatchTensors, Differentiate, Outputs, Proposed, Question, Rewritten, Slope, Step, Tensors } from './step';

/** Training examples: indices into the data set, and the task in whose view (and with whose labels) each is seen. */
export interface ExampleList {
  readonly indices: Int32Array;
  readonly tasks: Int32Array;
}

/** Examples of a step. Its parts never change. */
export interface Batch extends ExampleList {
  /** Weight of each in the loss; they add up to 1 over all batches that belong to it, terms of their own left out. */
  readonly weights: Float32Array;
  /** More about each, by name: `values` holds rows × width numbers. */
  readonly columns?: Readonly<Record<string, Float32Array | Int32Array>>;
  /** It does not belong to the loss: its slope is there for those who ask for it by name. */
  readonly apart?: true;
  /** Its loss, as the method's `loss` has it, is added to that of the others: its own weights add up to 1. */
  readonly term?: true;
}

/** The batches of a step by name; `current` is one of them. */
export interface Batches {
  readonly current: Batch;
  readonly [name: string]: Batch;
}

/** What the steps of a task train on: at least one example, and any of them as often as it stands there. */
export interface Lesson extends ExampleList {
  /** Steps go once through the list, the same one in each task, for the whole run, not anew in each task. */
  readonly throughTheRun?: true;
}

/** A stretch of training steps within a task; most methods have one. */
export interface Phase {
  readonly name: string;
  readonly steps: number;
  /** Default: that of the training. */
  readonly learningRate?: number;
  /** Examples of the lesson in each of its steps. Default: that of the training. */
  readonly batchSize?: number;
  /** After every so many of its steps, but the last, `afterSteps` is asked. */
  readonly askEvery?: number;
}

/** What a method says before a phase. */
type BeforePhase = 'skip' | void;

/** Where training stands: `step` counts from 0 within the phase. */
export interface Position {
  readonly task: number;
  readonly phase: number;
  readonly step: number;
}

/**
 * A remedy for forgetting. Everything but the id is optional.
 *
 * Parts of three kinds: on the host, between steps; of a step, which are pure tensor functions of fixed shapes, traced
 * and compiled where that can be done (numbers and choices made in JavaScript are those of the first time); and at test.
 */
export interface Method {
  readonly id: string;
  /** The head of the current task alone is trained, whatever the scenario, and test needs the task's identity. */
  readonly taskAwareOnly?: boolean;

  // ---- on the host, in this order

  /**
   * The network to train instead of the experiment's, or wrapped round it: its `forward` gets the columns of the batch
   * and the method's constants.
   *
   * @param architecture of a network that was put in its place (`learner.replaceNetwork`), where a run goes on with one
   */
  network?(experiment: Network, architecture: Architecture | undefined, stream: Stream): Network;
  /** Called once, before anything else. The memory cannot be used yet. */
  begin?(learner: Learner): void;
  /** The arrays of the method's memory. */
  keeps?(): Readonly<Record<string, Kept>>;
  /**
   * What a task's steps train on; by default its own examples. Asked when the task begins, and changes nothing; a run that
   * goes on in the middle of the task goes on with what was said then.
   */
  lesson?(task: number): Lesson;
  /**
   * Phases of a task's training; `steps` is what the recipe asks for, given the size of the lesson. Asked before the first
   * task too, with the size of the task's own examples, and again by a run that goes on: the answer depends on nothing
   * else.
   */
  phases?(task: number, steps: number): readonly Phase[];
  /**
   * Whether steps of a task leave the network's running statistics alone and normalise by them, as at test, in place of the
   * batch's own; of a network that has some. Asked before each step, and changes nothing.
   */
  freezesStatistics?(task: number): boolean;
  /** 'skip': the phase takes no steps. */
  beforePhase?(position: Position): Promise<BeforePhase> | BeforePhase;
  /** The step size, from that of the phase or of the methods before. It may be asked ahead, and changes nothing. */
  stepSize?(position: Position, base: number): number;
  /**
   * The batches of a step, from those of the methods before. It may be asked ahead, and changes nothing.
   *
   * @param lesson the step's own examples: the first of `current`, behind which methods put what they add
   */
  batches?(batches: Batches, position: Position, lesson: ExampleList): Batches;
  /**
   * A step's lesson was met. Called for several steps in a row, each after its `batches` and before the arithmetic of
   * any of them is done: θ says nothing here.
   */
  met?(lesson: ExampleList, position: Position): void;
  /**
   * After each step: θ is that after it. Where a method has this part a call takes one step instead of many.
   *
   * @param position of that step
   */
  afterStep?(position: Position): void;
  /**
   * After steps of a phase that asks for it (`askEvery`); 'end' ends the phase.
   *
   * @param position of the next step
   * @param loss mean of the steps since it was asked last, each with all penalties
   */
  afterSteps?(position: Position, loss: number): 'end' | undefined;
  /**
   * The network was replaced, by this method or another: what is kept or carried over θ has to move along (`memory.set`,
   * `carried.set`; the getters give it as it was). `keeps` and `carries` are asked anew for what fits from now on.
   */
  grown?(move: Move): void;
  afterTask?(task: number): Promise<void> | void;

  // ---- of a step

  /**
   * Tensors for the following parts, made from the memory: asked again whenever that changed. They belong to the caller;
   * undefined stands for what is not there yet. An array of the memory may be given as it is: its bytes stay bytes, and
   * become numbers in the graph, the rows that are gathered of it alone.
   */
  constants?(): Readonly<Record<string, tf.Tensor | Stored | undefined>>;
  /** Tensors that each step hands to the next, as they are at first: float32. */
  carries?(): Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>;
  /** The loss of one batch, from the plain one. */
  loss?(plain: tf.Scalar, outputs: Outputs, batch: BatchTensors, step: Step): tf.Scalar;
  /** Added to the loss: value and gradient with respect to θ; undefined for nothing. */
  penalty?(theta: tf.Tensor1D, step: Step): { value: tf.Scalar; gradient: tf.Tensor1D } | undefined;
  /** The slope at θ, from that of the methods before: asked at other points, of other batches, projected. */
  gradient?(theta: tf.Tensor1D, differentiate: Differentiate, step: Step): Slope;
  /**
   * Asks the host about the slope that all `gradient` parts have made; undefined for a step without a question, of which
   * steps of one layout of batches and constants are all or none. A compiled step is cut in two there, and a call takes
   * one step instead of many: 0.4 ms more, besides what the host takes and what it is told. In a combination one method may
   * ask.
   */
  ask?(slope: Slope, step: Step): Question | undefined;
  /** Rewrites what an optimiser's step proposes: parameters, and its slots. */
  update?(proposed: Proposed, slope: Slope, step: Step): Rewritten;
  /** What the next step gets as `carried`: all that `carries` names. */
  carry?(next: tf.Tensor1D, slope: Slope, step: Step): Tensors;

  // ---- at test

  /** What the network is asked with when a task is tested: of each column the value, or the values, that every row has. */
  columnsAt?(task: number): Readonly<Record<string, readonly number[]>>;
  /**
   * Work before tests, those in the middle of a task too: the parameters to test all tasks with, from those in training or
   * of the methods before. They belong to the caller. Nothing of the training state (θ, slots, what steps carry) can be
   * changed here. The untrained network is tested as it is.
   */
  beforeEvaluation?(theta: tf.Tensor1D): tf.Tensor1D;
  /**
   * The network to test a task with, where that is not the present one: as it was when the task was learned, say. The same
   * object each time, for it is compiled once. `parametersFor` and `statisticsFor` give what is of its sizes.
   */
  networkFor?(task: number): Network;
  /** The parameters to test a task with. */
  parametersFor?(task: number, theta: tf.Tensor1D): tf.Tensor1D;
  /** The running statistics to test a task with, of a network that has some; asked after `parametersFor`. */
  statisticsFor?(task: number, statistics: tf.Tensor1D): tf.Tensor1D;
  /**
   * Tensors for `scores`, made before tests with the parameters that are tested, and the running statistics of a network
   * that has some. They belong to the caller. As in
   * `beforeEvaluation` nothing of the training state can be changed here.
   */
  templates?(theta: tf.Tensor1D, statistics?: tf.Tensor1D): Tensors;
  /**
   * How it classifies at test, where that is not by the largest of the network's outputs: what stands for each output in
   * their place, [rows, outputs]. A pure function of tensors. The untrained network, and losses, go by its own outputs.
   */
  scores?(outputs: Outputs, templates: Tensors): tf.Tensor2D;

  // ---- for the record

  /** Bytes kept for old tasks beyond the network itself, where that is not what memory and `carries` take. */
  memoryBytes?(): number;
  /** What to show of the method's inside after a task: views of the kinds that there are (docs/event-protocol.md). */
  inspect?(task: number): readonly View[];
}
