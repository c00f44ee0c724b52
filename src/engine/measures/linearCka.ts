import * as tf from '@tensorflow/tfjs-core';
import { valuesOf } from '../valuesOf';
import type { Passed } from './layerPasses';

/** How the Hilbert-Schmidt independence criterion is estimated from some rows. */
export type Estimator = 'unbiased' | 'biased';

/**
 * Linear centred kernel alignment of two representations of the same examples (Kornblith et al. 2019, eq. 4): with columns
 * that are centred, and K = X Xᵀ, L = Y Yᵀ,
 *
 *     CKA = HSIC(K, L) / √(HSIC(K, K) · HSIC(L, L))
 *
 * `biased` is HSIC = tr(K L), as in the paper: ‖Yᵀ X‖² / (‖Xᵀ X‖ ‖Yᵀ Y‖), which is close to 1 for any two representations
 * that have more units than there are rows. `unbiased` is the estimator of Song et al. 2012 (eq. 5), which needs at least 4
 * rows and may lie a little outside of 0 to 1.
 *
 * @returns NaN where one of the two is the same for all examples
 * @throws RangeError where they are not of as many rows, or of too few
 */
export function linearCka(x: Passed, y: Passed, estimator: Estimator): number {
  const { rows } = x;
  if (y.rows !== rows) throw new RangeError('CKA compares representations of the same examples');
  if (rows < 4) throw new RangeError('CKA needs at least 4 examples');
  const [k, l] = [gram(x), gram(y)];
  const hsic = estimator === 'biased' ? product : unbiased;
  const [own, other] = [hsic(k, k, rows), hsic(l, l, rows)];
  return own > 0 && other > 0 ? hsic(k, l, rows) / Math.sqrt(own * other) : NaN;
}

/** X Xᵀ, [rows · rows], of columns that are centred. */
const gram = ({ rows, width, values }: Passed): Float32Array =>
  valuesOf(() => {
    const all = tf.tensor2d(values, [rows, width]);
    const centred = tf.sub(all, tf.mean(all, 0, true));
    return tf.matMul(centred, centred, false, true);
  });

/** tr(K L) of two symmetric matrices. */
function product(k: Float32Array, l: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < k.length; i++) sum += (k[i] as number) * (l[i] as number);
  return sum;
}

/** 1/(n (n − 3)) · (tr(K̃ L̃) + (1ᵀK̃1)(1ᵀL̃1) / ((n − 1)(n − 2)) − 2/(n − 2) · 1ᵀK̃L̃1), whose diagonals are 0. */
function unbiased(k: Float32Array, l: Float32Array, n: number): number {
  const [sumsK, sumsL] = [sumsOfRows(k, n), sumsOfRows(l, n)];
  let [trace, mixed, allK, allL] = [product(k, l), 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const at = i * n + i;
    trace -= (k[at] as number) * (l[at] as number);
    mixed += (sumsK[i] as number) * (sumsL[i] as number);
    allK += sumsK[i] as number;
    allL += sumsL[i] as number;
  }
  return (trace + (allK * allL) / ((n - 1) * (n - 2)) - (2 / (n - 2)) * mixed) / (n * (n - 3));
}

/** Without the diagonal. */
const sumsOfRows = (matrix: Float32Array, n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) if (j !== i) sum += matrix[i * n + j] as number;
    return sum;
  });
