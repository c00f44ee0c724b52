/**
 * What measures need of the points of a run's accuracy curves, taken in one by one: a few numbers for each task instead
 * of all the points, so that it is known of any number of runs. Everything in it can be written as JSON.
 */
import type { Measured } from '../measured';

/** Evaluations in a window, the newest included. */
export const WINDOW = 10;
/** Tasks of a run of which facts are kept; other programs may have more. */
const MOST_FACT_TASKS = 10_000;
/** Steps of a task after which its accuracy is needed for LCA. */
export const EARLY_STEPS = 10;
/** Steps after a switch within which the stability gap is looked for. */
export const GAP_STEPS = 100;
/** Old tasks count as recovered when they have this share of their accuracy before the switch. */
export const RECOVERED = 0.95;

/** A point of the curves: accuracies on some tasks after `step` steps of `task`. */
export interface FactPoint extends Measured {
  readonly task: number;
  readonly step: number;
}

/** Of the points so far, index = task; null where a task was not measured. */
type Values = readonly (number | null)[];

/** Of one task. */
export interface TaskFacts {
  /** The last values, at most `WINDOW` of them. */
  readonly recent: readonly number[];
  /** Largest drop, and largest rise, between two values of one window. */
  readonly drop: number;
  readonly rise: number;
  /** The smallest value while later tasks were trained; null while there is none. */
  readonly lowest: number | null;
  /** Accuracy after steps 1, 2, … of the task itself, as far as there is a point after each; at most `EARLY_STEPS`. */
  readonly early: readonly number[];
}

/** Of the switch to one task: what became of the mean accuracy on the tasks before it. */
export interface SwitchFacts {
  /** Largest loss within `GAP_STEPS`, against the last point before the switch; null without a point there. */
  readonly depth: number | null;
  /** The smallest mean accuracy while the task is trained, and the step after which it was back; null: it is not. */
  readonly lowest: number;
  readonly back: number | null;
}

export interface CurveFacts {
  /** Of the newest point. */
  readonly task: number;
  readonly step: number;
  readonly values: Values;
  /** Those of the last point of the task before. */
  readonly before: Values;
  /** Steps that points stand for, and the sum over them of the mean accuracy on the tasks seen. */
  readonly steps: number;
  readonly area: number;
  /** Index = task. */
  readonly tasks: readonly TaskFacts[];
  /** Index = task; null where none was measured before and after. */
  readonly switches: readonly (SwitchFacts | null)[];
  /** Whether all accuracies on seen tasks were defined. */
  readonly isDefined: boolean;
}

export const noFacts = (): CurveFacts => ({
  ...{ task: 0, step: 0, values: [], before: [], steps: 0, area: 0, tasks: [], switches: [], isDefined: true },
});

const noTaskFacts: TaskFacts = { recent: [], drop: 0, rise: 0, lowest: null, early: [] };

/** The facts with one more point. One that is measured anew after a resumption is known. Of more than `MOST_FACT_TASKS` tasks there are none. */
export function withPoint(facts: CurveFacts, point: FactPoint): CurveFacts {
  const { task, step } = point;
  const isKnown = task < facts.task || (task === facts.task && step <= facts.step);
  if (isKnown || !facts.isDefined) return facts;
  if (task >= MOST_FACT_TASKS) return { ...noFacts(), isDefined: false };
  // Plain loops: this is done for every point of every run.
  const values = new Array<number | null>(task + 1).fill(null);
  let [seen, total] = [0, 0];
  for (let i = 0; i < point.accuracy.length; i++) {
    const one = point.tasks?.[i] ?? i;
    if (one > task) continue;
    const value = point.accuracy[i] ?? null;
    if (value === null) return { ...noFacts(), isDefined: false };
    values[one] = value;
    total += value;
    seen++;
  }
  if (seen === 0) return facts;
  const isNext = task > facts.task;
  const before = isNext ? facts.values : facts.before;
  const weight = isNext ? step : step - facts.step;
  return {
    task,
    step,
    values,
    before,
    isDefined: true,
    steps: facts.steps + weight,
    area: facts.area + (weight * total) / seen,
    tasks: values.map((value, one) =>
      taskFactsWith(facts.tasks[one] ?? noTaskFacts, value, one === task ? step : null),
    ),
    switches:
      task === 0 ? [] : withSwitch(facts.switches, task, switchWith(facts.switches[task], before, values, step)),
  };
}

/** @param own steps of the task itself that are done; null while a later one is trained */
function taskFactsWith(facts: TaskFacts, value: number | null, own: number | null): TaskFacts {
  if (value === null) return facts;
  const { recent, drop, rise, lowest, early } = facts;
  const isEarly = own !== null && own <= EARLY_STEPS && own === early.length + 1;
  const first = Math.max(0, recent.length + 1 - WINDOW);
  // As long as it will be: a list that grows by one takes three times the room.
  const window = new Array<number>(recent.length + 1 - first);
  let [largestDrop, largestRise] = [drop, rise];
  for (let i = first; i < recent.length; i++) {
    const one = recent[i] as number;
    window[i - first] = one;
    largestDrop = Math.max(largestDrop, one - value);
    largestRise = Math.max(largestRise, value - one);
  }
  window[recent.length - first] = value;
  return {
    recent: window,
    drop: largestDrop,
    rise: largestRise,
    lowest: own === null ? Math.min(lowest ?? value, value) : lowest,
    early: isEarly ? [...early, value] : early,
  };
}

function withSwitch(switches: CurveFacts['switches'], task: number, now: SwitchFacts | null): CurveFacts['switches'] {
  const next = switches.slice(0, task);
  while (next.length < task) next.push(null);
  next.push(now);
  return next;
}

function switchWith(
  facts: SwitchFacts | null | undefined,
  before: Values,
  values: Values,
  step: number,
): SwitchFacts | null {
  let [old, sumBefore, sumNow] = [0, 0, 0];
  for (let task = 0; task < before.length; task++) {
    const [known, found] = [before[task] ?? null, values[task] ?? null];
    if (known === null || found === null) continue;
    sumBefore += known;
    sumNow += found;
    old++;
  }
  if (old === 0) return facts ?? null;
  const [was, is] = [sumBefore / old, sumNow / old];
  const isBack = is >= RECOVERED * was;
  const depth = step > GAP_STEPS ? (facts?.depth ?? null) : Math.max(facts?.depth ?? -Infinity, was - is);
  if (!facts || is < facts.lowest) return { depth, lowest: is, back: isBack ? 0 : null };
  return { depth, lowest: facts.lowest, back: facts.back ?? (isBack ? step : null) };
}
