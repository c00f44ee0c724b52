/** What charts and matrices show: a variant's runs put together, seed by seed. */
import type { ComparedExperiment } from '../core/comparedExperiment';
import type { Run, RunWithHistory } from '../core/run';
import type { MatrixRow } from '../core/runModel';
import { largest, smallest } from '../core/extremes';
import { drawnTasks, isThinned, matrixColumns, matrixRows } from '../core/grid';
import {
  areasOf,
  entriesOf,
  tasksOf as measuredTasks,
  valueOn,
  type AccuracyKind,
  type Measured,
} from '../core/measured';
import { recordedStreamSchema } from '../core/stream';
import { knownClassNames, withClassNames, type ClassNamesOf } from '../core/taskNames';

export interface BandPoint {
  /** Training steps since the start of the stream. */
  readonly x: number;
  /** Over the seeds that have this point; fractions. */
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Evaluations between the point before and this one said nothing of it. */
  readonly isAfterGap?: boolean;
}

/** Accuracy on one task over training. */
export interface TaskCurve {
  readonly task: number;
  readonly points: readonly BandPoint[];
}

/** What the validation set of a task said while the task was trained. */
export interface ValidationLine {
  readonly task: number;
  /** Empty where it is not defined. */
  readonly accuracy: readonly BandPoint[];
  readonly loss: readonly BandPoint[];
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
  /** One for each column; undefined where no seed has measured it. */
  readonly cells: readonly (Cell | undefined)[];
}

/** The accuracy matrix, each cell over the seeds that have it; of a long stream some rows and columns. */
export interface MatrixSummary {
  /** The tasks of the columns. */
  readonly tasks: readonly number[];
  readonly rows: readonly MatrixRowSummary[];
}

/** Finished runs count; while there is none, what the others have so far is better than nothing. */
export function runsThatCount<R extends Run>(runs: readonly R[]): readonly R[] {
  const done = runs.filter((run) => run.status === 'done');
  return done.length > 0 ? done : runs;
}

const tasksOf = (runs: readonly Run[]): number =>
  largest(
    runs.map(({ state }) => state.started?.tasks.length ?? 0),
    0,
  );

/** Mean and range over seeds at every evaluated step, one curve per task; of a long stream some tasks. */
export function curvesOf(runs: readonly RunWithHistory[], kind: AccuracyKind): TaskCurve[] {
  const byTask = new Map<number, Map<number, number[]>>();
  const drawn = new Set(drawnTasks(tasksOf(runs)));
  const evaluated = new Set<number>();
  for (const run of runsThatCount(runs)) {
    for (const point of pointsOf(run)) {
      evaluated.add(point.globalStep);
      for (const [task, value] of entriesOf(point, kind))
        if (value !== null && drawn.has(task)) valuesAt(byTask, task, point.globalStep).push(value);
    }
  }
  const steps = [...evaluated].sort((a, b) => a - b);
  return [...byTask]
    .sort(([a], [b]) => a - b)
    .map(([task, values]) => ({ task, points: withGaps(bandOf(values), steps) }));
}

/** Marks the points before which evaluations are left out. @param steps of all evaluations, ascending */
function withGaps(points: readonly BandPoint[], steps: readonly number[]): BandPoint[] {
  const places = new Map(steps.map((step, i) => [step, i]));
  const placeOf = (point: BandPoint | undefined) => places.get(point?.x ?? NaN) ?? NaN;
  return points.map((point, i) =>
    placeOf(point) - placeOf(points[i - 1]) > 1 ? { ...point, isAfterGap: true } : point,
  );
}

/**
 * Mean and range over seeds at every step at which the validation set was measured, one line per task trained. Of a long
 * stream one line in all, with the last of each task.
 */
