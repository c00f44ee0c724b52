import { drawnTasks, isThinned } from './grid';
import { valueOn, type AccuracyKind } from './measured';
import type { Measurements, RunColumns } from './runColumns';
import type { RunState } from './runModel';

/** One line over the steps, of all seeds that have a value there: fractions or losses, NaN where none has. */
export interface LineColumns {
  readonly mean: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/**
 * A place on the way of training: so many global steps done. And a half more: what the method does after that step is done,
 * too, and the next one not begun.
 */
export const afterPause = (step: number): number => step + 0.5;

/** The curves of the runs of one variant, seeds together, as columns. */
export interface CurveColumns {
  /** Where something was measured, ascending. */
  readonly places: Float64Array;
  /** When, in seconds from the start of a run, mean over seeds. */
  readonly seconds: Float32Array;
  /** Of the tasks that are drawn: of a long stream some. */
  readonly tasks: readonly (LineColumns & { readonly task: number })[];
  /** Tasks of the stream. */
  readonly taskCount: number;
  /** Accuracy on the examples in training, each before its update; where steps tell of it. */
  readonly online?: LineColumns;
  /** Where runs have a validation set. `measured`: the accuracy where a seed was measured, NaN elsewhere. */
  readonly validation?: {
    readonly accuracy: LineColumns;
    readonly loss: LineColumns;
    readonly measured: Float32Array;
  };
  /** The global step at which each task ends, in the run that has the most: the others are laid out like it. */
  readonly ends: Float64Array;
  /** Seeds that contribute. */
  readonly seeds: number;
  /** All tasks are trained at once (the joint bound). */
  readonly joint: boolean;
  /** Places that the range has. More than there are here where it was thinned. */
  readonly of: number;
}

/** Points that may be asked for. */
export const MOST_POINTS = 20_000;

/** What curves are made of. */
export interface MeasuredRun {
  readonly state: RunState;
  readonly columns: RunColumns;
}

export interface CurveRange {
  readonly measure: AccuracyKind;
  /** All tasks are trained at once: rows tell of those that are still to come, too. */
  readonly joint?: boolean | undefined;
  /** With what validation sets said: it is the accuracy of the scenario. */
  readonly validated?: boolean | undefined;
  /** Places; everything where left out. The next one on either side comes along. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** See `requestSchema`. */
  readonly points: number;
  readonly thin?: 'extremes' | 'even' | undefined;
}

/** Points of one line of one run, ascending. Those of different tasks are not joined, where it says of which they are. */
interface Series {
  readonly places: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly tasks?: ArrayLike<number>;
}

/** A run whose tasks are laid out as those of another: by the share of each. */
interface LaidOut extends MeasuredRun {
  /** Where its tasks end in its own steps, and where they are laid out. */
  readonly own: readonly number[];
  readonly ends: readonly number[];
}

/** The same, with its points where they are laid out. */
interface Laid extends LaidOut {
  readonly at: Float64Array;
}

/** Between its own points a seed is interpolated linearly. */
export function curveColumns(measured: readonly MeasuredRun[], range: CurveRange): CurveColumns {
  const started = measured.filter(({ state }) => state.started !== undefined);
  const taskCount = started.reduce((most, { columns }) => Math.max(most, columns.taskCount), 0);
  const ends = endsOf(longestOf(started)?.plan ?? []);
  const runs = started.map((run): Laid => {
    const own = { ...run, own: endsOf(run.state.plan), ends };
    return { ...own, at: placesOf(own, run.columns.points) };
  });
  const drawn = drawnTasks(taskCount);
  const isLong = isThinned(taskCount);
  const joint = taskCount > 1 && (range.joint === true || ends.length === 1);
  const width = widthOf(range, ends.at(-1) ?? 0);
  const perTask = drawn.map((task) => runs.map((run) => seriesOf(run, task, range, joint)));
  const online = runs.map((run) => (isLong ? onlineByTask(run) : onlineOf(run, width)));
  const validated = range.validated ? runs : [];
  const accuracy = validated.map((run) => validationOf(run, 1, isLong));
  const loss = validated.map((run) => validationOf(run, 0, isLong));
  const places = inRange(allPlaces([...perTask.flat(), ...online, ...loss]), range);
  const line = (series: readonly Series[]) => summarised(series, places);
  const hasAny = (series: readonly Series[]) => series.some((one) => one.places.length > 0);
  const whole: CurveColumns = {
    places,
    seconds: line(runs.map((run) => timesOf(run, range))).mean,
    tasks: drawn.map((task, k) => ({ task, ...line(perTask[k] ?? []) })),
    taskCount,
    ...(hasAny(online) && { online: line(online) }),
    ...(hasAny(loss) && { validation: validationColumns(line(accuracy), line(loss), loss, places) }),
    ends: Float64Array.from(ends),
    seeds: runs.filter((_, r) => perTask.some((series) => (series[r]?.places.length ?? 0) > 0)).length,
    joint,
    of: places.length,
  };
  if (places.length <= range.points) return whole;
  return range.thin === 'even' ? atEvenPlaces(whole, range) : extremesOf(whole, range);
}

const longestOf = (runs: readonly MeasuredRun[]): RunState | undefined =>
  runs.map(({ state }) => state).toSorted((a, b) => b.stepsPlanned - a.stepsPlanned)[0];

function endsOf(plan: readonly number[]): number[] {
  let end = 0;
  return plan.map((steps) => (end += steps));
}

/** Where a step of a task is laid out. */
function placeIn({ own, ends }: LaidOut, task: number, step: number): number {
  const from = ends[task - 1] ?? 0;
  const room = (ends[task] ?? 0) - from;
  const steps = (own[task] ?? 0) - (own[task - 1] ?? 0);
  return from + (steps === room || steps === 0 ? step : Math.round((room * step) / steps));
}

function placesOf(run: LaidOut, { globalStep, task, step }: Measurements): Float64Array {
  const isSame = run.own.every((end, i) => end === run.ends[i]);
  if (isSame) return globalStep.values;
  return Float64Array.from(task.values, (of, i) => placeIn(run, of, step.at(i)));
}

/** Steps for which there is one point of the online accuracy. */
const widthOf = ({ from = 0, to = Infinity, points }: CurveRange, last: number): number =>
  Math.max(0, Math.min(to, last) - from) / points;

/**
 * The points of a task in a range and the next on either side, so that what lies between is the same as in the whole: a part
 * of a long run takes as long as that of a short one. The row of the matrix is the point after what the method does at the end of a task; where it does
 * nothing, the row stands in where no evaluation fell on the end.
 */
function seriesOf(run: Laid, task: number, range: CurveRange, joint: boolean): Series {
  const { columns, at } = run;
  const place = columns.drawn.indexOf(task);
  const measured = place < 0 ? new Float32Array() : columns.accuracies(range.measure, place);
  const rows = rowsOf(run, task, range.measure, joint);
  const span = measured.length > 0 ? spanOf(at, range, (i) => !Number.isNaN(measured[i])) : nowhere;
  const places = new Float64Array(span.to - span.from + rows.length);
  const values = new Float32Array(places.length);
  let length = 0;
  const add = (where: number, value: number) => {
    places[length] = where;
    values[length++] = value;
  };
  let next = 0;
  const addRowsBefore = (where: number) => {
    for (let row = rows[next]; row && row.place < where; row = rows[++next]) add(row.place, row.value);
  };
  for (let i = span.from; i < span.to; i++) {
    const value = measured[i] as number;
    if (value !== value) continue;
    const where = at[i] as number;
    addRowsBefore(where);
    if (rows[next]?.place === where) next++;
    add(where, value);
  }
  addRowsBefore(Infinity);
  return { places: places.subarray(0, length), values: values.subarray(0, length) };
}

const nowhere: Stretch = { from: 0, to: 0 };

/** What of a run's places lies in a range, and the next one with a value on either side. */
function spanOf(places: Float64Array, range: CurveRange, hasValue: (index: number) => boolean): Stretch {
  let from = range.from === undefined ? 0 : placeOf(places, range.from) - 1;
  let to = range.to === undefined ? places.length : placeOf(places, range.to);
  while (from > 0 && !hasValue(from)) from--;
  while (to < places.length && !hasValue(to)) to++;
  return { from: Math.max(0, from), to: Math.min(places.length, to + 1) };
}

function rowsOf(run: LaidOut, task: number, measure: AccuracyKind, joint: boolean) {
  const { rows, works, plan } = run.state;
  const pausing = new Set(
    works.flatMap((work) => (work.steps === undefined && work.step >= (plan[work.task] ?? 0) ? work.task : [])),
  );
  return rows.flatMap((row) => {
    const value = joint || task <= row.task ? valueOn(row, measure, task) : undefined;
    if (value === undefined || value === null) return [];
    const end = run.ends[row.task] ?? 0;
    return [{ place: pausing.has(row.task) ? afterPause(end) : end, value }];
  });
}

/** When a run was at its places. */
function timesOf(run: Laid, range: CurveRange): Series {
  const { columns, state } = run;
  const { from, to } = spanOf(run.at, range, () => true);
  const [at, seconds] = [run.at.subarray(from, to), columns.seconds.subarray(from, to)];
  const pauses = state.works.filter(({ steps }) => steps === undefined);
  if (pauses.length === 0) return { places: at, values: seconds };
  const times = new Map(Array.from(seconds, (second, i) => [at[i] ?? 0, second]));
  for (const { task, step, from, seconds } of pauses) times.set(afterPause(placeIn(run, task, step)), from + seconds);
  const sorted = [...times].sort(([a], [b]) => a - b);
  return { places: sorted.map(([place]) => place), values: sorted.map(([, seconds]) => seconds) };
}

/** The mean of the steps that stand in one stretch of so many, and in one task. */
function onlineOf(run: LaidOut, width: number): Series {
  const { losses } = run.columns;
  const accuracy = losses.values[1]?.values ?? new Float32Array();
  const [at, task, inTask] = [placesOf(run, losses), losses.task.values, losses.step.values];
  const places: number[] = [];
  const values: number[] = [];
  let [sum, weight, stretch] = [0, 0, -1];
  for (let i = 0; i < accuracy.length; i++) {
    const value = accuracy[i] as number;
    if (value !== value) continue;
    const isFirst = i === 0 || task[i] !== task[i - 1];
    const now = width > 0 ? Math.floor((at[i] as number) / width) : -1;
    if (isFirst || width === 0 || now !== stretch) {
      [sum, weight, stretch] = [0, 0, now];
      places.push(0);
      values.push(0);
    }
    // An event speaks of the steps since the one before it.
    const since = Math.max(1, (inTask[i] as number) - (isFirst ? 0 : (inTask[i - 1] as number)));
    sum += since * value;
    weight += since;
    places[places.length - 1] = at[i] as number;
    values[values.length - 1] = sum / weight;
  }
  return { places, values };
}

/** Of each task its mean, where it ends: of hundreds of tasks the rise in each would be a grey block. */
function onlineByTask(run: LaidOut): Series {
  const { rows, online } = run.state;
  const known = new Map(
    rows.flatMap(({ task, online: mean }) => (mean === undefined ? [] : [[run.ends[task] ?? 0, mean] as const])),
  );
  if (online && online.counted > 0 && !rows.some(({ task }) => task === online.task))
    known.set(placeIn(run, online.task, online.step), online.sum / online.counted);
  const sorted = [...known].sort(([a], [b]) => a - b);
  return { places: sorted.map(([place]) => place), values: sorted.map(([, mean]) => mean) };
}

/** @param isLong of each task the last, all as one line */
function validationOf(run: LaidOut, number: 0 | 1, isLong: boolean): Series {
  const { validations } = run.columns;
  const [at, task] = [placesOf(run, validations), validations.task.values];
  const value = validations.values[number]?.values ?? new Float32Array();
  const kept = Array.from(at.keys()).filter((i) => !Number.isNaN(value[i]) && (!isLong || task[i + 1] !== task[i]));
  const of = (column: ArrayLike<number>) => kept.map((i) => column[i] ?? NaN);
  return { places: of(at), values: of(value), ...(!isLong && { tasks: of(task) }) };
}

function validationColumns(
  accuracy: LineColumns,
  loss: LineColumns,
  seeds: readonly Series[],
  places: Float64Array,
): CurveColumns['validation'] {
  const measured = new Set(seeds.flatMap((seed) => Array.from(seed.places)));
  return { accuracy, loss, measured: accuracy.mean.map((value, i) => (measured.has(places[i] ?? NaN) ? value : NaN)) };
}

/** Ascending, each once. */
function allPlaces(series: readonly Series[]): Float64Array {
  const lists = series.map(({ places }) => places).filter(({ length }) => length > 0);
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const places of distinct(lists)) {
    all.set(places, end);
    end += places.length;
  }
  const sorted = all.subarray(0, end).sort();
  let length = 0;
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[length++] = sorted[i] as number;
  return sorted.slice(0, length);
}

