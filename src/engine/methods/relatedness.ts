import { residueOf, type Representation } from './representation';

/**
 * The principal components of what a layer sees of a task: directions in which its values vary most, each as long as the
 * standard deviation along it, [directions · width]. Where there are fewer, the rest is 0.
 */
export function principalComponents(seen: Representation, directions: number): Float32Array<ArrayBuffer> {
  const { width, rows } = seen;
  const count = rows.length / width;
  const { squares, directions: unit } = residueOf(centred(seen), new Float32Array());
  const [largest = 0] = squares;
  const there = squares.subarray(0, directions).findIndex((square) => square <= 1e-10 * largest);
  const kept = there < 0 ? Math.min(directions, squares.length) : there;
  const components = new Float32Array(directions * width);
  unit(kept).forEach((value, i) => {
    components[i] = value * Math.sqrt((squares[Math.floor(i / width)] as number) / count);
  });
  return components;
}

function centred({ width, rows }: Representation): Representation {
  const mean = new Float64Array(width);
  const count = rows.length / width;
  rows.forEach((value, i) => (mean[i % width] = (mean[i % width] as number) + value / count));
  return { width, rows: rows.map((value, i) => value - (mean[i % width] as number)) };
}

/**
 * How alike two tasks are in what a layer sees of them: linear CKA (Kornblith et al. 2019, eq. 4) with features in place of
 * examples, which two tasks do not have in common. With the principal components A and B of the tasks as rows, and so A Aᵀ
 * and B Bᵀ for the covariances of the features as far as these are kept,
 *
 *     CKA = ‖A Bᵀ‖² / (‖A Aᵀ‖ ‖B Bᵀ‖)          (Frobenius norms)
 *
 * It is 1 where the same features vary together by the same shares, and 0 where none of one task's varies in the other.
 *
 * @returns 0 where nothing varies in one of the tasks
 */
export function linearCkaOfFeatures(a: Float32Array, b: Float32Array, width: number): number {
  const norms = squaredProducts(a, a, width) * squaredProducts(b, b, width);
  return norms > 0 ? squaredProducts(a, b, width) / Math.sqrt(norms) : 0;
}

/** ‖A Bᵀ‖². */
function squaredProducts(a: Float32Array, b: Float32Array, width: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += width)
    for (let j = 0; j < b.length; j += width) {
      let product = 0;
      for (let k = 0; k < width; k++) product += (a[i + k] as number) * (b[j + k] as number);
      sum += product * product;
    }
  return sum;
}
