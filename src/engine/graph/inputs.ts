import * as tf from '@tensorflow/tfjs-core';
import { numbersOf, rowsAt, valuesAt, type Bytes } from './bytes';

/**
 * Rows of images as inputs 0..1, float32 [rows, inputs]: bytes divided by 255, in single precision. For graphs.
 *
 * @param images bytes [examples, inputs]
 * @param indices int32 [rows]
 * @param view which value of an image stands at each input, in all rows, int32 [inputs], or in each row, [rows, inputs];
 *   as they lie when left out
 */
export function inputsAt(images: Bytes, indices: tf.Tensor, view?: tf.Tensor): tf.Tensor2D {
  const rows = rowsAt(images, indices);
  return tf.div(numbersOf(view ? valuesAt(rows, view) : rows, 'float32'), 255);
}
