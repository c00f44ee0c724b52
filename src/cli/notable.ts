import { doubtsOf, doubtText } from '../core/doubts';
import { isFinished, type Run, type RunStatus } from '../core/run';
import { formatBackend, formatDuration, formatPercent } from '../core/format';
import { mean } from '../core/mean';
import type { RunChange } from '../runs/index';
import type { Measured } from '../core/measured';
import { measuredWords, nameOf, seenAccuracies } from './words';

/** Something worth a line of its own in a log, or a JSON line for a program. */
export type Notable =
  | { readonly type: 'status'; readonly run: Run; readonly status: RunStatus }
  | (Measured & {
      readonly type: 'task-end';
      readonly run: Run;
      readonly task: number;
      readonly samples?: number;
      readonly memoryBytes?: number;
    })
  | { readonly type: 'warning'; readonly run: Run; readonly message: string };

/** Notable things in a change. `before` is the run's status when it was last looked at. */
export function notableIn({ run, events }: RunChange, before: RunStatus | undefined): Notable[] {
  if (!run) return [];
  const over = run.status !== before && isFinished(run.status);
  const end: Notable[] = over ? [{ type: 'status', run, status: run.status }] : [];
  const inside = events.flatMap((event): Notable[] => {
    if (event.type === 'warning') return [{ type: 'warning', run, message: event.message }];
    if (event.type === 'started' || event.type === 'resumed') return [{ type: 'status', run, status: 'running' }];
    if (event.type !== 'task-end') return [];
    const { task, accuracy, taskAware, tasks, samples, memoryBytes } = event;
    const measured = { task, accuracy, taskAware, ...(tasks && { tasks }), ...(samples !== undefined && { samples }) };
    return [{ type: 'task-end', run, ...measured, ...(memoryBytes !== undefined && { memoryBytes }) }];
  });
  return [...inside, ...end];
}

export function plainLine(notable: Notable): string {
  const { run } = notable;
  switch (notable.type) {
    case 'warning':
      return `${nameOf(run)}: warning: ${notable.message}`;
    case 'task-end': {
      const tasks = run.state.started?.tasks.length ?? notable.accuracy.length;
      return `${nameOf(run)}: task ${notable.task + 1}/${tasks} learned, ${accuracyWords(notable)}`;
    }
    case 'status':
      return [`${nameOf(run)}: ${statusWords(run, notable.status)}`, ...doubtsAtEnd(notable)].join('; it ');
  }
}

/** More accuracies than this are said as their mean alone. */
const MOST_VALUES = 20;

function remark(measured: string, values: readonly number[]): string {
  if (measured !== '') return ` (on ${measured})`;
  return values.length > 1 && values.length <= MOST_VALUES
    ? ` (${values.map((value) => formatPercent(value)).join(', ')})`
    : '';
}

function accuracyWords(notable: Extract<Notable, { type: 'task-end' }>): string {
  const own = seenAccuracies(notable, 'accuracy');
  const values = own.length > 0 ? own : seenAccuracies(notable, 'taskAware');
  const each = remark(measuredWords(notable), values);
  return `accuracy ${formatPercent(mean(values))}${each}${own.length > 0 ? '' : ', the task being known'}`;
}

function statusWords({ state }: Run, status: RunStatus): string {
  switch (status) {
    case 'queued':
      return 'queued';
    case 'running':
      return `${state.resumes > 0 ? 'goes on' : 'started'} on ${state.backendUse ? formatBackend(state.backendUse) : 'an unknown backend'}`;
    case 'done':
      return `done in ${formatDuration(state.seconds)}`;
    case 'stopped':
      return state.checkpoint ? 'stopped; can be resumed' : 'stopped';
    case 'failed':
      return `failed: ${state.error ?? 'no reason given'}`;
    case 'crashed':
      return 'crashed: the process ended without saying why';
    case 'lost':
      return 'lost: no sign of life for 10 minutes, and its process cannot be looked for from here';
  }
}

/** What a run that is over leaves doubtful. */
const doubtsAtEnd = ({ run, status }: Extract<Notable, { type: 'status' }>): string[] =>
  isFinished(status) ? doubtsOf(run).map(doubtText) : [];

/** The same for a program: one JSON object per line; docs/command-line.md lists the fields. */
export function jsonLine(notable: Notable): string {
  const { manifest, state } = notable.run;
  const about = { run: manifest.id, variant: manifest.variant.key, seed: manifest.seed };
  const { run: _run, type, ...rest } = notable;
  const error = notable.type === 'status' && state.error !== undefined ? { error: state.error } : {};
  const backend = notable.type === 'status' && notable.status === 'running' ? { backend: state.backendUse } : {};
  const doubts = notable.type === 'status' ? doubtsAtEnd(notable) : [];
  return JSON.stringify({ type, ...about, ...rest, ...error, ...backend, ...(doubts.length > 0 && { doubts }) });
}
