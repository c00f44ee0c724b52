import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { input, type KernelArguments } from './kernels';
import { elementsOf, heapOf } from './wasmHeap';

/**
 * Gradients of convolution and max pooling on WASM. TensorFlow.js has none for filters, and those it has for inputs take
 * ten times as long as the operation itself. Here they are composed of its fast matrix product and convolution.
 */

/** Σ over examples and labels of the squared gradients of a filter, each of one example and label alone. */
export const filterSquaresKernel = 'LetheFilterSquares';

export function registerConvolutionKernels(): void {
  add(tf.Conv2DBackpropFilter, filterGradient);
  replace(tf.Conv2DBackpropInput, inputGradient);
  replace(tf.MaxPoolGrad, poolGradient);
  add(filterSquaresKernel, filterSquares);
}

type Kernel = (a: KernelArguments) => tf.TensorInfo;

function add(kernelName: string, kernel: Kernel): void {
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: (a) => kernel(a) });
}

/** `kernel` where it applies, what was there elsewhere. */
function replace(kernelName: string, kernel: (a: KernelArguments) => tf.TensorInfo | undefined): void {
  const before = tf.getKernel(kernelName, 'wasm');
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    ...before,
    kernelFunc: (a) => kernel(a) ?? before.kernelFunc(a),
  });
}

/** Runs a kernel of TensorFlow.js below the engine: what it returns is the caller's to dispose. */
function run(
  backend: BackendWasm,
  name: string,
  inputs: tf.NamedTensorInfoMap,
  attrs: Record<string, unknown>,
): tf.TensorInfo {
  const { kernelFunc } = tf.getKernel(name, 'wasm');
  return kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend }) as tf.TensorInfo;
}

const dispose = (backend: BackendWasm, ...infos: readonly tf.TensorInfo[]) =>
  infos.forEach(({ dataId }) => backend.disposeData(dataId));

