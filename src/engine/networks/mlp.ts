import * as tf from '@tensorflow/tfjs-core';
import type { NetworkSpec } from '../../core/recipe';
import { partsKernel } from '../backend/wasmKernels';
import { normalStream, type Random } from '../random';
import { denseLayer, inputLayer } from './layers';

/** Where a tensor of the network lies in the flat parameter vector θ. */
export interface ParameterView {
  readonly name: string;
  readonly kind: 'weights' | 'bias';
  /** Layer, counted from 0 at the input. */
  readonly layer: number;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** A multi-layer perceptron. Its parameters live in one flat vector θ; `views` names the parts. */
export interface Network {
  readonly spec: NetworkSpec;
  /** Units of each layer, the input first. */
  readonly sizes: readonly number[];
  readonly views: readonly ParameterView[];
  readonly parameterCount: number;
}

export function createNetwork(spec: NetworkSpec, inputs: number, outputs: number): Network {
  const sizes = [inputs, ...spec.hidden, outputs];
  const views: ParameterView[] = [];
  let offset = 0;
  const add = (view: Omit<ParameterView, 'offset' | 'size'>) => {
    const size = view.shape.reduce((product, n) => product * n, 1);
    views.push({ ...view, offset, size });
    offset += size;
  };
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const shape = [sizes[layer] ?? 0, sizes[layer + 1] ?? 0];
    add({ name: `layer${layer + 1}.weights`, kind: 'weights', layer, shape });
    if (spec.bias) add({ name: `layer${layer + 1}.bias`, kind: 'bias', layer, shape: shape.slice(1) });
  }
  return { spec, sizes, views, parameterCount: offset };
}

/** Initial θ, drawn in the order of the views: see `init` in core/recipe.ts. */
export function initialise({ spec, sizes, views, parameterCount }: Network, random: Random): Float32Array {
  const theta = new Float32Array(parameterCount);
  const normal = normalStream(random);
  for (const { kind, layer, offset, size } of views) {
    const fanIn = sizes[layer] ?? 1;
    const bound = typeof spec.init === 'number' ? spec.init : 1 / Math.sqrt(fanIn);
    for (let i = offset; i < offset + size; i++) {
      if (spec.init !== 'he') theta[i] = bound * (2 * random() - 1);
      else if (kind === 'weights') theta[i] = normal() * Math.sqrt(2 / fanIn);
    }
  }
  return theta;
}

/** The tensors of θ, in the order of the views. */
export function parametersOf({ views }: Network, theta: tf.Tensor1D): tf.Tensor[] {
  const sizes = views.map(({ size }) => size);
  const parts =
    tf.getBackend() === 'wasm'
      ? (tf.engine().runKernel(partsKernel, { theta }, { sizes }) as unknown as tf.Tensor[])
      : views.map(({ offset, size }) => tf.slice(theta, [offset], [size]));
  return parts.map((part, i) => tf.reshape(part, [...(views[i]?.shape ?? [])]));
}

/** The inverse of `parametersOf`. */
export const flatten = (parameters: readonly tf.Tensor[]): tf.Tensor1D =>
  tf.concat1d(parameters.map((parameter) => tf.reshape(parameter, [-1])));

interface Layer {
  readonly weights: tf.Tensor2D;
  readonly bias: tf.Tensor1D | undefined;
}

/** Groups parameters by layer. */
export function layersOf({ spec, sizes }: Network, parameters: readonly tf.Tensor[]): Layer[] {
  const perLayer = spec.bias ? 2 : 1;
  return Array.from({ length: sizes.length - 1 }, (_, layer) => ({
    weights: parameters[layer * perLayer] as tf.Tensor2D,
    bias: spec.bias ? (parameters[layer * perLayer + 1] as tf.Tensor1D) : undefined,
  }));
}

/**
 * Outputs before the softmax (or the output ReLU), shape [batch, outputs].
 *
 * @param x inputs 0..1, shape [batch, inputs]
 * @param dropout one 0/1 mask [batch, units] per hidden layer while training; kept units are not rescaled. Without
 *   masks (at test time) hidden activations are multiplied by 1 − dropout.
 */
export function logitsOf(
  network: Network,
  parameters: readonly tf.Tensor[],
  x: tf.Tensor2D,
  dropout?: readonly tf.Tensor2D[],
): tf.Tensor2D {
  const activations = activationsOf(network, parameters, x, dropout);
  return activations[activations.length - 1] as tf.Tensor2D;
}

/** The outputs of every layer, the last one before its output function. Same arguments as `logitsOf`. */
export function activationsOf(
  network: Network,
  parameters: readonly tf.Tensor[],
  x: tf.Tensor2D,
  dropout?: readonly tf.Tensor2D[],
): tf.Tensor2D[] {
  const layers = layersOf(network, parameters);
  const kept = 1 - network.spec.dropout;
  const activations: tf.Tensor2D[] = [];
  layers.forEach(({ weights, bias }, i) => {
    const isLast = i === layers.length - 1;
    const below = activations[i - 1];
    let h = below ? denseLayer(below, weights, bias, !isLast) : inputLayer(x, weights, bias, !isLast);
    const mask = dropout?.[i];
    if (!isLast && mask) h = tf.mul(h, mask);
    else if (!isLast && kept < 1) h = tf.mul(h, kept);
    activations.push(h);
  });
  return activations;
}
