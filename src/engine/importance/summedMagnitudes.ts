import * as tf from '@tensorflow/tfjs-core';
import { filterSquaresKernel } from '../backend/wasmConvolution';
import type { Convolution, LayeredNetwork } from '../contract/network';
import { inputGradient, poolGradient, seenByWeights } from '../networks/convolution';
import { flatten, layersOf, type LayerPass } from '../networks/network';

/** What is made of an example's gradient before all are added up. Of a product it is the product of both. */
type Magnitude = 'square' | 'absolute';

const magnitudes = { square: tf.square, absolute: tf.abs } as const;

/**
 * Σ over rows of the magnitude of their gradients with respect to θ, flat, [parameters], without loops over examples: of
 * a dense layer the gradient of one example is the outer product of its input a and output gradient δ, so the sum is one
 * matrix product, |a|ᵀ |δ|. Of a convolution it is the sum of such products over places, and has to be made for each
 * example.
 *
 * @param passes what the layers made of n examples
 * @param delta gradients at the logits, [k · n, outputs]: k of each example, the first of all before the second
 */
export function summedMagnitudes(
  network: LayeredNetwork,
  parameters: readonly tf.Tensor[],
  passes: readonly LayerPass[],
  delta: tf.Tensor2D,
  magnitude: Magnitude,
): tf.Tensor1D {
  const layers = layersOf(network, parameters);
  let atOutput: tf.Tensor = delta;
  const sums: tf.Tensor[] = [];
  for (let i = layers.length - 1; i >= 0; i--) {
    const [pass, layer, weights] = [passes[i], network.layers[i], layers[i]?.weights];
    if (!pass || !layer || !weights) break;
    const bias = network.spec.bias ? [ofBiases(atOutput, magnitude)] : [];
    sums.unshift(ofWeights(layer, pass, atOutput, magnitude), ...bias);
    const below = passes[i - 1];
    if (below) atOutput = throughOutput(network, i - 1, below, throughWeights(layer, pass, atOutput, weights));
  }
  return flatten(sums);
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

/** Of a layer's weights. @param delta gradients of what they gave, [k · n, …] */
function ofWeights(layer: Layer, { input }: LayerPass, delta: tf.Tensor, magnitude: Magnitude): tf.Tensor {
  if (layer.kind === 'convolution') return ofFilters(layer, input as tf.Tensor4D, delta as tf.Tensor4D, magnitude);
  const of = magnitudes[magnitude];
  const [examples] = input.shape;
  const each = tf.reshape(of(delta), [-1, examples, layer.units]);
  const ofExamples: tf.Tensor2D = each.shape[0] === 1 ? tf.squeeze(each, [0]) : tf.sum(each, 0);
  return tf.matMul(tf.transpose(of(input as tf.Tensor2D)), ofExamples);
}

/** Of a layer's biases, whose gradient is of each row the sum over places. */
function ofBiases(delta: tf.Tensor, magnitude: Magnitude): tf.Tensor {
  const [rows] = delta.shape;
  const ofRows = delta.rank === 2 ? delta : tf.sum(tf.reshape(delta, [rows, -1, delta.shape.at(-1) ?? 1]), 1);
  return tf.sum(magnitudes[magnitude](ofRows), 0);
}

function ofFilters(
  { kernel, filters }: Convolution,
  x: tf.Tensor4D,
  delta: tf.Tensor4D,
  magnitude: Magnitude,
): tf.Tensor {
  if (tf.getBackend() === 'wasm' && magnitude === 'square')
    return tf.engine().runKernel(filterSquaresKernel, { x, dy: delta }, { kernel });
  const [examples, height, width, channels] = x.shape;
  const [places, weights, each] = [height * width, kernel * kernel * channels, delta.shape[0] / examples];
  const seen = tf.reshape(seenByWeights(x, kernel), [examples, places, weights]);
  const deltas = tf.transpose(tf.reshape(delta, [each, examples, places, filters]), [1, 2, 0, 3]);
  const gradients = tf.matMul(seen, tf.reshape(deltas, [examples, places, each * filters]), true, false);
  const ofEach = tf.reshape(tf.sum(magnitudes[magnitude](gradients), 0), [weights, each, filters]);
  return tf.sum(ofEach, 1);
}
