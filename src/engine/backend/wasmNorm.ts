import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  batchNormGradientKernel,
  batchNormKernel,
  groupNormGradientKernel,
  groupNormKernel,
  input,
  type KernelArguments,
} from './kernels';
import { heapOf } from './wasmHeap';

/** Batch and group normalisation on WASM, forward and backward: a few walks over the heap each. */
export function registerNormKernels(): void {
  add(batchNormKernel, batchNorm);
  add(batchNormGradientKernel, batchNormGradient);
  add(groupNormKernel, groupNorm);
  add(groupNormGradientKernel, groupNormGradient);
}

const add = (kernelName: string, kernel: (a: KernelArguments) => tf.TensorInfo[]) =>
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: (a) => kernel(a) });

/** Where a normalisation looks at once: rows of values side by side, one for each channel, from `start` on. */
interface Stretch {
  readonly start: number;
  readonly rows: number;
  readonly channels: number;
}

type Floats = Float32Array | Float64Array;

/** The inputs in their order, float32 arrays on the heap, and one for each shape to write to. */
function opened({ inputs, backend }: KernelArguments, names: readonly string[], shapes: readonly number[][]) {
  const { made, read, write } = heapOf(
    backend as BackendWasm,
    names.map((name) => input(inputs, name)),
    shapes,
  );
  return { made, read, write };
}

/** Sums over the rows of a stretch, by channel. */
function sums(x: Float32Array, { start, rows, channels }: Stretch): Float64Array {
  const found = new Float64Array(channels);
  let at = start;
  for (let row = 0; row < rows; row++)
    for (let channel = 0; channel < channels; channel++)
      found[channel] = (found[channel] as number) + (x[at++] as number);
  return found;
}

/** Sums of squared distances from what each channel has as its mean. */
function squaredDistances(x: Float32Array, { start, rows, channels }: Stretch, means: Floats): Float64Array {
  const found = new Float64Array(channels);
  let at = start;
  for (let row = 0; row < rows; row++)
    for (let channel = 0; channel < channels; channel++) {
      const distance = (x[at++] as number) - (means[channel] as number);
      found[channel] = (found[channel] as number) + distance * distance;
    }
  return found;
}

/** Sums of dy · (x − mean), by channel. */
function products(dy: Float32Array, x: Float32Array, { start, rows, channels }: Stretch, means: Floats): Float64Array {
  const found = new Float64Array(channels);
  let at = start;
  for (let row = 0; row < rows; row++)
    for (let channel = 0; channel < channels; channel++, at++)
      found[channel] =
        (found[channel] as number) + (dy[at] as number) * ((x[at] as number) - (means[channel] as number));
  return found;
}

/** y = factor · x + term, by channel. */
function scaled(
  x: Float32Array,
  y: Float32Array,
  { start, rows, channels }: Stretch,
  factors: Float64Array,
  terms: Float64Array,
): void {
  let at = start;
  for (let row = 0; row < rows; row++)
    for (let channel = 0; channel < channels; channel++, at++)
      y[at] = (factors[channel] as number) * (x[at] as number) + (terms[channel] as number);
}

/** dx = a · dy + b · x + c, by channel. */
function combined(
  dy: Float32Array,
  x: Float32Array,
  dx: Float32Array,
  { start, rows, channels }: Stretch,
  [a, b, c]: readonly [Float64Array, Float64Array, Float64Array],
): void {
  let at = start;
  for (let row = 0; row < rows; row++)
    for (let channel = 0; channel < channels; channel++, at++)
      dx[at] =
        (a[channel] as number) * (dy[at] as number) +
        (b[channel] as number) * (x[at] as number) +
        (c[channel] as number);
}

const perChannel = (channels: number, of: (channel: number) => number): Float64Array =>
  Float64Array.from({ length: channels }, (_, channel) => of(channel));

/** Keeps the mean, and one over the deviation. */
function batchNorm(a: KernelArguments): tf.TensorInfo[] {
  const { epsilon, momentum } = a.attrs as unknown as { epsilon: number; momentum: number };
  const { shape } = input(a.inputs, 'x');
  const channels = shape.at(-1) ?? 0;
  const names = ['x', 'scale', 'shift', 'mean', 'variance'];
  const { made, read, write } = opened(a, names, [shape, ...Array.from({ length: 4 }, () => [channels])]);
  const [x, scale, shift, mean, variance] = read as Five;
  const [y, nextMean, nextVariance, keptMean, keptInverse] = write as Five;
  const all: Stretch = { start: 0, rows: x.length / channels, channels };
  const { rows } = all;
  const means = sums(x, all).map((sum) => sum / rows);
  const variances = squaredDistances(x, all, means).map((sum) => sum / rows);
  const ofSample = rows / Math.max(1, rows - 1);
  const factors = new Float64Array(channels);
  const terms = new Float64Array(channels);
  for (let i = 0; i < channels; i++) {
    const [own, spread] = [means[i] as number, variances[i] as number];
    const inverse = 1 / Math.sqrt(spread + epsilon);
    factors[i] = inverse * (scale[i] as number);
    terms[i] = (shift[i] as number) - own * (factors[i] as number);
    nextMean[i] = (1 - momentum) * (mean[i] as number) + momentum * own;
    nextVariance[i] = (1 - momentum) * (variance[i] as number) + momentum * spread * ofSample;
    keptMean[i] = own;
    keptInverse[i] = inverse;
  }
  scaled(x, y, all, factors, terms);
  return made;
}

type Five = [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];

