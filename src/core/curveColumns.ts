import { drawnTasks, isThinned } from './grid';
import { entriesOf, type AccuracyKind } from './measured';
import type { RunColumns } from './runColumns';
import type { RunState } from './runModel';

/** One line over the steps, of all seeds that have a value there: fractions or losses, NaN where none has. */
export interface LineColumns {
  readonly mean: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** The curves of the runs of one variant, seeds together, as columns. */
export interface CurveColumns {
  /** Global training steps, ascending. */
  readonly steps: Float64Array;
  /** Of the tasks that are drawn: of a long stream some. */
  readonly tasks: readonly (LineColumns & { readonly task: number })[];
  /** Tasks of the stream. */
  readonly taskCount: number;
  /** Accuracy on the examples in training, each before its update; where steps tell of it. */
  readonly online?: LineColumns;
  /** Where runs have a validation set. `measured`: 1 where a seed was measured. */
  readonly validation?: {
    readonly accuracy: LineColumns;
    readonly loss: LineColumns;
    readonly measured: Uint8Array;
  };
  /** The global step at which each task ends, in the run that has the most. */
  readonly ends: Float64Array;
  /** Seeds that contribute. */
  readonly seeds: number;
  /** All tasks are trained at once (the joint bound). */
  readonly joint: boolean;
  /** Steps that the range has. More than there are here where it was thinned. */
  readonly of: number;
}

/** What curves are made of. */
export interface MeasuredRun {
  readonly state: RunState;
  readonly columns: RunColumns;
}

export interface CurveRange {
  readonly measure: AccuracyKind;
  /** Global steps; everything where left out. The next point on either side comes along. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** See `requestSchema`. */
  readonly points: number;
  readonly thin?: 'extremes' | 'even' | undefined;
}

/** Points of one line of one run, ascending. Those of different tasks are not joined, where it says of which they are. */
interface Series {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly tasks?: ArrayLike<number>;
}

/** Between its own points a seed is interpolated linearly. */
export function curveColumns(runs: readonly MeasuredRun[], range: CurveRange): CurveColumns {
  const started = runs.filter(({ state }) => state.started !== undefined);
  const taskCount = started.reduce((most, { columns }) => Math.max(most, columns.taskCount), 0);
  const drawn = drawnTasks(taskCount);
  const isLong = isThinned(taskCount);
  const ends = started.map(({ state }) => endsOf(state));
  const longest = ends.reduce<readonly number[]>((a, b) => ((b.at(-1) ?? 0) > (a.at(-1) ?? 0) ? b : a), []);
  const width = widthOf(range, longest.at(-1) ?? 0);
  const perTask = drawn.map((task) => started.map((run, r) => seriesOf(run, ends[r] ?? [], task, range.measure)));
  const online = started.map((run, r) => (isLong ? onlineByTask(run, ends[r] ?? []) : onlineOf(run, width)));
  // What validation sets say is of the scenario's own measure.
  const validated = range.measure === 'accuracy' ? started : [];
  const accuracy = validated.map(({ columns }) => validationOf(columns, 1, isLong));
  const loss = validated.map(({ columns }) => validationOf(columns, 0, isLong));
  const all = allSteps([...perTask.flat(), ...online, ...loss]);
  const steps = inRange(all, range);
  const line = (series: readonly Series[]) => summarised(series, steps);
  const hasAny = (series: readonly Series[]) => series.some((one) => one.steps.length > 0);
  const whole: CurveColumns = {
    steps,
    tasks: drawn.map((task, k) => ({ task, ...line(perTask[k] ?? []) })),
    taskCount,
    ...(hasAny(online) && { online: line(online) }),
    ...(hasAny(loss) && {
      validation: { accuracy: line(accuracy), loss: line(loss), measured: measuredAt(loss, steps) },
    }),
    ends: Float64Array.from(longest),
    seeds: started.filter((_, r) => perTask.some((series) => (series[r]?.steps.length ?? 0) > 0)).length,
    joint: taskCount > 1 && longest.length === 1,
    of: steps.length,
  };
  return steps.length <= range.points
    ? whole
    : range.thin === 'even'
      ? atEvenPlaces(whole, range)
      : extremesOf(whole, range);
}

function endsOf({ plan }: RunState): number[] {
  let end = 0;
  return plan.map((steps) => (end += steps));
}

/** Steps for which there is one point of the online accuracy. */
const widthOf = ({ from = 0, to = Infinity, points }: CurveRange, last: number): number =>
  Math.max(0, Math.min(to, last) - from) / points;

/** The points of a task. Where no evaluation fell on the end of a task, its row of the matrix stands in. */
function seriesOf(
  { state, columns }: MeasuredRun,
  ends: readonly number[],
  task: number,
  measure: AccuracyKind,
): Series {
  const place = columns.drawn.indexOf(task);
  const at = columns.points.globalStep.values;
  const measured = place < 0 ? new Float32Array() : columns.accuracies(measure, place);
  const rows = rowsOf(state, ends, task, measure);
  const steps = new Float64Array(measured.length + rows.length);
  const values = new Float32Array(steps.length);
  let length = 0;
  const add = (step: number, value: number) => {
    steps[length] = step;
    values[length++] = value;
  };
  let next = 0;
  for (let i = 0; i < measured.length; i++) {
    const value = measured[i] as number;
    if (value !== value) continue;
    const step = at[i] as number;
    for (; next < rows.length && (rows[next]?.step ?? 0) < step; next++)
      add(rows[next]?.step ?? 0, rows[next]?.value ?? 0);
    if (rows[next]?.step === step) next++;
    add(step, value);
  }
  for (; next < rows.length; next++) add(rows[next]?.step ?? 0, rows[next]?.value ?? 0);
  return { steps: steps.subarray(0, length), values: values.subarray(0, length) };
}

function rowsOf({ rows }: RunState, ends: readonly number[], task: number, measure: AccuracyKind) {
  return rows.flatMap((row) => {
    if (ends.length > 1 && task > row.task) return [];
    const value = entriesOf(row, measure).find(([of]) => of === task)?.[1];
    return value === undefined || value === null ? [] : [{ step: ends[row.task] ?? 0, value }];
  });
}

/** The mean of the steps that stand in one stretch of so many, and in one task. */
function onlineOf({ columns: { losses } }: MeasuredRun, width: number): Series {
  const accuracy = losses.values[1]?.values ?? new Float32Array();
  const [at, task, inTask] = [losses.globalStep.values, losses.task.values, losses.step.values];
  const steps: number[] = [];
  const values: number[] = [];
  let [sum, weight, stretch] = [0, 0, -1];
  for (let i = 0; i < accuracy.length; i++) {
    const value = accuracy[i] as number;
    if (value !== value) continue;
    const isFirst = i === 0 || task[i] !== task[i - 1];
    const now = width > 0 ? Math.floor((at[i] as number) / width) : -1;
    if (isFirst || width === 0 || now !== stretch) {
      [sum, weight, stretch] = [0, 0, now];
      steps.push(0);
      values.push(0);
    }
    // An event speaks of the steps since the one before it.
    const since = Math.max(1, (inTask[i] as number) - (isFirst ? 0 : (inTask[i - 1] as number)));
    sum += since * value;
    weight += since;
    steps[steps.length - 1] = at[i] as number;
    values[values.length - 1] = sum / weight;
  }
  return { steps, values };
}

/** Of each task its mean, where it ends: of hundreds of tasks the rise in each would be a grey block. */
function onlineByTask({ state: { rows, online } }: MeasuredRun, ends: readonly number[]): Series {
  const done = rows.flatMap(({ task, online: mean }) => (mean === undefined ? [] : [{ step: ends[task] ?? 0, mean }]));
  if (online && online.counted > 0 && !rows.some(({ task }) => task === online.task))
    done.push({ step: (ends[online.task - 1] ?? 0) + online.step, mean: online.sum / online.counted });
  done.sort((a, b) => a.step - b.step);
  return { steps: done.map(({ step }) => step), values: done.map(({ mean }) => mean) };
}

/** @param isLong of each task the last, all as one line */
function validationOf({ validations }: RunColumns, number: 0 | 1, isLong: boolean): Series {
  const [at, task] = [validations.globalStep.values, validations.task.values];
  const value = validations.values[number]?.values ?? new Float32Array();
  const kept = Array.from(at.keys()).filter((i) => !Number.isNaN(value[i]) && (!isLong || task[i + 1] !== task[i]));
  const of = (column: ArrayLike<number>) => kept.map((i) => column[i] ?? NaN);
  return { steps: of(at), values: of(value), ...(!isLong && { tasks: of(task) }) };
}

/** Ascending, each once. */
function allSteps(series: readonly Series[]): Float64Array {
  const lists = series.map(({ steps }) => steps).filter(({ length }) => length > 0);
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const steps of distinct(lists)) {
    all.set(steps, end);
    end += steps.length;
  }
  const sorted = all.subarray(0, end).sort();
  let length = 0;
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[length++] = sorted[i] as number;
  return sorted.slice(0, length);
}

