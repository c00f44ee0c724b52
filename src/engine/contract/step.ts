import type * as tf from '@tensorflow/tfjs-core';
import type { Stored } from './memory';

/** Tensors by name, of fixed shapes. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Examples of a step as tensors. */
export interface BatchTensors {
  /** Inputs, each augmented, in its task's view and normalised as the experiment has it, float32 [rows, inputs]. */
  readonly x: tf.Tensor2D;
  /** float32 [rows, outputs]. */
  readonly targets: tf.Tensor2D;
  /** Weight of each example in the loss, float32 [rows]. */
  readonly weights: tf.Tensor1D;
  /** 0/1, float32 [rows, outputs]: the outputs that take part. Absent when all do. */
  readonly active?: tf.Tensor2D;
  /** 0/1, float32 [rows, hidden units of all layers]: the units that are not dropped. Absent without dropout. */
  readonly kept?: tf.Tensor2D;
  /** What the method gave with each example, by name: [rows], or [rows, width]. */
  readonly columns: Tensors;
}

/** What the network makes of a batch. What nobody uses costs a compiled step nothing. */
export interface Outputs {
  /** Before softmax or output ReLU, and before outputs are masked: [rows, outputs]. */
  readonly logits: tf.Tensor2D;
  /** What each layer passes on, [rows, units]; the last are the logits. */
  readonly layers: readonly tf.Tensor2D[];
  /** Running statistics after these rows, [buffers]; in training, of a network that has some. */
  readonly buffers?: tf.Tensor1D;
}

/** A loss at some θ, and its gradients with respect to θ. */
export interface Slope {
  /** With all penalties. */
  readonly loss: tf.Scalar;
  /** Gradient of the batches' loss alone, [parameters]. */
  readonly task: tf.Tensor1D;
  /** Gradient with all penalties, and all that methods made of it, [parameters]. */
  readonly total: tf.Tensor1D;
  /** What methods note on the way for their `carry`; each under a name of its own. */
  readonly notes?: Tensors;
  /**
   * Running statistics after the batches, one after the other; of a network that has some. The step keeps those of the
   * slope that the optimiser gets; where a method leaves them out, those of the first slope that was asked for.
   */
  readonly buffers?: tf.Tensor1D;
}

/**
 * The slope at some θ: of the loss over all batches that belong to it, as the methods before this one in a combination
 * have it; or, where batches are given, by name or as they are, of the loss over those alone, as `loss` of all methods has
 * it, with all penalties, and with nothing that `gradient` parts make of it.
 */
export type Differentiate = (theta: tf.Tensor1D, batches?: readonly (string | BatchTensors)[]) => Slope;

/** What a step of the optimiser comes to. */
export interface Proposed {
  /** [parameters]. */
  readonly theta: tf.Tensor1D;
  /** The optimiser's slots after its step, by name (Adam's `m` and `v`, the `velocity`), each [parameters]. */
  readonly slots: Readonly<Record<string, tf.Tensor1D>>;
}

/** What a method makes of it; what is left out stays as it was proposed. */
export type Rewritten = Partial<Proposed>;

/** Plain arrays by name. */
export type Arrays = Readonly<Record<string, Stored>>;

/** What the host is asked in the middle of a step, and how the step goes on. */
export interface Question {
  /** What the host is told. */
  readonly told: Tensors;
  /** Shape of each answer, float32. */
  readonly answers: Readonly<Record<string, readonly number[]>>;
  /**
   * The host's part. It says the same when it is told the same, for it may be asked again about one step (when a new
   * graph is tested), and it is that of the first step of a graph: it may look at the method's memory, but holds no
   * tensors.
   */
  readonly answer: (told: Arrays) => Readonly<Record<string, Float32Array>>;
  /** The slope that the optimiser gets: traced, as are all parts of a step. What it uses is not computed again. */
  readonly goOn: (answers: Tensors) => Slope;
}

/** A step as a method sees it: tensors and pure functions of them. All of it is traced into one graph. */
export interface Step {
  /** Parameters before the step, [parameters]. */
  readonly theta: tf.Tensor1D;
  readonly batches: Readonly<Record<string, BatchTensors>>;
  /** The method's own: what its `constants` gave, arrays of bytes as int32, and what the step before carried over. */
  readonly constants: Tensors;
  readonly carried: Tensors;
  /** Steps since the optimiser's slots were zero, this one included: a number that differs from step to step. */
  readonly count: tf.Scalar;
  /** That of this step, without what the optimiser makes of it. */
  readonly learningRate: tf.Scalar;
  /** The network in training, with the batch's dropout. */
  readonly outputs: (theta: tf.Tensor1D, batch: BatchTensors) => Outputs;
  /**
   * Training examples that the step itself chose, each in its task's view and of the same weight, without dropout and
   * not augmented.
   *
   * @param indices into the training examples of the data set, int32 [rows]
   * @param tasks in whose view, and with whose labels, each is seen, int32 [rows]
   */
  readonly examples: (indices: tf.Tensor1D, tasks: tf.Tensor1D) => BatchTensors;
}
