import { hasWholeResult } from '../core/doubts';
import { formatBackendUse, formatPercent, formatDuration } from '../core/format';
import { mean } from '../core/statistics';
import type { Run, RunStatus } from '../core/run';
import { oneLine } from '../core/visibleText';

const statusSigns: Readonly<Record<RunStatus, string>> = {
  queued: '·',
  running: '▶',
  done: '✓',
  stopped: '■',
  failed: '✗',
  crashed: '✗',
  lost: '?',
};

/** What a run is doing as one character; a run that is done without a whole result has no tick. */
export const signOf = (run: Run): string =>
  run.status === 'done' && !hasWholeResult(run) ? '!' : statusSigns[run.status];

export const nameOf = (run: Run): string => `${oneLine(run.manifest.variant.label)}, seed ${run.manifest.seed}`;

/** A line for each backend that runs use, with the reason for it. */
export const backendLines = (runs: readonly Run[]): string[] => [
  ...new Set(
    runs.flatMap(({ state }) => (state.backendUse ? [`Backend: ${oneLine(formatBackendUse(state.backendUse))}`] : [])),
  ),
];

/** Mean of the accuracies that are defined; NaN when none is. */
const defined = (values: readonly (number | null)[]): number => mean(values.filter((value) => value !== null));

/**
 * Mean accuracy on the tasks seen so far, as text: "48.2 %". Where the scenario's own accuracy is not defined, the one
 * with the task given: "97.1 % (task known)". Undefined before anything was measured, and for a run that is done without
 * a whole result: what there is of it is none.
 */
export function accuracySoFar(run: Run): string | undefined {
  if (run.status === 'done' && !hasWholeResult(run)) return undefined;
  const { state } = run;
  const row = state.rows.at(-1);
  const point = state.newest;
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
  return state.work
    ? `${task}, ${oneLine(state.work.name)} ${formatPercent(state.work.done, 0)}`
    : `${task}, step ${state.step}/${state.steps}`;
}

/** "1 min 5 s left"; nothing where it cannot be told, such as after the last step, while a method still works. */
export const leftWords = (seconds: number | undefined): string =>
  seconds === undefined || seconds <= 0 ? '' : `${formatDuration(seconds)} left`;
