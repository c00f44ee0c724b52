import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { SleepSettings } from '../../core/methods/sleep';
import type { Learner, RowFunction } from '../contract/learner';
import type { Method } from '../contract/method';
import type { LayeredNetwork } from '../contract/network';
import type { Stream } from '../contract/stream';
import { activationsOf, parametersOf, requireLayers } from '../networks/network';
import type { SleepConstants } from '../sleep/constants';
import { squareSide } from '../sleep/noise';
import { layerScales } from '../sleep/scales';
import { sleep, type SleepStatistics } from '../sleep/spiking';
import { requireUnitInputs } from '../steps/unitInputs';

/**
 * Sleep replay consolidation (SRC; Tadros, Krishnan, Ramyaa & Bazhenov, Nature Communications 13:7742, 2022).
 *
 * After every task, the first included: (1) the mean image of all training images of all tasks seen so far is updated;
 * (2) each layer's input scale α is found from the largest weight and the largest activation over all those images
 * (`layerScales`); (3) the network sleeps: spiking neurons, driven by noise shaped like the mean image, change the
 * weights by a local rule (`sleep`). The weights go back into the network; the optimiser's velocity is left alone.
 * The authors keep images of old tasks only for the scales; here, as there, they are read from the training data, and
 * what counts as stored is the mean image. Biases, where a network has them, take no part in the sleep.
 * Activations of the last layer are what its outputs say: after the ReLU, of a softmax the probabilities, as in the scripts
 * for iCaRL.
 * Images used to train may be fewer (`samplesPerTask`); mean and scales use all, as the authors' code does.
 */
export function createSleep(settings: SleepSettings): Method {
  let learner: Learner;
  let network: LayeredNetwork;
  let activations: RowFunction;
  let channels: number;
  let last: Night | undefined;

  const constants: SleepConstants = {
    maxRate: settings.maxRate,
    increase: settings.increase,
    decrease: settings.decrease,
    beta: settings.thresholds,
    alphaScale: settings.alphaScale,
    decay: settings.decay,
    threshold: 1,
    dt: 0.001,
    windowSize: settings.window,
  };

  return {
    id: 'sleep',
    begin(own) {
      learner = own;
      network = requireLayers(own.network, 'sleep');
      if (network.spec.kind !== 'mlp') throw new Error('sleep is for fully connected networks');
      requireUnitInputs(own.stream, 'sleep fires its inputs by their mean, and');
      channels = own.stream.dataset.shape[2];
      squareSide((network.sizes[0] ?? 0) / channels, settings.window);
      activations = largestActivations(network);
    },
    keeps: () => ({ mean: { initial: new Float32Array(), lengths: [0, network.sizes[0] ?? 0] } }),
    async afterTask(task) {
      const mean = runningMean(learner.memory.floats('mean'), task, learner.stream, network);
      learner.memory.set('mean', mean);
      const maxima = await activationMaxima(learner, network, activations, task);
      const theta = Float32Array.from(learner.theta.dataSync());
      const weights = network.views
        .filter(({ role }) => role === 'weights')
        .map(({ offset, size }) => theta.subarray(offset, offset + size));
      const before = weights.map((values) => Float32Array.from(values));
      const alphas = layerScales(weights.map(largest), maxima, settings.alphaScale);
      const steps = settings.steps + task * settings.stepsGrowth;
      await learner.progress('sleep', 0, `${steps} steps`);
      const random = learner.random('sleep', task);
      const statistics = sleep({
        weights,
        sizes: network.sizes,
        alphas,
        constants,
        meanImage: mean,
        channels,
        steps,
        random,
      });
      last = { ...statistics, alphas, before, after: weights };
      learner.setTheta(theta);
      await learner.progress('sleep', 1);
    },
    inspect: () => (last ? viewsOf(last, network) : []),
  };
}

/** A sleep that is over, with the scale of each layer of weights. */
type Night = SleepStatistics & {
  readonly alphas: readonly number[];
  /** Weights of each layer. */
  readonly before: readonly Float32Array[];
  readonly after: readonly Float32Array[];
};

