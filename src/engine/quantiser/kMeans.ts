import * as tf from '@tensorflow/tfjs-core';
import { randomInt, samplePlaces, type Random } from '../random';

/** Points, row after row: `count × width` values. */
export interface Points {
  readonly count: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** Rounds of Lloyd's algorithm, and points of each centroid that are looked at at most: faiss's defaults. */
export const ITERATIONS = 25;
export const MOST_POINTS_PER_CENTROID = 256;

/** Half of a cluster that was split moves up by this share, the other half down. */
const SPLIT = 1 / 1024;
/** Points whose distances are in memory at once. */
const CHUNK = 8192;

/**
 * Lloyd's k-means as faiss has it: centroids begin as random points, each of its own; in each round every point is
 * assigned to the nearest centroid, and each centroid becomes the mean of its points. A cluster that is left empty takes
 * over one half of a larger one, drawn with a probability that rises with the points it has.
 *
 * Of more than `MOST_POINTS_PER_CENTROID` points for each centroid so many are drawn.
 *
 * @returns centroids, [k, width]
 * @throws RangeError where there are fewer points than centroids
 */
export function kMeans(all: Points, k: number, random: Random, iterations = ITERATIONS): Float32Array<ArrayBuffer> {
  if (all.count < k) throw new RangeError(`${k} centroids need as many points, and there are ${all.count}`);
  const points = drawn(all, k * MOST_POINTS_PER_CENTROID, random);
  let centroids = rowsOf(points, samplePlaces(points.count, k, random));
  for (let round = 0; round < iterations; round++) {
    const { means, counts } = meansOf(points, nearestOf(points, centroids), k);
    centroids = withoutEmpty(means, counts, random);
  }
  return centroids;
}

/** Of each point the nearest centroid. @param centroids [k, width] */
export function nearestOf({ count, width, values }: Points, centroids: Float32Array): Int32Array {
  const found = new Int32Array(count);
  for (let start = 0; start < count; start += CHUNK) {
    const rows = Math.min(CHUNK, count - start);
    const nearest = tf.tidy(() =>
      nearestCentroid(
        tf.tensor2d(values.subarray(start * width, (start + rows) * width), [rows, width]),
        tf.tensor2d(centroids, [centroids.length / width, width]),
      ),
    );
    found.set(nearest.dataSync(), start);
    nearest.dispose();
  }
  return found;
}

/**
 * Of each point the centroid at the smallest distance, argmin ‖c‖² − 2 x·c, the first of several: a pure function of tensors.
 * TensorFlow's own ArgMin takes about ten times as long as two reductions.
 *
 * @param points [n, width] @param centroids [k, width] @returns int32 [n]
 */
export function nearestCentroid(points: tf.Tensor2D, centroids: tf.Tensor2D): tf.Tensor1D {
  const [k] = centroids.shape;
  const products = tf.matMul<tf.Tensor2D>(points, tf.transpose(centroids));
  const distances = tf.sub(tf.sum(tf.square(centroids), 1), tf.mul(products, 2));
  const isLeast = tf.cast(tf.equal(distances, tf.min(distances, 1, true)), 'float32');
  // k for the first centroid, 1 for the last: the largest of those at the smallest distance is the first of them.
  const fromEnd = tf.max<tf.Tensor1D>(tf.mul(isLeast, tf.range(k, 0, -1)), 1);
  // Where a value is not a number no distance is the smallest.
  return tf.cast(tf.minimum(tf.sub(k, fromEnd), k - 1), 'int32');
}

/** The mean of the points of each cluster, in double precision on the way; 0 of one that has none. */
export function meansOf({ width, values }: Points, clusters: Int32Array, k: number) {
  const sums = new Float64Array(k * width);
  const counts = new Int32Array(k);
  clusters.forEach((cluster, point) => {
    counts[cluster] = (counts[cluster] as number) + 1;
    const [to, from] = [cluster * width, point * width];
    for (let i = 0; i < width; i++) sums[to + i] = (sums[to + i] as number) + (values[from + i] as number);
  });
  const means = Float32Array.from(sums, (sum, i) => sum / Math.max(1, counts[Math.floor(i / width)] as number));
  return { means, counts };
}

/** The same centroids, those without points in place of one half of others. */
function withoutEmpty(means: Float32Array, counts: Int32Array, random: Random): Float32Array<ArrayBuffer> {
  const [centroids, left] = [Float32Array.from(means), Float64Array.from(counts)];
  const [k, points] = [counts.length, counts.reduce((sum, count) => sum + count, 0)];
  const width = means.length / k;
  counts.forEach((count, empty) => {
    if (count > 0) return;
    let other = randomInt(random, k);
    // One of a single point is never split.
    while (random() >= ((left[other] as number) - 1) / (points - k || 1)) other = (other + 1) % k;
    for (let i = 0; i < width; i++) {
      const value = centroids[other * width + i] as number;
      const sign = i % 2 === 0 ? 1 : -1;
      centroids[empty * width + i] = value * (1 + sign * SPLIT);
      centroids[other * width + i] = value * (1 - sign * SPLIT);
    }
    const half = (left[other] as number) / 2;
    left[empty] = half;
    left[other] = half;
  });
  return centroids;
}

function drawn(points: Points, most: number, random: Random): Points {
  if (points.count <= most) return points;
  return { count: most, width: points.width, values: rowsOf(points, samplePlaces(points.count, most, random)) };
}

function rowsOf({ width, values }: Points, places: Int32Array): Float32Array<ArrayBuffer> {
  const found = new Float32Array(places.length * width);
  places.forEach((place, i) => found.set(values.subarray(place * width, (place + 1) * width), i * width));
  return found;
}
