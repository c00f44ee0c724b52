import type * as tf from '@tensorflow/tfjs-core';

/** What a training step gets of its batch: float32 tensors. */
export interface BatchTensors {
  /** Inputs 0..1, [rows, inputs]. */
  readonly x: tf.Tensor2D;
  /** [rows, outputs]. */
  readonly targets: tf.Tensor2D;
  /** Weight of each example in the loss, [rows]. */
  readonly weights: tf.Tensor1D;
  /** 0/1, [rows, outputs]: the outputs that take part. Absent when all do. */
  readonly active?: tf.Tensor2D;
  /** 0/1, [rows, hidden units of all layers]: the units that are not dropped. Absent without dropout. */
  readonly kept?: tf.Tensor2D;
}

/** A method's tensors that its part of a step uses, by name. */
export type Constants = Readonly<Record<string, tf.Tensor>>;

/** A step to take: the examples of its batch, and the step size. */
export interface Step {
  /** Indices into the training examples. */
  readonly indices: Int32Array;
  readonly weights: Float32Array;
  readonly learningRate: number;
  /** Bytes 0/1 [rows, hidden units of all layers]; with dropout. */
  readonly kept?: Uint8Array;
}