/** Seeds and tasks are mostly measured at the same places: of equal lists one is enough. */
function distinct(lists: readonly ArrayLike<number>[]): ArrayLike<number>[] {
  const found: ArrayLike<number>[] = [];
  for (const places of lists) if (!found.some((other) => isPart(places, other))) found.push(places);
  return found;
}

/** Whether the last places of one list are the other. */
function isPart(places: ArrayLike<number>, of: ArrayLike<number>): boolean {
  const before = of.length - places.length;
  if (before < 0) return false;
  for (let i = 0; i < places.length; i++) if (places[i] !== of[before + i]) return false;
  return true;
}

function inRange(places: Float64Array, { from, to }: CurveRange): Float64Array {
  const first = from === undefined ? 0 : Math.max(0, placeOf(places, from) - 1);
  const last = to === undefined ? places.length : Math.min(places.length, placeOf(places, to) + 1);
  return first === 0 && last === places.length ? places : places.slice(first, Math.max(first, last));
}

/** Place of the first step that is not before the given one. */
function placeOf(places: ArrayLike<number>, step: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] as number) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Over the seeds that have a value at a step, which may lie between two of their points. */
function summarised(seeds: readonly Series[], places: Float64Array): LineColumns {
  const known = seeds.filter((seed) => seed.places.length > 0);
  const [only] = known;
  if (known.length <= 1) {
    const mean = new Float32Array(places.length).fill(NaN);
    if (only) interpolate(only, places, (i, value) => (mean[i] = value));
    return { mean, low: mean, high: mean };
  }
  const sum = new Float64Array(places.length);
  const counted = new Uint32Array(places.length);
  const low = new Float32Array(places.length).fill(NaN);
  const high = new Float32Array(places.length).fill(NaN);
  for (const seed of known)
    interpolate(seed, places, (i, value) => {
      sum[i] = (sum[i] as number) + value;
      counted[i] = (counted[i] as number) + 1;
      // What is not a number is never larger.
      if (!((low[i] as number) <= value)) low[i] = value;
      if (!((high[i] as number) >= value)) high[i] = value;
    });
  return { mean: Float32Array.from(sum, (of, i) => (counted[i] === 0 ? NaN : of / (counted[i] as number))), low, high };
}

