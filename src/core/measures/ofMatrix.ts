/**
 * The measures of continual learning, each a pure function of the accuracy matrix.
 *
 * Notation in the formulas: a[i][j] is the test accuracy on task j after learning task i, both counted from 0; k is the
 * number of finished rows, so that row k − 1 is the last one and tasks 0 … k − 1 have been learned.
 *
 * While a run is in progress (k < T) every measure is the one of a stream that ends after task k − 1: tasks still to
 * come play no part. It becomes the published measure when k = T. A measure of earlier tasks needs k ≥ 2 and is NaN
 * before. An undefined (NaN) or missing entry that a formula reads makes the result NaN: nothing is averaged over what
 * happens to be there.
 *
 * Holes are something else: in a long stream a row measures some tasks only, and says so. A formula then goes over the
 * terms that were measured and leaves out the others; `basisOf` says how many of how many these are, and that stands
 * beside the number wherever it is shown. A hole is never taken for a 0. With no term measured the result is NaN.
 */
import { mean } from '../mean';
import { at, difference, earlierTasks, HOLE, largestOf, tasks, terms, type AccuracyMatrix, type Entry } from './matrix';

/**
 * Average accuracy ACC = (1/k) Σ_{j<k} a[k−1][j], over the tasks learned so far. Range 0 to 1.
 *
 * Source: Lopez-Paz & Ranzato 2017 (GEM). Class-incremental papers often print the accuracy over the pooled test images
 * of all seen classes under the same name; the two agree only if all tasks have equally many test images.
 */
export function averageAccuracy(matrix: AccuracyMatrix): number {
  return mean(accuracies(matrix));
}

const accuracies = (matrix: AccuracyMatrix): number[] =>
  terms(tasks(0, matrix.length), (j) => at(matrix, matrix.length - 1, j));

/**
 * Average incremental accuracy AIA = (1/k) Σ_{i<k} ACC_i with ACC_i = (1/(i+1)) Σ_{j≤i} a[i][j]. Range 0 to 1.
 *
 * Source: Rebuffi et al. 2017 (iCaRL), who average over pooled seen classes; the form over tasks is used here. Many
 * papers after iCaRL call it just "average accuracy", though it is usually higher than ACC.
 */
export function averageIncrementalAccuracy(matrix: AccuracyMatrix): number {
  return mean(terms(tasks(0, matrix.length), (i) => meanOrHole(terms(tasks(0, i + 1), (j) => at(matrix, i, j)))));
}

/**
 * Forgetting F = (1/(k−1)) Σ_{j<k−1} f_j with f_j = max_{l<k−1} a[l][j] − a[k−1][j]. Range −1 to 1; lower is better,
 * and negative when old tasks end better than they ever were.
 *
 * Source: Chaudhry et al. 2018 (RWalk), section on forgetting. The maximum leaves out the last row, but reaches back to
 * before the task was learned; undefined entries from that time are passed over. With holes it goes over the tasks that
 * the last row measures and an earlier one has measured. Others differ: Mammoth and Stable SGD
 * let the maximum include the last row (see {@link forgettingIncludingLast}); Avalanche takes the accuracy right after
 * learning instead of the maximum, which is −BWT (see {@link backwardTransfer}).
 */
export function forgetting(matrix: AccuracyMatrix): number {
  return mean(drops(matrix));
}

/**
 * Forgetting with the last row among the candidates: (1/(k−1)) Σ_{j<k−1} (max_{j≤l≤k−1} a[l][j] − a[k−1][j]).
 * Range 0 to 1: an old task that ended better than ever counts as 0, so gains cannot offset losses.
 *
 * Source: the code of Mammoth (Buzzega et al. 2020) and of Stable SGD (Mirzadeh et al. 2020). They evaluate learned
 * tasks only, hence the maximum starts when task j was learned. Use it to compare with their tables only.
 */
export function forgettingIncludingLast(matrix: AccuracyMatrix): number {
  const last = matrix.length - 1;
  const lost = (j: number) => {
    const measured = terms(tasks(j, matrix.length), (l) => at(matrix, l, j));
    return difference(largestOf(measured), at(matrix, last, j));
  };
  return mean(terms(earlierTasks(matrix), lost));
}

/**
 * The largest forgetting of any single task: max_{j<k−1} f_j with f_j as in {@link forgetting}. Range −1 to 1; at least
 * the average, and the number to look at when one task must not be lost.
 *
 * Source: Chaudhry et al. 2019 (A-GEM), reported there as worst-case forgetting.
 */
