import * as tf from '@tensorflow/tfjs-core';
import type { Network } from '../contract/network';
import { maskLogits, oneHot, weightedCrossEntropy } from '../networks/layers';
import { flatten, logitsOf, parametersOf } from '../networks/network';
import { labelsOf, sumOfGradients, type FisherBatch, type FisherKind } from './squaredGradients';

/** Examples with one label each that one graph differentiates, one after the other. */
const PAIRS = 8;

/** So many examples fit in a batch when each comes with so many labels. */
export const pairsAtOnce = (labels: number): number => Math.max(1, Math.floor(PAIRS / labels));

/**
 * `squaredGradients` of a network of which nothing is known but its function: one example and label at a time, by automatic
 * differentiation. A compiled graph has each example's pass forward once, whatever the number of labels.
 */
export function squaredGradientsOneByOne(
  network: Network,
  kind: FisherKind,
  theta: tf.Tensor1D,
  batch: FisherBatch,
  units: readonly number[],
): tf.Tensor1D {
  const parameters = parametersOf(network, theta);
  if (kind === 'batched') return tf.square(sumOfGradients(network, parameters, batch));
  const { x, labels, weights, active, buffers } = batch;
  const [rows] = x.shape;
  const outputs = active.shape[1];
  let total = tf.zeros<tf.Rank.R1>([network.parameterCount]);
  for (let row = 0; row < rows; row++) {
    const only = <T extends tf.Tensor>(tensor: T): T => tf.slice(tensor, row, 1);
    const [image, weight] = [only(x), only(weights)];
    const logits = (p: readonly tf.Tensor[]) => maskLogits(logitsOf(network, p, image, buffers), active);
    const add = (target: tf.Tensor2D, share: tf.Tensor) => {
      total = tf.tidy(() => {
        const gradient = gradientFor(parameters, logits, target);
        return tf.add(total, tf.mul(tf.square(gradient), tf.reshape(share, [])));
      });
    };
    if (kind === 'empirical') {
      add(only(labels as tf.Tensor2D), weight);
      continue;
    }
    const probabilities = tf.softmax<tf.Tensor2D>(logits(parameters));
    if (kind !== 'exact') add(labelsOf(kind, probabilities, labels && only(labels)), weight);
    else
      for (const unit of units)
        add(oneHot([unit], outputs), tf.mul(tf.slice(probabilities, [0, unit], [1, 1]), weight));
  }
  return total;
}

/** The gradient of the cross-entropy of one row, flat. */
function gradientFor(
  parameters: readonly tf.Tensor[],
  logits: (p: readonly tf.Tensor[]) => tf.Tensor2D,
  target: tf.Tensor2D,
): tf.Tensor1D {
  const one = tf.ones<tf.Rank.R1>([1]);
  return flatten(tf.grads((...p: tf.Tensor[]) => weightedCrossEntropy(logits(p), target, one))([...parameters]));
}
