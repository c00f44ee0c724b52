import type { Run } from '../src/core/run';

/** What the axis of a chart counts. */
export type AxisUnit = 'steps' | 'seconds';

/** The stretch of global steps in which one task is trained. */
export interface Stretch {
  readonly task: number;
  readonly from: number;
  readonly to: number;
}

/** Something a method does between two training steps, seeds together. */
export interface Pause {
  readonly task: number;
  /** The global step after which it is done. */
  readonly step: number;
  /** After the last step of the task. */
  readonly isLast: boolean;
  /** What it does, in this order. */
  readonly names: readonly string[];
  /** When it begins, from the start of the run, and how long it takes: means over the seeds. */
  readonly from: number;
  readonly seconds: number;
}

/** A stretch of training steps with a name of its own begins after a global step. */
export interface Named {
  readonly step: number;
  readonly name: string;
}

/**
 * A place on the way of training: so many global steps done. And a half more: what the method does after that step is done,
 * too, and the next one not begun.
 */
export type Place = number;
export const afterPause = (step: number): Place => step + 0.5;
export const stepOf = (place: Place): number => Math.floor(place);
export const isAfterPause = (place: Place): boolean => place % 1 !== 0;

/** The global step of a place in a task, where all tasks are laid out as they are in one of the runs: by the share of the task. */
export function placeIn(stretches: readonly Stretch[], plan: readonly number[], task: number, step: number): number {
  const { from = 0, to = 0 } = stretches[task] ?? {};
  const planned = plan[task] ?? 0;
  return planned === to - from || planned === 0 ? from + step : from + Math.round(((to - from) * step) / planned);
}

