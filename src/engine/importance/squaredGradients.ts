import * as tf from '@tensorflow/tfjs-core';
import type { EwcSettings } from '../../core/methods/ewc';
import { filterSquaresKernel } from '../backend/wasmConvolution';
import { inputGradient, poolGradient, seenByWeights } from '../networks/convolution';
import { maskLogits, oneHot, weightedCrossEntropy } from '../networks/layers';
import type { Convolution, LayeredNetwork, Network } from '../contract/network';
import { flatten, layersOf, logitsOf, parametersOf, passesOf, type LayerPass } from '../networks/network';

/** Labels whose gradients are squared: see `fisherDiagonal`. */
export type FisherKind = EwcSettings['fisher'];

/** A batch of n examples: float32 tensors. */
export interface FisherBatch {
  /** Inputs, [n, inputs]. */
  readonly x: tf.Tensor2D;
  /**
   * `empirical`, `batched`: one-hot true labels [n, outputs]; `sampled`: a uniform number of [0, 1) for each example
   * [n, 1]; `exact`: none.
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
  const layers = layersOf(network, parameters);
  const logits = passes.at(-1)?.output as tf.Tensor2D;
  let delta: tf.Tensor = logitGradients(kind, tf.softmax(maskLogits(logits, batch.active)), batch, units);
  const squares: tf.Tensor[] = [];
  for (let i = layers.length - 1; i >= 0; i--) {
    const [pass, layer, weights] = [passes[i], network.layers[i], layers[i]?.weights];
    if (!pass || !layer || !weights) break;
    const bias = network.spec.bias ? [biasSquares(delta)] : [];
    squares.unshift(weightSquares(layer, pass, delta), ...bias);
    const below = passes[i - 1];
    if (below) delta = throughOutput(network, i - 1, below, throughWeights(layer, pass, delta, weights));
  }
  return flatten(squares);
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
    const targets = kind === 'sampled' ? drawn(probabilities, labels as tf.Tensor2D) : (labels as tf.Tensor2D);
    return tf.mul(tf.sub(probabilities, targets), tf.sqrt(weights));
  }
  const outputs = probabilities.shape[1];
  const each = oneHot(units, outputs);
  // A product with ones and zeros picks rows exactly.
  const shares = tf.matMul(each, tf.transpose(tf.mul(probabilities, weights)));
  const gradients = tf.sub(tf.expandDims(probabilities, 0), tf.expandDims(each, 1));
  return tf.reshape(tf.mul(gradients, tf.expandDims(tf.sqrt(shares), 2)), [-1, outputs]);
}

/** Multiplied in float32 by a sum of probabilities it stays below that sum. */
const BELOW_ONE = 1 - 2 ** -23;

/** One label for each row, drawn with a number of [0, 1): one-hot rows. */
export function drawn(probabilities: tf.Tensor2D, uniform: tf.Tensor2D): tf.Tensor2D {
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

type Layer = LayeredNetwork['layers'][number];

/** The gradient of a layer's input, [rows, inputs], from that of what its weights gave. */
function throughWeights(layer: Layer, { input }: LayerPass, delta: tf.Tensor, weights: tf.Tensor): tf.Tensor2D {
  if (layer.kind === 'dense') return tf.matMul(delta, tf.transpose(weights as tf.Tensor2D));
  const shape = [delta.shape[0], ...input.shape.slice(1)];
  const gradient = inputGradient(delta as tf.Tensor4D, weights as tf.Tensor4D, shape);
  return tf.reshape(gradient, [delta.shape[0], -1]);
}

/** The gradient of what a hidden layer's weights gave, from that of what the layer passes on, [labels · n, units]. */
function throughOutput(network: LayeredNetwork, index: number, pass: LayerPass, delta: tf.Tensor2D): tf.Tensor {
  const layer = network.layers[index];
  if (layer?.kind === 'convolution') return throughPool(layer, pass, delta);
  const { dropout, dropoutScaling } = network.spec;
  const passed = tf.step(pass.activation);
  const slope = dropoutScaling === 'training' ? passed : tf.mul(passed, 1 - dropout);
  return tf.reshape(tf.mul(tf.reshape(delta, [-1, ...slope.shape]), slope), delta.shape);
}

/** Of each window the value that was passed on gets the gradient, where the ReLU let it through. */
function throughPool({ filters }: Convolution, { activation, output }: LayerPass, delta: tf.Tensor2D): tf.Tensor4D {
  const [examples, height = 0, width = 0] = activation.shape;
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  const passedOn = tf.reshape<tf.Rank.R4>(output, [examples, rows, columns, filters]);
  const slope = poolGradient(tf.step(passedOn), activation as tf.Tensor4D, passedOn);
  // The last row or column of an odd image is in no window.
  const inWindows = tf.slice(slope, [0, 0, 0, 0], [examples, 2 * rows, 2 * columns, filters]);
  const [stacked] = delta.shape;
  // Not tf.tile: it is slow on WASM.
  const ofLabels = tf.concat(Array.from({ length: stacked / examples }, () => inWindows));
  // One product for all four places of a window.
  const spread = tf.mul(
    tf.reshape(delta, [stacked * rows, 1, columns, 1, filters]),
    tf.reshape(ofLabels, [stacked * rows, 2, columns, 2, filters]),
  );
  const images = tf.reshape<tf.Rank.R4>(spread, [-1, 2 * rows, 2 * columns, filters]);
  const [below, beside] = [height % 2, width % 2];
  if (below === 0 && beside === 0) return images;
  return tf.pad(images, [
    [0, 0],
    [0, below],
    [0, beside],
    [0, 0],
  ]);
}

/** Σ of the squared gradients of a layer's weights. @param delta gradients of what they gave, [labels · n, …] */
function weightSquares(layer: Layer, { input }: LayerPass, delta: tf.Tensor): tf.Tensor {
  if (layer.kind === 'convolution') return convolutionSquares(layer, input as tf.Tensor4D, delta as tf.Tensor4D);
  const [examples] = input.shape;
  const squares = tf.reshape(tf.square(delta), [-1, examples, layer.units]);
  const ofExamples: tf.Tensor2D = squares.shape[0] === 1 ? tf.squeeze(squares, [0]) : tf.sum(squares, 0);
  return tf.matMul(tf.transpose(tf.square(input as tf.Tensor2D)), ofExamples);
}

/** Σ of the squared gradients of a layer's biases, each of one example and label the sum over places. */
function biasSquares(delta: tf.Tensor): tf.Tensor {
  const [rows] = delta.shape;
  const ofExamples = delta.rank === 2 ? delta : tf.sum(tf.reshape(delta, [rows, -1, delta.shape.at(-1) ?? 1]), 1);
  return tf.sum(tf.square(ofExamples), 0);
}

function convolutionSquares({ kernel, filters }: Convolution, x: tf.Tensor4D, delta: tf.Tensor4D): tf.Tensor {
  if (tf.getBackend() === 'wasm') return tf.engine().runKernel(filterSquaresKernel, { x, dy: delta }, { kernel });
  const [examples, height, width, channels] = x.shape;
  const [places, weights, labels] = [height * width, kernel * kernel * channels, delta.shape[0] / examples];
  const seen = tf.reshape(seenByWeights(x, kernel), [examples, places, weights]);
  const deltas = tf.transpose(tf.reshape(delta, [labels, examples, places, filters]), [1, 2, 0, 3]);
  const gradients = tf.matMul(seen, tf.reshape(deltas, [examples, places, labels * filters]), true, false);
  const ofLabels = tf.reshape(tf.sum(tf.square(gradients), 0), [weights, labels, filters]);
  return tf.sum(ofLabels, 1);
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
