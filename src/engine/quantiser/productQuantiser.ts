import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../random';
import { kMeans, nearestCentroid, type Points } from './kMeans';

/**
 * Product quantisation (Jégou, Douze & Schmid 2011). A vector is cut into M parts of the same width, and each part stands for
 * the nearest of the k centroids of its own codebook: M numbers below k in place of the vector. With k ≤ 256 each is a byte.
 *
 * Codebooks are one tensor [M, k, width of a part].
 */

/**
 * The codebooks of some vectors: k-means on each part by itself.
 *
 * @param parts M, which divides the width of the vectors
 * @param random a stream of numbers for each part
 * @param between is told after each part how many are done
 * @returns [M, k, width of a part]
 * @throws RangeError where there are fewer vectors than centroids
 */
export async function codebooksOf(
  vectors: Points,
  { parts, centroids }: { readonly parts: number; readonly centroids: number },
  random: (part: number) => Random,
  between: (done: number) => Promise<void>,
): Promise<Float32Array<ArrayBuffer>> {
  const width = vectors.width / parts;
  const found = new Float32Array(parts * centroids * width);
  for (let part = 0; part < parts; part++) {
    found.set(kMeans(partOf(vectors, part, width), centroids, random(part)), part * centroids * width);
    await between(part + 1);
  }
  return found;
}

function partOf({ count, width: whole, values }: Points, part: number, width: number): Points {
  const own = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const start = row * whole + part * width;
    own.set(values.subarray(start, start + width), row * width);
  }
  return { count, width, values: own };
}

/**
 * The codes of vectors: of each part the nearest centroid. A pure function of tensors, as are those below.
 *
 * @param vectors [n, M · width] @returns int32 [n, M]
 */
export function encoded(vectors: tf.Tensor2D, codebooks: tf.Tensor3D): tf.Tensor2D {
  const [parts, centroids, width] = codebooks.shape;
  const [count] = vectors.shape;
  const codes = Array.from({ length: parts }, (_, part) => {
    const own = parts === 1 ? vectors : tf.slice(vectors, [0, part * width], [count, width]);
    const book = tf.reshape<tf.Rank.R2>(tf.slice(codebooks, [part, 0, 0], [1, centroids, width]), [centroids, width]);
    return nearestCentroid(own, book);
  });
  return tf.stack(codes, 1) as tf.Tensor2D;
}

/** The vectors that codes stand for. @param codes int32 [n, M] @returns [n, M · width] */
export function decoded(codes: tf.Tensor2D, codebooks: tf.Tensor3D): tf.Tensor2D {
  const [parts, centroids, width] = codebooks.shape;
  const starts = tf.tensor1d(
    Int32Array.from({ length: parts }, (_, part) => part * centroids),
    'int32',
  );
  const all = tf.reshape<tf.Rank.R2>(codebooks, [parts * centroids, width]);
  const places = tf.reshape<tf.Rank.R1>(tf.add(codes, starts), [-1]);
  return tf.reshape(tf.gather(all, places), [-1, parts * width]);
}
