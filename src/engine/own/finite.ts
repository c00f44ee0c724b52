import * as tf from '@tensorflow/tfjs-core';

/** Whether all numbers of a tensor are: their sum is none otherwise. It is read back. */
export const isFiniteTensor = (tensor: tf.Tensor): boolean =>
  Number.isFinite(tf.tidy(() => tf.sum(tensor).dataSync()[0]));

/** Whether all numbers of an array are. */
export const isFiniteArray = (values: ArrayLike<number>): boolean => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
};