const product = (backend: BackendWasm, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo =>
  run(backend, tf.BatchMatMul, { a, b }, { transposeA: false, transposeB: false });

type Geometry = tf.backend_util.Conv2DInfo;

function geometryOf(attrs: tf.NamedAttrMap | undefined, inputShape: number[], filterShape: number[]): Geometry {
  const { strides, pad, dataFormat, dimRoundingMode } = (attrs ?? {}) as unknown as tf.Conv2DBackpropFilterAttrs;
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
}

/** Elements of what the weights of a filter see at once, at most (32 MB). */
const SEEN_AT_ONCE = 2 ** 23;

/**
 * Inputs x [n, height, width, channels] and dy [n, rows, columns, filters]. The gradient of the filters is one matrix
 * product: what each weight saw, over all examples and places, times dy.
 */
function filterGradient({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo {
  const [x, dy] = [input(inputs, 'x'), input(inputs, 'dy')];
  const { filterShape } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
  const geometry = geometryOf(attrs, x.shape, filterShape);
  if (geometry.dataFormat !== 'channelsLast') throw new Error('filter gradients need the data format NHWC');
  const { batchSize, outHeight, outWidth, outChannels } = geometry;
  const own = backend as BackendWasm;
  const places = outHeight * outWidth;
  const weights = tf.util.sizeFromShape(filterShape) / outChannels;
  const atOnce = Math.max(1, Math.min(batchSize, Math.floor(SEEN_AT_ONCE / (weights * places))));
  let sum: tf.TensorInfo | undefined;
  for (let first = 0; first < batchSize; first += atOnce) {
    const count = Math.min(atOnce, batchSize - first);
    const seen = own.makeOutput([weights, count * places], 'float32');
    seenByWeights(elementsOf(own, x), elementsOf(own, seen), geometry, first, count);
    const deltas = examplesOf(own, dy, first, count);
    const part = product(own, seen, { ...deltas, shape: [count * places, outChannels] });
    dispose(own, seen, ...(deltas === dy ? [] : [deltas]));
    if (sum) {
      const [total, added] = [elementsOf(own, sum), elementsOf(own, part)];
      for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (added[i] as number);
      dispose(own, part);
    } else sum = part;
  }
  if (!sum) return own.makeOutput(filterShape, 'float32');
  return { ...sum, shape: [...filterShape] };
}

/** `count` examples from `first` on; the tensor itself where these are all. */
function examplesOf(backend: BackendWasm, all: tf.TensorInfo, first: number, count: number): tf.TensorInfo {
  const [examples = 0, ...shape] = all.shape;
  if (count === examples) return all;
  const size = tf.util.sizeFromShape(shape);
  const part = backend.makeOutput([count, ...shape], 'float32');
  elementsOf(backend, part).set(elementsOf(backend, all).subarray(first * size, (first + count) * size));
  return part;
}

/**
 * What each weight of a filter sees: a matrix [kernel · kernel · channels, examples · rows · columns] of `count` examples
 * from `first` on, with zeros where it looks beyond the edge.
 */
function seenByWeights(x: Float32Array, seen: Float32Array, geometry: Geometry, first: number, count: number): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = geometry;
  const { strideHeight, strideWidth, padInfo } = geometry;
  const places = count * outHeight * outWidth;
  for (let ky = 0; ky < filterHeight; ky++) {
    for (let kx = 0; kx < filterWidth; kx++) {
      const shift = kx - padInfo.left;
      const start = Math.min(outWidth, Math.max(0, Math.ceil(-shift / strideWidth)));
      const end = Math.max(start, Math.min(outWidth, Math.floor((inWidth - 1 - shift) / strideWidth) + 1));
      const step = inChannels * strideWidth;
      for (let row = 0; row < count * outHeight; row++) {
        const example = first + Math.floor(row / outHeight);
        const y = (row % outHeight) * strideHeight + ky - padInfo.top;
        const inside = y >= 0 && y < inHeight;
        const corner = ((example * inHeight + y) * inWidth + start * strideWidth + shift) * inChannels;
        for (let channel = 0; channel < inChannels; channel++) {
          const to = ((ky * filterWidth + kx) * inChannels + channel) * places + row * outWidth;
          if (!inside) {
            seen.fill(0, to, to + outWidth);
            continue;
          }
          for (let i = 0; i < start; i++) seen[to + i] = 0;
          for (let i = start, from = corner + channel; i < end; i++, from += step) seen[to + i] = x[from] as number;
          for (let i = end; i < outWidth; i++) seen[to + i] = 0;
        }
      }
    }
  }
}

/**
 * At stride 1 the gradient of the input is a convolution of dy with the filters turned by half a turn; else what each place
 * passes back, one matrix product, is added up where it came from.
 */
function inputGradient({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo | undefined {
  const [dy, filter] = [input(inputs, 'dy'), input(inputs, 'filter')];
  const { inputShape } = attrs as unknown as tf.Conv2DBackpropInputAttrs;
  const geometry = geometryOf(attrs, inputShape, filter.shape);
  const { filterHeight, filterWidth, padInfo, strideHeight, strideWidth, dataFormat } = geometry;
  if (dataFormat !== 'channelsLast') return undefined;
  if (strideHeight !== 1 || strideWidth !== 1) return scattered(backend as BackendWasm, dy, filter, geometry);
  const { top, bottom, left, right } = padInfo;
  const pad = [
    [0, 0],
    [filterHeight - 1 - top, filterHeight - 1 - bottom],
    [filterWidth - 1 - left, filterWidth - 1 - right],
    [0, 0],
  ];
  if (pad.flat().some((n) => n < 0)) return undefined;
  const own = backend as BackendWasm;
  const turned = turnedFilter(own, filter);
  const result = run(
    own,
    tf.Conv2D,
    { x: dy, filter: turned },
    { strides: [1, 1], pad, dataFormat: 'NHWC', dilations: [1, 1] },
  );
  dispose(own, turned);
  return result;
}

/** The gradient of the input as what all places pass back to what they saw. */
function scattered(backend: BackendWasm, dy: tf.TensorInfo, filter: tf.TensorInfo, geometry: Geometry): tf.TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = geometry;
  const places = outHeight * outWidth;
  const weights = tf.util.sizeFromShape(filter.shape) / outChannels;
  const result = backend.makeOutput([batchSize, inHeight, inWidth, inChannels], 'float32');
  elementsOf(backend, result).fill(0);
  const across = transposed(backend, filter, weights, outChannels);
  const atOnce = Math.max(1, Math.min(batchSize, Math.floor(SEEN_AT_ONCE / (weights * places))));
  for (let first = 0; first < batchSize; first += atOnce) {
    const count = Math.min(atOnce, batchSize - first);
    const deltas = examplesOf(backend, dy, first, count);
    const passed = product(backend, { ...deltas, shape: [count * places, outChannels] }, across);
    addWhereSeen(elementsOf(backend, passed), elementsOf(backend, result), geometry, first, count);
    dispose(backend, passed, ...(deltas === dy ? [] : [deltas]));
  }
  dispose(backend, across);
  return result;
}

/** [rows, columns] → [columns, rows]. */
function transposed(backend: BackendWasm, matrix: tf.TensorInfo, rows: number, columns: number): tf.TensorInfo {
  const { made, read, write } = heapOf(backend, [matrix], [[columns, rows]]);
  const [from, to] = [read[0] as Float32Array, write[0] as Float32Array];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) to[column * rows + row] = from[row * columns + column] as number;
  return made[0] as tf.TensorInfo;
}

/** Adds [examples · rows · columns, kernel · kernel · channels] to the places of the input that each weight saw. */
function addWhereSeen(passed: Float32Array, dx: Float32Array, geometry: Geometry, first: number, count: number): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = geometry;
  const { strideHeight, strideWidth, padInfo } = geometry;
  let from = 0;
  for (let example = first; example < first + count; example++)
    for (let row = 0; row < outHeight; row++)
      for (let column = 0; column < outWidth; column++)
        for (let ky = 0; ky < filterHeight; ky++)
          for (let kx = 0; kx < filterWidth; kx++, from += inChannels) {
            const [y, x] = [row * strideHeight + ky - padInfo.top, column * strideWidth + kx - padInfo.left];
            if (y < 0 || y >= inHeight || x < 0 || x >= inWidth) continue;
            const to = ((example * inHeight + y) * inWidth + x) * inChannels;
            for (let i = 0; i < inChannels; i++) dx[to + i] = (dx[to + i] as number) + (passed[from + i] as number);
          }
}

/** [height, width, channels, filters] → the same back to front in height and width, as [height, width, filters, channels]. */
function turnedFilter(backend: BackendWasm, filter: tf.TensorInfo): tf.TensorInfo {
  const [height = 0, width = 0, channels = 0, filters = 0] = filter.shape;
  const { made, read, write } = heapOf(backend, [filter], [[height, width, filters, channels]]);
  const [from, to] = [read[0] as Float32Array, write[0] as Float32Array];
  let at = 0;
  for (let place = height * width - 1; place >= 0; place--)
    for (let k = 0; k < filters; k++)
      for (let channel = 0; channel < channels; channel++)
        to[at++] = from[(place * channels + channel) * filters + k] as number;
  return made[0] as tf.TensorInfo;
}

/** Of windows that do not overlap: each passes its gradient to the first of its largest values. */
function poolGradient({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo | undefined {
  const [dy, x] = [input(inputs, 'dy'), input(inputs, 'input')];
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPoolGradAttrs;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo, ...shape } = tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  if (padInfo.type !== 'VALID' || filterHeight !== strideHeight || filterWidth !== strideWidth) return undefined;
  const { made, read, write } = heapOf(backend as BackendWasm, [dy, x], [x.shape]);
  const [deltas, values] = read as [Float32Array, Float32Array];
  const out = write[0] as Float32Array;
  out.fill(0);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = shape;
  let delta = 0;
  for (let example = 0; example < batchSize; example++) {
    for (let y = 0; y < outHeight; y++) {
      for (let column = 0; column < outWidth; column++) {
        const corner = ((example * inHeight + y * strideHeight) * inWidth + column * strideWidth) * inChannels;
        for (let first = corner; first < corner + inChannels; first++) {
          let best = first;
          let most = values[first] as number;
          for (let wy = 0; wy < filterHeight; wy++) {
            for (let wx = 0; wx < filterWidth; wx++) {
              const at = first + (wy * inWidth + wx) * inChannels;
              if ((values[at] as number) > most) {
                most = values[at] as number;
                best = at;
              }
            }
          }
          out[best] = deltas[delta++] as number;
        }
      }
    }
  }
  return made[0];
}

/**
 * Inputs x [n, height, width, channels] and dy [labels · n, height, width, filters], label after label; attribute
 * `kernel`: side of the filters, which pad to the same size at stride 1. Output [kernel, kernel, channels, filters].
 */
function filterSquares({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo {
  const [x, dy] = [input(inputs, 'x'), input(inputs, 'dy')];
  const { kernel } = attrs as unknown as { kernel: number };
  const own = backend as BackendWasm;
  const [examples = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [rows = 0, , , filters = 0] = dy.shape;
  const [labels, places, weights] = [rows / examples, height * width, kernel * kernel * channels];
  const geometry = geometryOf({ strides: 1, pad: 'same', dataFormat: 'NHWC' }, x.shape, [
    kernel,
    kernel,
    channels,
    filters,
  ]);
  const sum = own.makeOutput([kernel, kernel, channels, filters], 'float32');
  elementsOf(own, sum).fill(0);
  const seen = own.makeOutput([weights, places], 'float32');
  for (let example = 0; example < examples; example++) {
    seenByWeights(elementsOf(own, x), elementsOf(own, seen), geometry, example, 1);
    // A new one each time: its packed form is kept under its name.
    const deltas = own.makeOutput([places, labels * filters], 'float32');
    labelsSideBySide(elementsOf(own, dy), elementsOf(own, deltas), { example, examples, labels, places, filters });
    const gradients = product(own, seen, deltas);
    addSquares(elementsOf(own, gradients), elementsOf(own, sum), labels, filters);
    dispose(own, deltas, gradients);
  }
  dispose(own, seen);
  return sum;
}

interface Stack {
  readonly example: number;
  readonly examples: number;
  readonly labels: number;
  readonly places: number;
  readonly filters: number;
}

/** [labels, examples, places, filters] → of one example [places, labels, filters]. */
function labelsSideBySide(from: Float32Array, to: Float32Array, stack: Stack): void {
  const { example, examples, labels, places, filters } = stack;
  for (let label = 0; label < labels; label++) {
    let read = (label * examples + example) * places * filters;
    for (let place = 0; place < places; place++) {
      const start = (place * labels + label) * filters;
      for (let write = start; write < start + filters; write++) to[write] = from[read++] as number;
    }
  }
}

/** Adds the squares of gradients [weights, labels, filters] to sums [weights, filters]. */
function addSquares(gradients: Float32Array, sums: Float32Array, labels: number, filters: number): void {
  let read = 0;
  for (let start = 0; start < sums.length; start += filters) {
    for (let label = 0; label < labels; label++) {
      for (let at = start; at < start + filters; at++) {
        const gradient = gradients[read++] as number;
        sums[at] = (sums[at] as number) + gradient * gradient;
      }
    }
  }
}
