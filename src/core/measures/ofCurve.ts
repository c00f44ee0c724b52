/**
 * Measures of what happens between the rows of the accuracy matrix, from the points of the accuracy curves. Points measure
 * a part of the test sets (`samples` of "evaluation"), so each value scatters: with 200 images by about 0.02.
 *
 * A(j, n) is the accuracy on task j after n steps of the whole run, t_k the last step of task k, tasks counted from 0, T of
 * them. All are NaN where an accuracy on a task seen is undefined, and where there are no points.
 */
import { EARLY_STEPS, type CurveFacts } from './curveFacts';
import { at, type AccuracyMatrix, type Entry } from './matrix';
import { mean } from '../mean';

type Facts = CurveFacts | undefined;

/** Undefined where nothing can be said. */
const known = (facts: Facts): CurveFacts | undefined => (facts?.isDefined && facts.steps > 0 ? facts : undefined);

/**
 * Average anytime accuracy AAA: the mean over training of the mean accuracy on the tasks seen so far. Range 0 to 1.
 *
 * Source: Caccia et al. 2022, who measure after every so many steps and take the plain mean. Points are denser after a
 * switch here, so each counts for the steps since the one before it: with points at equal distances that is the same.
 */
export function averageAnytimeAccuracy(facts: Facts): number {
  const found = known(facts);
  return found ? found.area / found.steps : NaN;
}

/**
 * Learning curve area LCA = (1/(β+1)) Σ_{b≤β} Z_b with Z_b the mean over tasks k of the accuracy on task k after b steps of
 * it, β = 10: how fast a task is learned. Range 0 to 1. Needs a point after each of the first ten steps of every task. Z_0
 * comes from the row of the task before (all its test images), for the first task from the untrained network.
 *
 * Source: Chaudhry et al. 2019 (A-GEM).
 *
 * @param baseline b[j], the accuracy on task j of the network with its initial random weights
 */
export function learningCurveArea(facts: Facts, matrix: AccuracyMatrix, baseline: AccuracyMatrix[number]): number {
  const found = known(facts);
  if (!found || matrix.length === 0) return NaN;
  const ofTasks = matrix.map((_, k): Entry => {
    const first = k === 0 ? at([baseline], 0, 0) : at(matrix, k - 1, k);
    const early = found.tasks[k]?.early ?? [];
    return early.length < EARLY_STEPS ? NaN : mean([first ?? NaN, ...early]);
  });
  return mean(ofTasks.map((one) => one ?? NaN));
}

/**
 * min-ACC = (1/(T−1)) Σ_{j<T−1} min_{t_j < n ≤ t_{T−1}} A(j, n): how low old tasks ever fell after they were learned.
 * Range 0 to 1. With fewer points it sees fewer falls.
 *
 * Source: De Lange, van de Ven & Tuytelaars 2023 (continual evaluation), who measure after every step.
 */
export function minimumAccuracy(facts: Facts): number {
  const found = known(facts);
  return mean((found?.tasks ?? []).flatMap(({ lowest }) => lowest ?? []));
}

/**
 * Worst-case accuracy WC-ACC = (1/T) A(T−1, t_{T−1}) + (1 − 1/T) min-ACC: what one can count on at any moment. Range 0 to 1.
 * The first term is that of the last row (all its test images).
 *
 * Source: De Lange, van de Ven & Tuytelaars 2023.
 */
export function worstCaseAccuracy(facts: Facts, matrix: AccuracyMatrix): number {
  const count = matrix.length;
  if (count < 2) return NaN;
  return (at(matrix, count - 1, count - 1) ?? NaN) / count + (1 - 1 / count) * minimumAccuracy(facts);
}

/**
 * Windowed forgetting WF: the largest drop of a task's accuracy between two of any 10 evaluations in a row, the mean over
 * tasks. Range 0 to 1. Right after a switch these are the first ten steps.
 *
 * Source: De Lange, van de Ven & Tuytelaars 2023, with windows of 10 evaluations (theirs are of one step each).
 */
export function windowedForgetting(facts: Facts): number {
  return mean((known(facts)?.tasks ?? []).filter(({ recent }) => recent.length > 1).map(({ drop }) => drop));
}

/**
 * Windowed plasticity WP: the largest rise of a task's accuracy between two of any 10 evaluations in a row, the mean over
 * tasks. Range 0 to 1.
 *
 * Source: as {@link windowedForgetting}.
 */
export function windowedPlasticity(facts: Facts): number {
  return mean((known(facts)?.tasks ?? []).filter(({ recent }) => recent.length > 1).map(({ rise }) => rise));
}

/**
 * Stability gap, its depth: how far the mean accuracy on the old tasks falls within the first 100 steps of a new one, from
 * the last point before the switch to the lowest after it; the mean over switches. Range −1 to 1. What is regained later
 * counts: the rows of the matrix do not see it. Without a remedy it is forgetting as such.
 *
 * Source: De Lange, van de Ven & Tuytelaars 2023; Hess, Tuytelaars & van de Ven 2023. They draw it; the number is ours.
 */
export function stabilityGap(facts: Facts): number {
  return mean(switchesOf(facts).map((one) => one?.depth ?? NaN));
}

/**
 * Recovery time: steps of the new task until the mean accuracy on the old ones, once past its lowest, has again 95 % of
 * what it was before the switch; the mean over switches, 0 for one where it never had less. NaN where it does not come back
 * while the task is trained, after any switch.
 *
 * Source: as {@link stabilityGap}; the 95 % are ours.
 */
export function recoverySteps(facts: Facts): number {
  return mean(switchesOf(facts).map((one) => one?.back ?? NaN));
}

/** Of each task but the first. */
const switchesOf = (facts: Facts): CurveFacts['switches'] => known(facts)?.switches.slice(1) ?? [];
