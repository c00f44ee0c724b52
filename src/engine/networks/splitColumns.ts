import * as tf from '@tensorflow/tfjs-core';

/**
 * A matrix cut into parts of so many columns. Of a single part TensorFlow.js has no gradient, so that one is the matrix itself.
 */
export const splitColumns = (matrix: tf.Tensor2D, sizes: readonly number[]): tf.Tensor2D[] =>
  sizes.length === 1 ? [matrix] : tf.split<tf.Tensor2D>(matrix, [...sizes], 1);
