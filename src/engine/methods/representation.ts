import * as tf from '@tensorflow/tfjs-core';
import type { Learner, RowFunction } from '../contract/learner';
import type { LayeredNetwork } from '../contract/network';
import { nativeResidue } from '../importance/nativeResidue';
import { seenByWeights } from '../networks/convolution';
import { parametersOf, passesOf } from '../networks/network';
import { symmetricEigen } from './symmetricEigen';

/** What the weights of a layer see: rows of `width` values, of a convolution one for each place in each image. */
export interface Representation {
  readonly width: number;
  /** [examples or places · width] */
  readonly rows: Float32Array;
}

/** Images whose patches are made at a time. */
const IMAGES_AT_ONCE = 25;

/** Values that a unit of a layer sees, or a filter at one place. */
export function seenWidth({ layers }: LayeredNetwork, index: number): number {
  const layer = layers[index];
  return layer?.kind === 'convolution' ? layer.kernel ** 2 * layer.image[2] : (layer?.inputs ?? 0);
}

/** For `representationsOf`: what the weights of each layer see, at test, [rows, width] each. */
export const seenByLayers =
  (network: LayeredNetwork): RowFunction =>
  (theta, x) =>
    passesOf(network, parametersOf(network, theta), x).map(({ input }, i) =>
      network.layers[i]?.kind === 'convolution'
        ? tf.reshape(seenByWeights(input as tf.Tensor4D, network.layers[i].kernel), [-1, seenWidth(network, i)])
        : input,
    );

/** What the weights of each layer see of some training examples of a task. @param seen `seenByLayers`, of that network */
export function representationsOf(
  { apply }: Pick<Learner, 'apply'>,
  network: LayeredNetwork,
  seen: RowFunction,
  { task, indices }: { readonly task: number; readonly indices: Int32Array },
): Representation[] {
  const isDense = network.layers.every(({ kind }) => kind === 'dense');
  const size = isDense ? indices.length : Math.min(IMAGES_AT_ONCE, indices.length);
  const parts: Float32Array[][] = network.layers.map(() => []);
  for (let start = 0; start < indices.length; start += size) {
    const some = { task, indices: indices.subarray(start, start + size) };
    const found = tf.tidy(() => apply(seen, size, some).map((tensor) => tf.keep(tf.clone(tensor))));
    found.forEach((tensor, layer) => parts[layer]?.push(tensor.dataSync() as Float32Array));
    tf.dispose(found);
  }
  return parts.map((ofLayer, i) => {
    const rows = new Float32Array(ofLayer.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of ofLayer) {
      rows.set(part, at);
      at += part.length;
    }
    return { width: seenWidth(network, i), rows };
  });
}

/** What of a representation lies outside of some directions. */
export interface Residue {
  /** Sum of the squares of the whole representation. */
  readonly energy: number;
  /** Squared singular values of what lies outside, in falling order: they add up to its energy. */
  readonly squares: Float64Array;
  /** The singular vectors to the first so many of them, in the space of what is seen: [count · width], orthonormal. */
  readonly directions: (count: number) => Float32Array;
}

/**
 * The singular value decomposition of what of a representation X (a column for each row here) lies outside of some
 * directions M, X̂ = X − M Mᵀ X, by the eigenvalues of X̂ X̂ᵀ or X̂ᵀ X̂, whichever is smaller, in float64. In float32 a
 * product of that kind would lose singular values below 3·10⁻⁴ of the largest. The values here come in float32, of which
 * products are exact in float64: what is lost lies below 10⁻⁸ of the largest, which is the rounding of the values. On native
 * TensorFlow all of it is TensorFlow's, in float64 as well.
 *
 * @param basis orthonormal directions, one after the other: [directions · width]
 * @throws Error when the representation has values that are not finite
 */