/** What the runs of a variant did between steps, in the order of their places. */
export function pausesOf(runs: readonly Pick<Run, 'state'>[], stretches: readonly Stretch[]): Pause[] {
  const found = new Map<number, { task: number; isLast: boolean; names: string[]; seeds: [number, number][] }>();
  for (const { state } of runs) {
    const own = new Map<number, [number, number]>();
    for (const { task, step, name, from, seconds, steps } of state.works) {
      if (steps !== undefined) continue;
      const planned = state.plan[task] ?? 0;
      const place = placeIn(stretches, state.plan, task, Math.min(step, planned));
      const known = found.get(place) ?? { task, isLast: step >= planned, names: [], seeds: [] };
      if (!known.names.includes(name)) known.names.push(name);
      found.set(place, known);
      const begun = own.get(place)?.[0] ?? from;
      own.set(place, [begun, from + seconds - begun]);
    }
    for (const [place, span] of own) found.get(place)?.seeds.push(span);
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [...found]
    .map(([step, { task, isLast, names, seeds }]) => ({
      ...{ step, task, isLast, names },
      from: mean(seeds.map(([from]) => from)),
      seconds: mean(seeds.map(([, seconds]) => seconds)),
    }))
    .sort((a, b) => a.step - b.step);
}

/** Where stretches of steps with names of their own begin in the middle of a task. */
export function namedOf(runs: readonly Pick<Run, 'state'>[], stretches: readonly Stretch[]): Named[] {
  const found = new Map<number, string>();
  for (const { state } of runs)
    for (const { task, step, name, steps } of state.works)
      if (steps !== undefined && step > 0) found.set(placeIn(stretches, state.plan, task, step), name);
  return [...found].map(([step, name]) => ({ step, name })).sort((a, b) => a.step - b.step);
}

/** Of the room of a task, what is done after the last of its steps takes this share. */
const PAUSE_SHARE = 0.05;
/** Room of a pause on an axis of steps, in mean lengths of a task. */
const PAUSE_ROOM = 0.06;

/** Two rising scales and the way between them: straight between known pairs. */
class Mapping {
  private readonly as: number[] = [];
  private readonly bs: number[] = [];

  /** Pairs come with `a` rising; `b` never falls. */
  add(a: number, b: number): this {
    const last = this.as.length - 1;
    if (last >= 0 && a <= (this.as[last] ?? 0)) return this;
    this.as.push(a);
    this.bs.push(Math.max(b, this.bs[last] ?? -Infinity));
    return this;
  }

  to(a: number): number {
    return between(this.as, this.bs, a);
  }

  from(b: number): number {
    return between(this.bs, this.as, b);
  }

  get end(): number {
    return this.bs.at(-1) ?? 0;
  }
}

/** Beyond the ends as the ends. */
function between(as: readonly number[], bs: readonly number[], a: number): number {
  const right = firstNotBelow(as, a);
  if (right === 0) return bs[0] ?? 0;
  if (right === as.length) return bs.at(-1) ?? 0;
  const [a0 = 0, a1 = 0, b0 = 0, b1 = 0] = [as[right - 1], as[right], bs[right - 1], bs[right]];
  return a1 === a0 ? b1 : b0 + ((b1 - b0) * (a - a0)) / (a1 - a0);
}

/** Place of the first value that is not below the given one, in a rising list. */
export function firstNotBelow(values: ArrayLike<number>, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * How the places of one variant's training lie on its axis, and which places of variants belong together: those in the same
 * task at the same share of its steps, whatever their number.
 */
export interface Timeline {
  readonly unit: AxisUnit;
  /** The end of the axis, which begins at 0. */
  readonly whole: number;
  /** On the axis, in its unit; on one of steps, pauses have some room. */
  xOf(place: Place): number;
  placeAt(x: number): Place;
  /** In tasks from the beginning of the stream; the same for all variants. */
  positionOf(place: Place): number;
  placeOf(position: number): Place;
}

export interface TimelineInput {
  readonly stretches: readonly Stretch[];
  readonly taskCount: number;
  readonly pauses: readonly Pause[];
  readonly unit: AxisUnit;
  /** Places that were measured, rising, and when. */
  readonly places: ArrayLike<number>;
  readonly seconds: ArrayLike<number>;
}

export function timelineOf(input: TimelineInput): Timeline {
  const { unit } = input;
  const axis = unit === 'steps' ? axisOfSteps(input) : axisOfSeconds(input);
  const positions = positionsOf(input);
  return {
    unit,
    whole: Math.max(axis.end, Number.MIN_VALUE),
    xOf: (place) => axis.to(place),
    placeAt: (x) => axis.from(x),
    positionOf: (place) => positions.to(place),
    placeOf: (position) => positions.from(position),
  };
}

const totalOf = ({ stretches, places }: TimelineInput): number =>
  Math.max(1, stretches.at(-1)?.to ?? stepOf(places[places.length - 1] ?? 1));

function axisOfSteps(input: TimelineInput): Mapping {
  const { pauses, stretches } = input;
  const total = totalOf(input);
  const room = (PAUSE_ROOM * total) / Math.max(1, stretches.length);
  const axis = new Mapping().add(0, 0);
  pauses.forEach(({ step }, i) => {
    axis.add(step, step + i * room);
    axis.add(afterPause(step), step + (i + 1) * room);
    if (step < total) axis.add(step + 1, step + 1 + (i + 1) * room);
  });
  return axis.add(total, total + pauses.length * room);
}

function axisOfSeconds(input: TimelineInput): Mapping {
  const { pauses, places, seconds } = input;
  const known = new Map<number, number>();
  for (let i = 0; i < places.length; i++) {
    const at = seconds[i] ?? NaN;
    if (!Number.isNaN(at)) known.set(places[i] ?? 0, at);
  }
  for (const { step, from, seconds: taken } of pauses) known.set(step, from).set(afterPause(step), from + taken);
  const axis = new Mapping().add(0, 0);
  const sorted = [...known].sort(([a], [b]) => a - b);
  for (const [place, at] of sorted) axis.add(place, at);
  // What is still to come takes as long as what was.
  const [last, at] = sorted.at(-1) ?? [0, 0];
  const total = totalOf(input);
  return axis.add(total, last > 0 ? (at * total) / last : total);
}

function positionsOf(input: TimelineInput): Mapping {
  const { stretches, taskCount } = input;
  const total = totalOf(input);
  // All tasks at once: one stretch has the room of all.
  const scale = stretches.length > 0 ? Math.max(1, taskCount) / stretches.length : 1;
  const positions = new Mapping();
  for (const { task, from, to } of stretches) {
    positions.add(from === 0 ? 0 : afterPause(from), scale * task);
    positions.add(to, scale * (task + 1) - PAUSE_SHARE);
  }
  return positions.add(afterPause(total), Math.max(1, taskCount));
}
