import * as tf from '@tensorflow/tfjs-core';
import type { Examples } from './dataset';

/** Bytes of images as inputs 0..1, shape [n, inputs]. */
export function inputTensor(examples: Examples, indices: Int32Array, inputs: number): tf.Tensor2D {
  const values = new Float32Array(indices.length * inputs);
  for (let row = 0, at = 0; row < indices.length; row++) {
    const start = (indices[row] as number) * inputs;
    for (let i = start; i < start + inputs; i++) values[at++] = (examples.images[i] as number) / 255;
  }
  return tf.tensor2d(values, [indices.length, inputs]);
}