function interpolate(
  { places: own, values, tasks }: Series,
  places: Float64Array,
  take: (index: number, value: number) => void,
): void {
  let right = placeOf(own, places[0] ?? 0);
  for (let i = 0; i < places.length; i++) {
    const step = places[i] as number;
    while (right < own.length && (own[right] as number) < step) right++;
    if (right === own.length) return;
    const [at, after] = [own[right] as number, values[right] as number];
    if (at === step) {
      take(i, after);
      continue;
    }
    if (right === 0 || (tasks && tasks[right - 1] !== tasks[right])) continue;
    const [since, before] = [own[right - 1] as number, values[right - 1] as number];
    take(i, before + ((after - before) * (step - since)) / (at - since));
  }
}

/** All columns by the same rules. */
function withColumns(
  curve: CurveColumns,
  places: Float64Array,
  numbers: (column: Float32Array) => Float32Array,
): CurveColumns {
  // Of one seed all three are the same.
  const lineOf = ({ mean, low, high }: LineColumns): LineColumns => {
    const own = numbers(mean);
    return { mean: own, low: low === mean ? own : numbers(low), high: high === mean ? own : numbers(high) };
  };
  const { tasks, online, validation, seconds } = curve;
  return {
    ...curve,
    places,
    seconds: numbers(seconds),
    tasks: tasks.map((line) => ({ task: line.task, ...lineOf(line) })),
    ...(online && { online: lineOf(online) }),
    ...(validation && {
      validation: {
        accuracy: lineOf(validation.accuracy),
        loss: lineOf(validation.loss),
        measured: numbers(validation.measured),
      },
    }),
  };
}

