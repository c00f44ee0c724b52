import * as tf from '@tensorflow/tfjs-core';
import type { Method } from '../methods/method';
import { maskLogits, weightedCrossEntropy, weightedSquaredError } from '../networks/layers';
import { flatten, logitsOf, parametersOf, type Network } from '../networks/network';
import type { BatchTensors, Constants } from './batch';

/**
 * Loss of a batch and its gradients with respect to the network's parameters, in the order of its views: a pure function
 * of tensors.
 */
export function lossAndGradients(
  network: Network,
  parameters: readonly tf.Tensor[],
  { x, targets, weights, active, kept }: BatchTensors,
): { loss: tf.Scalar; gradients: tf.Tensor[] } {
  const dropout = kept && tf.split<tf.Tensor2D>(kept, [...network.spec.hidden], 1);
  const lossOf = (...own: tf.Tensor[]) => {
    const logits = logitsOf(network, own, x, dropout);
    if (network.spec.output === 'relu') return weightedSquaredError(logits, targets, weights, active);
    return weightedCrossEntropy(active ? maskLogits(logits, active) : logits, targets, weights);
  };
  const { value, grads } = tf.valueAndGrads(lossOf)([...parameters]);
  return { loss: value, gradients: grads };
}

/** The same with respect to the flat θ, with what the method adds to it; runs eagerly and in compiled steps alike. */
export function lossAndGradient(
  network: Network,
  method: Method,
  theta: tf.Tensor1D,
  batch: BatchTensors,
  constants: Constants,
): { loss: tf.Scalar; gradient: tf.Tensor1D } {
  const found = lossAndGradients(network, parametersOf(network, theta), batch);
  let { loss } = found;
  let gradient = flatten(found.gradients);
  const penalty = method.penalty?.(theta, constants);
  if (penalty) {
    gradient = tf.add(gradient, penalty.gradient);
    loss = tf.add(loss, penalty.value);
  }
  return { loss, gradient: method.gradient?.(gradient, theta, constants) ?? gradient };
}
