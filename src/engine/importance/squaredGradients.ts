import * as tf from '@tensorflow/tfjs-core';
import type { EwcSettings } from '../../core/methods/ewc';
import { maskLogits, oneHot, weightedCrossEntropy } from '../networks/layers';
import type { LayeredNetwork, Network } from '../contract/network';
import { flatten, logitsOf, parametersOf, passesOf } from '../networks/network';
import { summedMagnitudes } from './summedMagnitudes';

/** Labels whose gradients are squared: see `fisherDiagonal`. */
export type FisherKind = EwcSettings['fisher'];

/** A batch of n examples: float32 tensors. */
export interface FisherBatch {
  /** Inputs, [n, inputs]. */
  readonly x: tf.Tensor2D;
  /**
   * `empirical`, `batched`: one-hot true labels [n, outputs]; `sampled`: a uniform number of [0, 1) for each example
   * [n, 1]; `exact`, `predicted`: none.
   */
  readonly labels?: tf.Tensor2D | undefined;
  /** Weight of each example in the sum (`batched`: in the mean gradient), [n, 1]; 0 where a row only fills the batch up. */
  readonly weights: tf.Tensor2D;
  /** 0/1, [1, outputs]: the outputs among which the softmax is. */
  readonly active: tf.Tensor2D;
  /** Running statistics, [buffers]; of a network that has some. */
  readonly buffers?: tf.Tensor1D | undefined;
}

/**
 * Σ over the batch of the squared gradients of −log p(y|x) with respect to θ, for the labels y that `kind` asks for;
 * `batched`: the square of the weighted sum of gradients. Flat, [parameters]. The network is as at test time. A pure
 * function of tensors, of fixed shapes, without loops over examples:
 *
 * - Of a dense layer the gradient of one example is the outer product of its input a and output gradient δ, so the sum
 *   of squares is one matrix product, (a²)ᵀ Σ_y p_y δ_y².
 * - Of a convolution it is the sum of such products over places, and has to be made for each example.
 *
 * All labels pass backwards at once, stacked label after label; a label's weight p_y enters as √p_y, once.
 *
 * @param units `exact`: the outputs that may be labels (all that are active must be among them)
 */
export function squaredGradients(
  network: LayeredNetwork,
  kind: FisherKind,
  theta: tf.Tensor1D,
  batch: FisherBatch,
  units: readonly number[],
): tf.Tensor1D {
  const parameters = parametersOf(network, theta);
  if (kind === 'batched') return tf.square(sumOfGradients(network, parameters, batch));
  const passes = passesOf(network, parameters, batch.x);
  const logits = passes.at(-1)?.output as tf.Tensor2D;
  const delta = logitGradients(kind, tf.softmax(maskLogits(logits, batch.active)), batch, units);
  return summedMagnitudes(network, parameters, passes, delta, 'square');
}

export function sumOfGradients(network: Network, parameters: readonly tf.Tensor[], batch: FisherBatch): tf.Tensor1D {
  const { x, labels, active, buffers } = batch;
  // Made here: what is made inside of the loss is gone when its gradient is computed.
  const weights = tf.reshape<tf.Rank.R1>(batch.weights, [-1]);
  const loss = (...p: tf.Tensor[]) =>
    weightedCrossEntropy(maskLogits(logitsOf(network, p, x, buffers), active), labels as tf.Tensor2D, weights);
  return flatten(tf.grads(loss)([...parameters]));
}

/** √w (p − y) for each label y of weight w: the gradients at the logits, [labels · n, outputs]. */
function logitGradients(
  kind: FisherKind,
  probabilities: tf.Tensor2D,
  { labels, weights }: FisherBatch,
  units: readonly number[],
): tf.Tensor2D {
  if (kind !== 'exact') {
    const targets = labelsOf(kind, probabilities, labels);
    return tf.mul(tf.sub(probabilities, targets), tf.sqrt(weights));
  }
  const outputs = probabilities.shape[1];
  const each = oneHot(units, outputs);
  // A product with ones and zeros picks rows exactly.
  const shares = tf.matMul(each, tf.transpose(tf.mul(probabilities, weights)));
  const gradients = tf.sub(tf.expandDims(probabilities, 0), tf.expandDims(each, 1));
  return tf.reshape(tf.mul(gradients, tf.expandDims(tf.sqrt(shares), 2)), [-1, outputs]);
}

/** One label for each row, of a kind that has one: one-hot rows. @param given labels or numbers of the batch */
export function labelsOf(kind: FisherKind, probabilities: tf.Tensor2D, given: tf.Tensor2D | undefined): tf.Tensor2D {
  if (kind === 'sampled') return drawn(probabilities, given as tf.Tensor2D);
  if (kind !== 'predicted') return given as tf.Tensor2D;
  const units = tf.range(0, probabilities.shape[1], 1, 'int32');
  return tf.cast(tf.equal(tf.expandDims(tf.argMax(probabilities, 1), 1), units), 'float32');
}

/** Multiplied in float32 by a sum of probabilities it stays below that sum. */
const BELOW_ONE = 1 - 2 ** -23;

/** One label for each row, drawn with a number of [0, 1): one-hot rows. */
function drawn(probabilities: tf.Tensor2D, uniform: tf.Tensor2D): tf.Tensor2D {
  const [rows, outputs] = probabilities.shape;
  const upTo = tf.cumsum(probabilities, 1);
  // The probabilities may add up to a little less than 1.
  const number = tf.mul(tf.minimum(uniform, BELOW_ONE), tf.slice(upTo, [0, outputs - 1], [rows, 1]));
  const reached = tf.step<tf.Tensor2D>(tf.sub(upTo, number));
  return tf.sub(
    reached,
    tf.pad(tf.slice(reached, [0, 0], [rows, outputs - 1]), [
      [0, 0],
      [1, 0],
    ]),
  );
}

/** Floats that the largest tensor of a batch may have (4 MB of an MLP, 16 MB of a convolutional network). */
const LARGEST = { dense: 2 ** 20, convolution: 2 ** 22 };

/** So many examples fit in a batch when so many labels pass backwards at once. */
export function examplesAtOnce({ layers }: LayeredNetwork, labels: number): number {
  const perExample = layers.map((layer) => {
    if (layer.kind === 'dense') return layer.units;
    const [height, width, channels] = layer.image;
    return layer.filters * Math.max(height * width, layer.kernel ** 2 * channels);
  });
  const kind = layers[0]?.kind ?? 'dense';
  return Math.max(1, Math.min(500, Math.floor(LARGEST[kind] / (labels * Math.max(...perExample)))));
}
