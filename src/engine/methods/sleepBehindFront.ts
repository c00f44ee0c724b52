import * as tf from '@tensorflow/tfjs-core';
import { volumeOf } from '../../core/recipe';
import type { Learner } from '../contract/learner';
import type { BehindFront, Network, TensorView } from '../contract/network';
import { parametersOf } from '../networks/network';
import { squareSide } from '../sleep/noise';
import { valuesOfEach } from '../valuesOf';
import { outputsFrom, type Sleeper, type Stimulus } from './sleeper';

/** Kept examples taken through the layers at once. */
const CHUNK = 500;

/**
 * The dense layers behind a frozen front asleep, driven by what is kept for them: features of examples as the layers are given
 * them. Their mean and the largest activations are those over all that are kept. Features have no largest value by nature:
 * that of all kept ones counts as 1. Nothing else is kept. It is not slept before the front is frozen.
 *
 * @param window side of the square of the mean feature map that is shown in a time step (places); a map that is no larger, and
 *   the units of a dense front, are shown whole
 * @throws Error where a layer behind the front is not dense; RangeError for a map that is larger than the window and not square
 */
export function sleeperBehindFront(learner: Learner, behind: BehindFront, window: number): Sleeper {
  const { network } = learner;
  const [height, width, channels] = behind.cut.shape;
  const isWhole = window >= Math.max(height, width);
  if (!isWhole && height !== width)
    throw new RangeError(`a window needs a square map, not one of ${height} × ${width}`);
  if (!isWhole) squareSide(height * width, window);
  const weights = denseWeights(network, behind);
  return {
    weights,
    sizes: [volumeOf(behind.cut.shape), ...weights.map(({ shape }) => shape[1] ?? 0)],
    channels,
    window: isWhole ? null : window,
    keeps: {},
    stimulus: () => stimulusOf(learner, behind, weights.length),
  };
}

/** Weights of the layers behind the front. @throws Error where these are not dense ones, each fed by the one before it */
function denseWeights({ views }: Network, { cut }: BehindFront): TensorView[] {
  const behind = views.slice(cut.tensors);
  const weights = behind.filter(({ role }) => role === 'weights');
  let inputs: number | undefined = volumeOf(cut.shape);
  for (const { shape } of weights) {
    if (shape.length !== 2 || shape[0] !== inputs) inputs = undefined;
    else inputs = shape[1];
  }
  if (inputs !== undefined && behind.every(({ role }) => role === 'weights' || role === 'bias')) return weights;
  throw new Error('sleep runs dense layers as spiking ones, and behind the front there are others');
}

async function stimulusOf(learner: Learner, behind: BehindFront, layers: number): Promise<Stimulus | undefined> {
  const count = behind.kept();
  if (count === 0) return undefined;
  const sums = new Float64Array(volumeOf(behind.cut.shape));
  const maxima = new Array<number>(layers).fill(0);
  let largest = 0;
  for (let start = 0; start < count; start += CHUNK) {
    const end = Math.min(start + CHUNK, count);
    const [sum, most, ...activations] = valuesOfEach(() => {
      const given = behind.given(start, end);
      return [tf.sum(given, 0), tf.max(given), ...largestActivations(learner, behind, given)];
    });
    sum?.forEach((value, i) => (sums[i] = (sums[i] as number) + value));
    largest = Math.max(largest, most?.[0] ?? 0);
    activations.forEach(([value = 0], layer) => (maxima[layer] = Math.max(maxima[layer] ?? 0, value)));
    await learner.progress('scale', end / count);
  }
  if (!(largest > 0 && Number.isFinite(largest)))
    throw new RangeError(
      `the front passes nothing on that sleep could be scaled by: the largest feature is ${largest}`,
    );
  return { mean: Float32Array.from(sums, (value) => value / count / largest), inputMaximum: largest, maxima };
}

/** Largest activation of each layer, of the last one after its output function. */
function largestActivations({ network, theta }: Learner, { cut }: BehindFront, given: tf.Tensor2D): tf.Tensor[] {
  const { layers } = cut.back(parametersOf(network, theta), given, { training: false, columns: {}, constants: {} });
  return layers.map((made, i) => tf.max(i === layers.length - 1 ? outputsFrom[network.output](made) : made));
}
