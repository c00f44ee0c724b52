import * as tf from '@tensorflow/tfjs-core';
import type { RowFunction } from '../contract/learner';
import { parametersOf } from '../networks/network';
import { perNetwork } from '../networks/perNetwork';

/** What one layer makes of some examples: `rows × width` values, row after row. */
export interface Passed {
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
}

/**
 * What every layer of a network passes on, [rows, units] each, the outputs last: a function of θ, inputs and running
 * statistics, with the network as at test.
 */
export const passesOfLayers = perNetwork((network): RowFunction => (theta, x, buffers) => {
  const asked = { training: false, columns: {}, constants: {}, buffers: buffers as tf.Tensor1D | undefined };
  return network
    .forward(parametersOf(network, theta), x, asked)
    .layers.map((layer) => tf.reshape(layer, [layer.shape[0], -1]));
});
