import * as tf from '@tensorflow/tfjs-core';
import type { Method } from '../methods/method';
import { maskLogits, weightedCrossEntropy, weightedSquaredError } from '../networks/layers';
import { flatten, logitsOf, parametersOf, type Network } from '../networks/network';
import type { BatchTensors, Constants } from './batch';

/**
 * Loss of a batch and its gradient with respect to θ, with what the method adds to it: a pure function of tensors, which
 * runs eagerly and as part of a compiled step alike.
 */
export function lossAndGradient(
  network: Network,
  method: Method,
  theta: tf.Tensor1D,
  { x, targets, weights, active, kept }: BatchTensors,
  constants: Constants,
): { loss: tf.Scalar; gradient: tf.Tensor1D } {
  const dropout = kept && tf.split<tf.Tensor2D>(kept, [...network.spec.hidden], 1);
  const lossOf = (...parameters: tf.Tensor[]) => {
    const logits = logitsOf(network, parameters, x, dropout);
    if (network.spec.output === 'relu') return weightedSquaredError(logits, targets, weights, active);
    return weightedCrossEntropy(active ? maskLogits(logits, active) : logits, targets, weights);
  };
  const { value, grads } = tf.valueAndGrads(lossOf)(parametersOf(network, theta));
  let loss: tf.Scalar = value;
  let gradient = flatten(grads);
  const penalty = method.penalty?.(theta, constants);
  if (penalty) {
    gradient = tf.add(gradient, penalty.gradient);
    loss = tf.add(loss, penalty.value);
  }
  return { loss, gradient: method.gradient?.(gradient, theta, constants) ?? gradient };
}
