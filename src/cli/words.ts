import { formatBackendUse, formatPercent, formatDuration } from '../core/format';
import { mean } from '../core/statistics';
import type { Run, RunStatus } from '../core/run';
import { secondsLeft } from '../core/runModel';

export const statusSigns: Readonly<Record<RunStatus, string>> = {
  queued: '·',
  running: '▶',
  done: '✓',
  stopped: '■',
  failed: '✗',
  crashed: '✗',
};

export const nameOf = (run: Run): string => `${run.manifest.variant.label}, seed ${run.manifest.seed}`;

/** A line for each backend that runs use, with the reason for it. */
export const backendLines = (runs: readonly Run[]): string[] => [
  ...new Set(runs.flatMap(({ state }) => (state.backendUse ? [`Backend: ${formatBackendUse(state.backendUse)}`] : []))),
];

/** Mean of the accuracies that are defined; NaN when none is. */
const defined = (values: readonly (number | null)[]): number => mean(values.filter((value) => value !== null));

/**
 * Mean accuracy on the tasks seen so far, as text: "48.2 %". Where the scenario's own accuracy is not defined, the one
 * with the task given: "97.1 % (task known)". Undefined before anything was measured.
 */
export function accuracySoFar({ state }: Run): string | undefined {
  const row = state.rows.at(-1);
  const point = state.curve.at(-1);
  const newest = point && (!row || point.task > row.task) ? point : row;
  if (!newest) return undefined;
  const seen = newest.task + 1;
  const own = defined(newest.accuracy.slice(0, seen));
  if (!Number.isNaN(own)) return formatPercent(own);
  const aware = defined(newest.taskAware.slice(0, seen));
  return Number.isNaN(aware) ? undefined : `${formatPercent(aware)} (task known)`;
}

/** What a run is doing right now: "task 2/5, step 130/468", "task 2/5, fisher 40 %". */
export function activityOf({ state, status }: Run): string {
  if (status === 'queued') return 'waits for a free core';
  if (!state.started) return status === 'running' ? 'starting' : '';
  const tasks = state.started.tasks.length;
  const task = `task ${Math.min(state.task + 1, tasks)}/${tasks}`;
  if (status !== 'running') return task;
  return state.phase
    ? `${task}, ${state.phase.name} ${formatPercent(state.phase.done, 0)}`
    : `${task}, step ${state.step}/${state.steps}`;
}

/** Seconds all unfinished runs need, when so many run at a time; undefined before anything can be said. */
export function secondsLeftOfAll(runs: readonly Run[], parallel: number): number | undefined {
  const whole = runs.flatMap((run) => wholeSeconds(run) ?? []);
  const expected = (key: string) => {
    const same = runs.filter((run) => run.manifest.variant.key === key).flatMap((run) => wholeSeconds(run) ?? []);
    return mean(same.length > 0 ? same : whole);
  };
  const rests = runs.flatMap((run) => {
    if (run.status === 'running') return [secondsLeft(run.state) ?? expected(run.manifest.variant.key)];
    return run.status === 'queued' ? [expected(run.manifest.variant.key)] : [];
  });
  const total = rests.reduce((sum, rest) => sum + rest, 0);
  // Work divides over the cores, but no run goes faster than by itself.
  return rests.length === 0 || Number.isNaN(total) ? undefined : Math.max(total / parallel, ...rests);
}

function wholeSeconds({ state, status }: Run): number | undefined {
  if (state.firstAt === undefined || state.lastAt === undefined) return undefined;
  const elapsed = (state.lastAt - state.firstAt - state.idle) / 1000;
  if (status === 'done') return elapsed;
  const left = status === 'running' ? secondsLeft(state) : undefined;
  return left === undefined ? undefined : elapsed + left;
}

/** "1 min 5 s left"; nothing where it cannot be told, such as after the last step, while a method still works. */
export const leftWords = (seconds: number | undefined): string =>
  seconds === undefined || seconds <= 0 ? '' : `${formatDuration(seconds)} left`;
