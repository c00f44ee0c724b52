import type { SleepConstants } from './constants';
import { createNoise } from './noise';
import { frozenFrom, plasticity } from './plasticity';

/** Parts into which a sleep is divided for progress and for spike counts over time. */
const CHUNKS = 100;

export interface SleepInput {
  /** One matrix per layer, `weights[l][pre * sizes[l + 1] + post]` (inputs × outputs, no biases). Changed in place. */
  readonly weights: readonly Float32Array[];
  /** Neurons per layer, the input layer first. */
  readonly sizes: readonly number[];
  /** Scale of the synaptic currents, one per layer of weights; see `layerScales`. */
  readonly alphas: readonly number[];
  readonly constants: SleepConstants;
  /** Mean of all training images seen so far, 0..1. */
  readonly meanImage: Float32Array;
  /** Values per pixel of the mean image, side by side; 1 when absent. */
  readonly channels?: number;
  /** Length of the sleep in steps of `constants.dt`. */
  readonly steps: number;
  /** Uniform numbers in [0, 1): the only randomness. */
  readonly random: () => number;
  /** Called up to 100 times with the finished share of the sleep; `false` ends it there. */
  readonly onProgress?: (fraction: number) => boolean | void;
  /** Called for each spike of a hidden (layer 1, 2, …) or output neuron. */
  readonly onSpike?: (layer: number, neuron: number, step: number) => void;
}

export interface SleepStatistics {
  /** Steps slept: fewer than asked for when `onProgress` ended the sleep. */
  readonly steps: number;
  /** Steps behind each entry of `spikesPerChunk`; the last chunk may be shorter. */
  readonly stepsPerChunk: number;
  /** One entry per layer of neurons, the input layer first. */
  readonly neurons: readonly { readonly spikes: number; readonly spikesPerChunk: Uint32Array }[];
  /** One entry per layer of weights: how often a weight really became larger or smaller in single precision. */
  readonly weights: readonly { readonly increases: number; readonly decreases: number }[];
}

/** Neurons that spiked in the current step, ascending. */
interface Spikes {
  readonly indices: Int32Array;
  count: number;
  readonly perChunk: Uint32Array;
}

interface Layer {
  readonly weights: Float32Array;
  readonly inputs: number;
  readonly neurons: number;
  readonly alpha: number;
  readonly threshold: number;
  readonly membrane: Float32Array;
  readonly current: Float32Array;
  /** 1 for inputs that spiked; filled only while weights change. */
  readonly preSpiked: Uint8Array;
  increases: number;
  decreases: number;
}

interface Rule {
  readonly increase: number;
  readonly decrease: number;
  /** Weights from here on do not change; see `frozenFrom`. */
  readonly frozen: number;
}

/**
 * The spiking sleep phase of Sleep Replay Consolidation (Tadros et al., Nat. Commun. 13:7742, 2022, "SRC").
 *
 * The network runs as leaky integrate-and-fire neurons, driven by noise shaped like the mean image (`createNoise`). In
 * each step, for layer l = 1, 2, … and with spikes s:
 *
 *     v_l ← decay · v_l + alpha_l · W_l s_{l−1},   s_l = [v_l ≥ threshold · beta_l]
 *     W_l ← W_l + increase · g(W_l)  where post and pre spiked,
 *     W_l ← W_l − decrease · g(W_l)  where post spiked and pre did not,   then v_l ← 0 where s_l
 *
 * with g from `plasticity`. Spikes cross all layers within one step, membranes last the whole sleep, there is no
 * refractory period, no inhibition and no bias.
 *
 * Arithmetic is the authors' single precision: currents are summed in float32 over the spiking inputs in ascending
 * order and then multiplied by alpha; each weight change is computed in double and rounded once. Work follows the
 * spikes: only weights of inputs that spiked are read, only weights of neurons that spiked change.
 *
 * @throws RangeError when shapes disagree or a scale is not a finite number
 */
export function sleep(input: SleepInput): SleepStatistics {
  const { sizes, constants, meanImage, channels, steps, random, onProgress, onSpike } = input;
  const layers = createLayers(input);
  const spikes = sizes.map(createSpikes);
  const inputSpikes = spikes[0] as Spikes;
  const { maxRate, dt, windowSize } = constants;
  const noise = createNoise({ meanImage, channels, windowSize, maxRate, dt, random });
  const rule: Rule = {
    increase: constants.increase,
    decrease: constants.decrease,
    frozen: frozenFrom(Math.max(constants.increase, constants.decrease)),
  };
  const decay = Math.fround(constants.decay);
  const stepsPerChunk = Math.max(1, Math.ceil(steps / CHUNKS));

  let step = 0;
  while (step < steps) {
    const chunk = Math.floor(step / stepsPerChunk);
    inputSpikes.count = noise(inputSpikes.indices);
    count(inputSpikes, chunk);
    for (let l = 0; l < layers.length; l++) {
      const layer = layers[l] as Layer;
      const pre = spikes[l] as Spikes;
      const post = spikes[l + 1] as Spikes;
      sumCurrents(layer, pre);
      integrateAndFire(layer, decay, post);
      if (post.count === 0) continue;
      count(post, chunk);
      learn(layer, pre, post, rule);
      if (onSpike) for (let k = 0; k < post.count; k++) onSpike(l + 1, post.indices[k] as number, step);
    }
    step++;
    const chunkDone = step % stepsPerChunk === 0 || step === steps;
    if (chunkDone && onProgress?.(step / steps) === false) break;
  }

  return {
    steps: step,
    stepsPerChunk,
    neurons: spikes.map(({ perChunk }) => ({ spikes: sum(perChunk), spikesPerChunk: perChunk })),
    weights: layers.map(({ increases, decreases }) => ({ increases, decreases })),
  };
}

