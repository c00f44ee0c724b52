import { drawnTasks, isThinned } from './grid';
import { laidOut, placeIn, placesOf, type LaidOut, type MeasuredRun } from './layOut';
import { valueOn, type AccuracyKind } from './measured';
import { allPlaces, inRange, placeOf, summarised, type LineColumns, type PlaceRange, type Series } from './seedLines';
import { extremesAt, lineThrough, type Stretch } from './thinned';

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

/** A run with its points where they are laid out. */
interface Laid extends LaidOut {
  readonly at: Float64Array;
}

export interface CurveRange extends PlaceRange {
  readonly measure: AccuracyKind;
  /** All tasks are trained at once: rows tell of those that are still to come, too. */
  readonly joint?: boolean | undefined;
  /** With what validation sets said: it is the accuracy of the scenario. */
  readonly validated?: boolean | undefined;
  /** See `requestSchema`. */
  readonly points: number;
  readonly thin?: 'extremes' | 'even' | undefined;
}

/** Between its own points a seed is interpolated linearly. */
export function curveColumns(measured: readonly MeasuredRun[], range: CurveRange): CurveColumns {
  const started = measured.filter(({ state }) => state.started !== undefined);
  const taskCount = started.reduce((most, { columns }) => Math.max(most, columns.taskCount), 0);
  const { runs: aligned, ends } = laidOut(started);
  const runs = aligned.map((run): Laid => ({ ...run, at: placesOf(run, run.columns.points) }));
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
  // The next place on either side may be a row that lies far from any evaluation: times are needed up to there.
  const drawnRange = { from: places[0], to: places.at(-1) };
  const line = (series: readonly Series[]) => summarised(series, places);
  const hasAny = (series: readonly Series[]) => series.some((one) => one.places.length > 0);
  const whole: CurveColumns = {
    places,
    seconds: line(runs.map((run) => timesOf(run, drawnRange))).mean,
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
  if (range.thin === 'even') return atEvenPlaces(whole, range);
  const { places: kept, numbers } = extremesAt(places, range.points);
  return withColumns(whole, kept, numbers);
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
function spanOf(places: Float64Array, range: PlaceRange, hasValue: (index: number) => boolean): Stretch {
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
function timesOf(run: Laid, range: PlaceRange): Series {
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

/** All columns by the same rules. */
function withColumns(
  curve: CurveColumns,
  places: Float64Array,
  numbers: (column: Float32Array) => Float32Array,
): CurveColumns {
  const lineOf = (line: LineColumns) => lineThrough(line, numbers);
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
