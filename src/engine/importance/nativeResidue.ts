import * as tf from '@tensorflow/tfjs-core';
import { residueKernel } from '../backend/kernels';

/**
 * The singular value decomposition of what of rows of `width` values lies outside of orthonormal directions, by
 * TensorFlow's own in double precision; undefined on a backend that has none.
 *
 * @returns squared singular values, falling, and beside each a multiple of its singular vector, one after the other
 */
export function nativeResidue(
  rows: Float32Array,
  width: number,
  directions: Float32Array,
): { readonly squares: Float64Array; readonly vectors: Float64Array } | undefined {
  if (tf.getBackend() !== 'tensorflow') return undefined;
  const inputs = {
    rows: tf.tensor2d(rows, [rows.length / width, width]),
    basis: tf.tensor2d(directions, [directions.length / width, width]),
  };
  const found = tf.engine().runKernel<tf.Tensor[]>(residueKernel, inputs, {});
  const [squares, vectors] = found.map((bits) => doublesOf(bits.dataSync() as Int32Array));
  tf.dispose([...Object.values(inputs), ...found]);
  return { squares: squares as Float64Array, vectors: vectors as Float64Array };
}

/** Copied, so that they begin where a double may. */
const doublesOf = (bits: Int32Array): Float64Array => new Float64Array(Int32Array.from(bits).buffer);
