/**
 * What measures need of the points of a run's accuracy curves, taken in one by one: a few numbers for each task instead
 * of all the points, so that it is known of any number of runs. Everything in it can be written as JSON.
 */
import { entriesOf, type Measured } from '../measured';

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
  const seen = entriesOf(point, 'accuracy').filter(([one]) => one <= task);
  if (seen.length === 0) return facts;
  const values: (number | null)[] = Array.from({ length: task + 1 }, () => null);
  for (const [one, value] of seen) {
    if (value === null) return { ...noFacts(), isDefined: false };
    values[one] = value;
  }
  const isNext = task > facts.task;
  const before = isNext ? facts.values : facts.before;
  const weight = isNext ? step : step - facts.step;
  const found = values.flatMap((value) => value ?? []);
  return {
    ...{ task, step, values, before, isDefined: true },
    steps: facts.steps + weight,
    area: facts.area + (weight * sum(found)) / found.length,
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
  const window = recent.slice(-(WINDOW - 1));
  return {
    recent: [...window, value],
    drop: Math.max(drop, ...window.map((one) => one - value)),
    rise: Math.max(rise, ...window.map((one) => value - one)),
    lowest: own === null ? Math.min(lowest ?? value, value) : lowest,
    early: isEarly ? [...early, value] : early,
  };
}

const withSwitch = (switches: CurveFacts['switches'], task: number, now: SwitchFacts | null) =>
  Array.from({ length: task + 1 }, (_, one) => (one === task ? now : (switches[one] ?? null)));

function switchWith(
  facts: SwitchFacts | null | undefined,
  before: Values,
  values: Values,
  step: number,
): SwitchFacts | null {
  const old = before.flatMap((was, task) => {
    const is = values[task];
    return was === null || is === null || is === undefined ? [] : [{ was, is }];
  });
  if (old.length === 0) return facts ?? null;
  const was = sum(old.map((one) => one.was)) / old.length;
  const is = sum(old.map((one) => one.is)) / old.length;
  const isBack = is >= RECOVERED * was;
  const depth = step > GAP_STEPS ? (facts?.depth ?? null) : Math.max(facts?.depth ?? -Infinity, was - is);
  if (!facts || is < facts.lowest) return { depth, lowest: is, back: isBack ? 0 : null };
  return { depth, lowest: facts.lowest, back: facts.back ?? (isBack ? step : null) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
