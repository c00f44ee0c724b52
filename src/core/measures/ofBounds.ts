/**
 * Measures that need another network to compare with: bounds, trained on the same stream with the same seed. Notation as
 * in ofMatrix.ts. A reference is r[t][j]: the accuracy on task j of a network trained jointly on the data of tasks
 * 0 … t. That is cumulative training. The joint run of a comparison has also seen what
 * comes after; where there is no cumulative one its last row stands for every t.
 */
import { mean } from '../mean';
import { at, difference, HOLE, tasks, terms, type AccuracyMatrix, type Entry } from './matrix';

/**
 * Below this distance between the bounds (0.1 percentage points, ten images of ten thousand) a share of it is noise.
 */
export const SMALLEST_GAP = 0.001;

/**
 * Intransigence I = (1/k) Σ_{j<k} (a*[j] − a[j][j]): how much worse each task was learned than it could have been.
 * Range −1 to 1; lower is better, negative when earlier tasks helped.
 *
 * Source: Chaudhry et al. 2018 (RWalk), who define it per task; the mean over tasks is reported here.
 *
 * @param reference a*[j], the accuracy on task j of a network trained jointly on the data of tasks 0 … j
 */
export function intransigence(matrix: AccuracyMatrix, reference: AccuracyMatrix[number]): number {
  return mean(terms(tasks(0, matrix.length), (j) => difference(at([reference], 0, j), at(matrix, j, j))));
}

/**
 * Ω_all = (1/k) Σ_{i<k} α_i / α*_i with α_i = (1/(i+1)) Σ_{j≤i} a[i][j], the accuracy on all that was seen, and α*_i the
 * same of the reference. 1: as good as joint training all the way; above 1 happens.
 *
 * Source: Hayes et al. 2018 (ExStream), whose reference is an offline model, trained on all data seen by then; in Kemker et
 * al. 2018 one offline accuracy stands below all rows, and the first row is left out. Both average over pooled test images,
 * the mean over tasks is used here, as in averageIncrementalAccuracy.
 *
 * @param reference r[t][j], rows as many as the matrix has
 */
export function omegaAll(matrix: AccuracyMatrix, reference: AccuracyMatrix): number {
  return mean(terms(tasks(0, matrix.length), (i) => quotientOver(matrix, reference, i, tasks(0, i + 1))));
}

/**
 * Ω_base = (1/(k−1)) Σ_{0<i<k} a[i][0] / r[i][0]: how well the first task is kept all along, beside the reference.
 *
 * Source: Kemker et al. 2018, who divide by one accuracy of an offline model on the first task; here it is that of the
 * reference after the same task, as in omegaAll.
 *
 * @param reference r[t][j], rows as many as the matrix has
 */
export function omegaBase(matrix: AccuracyMatrix, reference: AccuracyMatrix): number {
  return mean(terms(tasks(1, matrix.length), (i) => quotientOver(matrix, reference, i, [0])));
}

/** The mean accuracy on some tasks after task i over that of the reference, of those tasks that both have measured. */
function quotientOver(matrix: AccuracyMatrix, reference: AccuracyMatrix, i: number, over: readonly number[]): Entry {
  const both = over.filter((j) => at(matrix, i, j) !== HOLE && at(reference, i, j) !== HOLE);
  if (both.length === 0) return HOLE;
  const meanOf = (of: AccuracyMatrix) => mean(terms(both, (j) => at(of, i, j)));
  const offline = meanOf(reference);
  return offline > 0 ? meanOf(matrix) / offline : NaN;
}

/**
 * Share of the way from doing nothing to joint training: (value − none) / (joint − none), all three the same metric
 * (higher is better) on the same stream and seed. 0 is as good as none, 1 as good as joint; below 0 and above 1 happen.
 * NaN when joint is not better than none by at least {@link SMALLEST_GAP}: there is then no gap to close.
 */
export function gapClosed(value: number, none: number, joint: number): number {
  const gap = joint - none;
  return gap >= SMALLEST_GAP ? (value - none) / gap : NaN;
}
