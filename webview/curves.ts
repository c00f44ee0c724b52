import { drawnTasks, isThinned, matrixColumns, matrixRows } from '../src/core/grid';
import { entriesOf, valueOn } from '../src/core/measured';
import type { Run, RunWithHistory } from '../src/core/run';
import type { RunHistory, RunState } from '../src/core/runModel';
import {
  afterPause,
  firstNotBelow,
  namedOf,
  pausesOf,
  placeIn,
  stepOf,
  type Named,
  type Pause,
  type Stretch,
} from './timeline';

/** Which of the two accuracies of an evaluation is shown. */
export type Measure = 'accuracy' | 'taskAware';

/** Accuracy on one task over training, over the seeds that have a value there. Fractions; NaN where there is none. */
export interface TaskCurve extends Curve {
  readonly task: number;
}

/** Over the seeds that have a value there: their mean, the lowest and the highest of them. */
export interface Curve {
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** What the validation set of the task being trained said. Between the last point of one task and the first of the next, nothing. */
export interface ValidationCurve {
  readonly accuracy: Curve;
  readonly loss: Curve;
  /** The accuracy where a seed was measured, NaN elsewhere. */
  readonly measured: Float64Array;
}

/** The switch to a task: what became of the mean accuracy on those before it, mean over the seeds. */
export interface Switch {
  readonly task: number;
  /** Largest loss in the first steps of the task. */
  readonly depth: number;
  /** The smallest mean accuracy while the task was trained. */
  readonly lowest: number;
  /** Steps until most of it was back; undefined where it does not come back. */
  readonly back?: number;
}

/** What a chart shows of a variant. */
export interface Curves {
  /** Where something was measured, ascending. */
  readonly places: Float64Array;
  /** When, in seconds from the start of a run, mean over seeds. */
  readonly seconds: Float64Array;
  /** Of the tasks that are drawn: of a long stream some. */
  readonly tasks: readonly TaskCurve[];
  /** Tasks of the stream. */
  readonly taskCount: number;
  /** Accuracy on the examples in training, each before its update; where steps tell of it. */
  readonly online?: Curve;
  /** Where runs have a validation set. */
  readonly validation?: ValidationCurve;
  readonly stretches: readonly Stretch[];
  /** What the method does between steps, and stretches of steps that have names of their own. */
  readonly pauses: readonly Pause[];
  readonly named: readonly Named[];
  /** The switches that could be measured. */
  readonly switches: readonly Switch[];
  /** Seeds that contribute. */
  readonly seeds: number;
  /** All tasks are trained at once (the joint bound). */
  readonly joint: boolean;
}

export interface Point {
  /** A place, see timeline.ts. */
  readonly step: number;
  readonly value: number;
  /** Points of different tasks are not joined. Left out where all are of one line. */
  readonly task?: number;
}

/**
 * The curves of the runs of one variant, seeds together. Between its own points a seed is interpolated linearly.
 *
 * @param isJoint all tasks are trained at once
 * @param validated whether the accuracy on validation sets is of this measure: it is the scenario's own
 */
export function curvesOf(
  runs: readonly RunWithHistory[],
  measure: Measure,
  { isJoint = false, validated = true } = {},
): Curves {
  const begun = runs.filter((run) => run.state.started !== undefined);
  const states = begun.map((run) => run.state);
  const taskCount = Math.max(0, ...states.map(tasksOf));
  const drawn = drawnTasks(taskCount);
  const longest = [...states].sort((a, b) => b.stepsPlanned - a.stepsPlanned)[0];
  const stretches = longest ? stretchesOf(longest) : [];
  const joint = taskCount > 1 && (isJoint || stretches.length === 1);
  const perRun = states.map((state) => pointsOf(state, measure, drawn, stretches, joint));
  const isLong = isThinned(taskCount);
  const onlinePoints = states.map(isLong ? onlineByTask : onlineOf);
  const validations = states.map((state) => (validated ? validationsOf(state, isLong) : noValidations));
  const pauses = pausesOf(begun, stretches);
  const all = [...perRun.flat(), ...onlinePoints, ...validations.flatMap(({ accuracy, loss }) => [accuracy, loss])];
  const places = Float64Array.from(new Set(all.flatMap((points) => points.map((p) => p.step)))).sort();
  const over = (seeds: readonly (readonly Point[])[]) => summarise(seeds.map((points) => interpolate(points, places)));
  const online = onlinePoints.some((points) => points.length > 0) ? { online: over(onlinePoints) } : {};
  const validation = validationCurve(validations, places, over);
  return {
    ...{ places, taskCount, ...online, ...(validation && { validation }), stretches, pauses, joint },
    seconds: over(states.map((state) => timesOf(state, stretches))).mean,
    tasks: drawn.map((task, k) => ({ task, ...over(perRun.map((points) => points[k] ?? [])) })),
    named: namedOf(begun, stretches),
    switches: measure === 'accuracy' && !joint ? switchesOf(states) : [],
    seeds: perRun.filter((p) => p.some((q) => q.length > 0)).length,
  };
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

/**
 * Per drawn task the points of one run. The row of the matrix is the point after what the method does at the end of a task;
 * where it does nothing, the row stands in where no evaluation fell on the end.
 */
function pointsOf(
  state: RunHistory,
  measure: Measure,
  drawn: readonly number[],
  stretches: readonly Stretch[],
  joint: boolean,
): Point[][] {
  const byTask = new Map(drawn.map((task) => [task, new Map<number, number>()]));
  const add = (task: number, place: number, value: number | null) => {
    if (value !== null) byTask.get(task)?.set(place, value);
  };
  const endsInPause = new Set(
    state.works.flatMap(({ task, step, steps }) =>
      steps === undefined && step >= (state.plan[task] ?? 0) ? task : [],
    ),
  );
  for (const row of state.rows) {
    const end = stretches[row.task]?.to ?? 0;
    const place = endsInPause.has(row.task) ? afterPause(end) : end;
    for (const [task, value] of entriesOf(row, measure)) if (joint || task <= row.task) add(task, place, value);
  }
  for (const point of state.curve) {
    const place = placeIn(stretches, state.plan, point.task, point.step);
    for (const [task, value] of entriesOf(point, measure)) add(task, place, value);
  }
  return [...byTask.values()].map((points) =>
    [...points].map(([step, value]) => ({ step, value })).sort((a, b) => a.step - b.step),
  );
}

/** When a run was at its places. */
function timesOf(state: RunHistory, stretches: readonly Stretch[]): Point[] {
  const placeOf = (task: number, step: number) => placeIn(stretches, state.plan, task, step);
  const times = new Map(state.curve.map(({ task, step, seconds }) => [placeOf(task, step), seconds]));
  for (const { task, step, from, seconds, steps } of state.works) {
    if (steps === undefined) times.set(afterPause(placeOf(task, step)), from + seconds);
  }
  return [...times].map(([step, value]) => ({ step, value })).sort((a, b) => a.step - b.step);
}

function switchesOf(states: readonly RunState[]): Switch[] {
  const perSeed = states.flatMap(({ curveFacts }) => (curveFacts?.isDefined ? [curveFacts.switches] : []));
  const count = Math.max(0, ...perSeed.map(({ length }) => length));
  return Array.from({ length: count }, (_, task) => task).flatMap((task) => {
    const seeds = perSeed.flatMap((switches) => switches[task] ?? []);
    const depths = seeds.flatMap(({ depth }) => depth ?? []);
    if (depths.length === 0) return [];
    const backs = seeds.flatMap(({ back }) => back ?? []);
    return {
      ...{ task, depth: mean(depths), lowest: mean(seeds.map(({ lowest }) => lowest)) },
      ...(backs.length === seeds.length && { back: mean(backs) }),
    };
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

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

function validationCurve(
  seeds: readonly Validations[],
  places: Float64Array,
  over: (seeds: readonly (readonly Point[])[]) => Curve,
): ValidationCurve | undefined {
  const measured = new Set(seeds.flatMap(({ loss }) => loss.map(({ step }) => step)));
  if (measured.size === 0) return undefined;
  const accuracy = over(seeds.map((seed) => seed.accuracy));
  return {
    ...{ accuracy, loss: over(seeds.map((seed) => seed.loss)) },
    measured: accuracy.mean.map((value, i) => (measured.has(places[i] ?? NaN) ? value : NaN)),
  };
}

function interpolate(points: readonly Point[], places: Float64Array): Float64Array {
  let right = 0;
  return places.map((place) => {
    while (right < points.length && (points[right]?.step ?? Infinity) < place) right++;
    const after = points[right];
    if (!after) return NaN;
    if (after.step === place) return after.value;
    const before = points[right - 1];
    if (!before || before.task !== after.task) return NaN;
    return before.value + ((after.value - before.value) * (place - before.step)) / (after.step - before.step);
  });
}

function summarise(seeds: readonly Float64Array[]): Curve {
  const length = seeds[0]?.length ?? 0;
  const curve = { mean: new Float64Array(length), low: new Float64Array(length), high: new Float64Array(length) };
  for (let i = 0; i < length; i++) {
    let [sum, counted, low, high] = [0, 0, Infinity, -Infinity];
    for (const seed of seeds) {
      const value = seed[i] ?? NaN;
      if (value !== value) continue;
      sum += value;
      counted++;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    curve.mean[i] = counted > 0 ? sum / counted : NaN;
    curve.low[i] = counted > 0 ? low : NaN;
    curve.high[i] = counted > 0 ? high : NaN;
  }
  return curve;
}

/** Index of the task trained at a place; a step on a boundary belongs to the task that ends there, and so does what is done after it. */
export function taskAt(stretches: readonly Stretch[], place: number): number {
  const step = stepOf(place);
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
  return [...curves.places].flatMap((step, i) => {
    const current = taskAt(curves.stretches, step);
    const old = curves.tasks.filter(({ task }) => task < current).map((curve) => curve.mean[i] ?? NaN);
    const values = old.filter((value) => !Number.isNaN(value));
    return values.length === 0 ? [] : [{ step, value: mean(values) }];
  });
}

/** What a pause did to the accuracy: the mean over the tasks seen that were measured before it and after it. */
export interface Effect {
  readonly before: number;
  readonly after: number;
}

/** From the last place measured before a pause to the first one after it; undefined where there is none in the same or the next task. */
export function effectOf({ places, tasks }: Curves, { step }: Pause): Effect | undefined {
  const next = firstNotBelow(places, afterPause(step));
  const pairs = tasks.flatMap(({ mean: values }) => {
    const [before = NaN, after = NaN] = [values[next - 1], values[next]];
    return Number.isNaN(before + after) ? [] : [{ before, after }];
  });
  if (pairs.length === 0) return undefined;
  return { before: mean(pairs.map(({ before }) => before)), after: mean(pairs.map(({ after }) => after)) };
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
