import type { CurveColumns } from '../src/core/curveColumns';
import { matrixColumns, matrixRows } from '../src/core/grid';
import { valueOn } from '../src/core/measured';
import type { Run } from '../src/core/run';
import type { RunState } from '../src/core/runModel';
import { afterPause, firstNotBelow, namedOf, pausesOf, stepOf, type Named, type Pause, type Stretch } from './timeline';

/** Which of the two accuracies of an evaluation is shown. */
export type Measure = 'accuracy' | 'taskAware';

/** Accuracy on one task over training, over the seeds that have a value there. Fractions; NaN where there is none. */
export interface TaskCurve extends Curve {
  readonly task: number;
}

/** Over the seeds that have a value there: their mean, the lowest and the highest of them. */
export interface Curve {
  readonly mean: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** What the validation set of the task being trained said. Between the last point of one task and the first of the next, nothing. */
export interface ValidationCurve {
  readonly accuracy: Curve;
  readonly loss: Curve;
  /** The accuracy where a seed was measured, NaN elsewhere. */
  readonly measured: Float32Array;
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
  /** How many places there are: more than those where neighbours were taken together. */
  readonly of: number;
  /** When, in seconds from the start of a run, mean over seeds. */
  readonly seconds: Float32Array;
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

/** Whether neighbouring places were taken together: of each line their lowest and highest value are there. */
export const isThinned = ({ places, of }: Curves): boolean => of > places.length;

/** Nothing to draw yet. */
export const noCurves: Curves = {
  ...{ places: new Float64Array(), seconds: new Float32Array(), tasks: [], taskCount: 0, stretches: [], pauses: [] },
  ...{ named: [], switches: [], seeds: 0, joint: false, of: 0 },
};

/** The curves of a variant: the columns of the host, and what its runs say beside them. */
export function curvesOf({ ends, ...columns }: CurveColumns, runs: readonly Run[], measure: Measure): Curves {
  const begun = runs.filter((run) => run.state.started !== undefined);
  const stretches = Array.from(ends, (to, task) => ({ task, from: ends[task - 1] ?? 0, to }));
  return {
    ...{ ...columns, stretches },
    pauses: pausesOf(begun, stretches),
    named: namedOf(begun, stretches),
    switches: measure === 'accuracy' && !columns.joint ? switchesOf(begun.map(({ state }) => state)) : [],
  };
}

const tasksOf = (state: RunState) => state.started?.tasks.length ?? 0;

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

/**
 * From the last place measured before a pause to the first one after it; undefined where there is none in the same or the next task.
 *
 * @param wanted tasks that count; all that were seen, where left out
 */
export function effectOf(
  { places, tasks }: Curves,
  { step }: Pause,
  wanted: (task: number) => boolean = () => true,
): Effect | undefined {
  const next = firstNotBelow(places, afterPause(step));
  const pairs = tasks.flatMap(({ task, mean: values }) => {
    if (!wanted(task)) return [];
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