function viewsOf(
  { steps, stepsPerChunk, neurons, weights, alphas, before, after }: Night,
  { sizes, views }: LayeredNetwork,
): View[] {
  const names = views.filter(({ role }) => role === 'weights').map(({ name }) => name);
  const perLayer = (title: string, quantity: string, unit: string, values: readonly number[]): View => ({
    kind: 'layers',
    title,
    quantity,
    unit,
    layers: names.map((name, i) => ({ name, value: numberOrNull(values[i]) })),
  });
  return [
    {
      kind: 'raster',
      title: 'Spikes during the sleep',
      unit: 'time steps',
      perColumn: stepsPerChunk,
      duration: steps,
      rows: neurons.map(({ spikesPerChunk }, layer) => ({
        name: layer === 0 ? 'inputs' : `layer${layer}`,
        neurons: sizes[layer] ?? 0,
        spikes: [...spikesPerChunk.subarray(0, Math.ceil(steps / stepsPerChunk))],
      })),
    },
    distributionBeforeAndAfter(names, before, after),
    perLayer(
      'How far weights moved in the sleep',
      'root mean square change',
      '1',
      after.map((values, layer) => distance(values, before[layer] as Float32Array)),
    ),
    perLayer('Scale α of the synaptic currents', 'α', '1', alphas),
    perLayer(
      'Weights that grew during the sleep',
      'increases',
      'changes of a weight',
      weights.map(({ increases }) => increases),
    ),
    perLayer(
      'Weights that shrank during the sleep',
      'decreases',
      'changes of a weight',
      weights.map(({ decreases }) => decreases),
    ),
  ];
}

/** Null where it is beyond what a number can be. */
const numberOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** Bins of a histogram of weights. */
const BINS = 32;

/** Histograms of the weights of each layer, up to the power of two that holds all of them. */
function distributionBeforeAndAfter(
  names: readonly string[],
  before: readonly Float32Array[],
  after: readonly Float32Array[],
): View {
  const most = [...before, ...after].reduce(
    (max, values) => values.reduce((m, value) => Math.max(m, Math.abs(value)), max),
    0,
  );
  const end = most > 0 && Number.isFinite(most) ? 2 ** Math.ceil(Math.log2(most)) : 1;
  const edges = Array.from({ length: BINS + 1 }, (_, i) => end * ((2 * i) / BINS - 1));
  const part = (name: string, values: Float32Array) => {
    const counts = new Array<number>(BINS).fill(0);
    let [below, above] = [0, 0];
    for (const value of values) {
      const bin = Math.floor(((value / end + 1) / 2) * BINS);
      if (bin < 0) below++;
      else if (bin < BINS) counts[bin] = (counts[bin] ?? 0) + 1;
      else above++;
    }
    return { name, counts, below, above };
  };
  return {
    kind: 'distribution',
    title: 'Weights before and after the sleep',
    ...{ quantity: 'weight', unit: '1', scale: 'linear', edges },
    parts: names.flatMap((name, layer) => [
      part(`${name}, before`, before[layer] ?? new Float32Array()),
      part(`${name}, after`, after[layer] ?? new Float32Array()),
    ]),
  };
}

/** Root mean square. */
function distance(values: Float32Array, others: Float32Array): number {
  const sum = values.reduce((total, value, i) => total + (value - (others[i] as number)) ** 2, 0);
  return Math.sqrt(sum / Math.max(1, values.length));
}

const largest = (values: Float32Array): number => values.reduce((max, value) => Math.max(max, value), -Infinity);

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

/** What the outputs say. Of a ReLU what is below 0 counts as little as 0: `layerScales` takes it for that. */
const outputsFrom: Readonly<Record<LayeredNetwork['output'], (logits: tf.Tensor2D) => tf.Tensor2D>> = {
  relu: (logits) => logits,
  softmax: (logits) => tf.softmax(logits),
  sigmoid: (logits) => tf.sigmoid(logits),
};

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
