import * as tf from '@tensorflow/tfjs-core';
import type { ExampleList } from '../contract/method';
import type { Examples } from '../contract/dataset';

/**
 * Bytes of images as inputs 0..1, shape [n, inputs].
 *
 * @param views of each task which value of an image stands at each input, −1 for a zero; as they lie when left out
 */
export function inputTensor(
  examples: Examples,
  { indices, tasks }: ExampleList,
  inputs: number,
  views?: readonly Int32Array[],
): tf.Tensor2D {
  const values = new Float32Array(indices.length * inputs);
  for (let row = 0, at = 0; row < indices.length; row++) {
    const start = (indices[row] as number) * inputs;
    const view = views?.[tasks[row] as number];
    if (view)
      for (let i = 0; i < inputs; i++, at++) {
        const from = view[i] as number;
        if (from >= 0) values[at] = (examples.images[start + from] as number) / 255;
      }
    else for (let i = start; i < start + inputs; i++) values[at++] = (examples.images[i] as number) / 255;
  }
  return tf.tensor2d(values, [indices.length, inputs]);
}

/** Whether some input stands for no value of an image. */
export const haveGaps = (views: readonly Int32Array[]): boolean => views.some((view) => view.some((from) => from < 0));