export function residueOf({ width, rows }: Representation, basis: Float32Array): Residue {
  const count = rows.length / width;
  const energy = rows.reduce((sum, value) => sum + value * value, 0);
  if (!Number.isFinite(energy)) throw new Error('a representation with values that are not finite has no directions');
  const native = nativeResidue(rows, width, basis);
  if (native) {
    const { squares, vectors } = native;
    return { energy, squares: atLeastZero(squares), directions: (n) => orthonormal(vectors, n, width, basis) };
  }
  if (width <= count) {
    // X̂ X̂ᵀ = (I − M Mᵀ) X Xᵀ (I − M Mᵀ)
    const products = outerProducts(rows, width);
    removeWithin(products, width, basis);
    transpose(products, width);
    removeWithin(products, width, basis);
    const { values, vectors } = symmetricEigen(products, width);
    return { energy, squares: atLeastZero(values), directions: (n) => orthonormal(vectors, n, width, basis) };
  }
  const left = Float64Array.from(rows);
  removeWithin(left, width, basis);
  const { values, vectors } = symmetricEigen(innerProducts(left, count, width), count);
  return {
    energy,
    squares: atLeastZero(values),
    directions: (n) => orthonormal(combinations(vectors, n, left, count, width), n, width, basis),
  };
}

/** Rounding may make an eigenvalue of 0 negative. */
const atLeastZero = (values: Float64Array) => values.map((value) => Math.max(0, value));

/** Σ over rows of their outer products, [width · width]. */
export function outerProducts(rows: Float32Array, width: number): Float64Array {
  const sums = new Float64Array(width * width);
  for (let start = 0; start < rows.length; start += width) {
    for (let i = 0; i < width; i++) {
      const value = rows[start + i] as number;
      if (value === 0) continue;
      const row = i * width;
      for (let j = i; j < width; j++) sums[row + j] = (sums[row + j] as number) + value * (rows[start + j] as number);
    }
  }
  return mirrored(sums, width);
}

/** Products of each row with each, [count · count]. */
export function innerProducts(rows: Floats, count: number, width: number): Float64Array {
  const products = new Float64Array(count * count);
  for (let i = 0; i < count; i++)
    for (let j = i; j < count; j++) products[i * count + j] = product(rows, i * width, rows, j * width, width);
  return mirrored(products, count);
}

/** Copies what stands above the diagonal below it. */
function mirrored(matrix: Float64Array, size: number): Float64Array {
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) matrix[i * size + j] = matrix[j * size + i] as number;
  return matrix;
}

function transpose(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) {
      const held = matrix[i * size + j] as number;
      matrix[i * size + j] = matrix[j * size + i] as number;
      matrix[j * size + i] = held;
    }
}

/** Takes from each row what lies within the directions. */
function removeWithin(rows: Float64Array, width: number, directions: Float32Array | Float64Array): void {
  for (let row = 0; row < rows.length; row += width)
    for (let at = 0; at < directions.length; at += width) {
      const share = product(rows, row, directions, at, width);
      for (let i = 0; i < width; i++)
        rows[row + i] = (rows[row + i] as number) - share * (directions[at + i] as number);
    }
}

/** Sums of the rows, weighted by the first `n` vectors: [n · width]. */
function combinations(vectors: Float64Array, n: number, rows: Float64Array, count: number, width: number) {
  const sums = new Float64Array(n * width);
  for (let k = 0; k < n; k++)
    for (let j = 0; j < count; j++) {
      const weight = vectors[k * count + j] as number;
      for (let i = 0; i < width; i++)
        sums[k * width + i] = (sums[k * width + i] as number) + weight * (rows[j * width + i] as number);
    }
  return sums;
}

/** The first `n` vectors, orthogonal already but for rounding, made orthonormal to the basis and each other. */
function orthonormal(vectors: Float64Array, n: number, width: number, basis: Float32Array): Float32Array {
  const done = vectors.slice(0, n * width);
  for (let k = 0; k < n; k++) {
    const own = done.subarray(k * width, (k + 1) * width);
    for (let time = 0; time < 2; time++) {
      scale(own, 1 / Math.sqrt(product(own, 0, own, 0, width)));
      removeWithin(own, width, basis);
      removeWithin(own, width, done.subarray(0, k * width));
    }
    scale(own, 1 / Math.sqrt(product(own, 0, own, 0, width)));
  }
  return Float32Array.from(done);
}

function scale(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * factor;
}

type Floats = Float32Array | Float64Array;

function product(a: Floats, atA: number, b: Floats, atB: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (a[atA + i] as number) * (b[atB + i] as number);
  return sum;
}
