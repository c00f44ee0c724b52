import * as tf from '@tensorflow/tfjs-core';
import type { Learner, RowFunction } from '../contract/learner';
import type { Network } from '../contract/network';
import type { Outputs } from '../contract/step';
import { parametersOf } from '../networks/network';
import { valuesOf } from '../valuesOf';

/** Of some examples one row of numbers each: `rows × width` values, row after row. */
export interface Features {
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** Examples taken through the network at once. */
const CHUNK = 500;
/** Rows shorter than this stay as they are: a ReLU may leave nothing of one. */
const TINY = 1e-12;

/**
 * φ: what the last hidden layer passes on, [rows, width].
 *
 * @throws Error where the network has no hidden layer
 */
export function featuresIn({ layers }: Pick<Outputs, 'layers'>): tf.Tensor2D {
  const features = layers.at(-2);
  if (!features) throw new Error('features are what the last hidden layer passes on, and this network has none');
  return features;
}

/** Rows of length 1, [rows, width]. */
export const unitRows = (features: tf.Tensor2D): tf.Tensor2D =>
  tf.div(features, tf.maximum(tf.norm(features, 'euclidean', 1, true), TINY));

export interface FeaturesOf {
  readonly task: number;
  readonly indices: Int32Array;
  /** Parameters and running statistics; the present ones when left out. */
  readonly theta?: tf.Tensor1D;
  readonly statistics?: tf.Tensor1D | undefined;
  /** Of the examples mirrored from left to right. */
  readonly mirrored?: boolean;
}

/** The features of training examples as a task sees them, with the network as at test. */
export function featuresOf(
  learner: Learner,
  { task, indices, theta, statistics, mirrored = false }: FeaturesOf,
): Features {
  const { network, buffers } = learner;
  const fn = functionOf(learner, mirrored);
  const parts: Float32Array[] = [];
  for (let start = 0; start < indices.length; start += CHUNK) {
    const part = indices.subarray(start, start + CHUNK);
    parts.push(
      valuesOf(() => {
        const running = network.statistics && (statistics ?? buffers);
        const more = [theta ?? learner.theta, ...(running ? [running] : [])];
        return learner.apply(fn, CHUNK, { task, indices: part }, more)[0] as tf.Tensor;
      }),
    );
  }
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (values.set(part, at), at + part.length), 0);
  return { rows: indices.length, width: values.length / Math.max(1, indices.length), values };
}

const functions = new WeakMap<Network, Map<boolean, RowFunction>>();

/** The same function for the same network, so that it is compiled once. */
function functionOf({ network, stream }: Learner, isMirrored: boolean): RowFunction {
  const known = functions.get(network) ?? new Map<boolean, RowFunction>();
  functions.set(network, known);
  const [height, width, channels] = stream.dataset.shape;
  const mirrored = (x: tf.Tensor2D) =>
    tf.reshape<tf.Rank.R2>(tf.reverse4d(tf.reshape<tf.Rank.R4>(x, [-1, height, width, channels]), 2), x.shape);
  const found: RowFunction =
    known.get(isMirrored) ??
    ((_present, x, theta, buffers) => {
      const asked = { training: false, columns: {}, constants: {}, buffers: buffers as tf.Tensor1D | undefined };
      const parameters = parametersOf(network, theta as tf.Tensor1D);
      return [featuresIn(network.forward(parameters, isMirrored ? mirrored(x) : x, asked))];
    });
  known.set(isMirrored, found);
  return found;
}

/** The same rows, each of length 1. */
export function normalised({ rows, width, values }: Features): Features {
  const found = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const length = Math.max(TINY, Math.sqrt(product({ rows, width, values }, row, row)));
    for (let i = row * width; i < (row + 1) * width; i++) found[i] = (values[i] as number) / length;
  }
  return { rows, width, values: found };
}

/** The mean of the rows, [width]. */
export function meanOf({ rows, width, values }: Features): Float64Array {
  const mean = new Float64Array(width);
  for (let start = 0; start < values.length; start += width)
    for (let i = 0; i < width; i++) mean[i] = (mean[i] as number) + (values[start + i] as number) / rows;
  return mean;
}

/** The scalar product of two rows. */
function product({ width, values }: Features, first: number, second: number): number {
  const [a, b] = [first * width, second * width];
  let sum = 0;
  for (let i = 0; i < width; i++) sum += (values[a + i] as number) * (values[b + i] as number);
  return sum;
}

/** The scalar product of every row with a vector [width]: of four rows at a time, whose sums do not wait for each other. */
export function productsWith({ rows, width, values }: Features, vector: ArrayLike<number>): Float64Array {
  const factors = Float64Array.from(vector);
  const found = new Float64Array(rows);
  for (let row = 0; row < rows; row += 4) {
    // Where there are fewer than four left, some are one and the same.
    const [first, second, third, fourth] = [0, 1, 2, 3].map((k) => Math.min(row + k, rows - 1) * width) as Starts;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < width; i++) {
      const factor = factors[i] as number;
      a += (values[first + i] as number) * factor;
      b += (values[second + i] as number) * factor;
      c += (values[third + i] as number) * factor;
      d += (values[fourth + i] as number) * factor;
    }
    // What lies beyond the end is not kept.
    [found[row], found[row + 1], found[row + 2], found[row + 3]] = [a, b, c, d];
  }
  return found;
}

type Starts = [number, number, number, number];

/** One row, [width]. */
export const rowAt = ({ width, values }: Features, row: number): Float32Array =>
  values.subarray(row * width, (row + 1) * width);