/** Seeds and tasks are mostly measured at the same steps: of equal lists one is enough. */
function distinct(lists: readonly ArrayLike<number>[]): ArrayLike<number>[] {
  const found: ArrayLike<number>[] = [];
  for (const steps of lists) if (!found.some((other) => isPart(steps, other))) found.push(steps);
  return found;
}

/** Whether the last steps of one list are the other. */
function isPart(steps: ArrayLike<number>, of: ArrayLike<number>): boolean {
  const before = of.length - steps.length;
  if (before < 0) return false;
  for (let i = 0; i < steps.length; i++) if (steps[i] !== of[before + i]) return false;
  return true;
}

function inRange(steps: Float64Array, { from, to }: CurveRange): Float64Array {
  const first = from === undefined ? 0 : Math.max(0, placeOf(steps, from) - 1);
  const last = to === undefined ? steps.length : Math.min(steps.length, placeOf(steps, to) + 1);
  return first === 0 && last === steps.length ? steps : steps.slice(first, Math.max(first, last));
}

/** Place of the first step that is not before the given one. */
function placeOf(steps: Float64Array, step: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as number) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Over the seeds that have a value at a step, which may lie between two of their points. */
function summarised(seeds: readonly Series[], steps: Float64Array): LineColumns {
  const known = seeds.filter((seed) => seed.steps.length > 0);
  const [only] = known;
  if (known.length <= 1) {
    const mean = new Float32Array(steps.length).fill(NaN);
    if (only) interpolate(only, steps, (i, value) => (mean[i] = value));
    return { mean, low: mean, high: mean };
  }
  const sum = new Float64Array(steps.length);
  const counted = new Uint32Array(steps.length);
  const low = new Float32Array(steps.length).fill(NaN);
  const high = new Float32Array(steps.length).fill(NaN);
  for (const seed of known)
    interpolate(seed, steps, (i, value) => {
      sum[i] = (sum[i] as number) + value;
      counted[i] = (counted[i] as number) + 1;
      // What is not a number is never larger.
      if (!((low[i] as number) <= value)) low[i] = value;
      if (!((high[i] as number) >= value)) high[i] = value;
    });
  return { mean: Float32Array.from(sum, (of, i) => (counted[i] === 0 ? NaN : of / (counted[i] as number))), low, high };
}

