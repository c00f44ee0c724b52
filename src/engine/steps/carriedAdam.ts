import * as tf from '@tensorflow/tfjs-core';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Adam of a network besides the one in training: its parameters, both moments, and the steps taken, all carried by steps. */
export interface CarriedAdam {
  /** [parameters]. */
  readonly theta: tf.Tensor1D;
  readonly m: tf.Tensor1D;
  readonly v: tf.Tensor1D;
  /** Steps since the moments were zero, [1]. */
  readonly count: tf.Tensor1D;
}

/**
 * One step more, as a pure function of tensors (Kingma & Ba 2015, with ε where PyTorch has it): the rule of `optimizer.ts`,
 * whose count is a number of the host.
 */
export function adamStep(
  { theta, m, v, count }: CarriedAdam,
  gradient: tf.Tensor1D,
  learningRate: number,
): CarriedAdam {
  const taken = tf.add<tf.Tensor1D>(count, 1);
  // 1 − βᵗ, which loses no digits this way.
  const [correction1, correction2] = [BETA1, BETA2].map((beta) => tf.neg(tf.expm1(tf.mul(taken, Math.log(beta))))) as [
    tf.Tensor1D,
    tf.Tensor1D,
  ];
  const nextM = tf.add<tf.Tensor1D>(tf.mul(m, BETA1), tf.mul(gradient, 1 - BETA1));
  const nextV = tf.add<tf.Tensor1D>(tf.mul(v, BETA2), tf.mul(tf.square(gradient), 1 - BETA2));
  const root = tf.sqrt(correction2);
  const stepSize = tf.div(tf.mul(root, learningRate), correction1);
  const change = tf.div(tf.mul(nextM, stepSize), tf.add(tf.sqrt(nextV), tf.mul(root, EPSILON)));
  return { theta: tf.sub<tf.Tensor1D>(theta, change), m: nextM, v: nextV, count: taken };
}
