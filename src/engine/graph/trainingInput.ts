import type * as tf from '@tensorflow/tfjs-core';
import type { BatchTensors, Question, Step, Tensors } from '../contract/step';
import type { FusedOptimizer } from './fusedOptimizer';
import type { ImageFacts } from './inputs';
import type { TensorSpec } from './model';
import type { Feed } from './session';

/** What a batch of each step is made of. */
export interface BatchLayout {
  readonly name: string;
  readonly rows: number;
  /** Width of the dropout masks; undefined without dropout. */
  readonly hiddenUnits: number | undefined;
  readonly columns: readonly { readonly name: string; readonly shape: readonly number[]; readonly isWhole: boolean }[];
}

/** The data set and its label maps, in TensorFlow's memory. The tables may be replaced by others of the same shapes. */
export interface GraphData {
  /** Bytes or float32 [examples, inputs]. */
  readonly images: Feed;
  readonly facts: ImageFacts;
  /** Class of each example: int32 [examples]. */
  readonly labels: Feed;
  /** Rows of a task in the tables. */
  readonly classes: number;
  /** One row for each class in each task: its target. float32, or bytes where it is large, [tasks · classes, outputs]. */
  targets: Feed;
  /** One row for each class in each task: the outputs that take part, in the same way. All when absent. */
  active?: Feed;
  /** Of each task which value of an image stands at each input. int32 [tasks, inputs]. As they lie when absent. */
  readonly views?: Feed;
  /** Whether the images of batches are cut out and mirrored. */
  readonly areCutOut?: boolean;
}

/** What a step is made from: tensors of one step. */
export interface GivenToStep {
  /** The variables of θ. */
  readonly parameters: readonly tf.Tensor[];
  readonly batches: Readonly<Record<string, BatchTensors>>;
  readonly constants: Tensors;
  readonly carried: Tensors;
  readonly count: tf.Scalar;
  readonly learningRate: tf.Scalar;
  readonly examples: Step['examples'];
}

/** The results of a step, before the optimizer has its turn and after it. */
export interface StepResults {
  readonly loss: tf.Scalar;
  /** With respect to the variables of θ. */
  readonly gradients: readonly tf.Tensor[];
  /** What becomes of what the optimizer proposes, θ and its slots, and what the next step gets; θ is in one piece then. */
  readonly next?: (
    theta: tf.Tensor1D,
    slots: readonly tf.Tensor1D[],
  ) => { readonly theta: tf.Tensor1D; readonly slots: readonly tf.Tensor1D[]; readonly carried: Tensors };
}

/** A step up to the point where it may ask the host, and how it goes on from there. */
export interface StepParts {
  readonly question: Question | undefined;
  /** What each row of a batch was taken for, int32 [rows]; where it is wanted. */
  readonly answers?: tf.Tensor1D;
  readonly results: (answers: Tensors) => StepResults;
}

export interface TrainingGraphInput {
  /** Shapes of the variables that θ is kept in, in its order: the network's tensors, or θ in one piece. */
  readonly shapes: readonly (readonly number[])[];
  readonly optimizer: FusedOptimizer;
  /** Whether θ is multiplied by a number before the optimizer has its turn: decoupled weight decay. */
  readonly decays?: boolean;
  /** Slots of the optimizer, each kept in the same shapes. */
  readonly slots: number;
  readonly batches: readonly BatchLayout[];
  readonly data: GraphData;
  /** Tensors of the method: fed by reference with each call, so that they may change. */
  readonly constants: Readonly<Record<string, Feed>>;
  /** What steps hand on, as it may be at first: kept in variables. */
  readonly carried: Readonly<Record<string, TensorSpec>>;
  /** Whether the method has a say after the optimizer; θ is in one piece then. */
  readonly hasNext: boolean;
  /** Whether the method may ask the host. */
  readonly mayAsk: boolean;
  /** A pure function of tensors. */
  readonly step: (given: GivenToStep) => StepParts;
}

/** One batch of all steps of a call: one row for each step. */
export interface BatchFeeds {
  /** int32 [count, rows]. */
  readonly indices: Int32Array;
  /** Rows in the tables of targets, int32 [count, rows]. */
  readonly labelRows: Int32Array;
  /** int32 [count, rows]. */
  readonly tasks: Int32Array;
  /** float32 [count, rows]. */
  readonly weights: Float32Array;
  /** Bytes 0/1 [count, rows, hidden units], 1 for what is kept; where hidden units are dropped. */
  readonly kept?: Uint8Array;
  /** How images are cut out and mirrored, float32 [count, rows, 4]. */
  readonly boxes?: Float32Array;
  readonly columns: Readonly<Record<string, Float32Array | Int32Array>>;
}

/** Steps to take. */
export interface StepFeeds {
  readonly count: number;
  /** Of each step: the step size and Adam's ε, as the optimizer has them. float32 [count]. */
  readonly stepSizes: Float32Array;
  readonly epsilons: Float32Array;
  /** Of each step: what θ is multiplied by before the optimizer has its turn, where it decays. float32 [count]. */
  readonly keptShares?: Float32Array;
  /** Of each step: how many there were since the optimizer's slots were zero, it included; and its learning rate. float32 [count]. */
  readonly counts: Float32Array;
  readonly learningRates: Float32Array;
  readonly batches: Readonly<Record<string, BatchFeeds>>;
}

/** What came of some steps. */
export interface Taken {
  /** Of each step, before its update. */
  readonly losses: Float32Array;
  /** Of each step what the rows of its batch `current` were taken for before its update; empty where it is not wanted. */
  readonly answers: readonly Int32Array[];
}

/** What the variables of a graph hold: θ and the slots flat. */
export interface GraphState {
  readonly theta: tf.Tensor1D;
  readonly slots: readonly tf.Tensor1D[];
  readonly carried: Tensors;
}
