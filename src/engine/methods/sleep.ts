import type { View } from '../../core/mechanism';
import type { SleepSettings } from '../../core/methods/sleep';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import type { SleepConstants } from '../sleep/constants';
import { layerScales } from '../sleep/scales';
import { sleep, type SleepStatistics } from '../sleep/spiking';
import { sleeperBehindFront } from './sleepBehindFront';
import { sleeperOnImages } from './sleepOnImages';
import type { Sleeper } from './sleeper';

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
 *
 * Beside a method that freezes a front (REMIND) the layers behind it sleep, on what that method keeps for them
 * (`sleeperBehindFront`), which the paper has not.
 */
export function createSleep(settings: SleepSettings): Method {
  let learner: Learner;
  let sleeper: Sleeper;
  let last: Night | undefined;

  return {
    id: 'sleep',
    begin(own) {
      learner = own;
      const { behindFront } = own.network;
      sleeper = behindFront
        ? sleeperBehindFront(own, behindFront, settings.window)
        : sleeperOnImages(own, settings.window);
    },
    keeps: () => sleeper.keeps,
    async afterTask(task) {
      last = undefined;
      const stimulus = await sleeper.stimulus(task);
      if (!stimulus) return;
      const { mean, maxima, inputMaximum } = stimulus;
      const theta = Float32Array.from(learner.theta.dataSync());
      const weights = sleeper.weights.map(({ offset, size }) => theta.subarray(offset, offset + size));
      const before = weights.map((values) => Float32Array.from(values));
      const alphas = layerScales(weights.map(largest), maxima, settings.alphaScale, inputMaximum);
      const steps = settings.steps + task * settings.stepsGrowth;
      await learner.progress('sleep', 0, `${steps} steps`);
      const random = learner.random('sleep', task);
      const { sizes, channels } = sleeper;
      const constants = constantsOf(settings, sleeper);
      const statistics = sleep({ weights, sizes, alphas, constants, meanImage: mean, channels, steps, random });
      last = { ...statistics, alphas, before, after: weights };
      learner.setTheta(theta);
      await learner.progress('sleep', 1);
    },
    inspect: () => (last ? viewsOf(last, sleeper) : []),
  };
}

const constantsOf = (settings: SleepSettings, { window }: Sleeper): SleepConstants => ({
  maxRate: settings.maxRate,
  increase: settings.increase,
  decrease: settings.decrease,
  beta: settings.thresholds,
  alphaScale: settings.alphaScale,
  decay: settings.decay,
  threshold: 1,
  dt: 0.001,
  windowSize: window,
});

/** A sleep that is over, with the scale of each layer of weights. */
type Night = SleepStatistics & {
  readonly alphas: readonly number[];
  /** Weights of each layer. */
  readonly before: readonly Float32Array[];
  readonly after: readonly Float32Array[];
};

function viewsOf(
  { steps, stepsPerChunk, neurons, weights, alphas, before, after }: Night,
  { sizes, weights: views }: Sleeper,
): View[] {
  const names = views.map(({ name }) => name);
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
        name: layer === 0 ? 'inputs' : (names[layer - 1] ?? '').replace('.weights', ''),
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