function batchNormGradient(a: KernelArguments): tf.TensorInfo[] {
  const { shape } = input(a.inputs, 'x');
  const channels = shape.at(-1) ?? 0;
  const { made, read, write } = opened(a, ['dy', 'x', 'scale', 'kept0', 'kept1'], [shape, [channels], [channels]]);
  const [dy, x, scale, mean, inverse] = read as Five;
  const [dx, ofScale, ofShift] = write as [Float32Array, Float32Array, Float32Array];
  const all: Stretch = { start: 0, rows: x.length / channels, channels };
  const alone = sums(dy, all);
  const withX = products(dy, x, all, mean);
  ofShift.set(alone);
  ofScale.set(withX.map((sum, i) => sum * (inverse[i] as number)));
  const factor = perChannel(channels, (i) => (scale[i] as number) * (inverse[i] as number));
  const slope = perChannel(channels, (i) => {
    const one = inverse[i] as number;
    return (-(factor[i] as number) * one * one * (withX[i] as number)) / all.rows;
  });
  const term = perChannel(
    channels,
    (i) => (-(factor[i] as number) * (alone[i] as number)) / all.rows - (slope[i] as number) * (mean[i] as number),
  );
  combined(dy, x, dx, all, [factor, slope, term]);
  return made;
}

/** The stretches of the images of a batch. */
function imagesOf(shape: readonly number[]): Stretch[] {
  const [images = 0, height = 0, width = 0, channels = 0] = shape;
  const rows = height * width;
  return Array.from({ length: images }, (_, image) => ({ start: image * rows * channels, rows, channels }));
}

/** Sums over the channels of each group, for every channel of it. */
function overGroups(ofChannels: Float64Array, groups: number): Float64Array {
  const each = ofChannels.length / groups;
  const ofGroups = new Float64Array(groups);
  ofChannels.forEach((value, i) => {
    const group = Math.floor(i / each);
    ofGroups[group] = (ofGroups[group] as number) + value;
  });
  return ofChannels.map((_, i) => ofGroups[Math.floor(i / each)] as number);
}

function groupNorm(a: KernelArguments): tf.TensorInfo[] {
  const { groups, epsilon } = a.attrs as unknown as { groups: number; epsilon: number };
  const { shape } = input(a.inputs, 'x');
  const images = imagesOf(shape);
  const ofGroups = [images.length, groups];
  const { made, read, write } = opened(a, ['x', 'scale', 'shift'], [shape, ofGroups, ofGroups]);
  const [x, scale, shift] = read as [Float32Array, Float32Array, Float32Array];
  const [y, keptMean, keptInverse] = write as [Float32Array, Float32Array, Float32Array];
  images.forEach((stretch, image) => {
    const { rows, channels } = stretch;
    const each = channels / groups;
    const means = overGroups(sums(x, stretch), groups).map((sum) => sum / (rows * each));
    const spreads = overGroups(squaredDistances(x, stretch, means), groups).map((sum) => sum / (rows * each));
    const inverses = spreads.map((spread) => 1 / Math.sqrt(spread + epsilon));
    for (let group = 0; group < groups; group++) {
      keptMean[image * groups + group] = means[group * each] as number;
      keptInverse[image * groups + group] = inverses[group * each] as number;
    }
    const factors = inverses.map((inverse, i) => inverse * (scale[i] as number));
    const terms = factors.map((factor, i) => (shift[i] as number) - (means[i] as number) * factor);
    scaled(x, y, stretch, factors, terms);
  });
  return made;
}

function groupNormGradient(a: KernelArguments): tf.TensorInfo[] {
  const { groups } = a.attrs as unknown as { groups: number };
  const { shape } = input(a.inputs, 'x');
  const images = imagesOf(shape);
  const channels = shape.at(-1) ?? 0;
  const { made, read, write } = opened(a, ['dy', 'x', 'scale', 'mean', 'inverse'], [shape, [channels], [channels]]);
  const [dy, x, scale, mean, inverse] = read as Five;
  const [dx, ofScale, ofShift] = write as [Float32Array, Float32Array, Float32Array];
  const [scales, shifts] = [new Float64Array(channels), new Float64Array(channels)];
  const each = channels / groups;
  images.forEach((stretch, image) => {
    const size = stretch.rows * each;
    const group = (i: number) => image * groups + Math.floor(i / each);
    const means = perChannel(channels, (i) => mean[group(i)] as number);
    const inverses = perChannel(channels, (i) => inverse[group(i)] as number);
    const alone = sums(dy, stretch);
    const withX = products(dy, x, stretch, means).map((sum, i) => sum * (inverses[i] as number));
    for (let i = 0; i < channels; i++) {
      scales[i] = (scales[i] as number) + (withX[i] as number);
      shifts[i] = (shifts[i] as number) + (alone[i] as number);
    }
    const weighted = (sum: Float64Array) =>
      overGroups(
        sum.map((value, i) => value * (scale[i] as number)),
        groups,
      );
    const [sumAlone, sumWithX] = [weighted(alone), weighted(withX)];
    const factor = inverses.map((one, i) => one * (scale[i] as number));
    const slope = inverses.map((one, i) => (-one * one * (sumWithX[i] as number)) / size);
    const term = inverses.map(
      (one, i) => (-one * (sumAlone[i] as number)) / size - (slope[i] as number) * (means[i] as number),
    );
    combined(dy, x, dx, stretch, [factor, slope, term]);
  });
  ofScale.set(scales);
  ofShift.set(shifts);
  return made;
}
