import * as tf from '@tensorflow/tfjs-core';
import type { Learner, RowFunction } from '../contract/learner';
import type { LayeredNetwork } from '../contract/network';
import type { Stream } from '../contract/stream';
import { activationsOf, parametersOf, requireLayers } from '../networks/network';
import { squareSide } from '../sleep/noise';
import { requireUnitInputs } from '../steps/unitInputs';
import { outputsFrom, type Sleeper } from './sleeper';

/**
 * The whole network asleep, driven by the mean image of all training images of the tasks so far, inputs 0..1. The mean is kept;
 * the largest activations are found over these images, which are read from the training data.
 *
 * @param window side of the square of the mean image that is shown in a time step (pixels)
 * @throws Error where the network has other than dense layers, or inputs are not 0..1
 */
export function sleeperOnImages(learner: Learner, window: number): Sleeper {
  const network = requireLayers(learner.network, 'sleep');
  if (network.spec.kind !== 'mlp') throw new Error('sleep is for fully connected networks');
  requireUnitInputs(learner.stream, 'sleep fires its inputs by their mean, and');
  const channels = learner.stream.dataset.shape[2];
  squareSide((network.sizes[0] ?? 0) / channels, window);
  const activations = largestActivations(network);
  return {
    weights: network.views.filter(({ role }) => role === 'weights'),
    sizes: network.sizes,
    channels,
    window,
    keeps: { mean: { initial: new Float32Array(), lengths: [0, network.sizes[0] ?? 0] } },
    async stimulus(task) {
      const mean = runningMean(learner.memory.floats('mean'), task, learner.stream, network);
      learner.memory.set('mean', mean);
      return { mean, inputMaximum: 1, maxima: await activationMaxima(learner, network, activations, task) };
    },
  };
}

/** Mean of the images of all tasks up to one, each as its task sees it, from that of the tasks before; inputs 0..1. */
function runningMean(
  before: Float32Array,
  task: number,
  stream: Stream,
  network: LayeredNetwork,
): Float32Array<ArrayBuffer> {
  const inputs = network.sizes[0] ?? 0;
  const seen = stream.tasks.slice(0, task).reduce((sum, { train }) => sum + train.length, 0);
  const sums = Float64Array.from({ length: inputs }, (_, i) => (before[i] ?? 0) * seen);
  const { images } = stream.dataset.train;
  const unit = images instanceof Uint8Array ? 255 : 1;
  const view = stream.views?.[task];
  const indices = stream.tasks[task]?.train ?? new Int32Array();
  for (const index of indices) {
    const start = index * inputs;
    for (let i = 0; i < inputs; i++) {
      const from = view ? (view[i] as number) : i;
      // Where the task sees nothing there is nothing to add.
      if (from >= 0) sums[i] = (sums[i] as number) + (images[start + from] as number) / unit;
    }
  }
  return Float32Array.from(sums, (value) => value / (seen + indices.length));
}

/** Images taken through the network at once. */
const CHUNK = 500;

/** Largest activation of each layer, of the last one after its output function. */
const largestActivations =
  (network: LayeredNetwork): RowFunction =>
  (theta, x) =>
    activationsOf(network, parametersOf(network, theta), x).map((activation, layer, { length }) =>
      tf.max(layer === length - 1 ? outputsFrom[network.output](activation) : activation),
    );

/** Largest activation of each layer over all training images of the tasks up to `task`. */
async function activationMaxima(
  learner: Learner,
  network: LayeredNetwork,
  activations: RowFunction,
  task: number,
): Promise<number[]> {
  const { stream } = learner;
  const maxima = new Array<number>(network.sizes.length - 1).fill(0);
  const all = stream.tasks.slice(0, task + 1).map(({ train }) => train);
  const total = all.reduce((sum, part) => sum + part.length, 0);
  let done = 0;
  for (const [of, part] of all.entries()) {
    for (let start = 0; start < part.length; start += CHUNK) {
      const chunk = part.subarray(start, start + CHUNK);
      tf.tidy(() => {
        learner.apply(activations, CHUNK, { task: of, indices: chunk }).forEach((found, layer) => {
          maxima[layer] = Math.max(maxima[layer] ?? 0, found.dataSync()[0] as number);
        });
      });
      done += chunk.length;
      if ((start / CHUNK) % 4 === 3 || start + CHUNK >= part.length) await learner.progress('scale', done / total);
    }
  }
  return maxima;
}