function createLayers({ weights, sizes, alphas, constants, meanImage }: SleepInput): Layer[] {
  const depth = sizes.length - 1;
  if (depth < 1 || weights.length !== depth || alphas.length !== depth || constants.beta.length !== depth) {
    throw new RangeError(
      `sleep of ${sizes.length} layers of neurons needs ${depth} weight matrices, alphas and betas, ` +
        `not ${weights.length}, ${alphas.length} and ${constants.beta.length}`,
    );
  }
  if (meanImage.length !== sizes[0]) {
    throw new RangeError(`a mean image of ${meanImage.length} values for ${sizes[0]} inputs`);
  }
  return weights.map((matrix, l) => {
    const inputs = sizes[l] as number;
    const neurons = sizes[l + 1] as number;
    const alpha = alphas[l] as number;
    if (matrix.length !== inputs * neurons) {
      throw new RangeError(`weights ${l + 1} hold ${matrix.length} values, not ${inputs} × ${neurons}`);
    }
    if (!Number.isFinite(alpha)) throw new RangeError(`alpha of layer ${l + 1} is ${alpha}`);
    return {
      weights: matrix,
      inputs,
      neurons,
      alpha: Math.fround(alpha),
      threshold: Math.fround(constants.threshold * (constants.beta[l] as number)),
      membrane: new Float32Array(neurons),
      current: new Float32Array(neurons),
      preSpiked: new Uint8Array(inputs),
      increases: 0,
      decreases: 0,
    };
  });
}

function createSpikes(neurons: number): Spikes {
  return { indices: new Int32Array(neurons), count: 0, perChunk: new Uint32Array(CHUNKS) };
}

/** Currents before alpha: the weights' rows of all spiking inputs, added up in float32 in ascending order. */
function sumCurrents({ weights, neurons, current }: Layer, { indices, count }: Spikes): void {
  current.fill(0);
  let k = 0;
  // Four rows per pass: the order of additions stays the same, but the sums go through memory a quarter as often.
  for (; k + 4 <= count; k += 4) {
    let a = (indices[k] as number) * neurons;
    let b = (indices[k + 1] as number) * neurons;
    let c = (indices[k + 2] as number) * neurons;
    let d = (indices[k + 3] as number) * neurons;
    for (let post = 0; post < neurons; post++) {
      let total = Math.fround((current[post] as number) + (weights[a++] as number));
      total = Math.fround(total + (weights[b++] as number));
      total = Math.fround(total + (weights[c++] as number));
      current[post] = total + (weights[d++] as number);
    }
  }
  for (; k < count; k++) {
    let a = (indices[k] as number) * neurons;
    for (let post = 0; post < neurons; post++) current[post] = (current[post] as number) + (weights[a++] as number);
  }
}

/** One membrane step; neurons at threshold go into `post` and are reset. */
function integrateAndFire({ alpha, threshold, membrane, current, neurons }: Layer, decay: number, post: Spikes): void {
  let fired = 0;
  for (let neuron = 0; neuron < neurons; neuron++) {
    const kept = Math.fround(decay * (membrane[neuron] as number));
    const potential = Math.fround(kept + Math.fround(alpha * (current[neuron] as number)));
    if (potential >= threshold) {
      post.indices[fired++] = neuron;
      membrane[neuron] = 0;
    } else {
      membrane[neuron] = potential;
    }
  }
  post.count = fired;
}

/** The sleep's Hebbian rule, for the weights into the neurons that spiked. */
function learn(layer: Layer, pre: Spikes, post: Spikes, { increase, decrease, frozen }: Rule): void {
  const { weights, inputs, neurons, preSpiked } = layer;
  for (let k = 0; k < pre.count; k++) preSpiked[pre.indices[k] as number] = 1;
  for (let k = 0; k < post.count; k++) {
    let at = post.indices[k] as number;
    for (let input = 0; input < inputs; input++, at += neurons) {
      const weight = weights[at] as number;
      if (weight >= frozen) continue;
      const change = (preSpiked[input] === 1 ? increase : -decrease) * plasticity(weight);
      const changed = Math.fround(weight + change);
      if (changed > weight) layer.increases++;
      else if (changed < weight) layer.decreases++;
      weights[at] = changed;
    }
  }
  for (let k = 0; k < pre.count; k++) preSpiked[pre.indices[k] as number] = 0;
}

function count(spikes: Spikes, chunk: number): void {
  spikes.perChunk[chunk] = (spikes.perChunk[chunk] as number) + spikes.count;
}

function sum(values: Uint32Array): number {
  return values.reduce((total, value) => total + value, 0);
}