function interpolate(
  { steps: own, values, tasks }: Series,
  steps: Float64Array,
  take: (index: number, value: number) => void,
): void {
  let right = 0;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as number;
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

function measuredAt(seeds: readonly Series[], steps: Float64Array): Uint8Array {
  const measured = new Uint8Array(steps.length);
  for (const { steps: own } of seeds)
    for (let i = 0, place = 0; i < own.length; i++) {
      while (place < steps.length && (steps[place] as number) < (own[i] as number)) place++;
      if (steps[place] === own[i]) measured[place] = 1;
    }
  return measured;
}

/** All columns by the same rules. */
function withColumns(
  curve: CurveColumns,
  steps: Float64Array,
  numbers: (column: Float32Array) => Float32Array,
  marks: (column: Uint8Array) => Uint8Array,
): CurveColumns {
  // Of one seed all three are the same.
  const lineOf = ({ mean, low, high }: LineColumns): LineColumns => {
    const own = numbers(mean);
    return { mean: own, low: low === mean ? own : numbers(low), high: high === mean ? own : numbers(high) };
  };
  const { tasks, online, validation } = curve;
  return {
    ...curve,
    steps,
    tasks: tasks.map((line) => ({ task: line.task, ...lineOf(line) })),
    ...(online && { online: lineOf(online) }),
    ...(validation && {
      validation: {
        accuracy: lineOf(validation.accuracy),
        loss: lineOf(validation.loss),
        measured: marks(validation.measured),
      },
    }),
  };
}

function atEvenPlaces(curve: CurveColumns, { points }: CurveRange): CurveColumns {
  const places = Array.from({ length: points }, (_, i) => Math.round((i * (curve.of - 1)) / (points - 1)));
  const of = (column: ArrayLike<number>) => places.map((place) => column[place] ?? NaN);
  return withColumns(
    curve,
    Float64Array.from(of(curve.steps)),
    (column) => Float32Array.from(of(column)),
    (column) => Uint8Array.from(of(column)),
  );
}

/**
 * The range in equal stretches, two points of each: every line keeps its smallest and its largest value there in the order
 * they came, so no dip is lost.
 */
function extremesOf(curve: CurveColumns, { points }: CurveRange): CurveColumns {
  const stretches = stretchesOf(curve.steps, Math.floor(points / 2));
  const steps = stretches.flatMap(({ from, to }) =>
    to - from === 1 ? [curve.steps[from] ?? 0] : [curve.steps[from] ?? 0, curve.steps[to - 1] ?? 0],
  );
  const numbers = (column: Float32Array) => {
    const kept = new Float32Array(steps.length);
    let length = 0;
    for (const { from, to } of stretches) {
      const [first, second] = extremes(column, from, to);
      kept[length++] = first;
      if (to - from > 1) kept[length++] = second;
    }
    return kept;
  };
  const marks = (column: Uint8Array) => {
    const kept = new Uint8Array(steps.length);
    let length = 0;
    for (const { from, to } of stretches) {
      kept[length] = column.subarray(from, to).includes(1) ? 1 : 0;
      length += to - from > 1 ? 2 : 1;
    }
    return kept;
  };
  return withColumns(curve, Float64Array.from(steps), numbers, marks);
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Places of the steps in each of so many equal stretches; none of one that has no steps. */
function stretchesOf(steps: Float64Array, count: number): Stretch[] {
  const first = steps[0] ?? 0;
  const width = ((steps.at(-1) ?? 0) - first) / count;
  const stretchOf = (step: number) => Math.min(count - 1, Math.floor((step - first) / width));
  const found: Stretch[] = [];
  for (let from = 0; from < steps.length;) {
    const stretch = stretchOf(steps[from] as number);
    let to = from + 1;
    while (to < steps.length && stretchOf(steps[to] as number) === stretch) to++;
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
