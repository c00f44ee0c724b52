import * as tf from '@tensorflow/tfjs-core';

/** The values of a tensor made in a tidy. (An array that a tidy returns is searched for tensors, element by element.) */
export function valuesOf(compute: () => tf.Tensor): Float32Array {
  const tensor = tf.tidy(compute);
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}

/** The same of several tensors. */
export function valuesOfEach(compute: () => tf.Tensor[]): Float32Array[] {
  const tensors = tf.tidy(compute);
  const values = tensors.map((tensor) => tensor.dataSync() as Float32Array);
  tf.dispose(tensors);
  return values;
}
