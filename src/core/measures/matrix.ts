/** The accuracy matrix of a run, and how formulas read it. */

/** Stands in a matrix for what was not measured on purpose. */
export const HOLE = undefined;

/** A number, NaN where it is undefined, or nothing where it was not measured. */
export type Entry = number | typeof HOLE;

/**
 * a[i][j]: test accuracy, a fraction from 0 to 1, on task j after learning task i. One row per finished task, T wide
 * where every task was evaluated. NaN where the accuracy is undefined, for example the class-incremental accuracy of a
 * method that must be told the task. `HOLE` where task j was left out after task i.
 */
export type AccuracyMatrix = readonly (readonly Entry[])[];

/** NaN where there is no such entry at all. */
export function at(matrix: AccuracyMatrix, i: number, j: number): Entry {
  const row = matrix[i];
  return row && j < row.length ? row[j] : NaN;
}

/** Of each index a value, but for the holes. */
export const terms = (indices: readonly number[], value: (index: number) => Entry): number[] =>
  indices.map(value).filter((term) => term !== HOLE);

/** from, from + 1, …, until − 1; empty if there are none. */
export function tasks(from: number, until: number): number[] {
  const indices: number[] = [];
  for (let task = from; task < until; task++) indices.push(task);
  return indices;
}

/** The learned tasks that could be forgotten: all but the one learned last. */
export const earlierTasks = (matrix: AccuracyMatrix): number[] => tasks(0, matrix.length - 1);

/** Of what was measured, and of nothing that is not. */
export const difference = (a: Entry, b: Entry): Entry => (a === HOLE || b === HOLE ? HOLE : a - b);

export const largestOf = (values: readonly number[]): Entry => (values.length === 0 ? HOLE : Math.max(...values));