export function validationOf(runs: readonly RunWithHistory[]): ValidationLine[] {
  const isLong = isThinned(tasksOf(runs));
  const points = runsThatCount(runs).flatMap(({ state: { validations } }) =>
    isLong
      ? validations.flatMap((point, i) => (validations[i + 1]?.task === point.task ? [] : { ...point, task: 0 }))
      : validations,
  );
  const losses = new Map<number, Map<number, number[]>>();
  const accuracies = new Map<number, Map<number, number[]>>();
  for (const { task, globalStep, loss, accuracy } of points) {
    valuesAt(losses, task, globalStep).push(loss);
    if (accuracy !== null) valuesAt(accuracies, task, globalStep).push(accuracy);
  }
  return [...losses]
    .sort(([a], [b]) => a - b)
    .map(([task, values]) => ({
      task,
      accuracy: bandOf(accuracies.get(task) ?? new Map()),
      loss: bandOf(values),
    }));
}

const bandOf = (values: ReadonlyMap<number, readonly number[]>): BandPoint[] =>
  [...values].sort(([a], [b]) => a - b).map(([x, list]) => ({ x, ...rangeOf(list) }));

/** Where no curve was measured, the rows of the matrix are one, as far as they are of tasks that were seen. */
function pointsOf({ state }: RunWithHistory): readonly (Measured & { readonly globalStep: number })[] {
  if (state.curve.length > 0) return state.curve;
  let step = 0;
  const ends = state.plan.map((steps) => (step += steps));
  return state.rows.map((row) => {
    const tasks = measuredTasks(row).filter((task) => task <= row.task);
    const of = (kind: AccuracyKind) => tasks.map((task) => valueOn(row, kind, task) ?? null);
    return { tasks, accuracy: of('accuracy'), taskAware: of('taskAware'), globalStep: ends[row.task] ?? 0 };
  });
}

function valuesAt(byTask: Map<number, Map<number, number[]>>, task: number, x: number): number[] {
  const ofTask = byTask.get(task) ?? new Map<number, number[]>();
  byTask.set(task, ofTask);
  const values = ofTask.get(x) ?? [];
  ofTask.set(x, values);
  return values;
}

export const matrixOf = (runs: readonly Run[], kind: AccuracyKind): MatrixSummary =>
  summaryOf(runs, kind, (row) => row);

/** The same of the areas under ROC curves; undefined where no row has them. */
export function areaMatrixOf(runs: readonly Run[]): MatrixSummary | undefined {
  const isKnown = runsThatCount(runs).some(({ state }) => state.rows.some(({ rocAuc }) => rocAuc));
  return isKnown ? summaryOf(runs, 'accuracy', areasOf) : undefined;
}

function summaryOf(runs: readonly Run[], kind: AccuracyKind, measured: (row: MatrixRow) => Measured): MatrixSummary {
  const counted = runsThatCount(runs).map(
    ({ state }) => new Map(state.rows.map((row) => [row.task, measured(row)] as const)),
  );
  const known = [...new Set(counted.flatMap((rows) => [...rows.keys()]))].sort((a, b) => a - b);
  const last = largest(
    counted.flatMap((rows) => [...rows.values()].map((row) => (measuredTasks(row).at(-1) ?? -1) + 1)),
    0,
  );
  const count = Math.max(last, tasksOf(runs));
  const tasks = matrixColumns(count);
  const rows = matrixRows(count, known).map((learned) => ({
    learned,
    cells: tasks.map((task) => {
      const values = counted.flatMap((of) => of.get(learned) ?? []).map((row) => valueOn(row, kind, task));
      if (values.every((value) => value === undefined)) return undefined;
      const defined = values.filter((value) => value !== undefined && value !== null);
      return { ...rangeOf(defined), n: defined.length };
    }),
  }));
  return { tasks, rows };
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

/** Names of the tasks, as the stream gave them; classes by their names where the data set has some. */
export function taskNames(
  runs: readonly Run[],
  { stream, data }: Pick<ComparedExperiment, 'stream' | 'data'>,
): string[] {
  const names = runs.find((run) => run.state.started)?.state.started?.tasks.map(({ name }) => name) ?? [];
  const known = recordedStreamSchema.safeParse(stream);
  const classNamesOf: ClassNamesOf = (dataset) => data?.get(dataset)?.classNames ?? knownClassNames(dataset);
  return known.success ? withClassNames(names, known.data, classNamesOf) : names;
}
