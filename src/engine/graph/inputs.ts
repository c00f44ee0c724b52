import * as tf from '@tensorflow/tfjs-core';
import { numbersOf, rowsAt, valuesAt, type Bytes } from './bytes';

/**
 * Rows of images as inputs 0..1, float32 [rows, inputs]: bytes divided by 255, in single precision. For graphs.
 *
 * @param images bytes [examples, inputs]
 * @param indices int32 [rows]
 * @param view which value of an image stands at each input, in all rows, int32 [inputs], or in each row, [rows, inputs];
 *   as they lie when left out
 * @param hasGaps whether a view may say −1, which is a zero
 */
export function inputsAt(images: Bytes, indices: tf.Tensor, view?: tf.Tensor, hasGaps = false): tf.Tensor2D {
  const rows = rowsAt(images, indices);
  if (!view || !hasGaps) return tf.div(numbersOf(view ? valuesAt(rows, view) : rows, 'float32'), 255);
  const nearest = numbersOf(valuesAt(rows, tf.maximum(view, tf.scalar(0, 'int32'))), 'float32');
  const isThere = tf.greaterEqual(view, tf.scalar(0, 'int32'));
  return tf.div(tf.mul(nearest, tf.cast(isThere, 'float32')), 255);
}
