/** What charts and matrices show: a variant's runs put together, seed by seed. */
import type { Run, RunWithHistory } from '../core/run';
import { largest, smallest } from '../core/extremes';

export interface BandPoint {
  /** Training steps since the start of the stream. */
  readonly x: number;
  /** Over the seeds that have this point; fractions. */
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** Accuracy on one task over training. */
export interface TaskCurve {
  readonly task: number;
  readonly points: readonly BandPoint[];
}

export interface Cell {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly n: number;
}

export interface MatrixRowSummary {
  /** The task learned last. */
  readonly learned: number;
  readonly cells: readonly Cell[];
}

/** Finished runs count; while there is none, what the others have so far is better than nothing. */
export function runsThatCount<R extends Run>(runs: readonly R[]): readonly R[] {
  const done = runs.filter((run) => run.status === 'done');
  return done.length > 0 ? done : runs;
}

/** Which of the two accuracies to show: the scenario's own, or the one given the task. */
export type AccuracyKind = 'accuracy' | 'taskAware';

/** Mean and range over seeds at every evaluated step, one curve per task. */
export function curvesOf(runs: readonly RunWithHistory[], kind: AccuracyKind): TaskCurve[] {
  const byTask = new Map<number, Map<number, number[]>>();
  for (const run of runsThatCount(runs)) {
    for (const point of run.state.curve) {
      point[kind].forEach((value, task) => {
        if (value !== null) valuesAt(byTask, task, point.globalStep).push(value);
      });
    }
  }
  return [...byTask]
    .sort(([a], [b]) => a - b)
    .map(([task, values]) => ({
      task,
      points: [...values].sort(([a], [b]) => a - b).map(([x, list]) => ({ x, ...rangeOf(list) })),
    }));
}

function valuesAt(byTask: Map<number, Map<number, number[]>>, task: number, x: number): number[] {
  const ofTask = byTask.get(task) ?? new Map<number, number[]>();
  byTask.set(task, ofTask);
  const values = ofTask.get(x) ?? [];
  ofTask.set(x, values);
  return values;
}

/** The accuracy matrix, each cell over the seeds that have it. */
export function matrixOf(runs: readonly Run[], kind: AccuracyKind): MatrixRowSummary[] {
  const rows = new Map<number, number[][]>();
  for (const run of runsThatCount(runs)) {
    for (const row of run.state.rows) {
      const cells = rows.get(row.task) ?? [];
      rows.set(row.task, cells);
      row[kind].forEach((value, task) => (cells[task] ??= []).push(value ?? NaN));
    }
  }
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([learned, cells]) => ({
      learned,
      cells: cells.map((values) => {
        const defined = values.filter(Number.isFinite);
        return { ...rangeOf(defined), n: defined.length };
      }),
    }));
}

function rangeOf(values: readonly number[]): { mean: number; min: number; max: number } {
  if (values.length === 0) return { mean: NaN, min: NaN, max: NaN };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, min: smallest(values, Infinity), max: largest(values, -Infinity) };
}

/** Steps at which a new task begins, and the last step planned: [0, 1000, 2000, …]. Empty before a run has started. */
export function boundariesOf(runs: readonly Run[]): number[] {
  const steps = runsThatCount(runs).find((run) => run.state.started)?.state.plan ?? [];
  const boundaries = [0];
  for (const n of steps) boundaries.push((boundaries.at(-1) ?? 0) + n);
  return boundaries;
}

/** Names of the tasks, as the stream gave them. */
export const taskNames = (runs: readonly Run[]): string[] =>
  runs.find((run) => run.state.started)?.state.started?.tasks.map(({ name }) => name) ?? [];