function atEvenPlaces(curve: CurveColumns, { points }: CurveRange): CurveColumns {
  const places = Array.from({ length: points }, (_, i) => Math.round((i * (curve.of - 1)) / (points - 1)));
  const of = (column: ArrayLike<number>) => places.map((place) => column[place] ?? NaN);
  return withColumns(curve, Float64Array.from(of(curve.places)), (column) => Float32Array.from(of(column)));
}

/**
 * The range in equal stretches, two points of each: every line keeps its smallest and its largest value there in the order
 * they came, so no dip is lost.
 */
function extremesOf(curve: CurveColumns, { points }: CurveRange): CurveColumns {
  const stretches = stretchesOf(curve.places, Math.floor(points / 2));
  const places = stretches.flatMap(({ from, to }) =>
    to - from === 1 ? [curve.places[from] ?? 0] : [curve.places[from] ?? 0, curve.places[to - 1] ?? 0],
  );
  const numbers = (column: Float32Array) => {
    const kept = new Float32Array(places.length);
    let length = 0;
    for (const { from, to } of stretches) {
      const [first, second] = extremes(column, from, to);
      kept[length++] = first;
      if (to - from > 1) kept[length++] = second;
    }
    return kept;
  };
  return withColumns(curve, Float64Array.from(places), numbers);
}

/** Places of a list: from the first of them up to the last, which is not among them. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Places of the places in each of so many equal stretches; none of one that has no places. */
function stretchesOf(places: Float64Array, count: number): Stretch[] {
  const first = places[0] ?? 0;
  const width = ((places.at(-1) ?? 0) - first) / count;
  const stretchOf = (step: number) => Math.min(count - 1, Math.floor((step - first) / width));
  const found: Stretch[] = [];
  for (let from = 0; from < places.length;) {
    const stretch = stretchOf(places[from] as number);
    let to = from + 1;
    while (to < places.length && stretchOf(places[to] as number) === stretch) to++;
    found.push({ from, to });
    from = to;
  }
  return found;
}

/** The smallest and the largest number, in the order they stand; NaN where there is none. */
function extremes(column: Float32Array, from: number, to: number): readonly [number, number] {
  let [low, high] = [-1, -1];
  for (let i = from; i < to; i++) {
    const value = column[i] as number;
    if (value !== value) continue;
    if (low < 0 || value < (column[low] as number)) low = i;
    if (high < 0 || value > (column[high] as number)) high = i;
  }
  const [least, most] = [column[low] ?? NaN, column[high] ?? NaN];
  return low <= high ? [least, most] : [most, least];
}