export function worstCaseForgetting(matrix: AccuracyMatrix): number {
  return largestOf(drops(matrix)) ?? NaN;
}

/**
 * Relative forgetting: the mean over earlier tasks of the share of the best accuracy that is lost,
 * (1/(k−1)) Σ_{j<k−1} (max_{l<k−1} a[l][j] − a[k−1][j]) / max_{l<k−1} a[l][j], that is f_j of {@link forgetting} over
 * its own maximum; 1 − it is the retention. 0: all is kept, 1: all is lost; negative as F is. Where a task never got far
 * above chance the quotient says little; NaN where one never got above 0.
 *
 * Source: Lethe. (What Kemker et al. 2018 and Hayes et al. 2020 call retained is relative to an offline model.)
 */
export function relativeForgetting(matrix: AccuracyMatrix): number {
  const lost = (j: number) => {
    const best = bestBefore(matrix, j);
    const drop = difference(best, at(matrix, matrix.length - 1, j));
    if (best === HOLE || drop === HOLE) return HOLE;
    return best === 0 ? NaN : drop / best;
  };
  return mean(terms(earlierTasks(matrix), lost));
}

/**
 * Backward transfer BWT = (1/(k−1)) Σ_{j<k−1} (a[k−1][j] − a[j][j]): what later tasks did to earlier ones.
 * Range −1 to 1; negative means forgetting.
 *
 * Source: Lopez-Paz & Ranzato 2017 (GEM), equation for BWT. Their released code divides by T instead of T − 1, which
 * shrinks it. It is not −F: a task that improved after it was learned and then dropped has F > −BWT.
 */
export function backwardTransfer(matrix: AccuracyMatrix): number {
  return mean(changes(matrix));
}

const changes = (matrix: AccuracyMatrix): number[] =>
  terms(earlierTasks(matrix), (j) => difference(at(matrix, matrix.length - 1, j), at(matrix, j, j)));

/**
 * Backward transfer over the whole course of training: (2/(k(k−1))) Σ_{i<k} Σ_{j<i} (a[i][j] − a[j][j]).
 * Range −1 to 1. Unlike {@link backwardTransfer} it also sees what was lost for a while and regained.
 *
 * Source: Díaz-Rodríguez et al. 2018. They report its positive and its negative part as {@link positiveBackwardTransfer} and {@link remembering}.
 */
export function backwardTransferAll(matrix: AccuracyMatrix): number {
  return mean(
    tasks(1, matrix.length).flatMap((i) => terms(tasks(0, i), (j) => difference(at(matrix, i, j), at(matrix, j, j)))),
  );
}

/**
 * BWT⁺ = max(0, BWT over the whole course): what later tasks added to earlier ones. Range 0 to 1.
 *
 * Source: Díaz-Rodríguez et al. 2018, with the BWT of {@link backwardTransferAll}.
 */
export function positiveBackwardTransfer(matrix: AccuracyMatrix): number {
  return Math.max(0, backwardTransferAll(matrix));
}

/**
 * Remembering REM = 1 − |min(0, BWT over the whole course)|: 1 where later tasks took nothing from earlier ones. Range 0
 * to 1.
 *
 * Source: Díaz-Rodríguez et al. 2018, with the BWT of {@link backwardTransferAll}.
 */
export function remembering(matrix: AccuracyMatrix): number {
  return 1 - Math.abs(Math.min(0, backwardTransferAll(matrix)));
}

/**
 * Forward transfer FWT = (1/(k−1)) Σ_{0<j<k} (a[j−1][j] − b[j]): the head start that earlier tasks gave to task j
 * before it was trained. Range −1 to 1. Needs rows that were evaluated on the next task too.
 *
 * Source: Lopez-Paz & Ranzato 2017 (GEM); their released code divides by T. Díaz-Rodríguez et al. 2018 mean something
 * else by the name: the average of a[i][j] over all j > i, without baseline. With a head per task the head of an unseen
 * task is untrained, and the value says nothing.
 *
 * @param baseline b[j], the accuracy on task j of the network with its initial random weights
 */
export function forwardTransfer(matrix: AccuracyMatrix, baseline: AccuracyMatrix[number]): number {
  return mean(headStarts(matrix, baseline));
}

