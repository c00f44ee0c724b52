import * as tf from '@tensorflow/tfjs-core';

/** In place of a norm of 0. */
const TINY = 1e-12;

/** The proximal step of an L1 norm: sign(x) · max(|x| − threshold, 0). Exactly 0 where |x| is not above the threshold. */
export const softThreshold = <T extends tf.Tensor>(x: T, threshold: number): T =>
  tf.sub<T>(tf.relu(tf.sub(x, threshold)), tf.relu(tf.sub(tf.neg(x), threshold)));

/**
 * The proximal step of a group lasso whose groups are the weights into each unit that take part: the group's vector w becomes
 * w · max(1 − threshold / ‖w‖, 0). The others stay.
 *
 * @param weights [inputs, units]
 * @param takesPart 0/1, of the same shape
 */
export function groupThreshold(weights: tf.Tensor2D, takesPart: tf.Tensor2D, threshold: number): tf.Tensor2D {
  const part = tf.mul<tf.Tensor2D>(weights, takesPart);
  const norms = tf.sqrt(tf.sum(tf.square(part), 0, true));
  const factor = tf.relu(tf.sub(1, tf.div(threshold, tf.maximum(norms, TINY))));
  return tf.add(tf.sub(weights, part), tf.mul(part, factor));
}
