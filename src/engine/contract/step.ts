import type * as tf from '@tensorflow/tfjs-core';

/** Tensors by name, of fixed shapes. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Examples of a step as tensors. */
export interface BatchTensors {
  /** Inputs 0..1, each in its task's view, float32 [rows, inputs]. */
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
}

/**
 * The slope at some θ: of the loss over all batches that belong to it, as the methods before this one in a combination
 * have it; or, where batches are named, of the plain loss over those alone, with all penalties.
 */
export type Differentiate = (theta: tf.Tensor1D, batches?: readonly string[]) => Slope;

/** A step as a method sees it: tensors and pure functions of them. All of it is traced into one graph. */
export interface Step {
  /** Parameters before the step, [parameters]. */
  readonly theta: tf.Tensor1D;
  readonly batches: Readonly<Record<string, BatchTensors>>;
  /** The method's own: what its `constants` gave, and what the step before carried over. */
  readonly constants: Tensors;
  readonly carried: Tensors;
  /** The network in training, with the batch's dropout. */
  readonly outputs: (theta: tf.Tensor1D, batch: BatchTensors) => Outputs;
}
