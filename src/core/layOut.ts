/** Runs side by side: the tasks of each laid out as those of the one that takes the most steps. */
import type { Measurements, RunColumns } from './runColumns';
import type { RunState } from './runModel';

/** What curves are made of. */
export interface MeasuredRun {
  readonly state: RunState;
  readonly columns: RunColumns;
}

/** A run whose tasks are laid out as those of another: by the share of each. */
export interface LaidOut extends MeasuredRun {
  /** Where its tasks end in its own steps, and where they are laid out. */
  readonly own: readonly number[];
  readonly ends: readonly number[];
}

/** All of them, and where the tasks end that they are laid out by. */
export function laidOut(runs: readonly MeasuredRun[]): {
  readonly runs: readonly LaidOut[];
  readonly ends: readonly number[];
} {
  const ends = endsOf(longestOf(runs)?.plan ?? []);
  return { runs: runs.map((run) => ({ ...run, own: endsOf(run.state.plan), ends })), ends };
}

const longestOf = (runs: readonly MeasuredRun[]): RunState | undefined =>
  runs.map(({ state }) => state).toSorted((a, b) => b.stepsPlanned - a.stepsPlanned)[0];

function endsOf(plan: readonly number[]): number[] {
  let end = 0;
  return plan.map((steps) => (end += steps));
}

/** Where a step of a task is laid out. */
export function placeIn({ own, ends }: LaidOut, task: number, step: number): number {
  const from = ends[task - 1] ?? 0;
  const room = (ends[task] ?? 0) - from;
  const steps = (own[task] ?? 0) - (own[task - 1] ?? 0);
  return from + (steps === room || steps === 0 ? step : Math.round((room * step) / steps));
}

/** Where something was measured. */
export function placesOf(run: LaidOut, { globalStep, task, step }: Measurements): Float64Array {
  const isSame = run.own.every((end, i) => end === run.ends[i]);
  if (isSame) return globalStep.values;
  return Float64Array.from(task.values, (of, i) => placeIn(run, of, step.at(i)));
}
