import * as tf from '@tensorflow/tfjs-core';

/** Whether all numbers of a tensor are: their sum is none otherwise. It is read back. */
export const isFiniteTensor = (tensor: tf.Tensor): boolean =>
  Number.isFinite(tf.tidy(() => tf.sum(tensor).dataSync()[0]));

/** Whether all numbers of an array are. */
export const isFiniteArray = (values: Float32Array): boolean => values.every(Number.isFinite);
