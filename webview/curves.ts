import { drawnTasks, isThinned, matrixColumns, matrixRows } from '../src/core/grid';
import { entriesOf, valueOn } from '../src/core/measured';
import type { Run, RunWithHistory } from '../src/core/run';
import type { RunHistory, RunState } from '../src/core/runModel';

/** Which of the two accuracies of an evaluation is shown. */
export type Measure = 'accuracy' | 'taskAware';

/** Accuracy on one task over training, over the seeds that have a value there. Fractions; null where there is none. */
export interface TaskCurve extends Curve {
  readonly task: number;
}

/** Over the seeds that have a value there. */
export interface Curve {
  readonly mean: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** What the validation set of the task being trained said. Between the last point of one task and the first of the next, nothing. */
export interface ValidationCurve {
  readonly accuracy: Curve;
  readonly loss: Curve;
  /** Global steps at which a seed was measured. */
  readonly measured: ReadonlySet<number>;
}

/** The stretch of global steps in which one task is trained. */
export interface Stretch {
  readonly task: number;
  readonly from: number;
  readonly to: number;
}

/** What a chart shows of a variant. */
export interface Curves {
  /** Global training steps, ascending. */
  readonly steps: readonly number[];
  /** Of the tasks that are drawn: of a long stream some. */
  readonly tasks: readonly TaskCurve[];
  /** Tasks of the stream. */
  readonly taskCount: number;
  /** Accuracy on the examples in training, each before its update; where steps tell of it. */
  readonly online?: Curve;
  /** Where runs have a validation set. */
  readonly validation?: ValidationCurve;
  readonly stretches: readonly Stretch[];
  /** Seeds that contribute. */
  readonly seeds: number;
  /** All tasks are trained at once (the joint bound). */
  readonly joint: boolean;
}

export interface Point {
  readonly step: number;
  readonly value: number;
  /** Points of different tasks are not joined. Left out where all are of one line. */
  readonly task?: number;
}

/**
 * The curves of the runs of one variant, seeds together. Between its own points a seed is interpolated linearly.
 *
 * @param validated whether the accuracy on validation sets is of this measure: it is the scenario's own
 */
export function curvesOf(runs: readonly RunWithHistory[], measure: Measure, validated = true): Curves {
  const states = runs.map((run) => run.state).filter((state) => state.started !== undefined);
  const taskCount = Math.max(0, ...states.map(tasksOf));
  const drawn = drawnTasks(taskCount);
  const perRun = states.map((state) => pointsOf(state, measure, drawn));
  const isLong = isThinned(taskCount);
  const onlinePoints = states.map(isLong ? onlineByTask : onlineOf);
  const validations = states.map((state) => (validated ? validationsOf(state, isLong) : noValidations));
  const all = [...perRun.flat(), ...onlinePoints, ...validations.flatMap(({ accuracy, loss }) => [accuracy, loss])];
  const steps = [...new Set(all.flatMap((points) => points.map((p) => p.step)))];
  steps.sort((a, b) => a - b);
  const tasks = drawn.map((task, k) => ({
    task,
    ...summariseTask(perRun.map((points) => interpolate(points[k] ?? [], steps))),
  }));
  const online = onlinePoints.some((points) => points.length > 0)
    ? { online: summariseTask(onlinePoints.map((points) => interpolate(points, steps))) }
    : {};
  const validation = validationCurve(validations, steps);
  const longest = [...states].sort((a, b) => b.stepsPlanned - a.stepsPlanned)[0];
  const stretches = longest ? stretchesOf(longest) : [];
  const joint = taskCount > 1 && stretches.length === 1;
  const seeds = perRun.filter((p) => p.some((q) => q.length > 0)).length;
  return { steps, tasks, taskCount, ...online, ...(validation && { validation }), stretches, seeds, joint };
}

const tasksOf = (state: RunState) => state.started?.tasks.length ?? 0;

function stretchesOf(state: RunState): Stretch[] {
  let from = 0;
  return state.plan.map((steps, task) => {
    const stretch = { task, from, to: from + steps };
    from += steps;
    return stretch;
  });
}

/** Per drawn task the points of one run. Where no evaluation fell on the end of a task, its row of the matrix stands in. */
function pointsOf(state: RunHistory, measure: Measure, drawn: readonly number[]): Point[][] {
  const ends = stretchesOf(state).map((stretch) => stretch.to);
  const byTask = new Map(drawn.map((task) => [task, new Map<number, number>()]));
  const add = (task: number, step: number, value: number | null) => {
    if (value !== null) byTask.get(task)?.set(step, value);
  };
  for (const row of state.rows) {
    const last = ends.length === 1 ? Infinity : row.task;
    for (const [task, value] of entriesOf(row, measure)) if (task <= last) add(task, ends[row.task] ?? 0, value);
  }
  for (const point of state.curve)
    for (const [task, value] of entriesOf(point, measure)) add(task, point.globalStep, value);
  return [...byTask.values()].map((points) =>
    [...points].map(([step, value]) => ({ step, value })).sort((a, b) => a.step - b.step),
  );
}

const onlineOf = ({ losses }: RunHistory): Point[] =>
  losses.flatMap(({ globalStep, accuracy }) => (accuracy === undefined ? [] : [{ step: globalStep, value: accuracy }]));

/** Of each task its mean, where it ends: of hundreds of tasks the rise in each would be a grey block. */
function onlineByTask(state: RunHistory): Point[] {
  const ends = stretchesOf(state).map((stretch) => stretch.to);
  const done = state.rows.flatMap(({ task, online }) =>
    online === undefined ? [] : [{ step: ends[task] ?? 0, value: online }],
  );
  const { online } = state;
  const isUnderWay = online !== undefined && online.counted > 0 && !state.rows.some(({ task }) => task === online.task);
  const now = isUnderWay
    ? [{ step: (ends[online.task - 1] ?? 0) + online.step, value: online.sum / online.counted }]
    : [];
  return [...done, ...now].sort((a, b) => a.step - b.step);
}

interface Validations {
  readonly accuracy: readonly Point[];
  readonly loss: readonly Point[];
}
const noValidations: Validations = { accuracy: [], loss: [] };

/** @param isLong of each task the last, all as one line */
function validationsOf({ validations }: RunHistory, isLong: boolean): Validations {
  const kept = isLong ? validations.filter(({ task }, i) => validations[i + 1]?.task !== task) : validations;
  const pointOf = (step: number, task: number, value: number): Point =>
    isLong ? { step, value } : { step, task, value };
  return {
    accuracy: kept.flatMap(({ globalStep, task, accuracy }) =>
      accuracy === null ? [] : [pointOf(globalStep, task, accuracy)],
    ),
    loss: kept.map(({ globalStep, task, loss }) => pointOf(globalStep, task, loss)),
  };
}

function validationCurve(seeds: readonly Validations[], steps: readonly number[]): ValidationCurve | undefined {
  const measured = new Set(seeds.flatMap(({ loss }) => loss.map(({ step }) => step)));
  if (measured.size === 0) return undefined;
  const over = (part: keyof Validations) => summariseTask(seeds.map((seed) => interpolate(seed[part], steps)));
  return { accuracy: over('accuracy'), loss: over('loss'), measured };
}

function interpolate(points: readonly Point[], steps: readonly number[]): (number | null)[] {
  let right = 0;
  return steps.map((step) => {
    while (right < points.length && (points[right]?.step ?? Infinity) < step) right++;
    const after = points[right];
    if (!after) return null;
    if (after.step === step) return after.value;
    const before = points[right - 1];
    if (!before || before.task !== after.task) return null;
    return before.value + ((after.value - before.value) * (step - before.step)) / (after.step - before.step);
  });
}

function summariseTask(seeds: readonly (readonly (number | null)[])[]): Curve {
  const length = seeds[0]?.length ?? 0;
  const mean: (number | null)[] = [];
  const low: (number | null)[] = [];
  const high: (number | null)[] = [];
  for (let i = 0; i < length; i++) {
    const values = seeds.map((seed) => seed[i] ?? null).filter((value) => value !== null);
    const some = values.length > 0;
    mean.push(some ? values.reduce((sum, value) => sum + value, 0) / values.length : null);
    low.push(some ? Math.min(...values) : null);
    high.push(some ? Math.max(...values) : null);
  }
  return { mean, low, high };
}

/** Index of the task trained at a global step; a step on a boundary belongs to the task that ends there. */
export function taskAt(stretches: readonly Stretch[], step: number): number {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (step <= (stretches[middle]?.to ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return stretches[low]?.task ?? Math.max(0, stretches.length - 1);
}

/** Mean accuracy on the tasks before the current one, over training: what a sparkline of forgetting shows. */
export function oldTaskCurve(curves: Curves): Point[] {
  if (curves.joint) return [];
  return curves.steps.flatMap((step, i) => {
    const current = taskAt(curves.stretches, step);
    const old = curves.tasks.filter(({ task }) => task < current).map(({ mean }) => mean[i] ?? null);
    const values = old.filter((value) => value !== null);
    return values.length === 0 ? [] : [{ step, value: values.reduce((a, b) => a + b, 0) / values.length }];
  });
}

/** A cell of the accuracy matrix over seeds. */
export interface MatrixCell {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly seeds: number;
}

/** What a matrix shows: of a long stream some rows and columns. */
export interface Matrix {
  /** The tasks after which a row was measured, and the tasks of the columns. */
  readonly learned: readonly number[];
  readonly tasks: readonly number[];
  /** Undefined where no seed has a value, null where none has measured it. */
  readonly cells: readonly (readonly (MatrixCell | undefined | null)[])[];
}

/** Accuracy on task j (column) after learning task i (row), over seeds. */
export function matrixOf(runs: readonly Run[], measure: Measure): Matrix {
  const taskCount = Math.max(0, ...runs.map((run) => tasksOf(run.state)));
  const byTask = runs.map(({ state }) => new Map(state.rows.map((row) => [row.task, row])));
  const known = [...new Set(byTask.flatMap((rows) => [...rows.keys()]))].sort((a, b) => a - b);
  const learned = matrixRows(taskCount, known);
  const tasks = matrixColumns(taskCount);
  const cells = learned.map((i) =>
    tasks.map((j) => {
      const found = byTask.flatMap((rows) => rows.get(i) ?? []).map((row) => valueOn(row, measure, j));
      const values = found.filter((value) => value !== null && value !== undefined);
      if (values.length === 0)
        return found.length > 0 && found.every((value) => value === undefined) ? null : undefined;
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { mean, low: Math.min(...values), high: Math.max(...values), seeds: values.length };
    }),
  );
  return { learned, tasks, cells };
}
