import { hasWholeResult } from '../core/doubts';
import { formatBackendUse, formatPercent, formatDuration } from '../core/format';
import { entriesOf, type AccuracyKind, type Measured } from '../core/measured';
import { mean } from '../core/mean';
import type { Run, RunStatus } from '../core/run';
import { oneLine } from '../core/visibleText';
import { workText } from '../core/workText';

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

/** "1 run", "3 runs". */
export const counted = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

export const nameOf = (run: Run): string => `${oneLine(run.manifest.variant.label)}, seed ${run.manifest.seed}`;

/** A line for each backend that runs use, with the reason for it. */
export const backendLines = (runs: readonly Run[]): string[] => [
  ...new Set(
    runs.flatMap(({ state }) => (state.backendUse ? [`Backend: ${oneLine(formatBackendUse(state.backendUse))}`] : [])),
  ),
];

/** The accuracies of the tasks seen so far that are defined. */
export const seenAccuracies = (measured: Measured & { readonly task: number }, kind: AccuracyKind): number[] =>
  entriesOf(measured, kind).flatMap(([task, value]) => (task <= measured.task && value !== null ? [value] : []));

/** "17 of 300 tasks" where some of the tasks seen so far were left out; empty where none was. */
export function measuredWords({ task, tasks }: Measured & { readonly task: number }): string {
  const measured = tasks?.filter((one) => one <= task).length ?? task + 1;
  return measured === task + 1 ? '' : `${measured} of ${task + 1} tasks`;
}

/**
 * Mean accuracy on the tasks seen so far, as text: "48.2 %". Where the scenario's own accuracy is not defined, the one
 * with the task given: "97.1 % (task known)"; where some of the tasks were not measured: "48.2 % (17 of 300 tasks)".
 * Undefined before anything was measured, and for a run that is done without a whole result: what there is of it is none.
 */
export function accuracySoFar(run: Run): string | undefined {
  if (run.status === 'done' && !hasWholeResult(run)) return undefined;
  const { state } = run;
  const row = state.rows.at(-1);
  const point = state.newest;
  const newest = point && (!row || point.task > row.task) ? point : row;
  if (!newest) return undefined;
  const own = mean(seenAccuracies(newest, 'accuracy'));
  const found = Number.isNaN(own) ? mean(seenAccuracies(newest, 'taskAware')) : own;
  if (Number.isNaN(found)) return undefined;
  const remarks = [...(Number.isNaN(own) ? ['task known'] : []), measuredWords(newest)].filter(
    (remark) => remark !== '',
  );
  return remarks.length === 0 ? formatPercent(found) : `${formatPercent(found)} (${remarks.join(', ')})`;
}

/** What a run is doing right now: "task 2/5, step 130/468", "task 2/5, fisher 40 %". */
export function activityOf({ state, status }: Run): string {
  if (status === 'queued') return 'waits to be started';
  if (!state.started) return status === 'running' ? 'starting' : '';
  const tasks = state.started.tasks.length;
  const task = `task ${Math.min(state.task + 1, tasks)}/${tasks}`;
  if (status !== 'running') return task;
  return state.work
    ? `${task}, ${oneLine(workText(state.work.name))} ${formatPercent(state.work.done, 0)}`
    : `${task}, step ${state.step}/${state.steps}`;
}

/** "1 min 5 s left"; nothing where it cannot be told, such as after the last step, while a method still works. */
export const leftWords = (seconds: number | undefined): string =>
  seconds === undefined || seconds <= 0 ? '' : `${formatDuration(seconds)} left`;