const headStarts = (matrix: AccuracyMatrix, baseline: AccuracyMatrix[number]): number[] =>
  terms(tasks(1, matrix.length), (j) => difference(at(matrix, j - 1, j), at([baseline], 0, j)));

/**
 * Learning accuracy LA = (1/k) Σ_{j<k} a[j][j]: accuracy on each task right after learning it, a measure of plasticity.
 * Range 0 to 1. Over a finished stream ACC = LA + (T−1)/T · BWT.
 *
 * Source: Riemer et al. 2019 (MER).
 */
export function learningAccuracy(matrix: AccuracyMatrix): number {
  return mean(learned(matrix));
}

/**
 * Ω_new = (1/(k−1)) Σ_{0<j<k} a[j][j]: accuracy on each task but the first right after learning it. Range 0 to 1.
 *
 * Source: Kemker et al. 2018, who leave out the base that the stream begins with, and divide by nothing here.
 */
export function omegaNew(matrix: AccuracyMatrix): number {
  return mean(terms(tasks(1, matrix.length), (j) => at(matrix, j, j)));
}

const learned = (matrix: AccuracyMatrix): number[] => terms(tasks(0, matrix.length), (j) => at(matrix, j, j));

/**
 * Online accuracy OA = (1/k) Σ_{j<k} o[j]: how well examples are answered the moment they come, before they are learned
 * from (prequential, test-then-train). Range 0 to 1. It needs no test images, and in a long stream it is the measure of
 * plasticity: a network that learns each new task worse than the one before shows in a falling o[j].
 *
 * Source: Dohare et al. 2024 (Loss of plasticity in deep continual learning; continual backprop), online permuted MNIST:
 * there too the accuracy of each output before its update, averaged over the examples of a task. Ours is the mean over
 * the steps of a task, with dropout as in training, among the outputs that take part in the loss, and of the task's own
 * examples: what a method mixes in does not count. NaN where a task has none.
 *
 * @param online o[j], the mean over the steps of task j
 */
export function onlineAccuracy(online: readonly number[]): number {
  return mean(online);
}

/**
 * Plasticity lost: the mean of o[j] over the first tenth of the tasks less that over the last tenth, each of at least one
 * task. Range −1 to 1; above 0 where new tasks are learned worse than the first ones were. NaN of a single task.
 *
 * Ours: Dohare et al. 2024 draw o[j] over the stream, and give no number for it.
 *
 * @param online o[j], the mean over the steps of task j
 */
export function plasticityLost(online: readonly number[]): number {
  if (online.length < 2) return NaN;
  const tenth = Math.max(1, Math.floor(online.length / 10));
  return mean(online.slice(0, tenth)) - mean(online.slice(-tenth));
}

/** How many terms a measure is the mean of, and how many it would be with every task measured in every row. */
export interface Basis {
  readonly terms: number;
  readonly of: number;
}

/** What the measures of a matrix were computed from, those of a row or a column of tasks. */
export function basisOf(matrix: AccuracyMatrix, baseline: AccuracyMatrix[number] = []) {
  const [all, earlier] = [matrix.length, Math.max(0, matrix.length - 1)];
  return {
    accuracy: { terms: accuracies(matrix).length, of: all },
    forgetting: { terms: drops(matrix).length, of: earlier },
    backwardTransfer: { terms: changes(matrix).length, of: earlier },
    forwardTransfer: { terms: headStarts(matrix, baseline).length, of: earlier },
    learningAccuracy: { terms: learned(matrix).length, of: all },
  } satisfies Record<string, Basis>;
}

const drops = (matrix: AccuracyMatrix): number[] => terms(earlierTasks(matrix), (j) => drop(matrix, j));

/** f_j of RWalk for one earlier task: best accuracy before the last row minus the one in the last row. */
const drop = (matrix: AccuracyMatrix, j: number): Entry =>
  difference(bestBefore(matrix, j), at(matrix, matrix.length - 1, j));

/** Best accuracy on a task in the rows before the last one. */
const bestBefore = (matrix: AccuracyMatrix, j: number): Entry =>
  largestOf(terms(tasks(0, matrix.length - 1), (l) => (l < j ? orHole(at(matrix, l, j)) : at(matrix, l, j))));

/** Before its task was learned an accuracy may be undefined without harm: it then cannot be the best one. */
const orHole = (accuracy: Entry) => (Number.isNaN(accuracy) ? HOLE : accuracy);

const meanOrHole = (values: readonly number[]) => (values.length === 0 ? HOLE : mean(values));
