import * as tf from '@tensorflow/tfjs-core';
import type { Step } from '../contract/step';

/** The constants of `anchoredPenalty`: nothing while nothing is important yet. All vectors have the length of θ. */
export function anchored(importance: Float32Array, strength: number, anchor: Float32Array) {
  if (importance.length === 0) return {};
  return {
    importance: tf.tensor1d(importance.map((value) => strength * value)),
    anchor: tf.tensor1d(anchor),
  };
}

/** The penalty of a method that holds parameters near an anchor by how much each matters. */
export const anchoredPenalty = (theta: tf.Tensor1D, { constants: { importance, anchor } }: Step) =>
  importance && anchor && quadraticPenalty(theta, importance as tf.Tensor1D, anchor as tf.Tensor1D);

/** ½ Σ Ω (θ − θ*)² and its gradient Ω (θ − θ*), with the importance Ω = λ F. All vectors have the length of θ. */
export function quadraticPenalty(
  theta: tf.Tensor1D,
  importance: tf.Tensor1D,
  anchor: tf.Tensor1D,
): { value: tf.Scalar; gradient: tf.Tensor1D } {
  return tf.tidy(() => {
    const distance = tf.sub(theta, anchor);
    const gradient = tf.mul<tf.Tensor1D>(importance, distance);
    return { value: tf.mul(tf.sum<tf.Scalar>(tf.mul(gradient, distance)), 0.5), gradient };
  });
}
