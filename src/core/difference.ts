import { canonicalJson } from './canonicalJson';
import { volatileFields } from './events';

export interface Difference {
  /** Line of the recorded log, from 1. */
  readonly line: number;
  readonly recorded: string;
  readonly repeated: string;
  /** Dotted name of the first field that differs; empty when one log has no such line. */
  readonly field: string;
}

interface LogEntry {
  readonly line: number;
  readonly event: Record<string, unknown>;
}

/**
 * First difference between two logs of one run, apart from the fields in `volatileFields`; undefined when they are equal
 * bit for bit. What a resumed run logged after the checkpoint it went on from is void and does not count; nor do events
 * that tell of the way to the results and not of them (`isOfTheWay`).
 *
 * @param tasks only what belongs to so many tasks at first is compared
 */
export function firstDifference(recorded: string, repeated: string, tasks = Infinity): Difference | undefined {
  const [a, b] = [recorded, repeated].map((log) =>
    uninterrupted(entriesOf(log)).flatMap((entry) => ofTasks(entry, tasks)),
  ) as [LogEntry[], LogEntry[]];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]];
    const field = left && right ? differingField(stable(left.event), stable(right.event)) : '';
    if (field === undefined) continue;
    return {
      line: left?.line ?? (a.at(-1)?.line ?? 0) + 1,
      recorded: left ? valueAt(left.event, field) : 'nothing',
      repeated: right ? valueAt(right.event, field) : 'nothing',
      field,
    };
  }
  return undefined;
}

function entriesOf(text: string): LogEntry[] {
  return text.split('\n').flatMap((line, i): LogEntry[] => {
    try {
      const event: unknown = JSON.parse(line);
      return event !== null && typeof event === 'object' ? [{ line: i + 1, event: event as LogEntry['event'] }] : [];
    } catch {
      return []; // A line torn by a crash: what it would have said was logged again after resuming.
    }
  });
}

/** What of an entry belongs to the first tasks. */
function ofTasks({ line, event }: LogEntry, tasks: number): LogEntry[] {
  const { type, task, step, steps } = event;
  if (tasks === Infinity) return [{ line, event }];
  // How many steps are planned for later tasks is theirs.
  if (type === 'started' && Array.isArray(steps)) return [{ line, event: { ...event, steps: steps.slice(0, tasks) } }];
  const isTheirs = typeof task === 'number' && (type === 'checkpoint' && step === 0 ? task <= tasks : task < tasks);
  return isTheirs || (task === undefined && type !== 'ended') ? [{ line, event }] : [];
}

/** The log as it would be had the run never been stopped and resumed. */
function uninterrupted(entries: readonly LogEntry[]): LogEntry[] {
  let kept: LogEntry[] = [];
  for (const entry of entries) {
    if (isOfTheWay(entry)) continue;
    if (isOf(entry, 'started')) kept = [entry];
    else if (isOf(entry, 'resumed')) kept = upToCheckpoint(kept, entry.event);
    else kept.push(entry);
  }
  // A checkpoint that follows no end of a task was made because of a stop: an uninterrupted run has none there.
  return kept.filter((entry, i) => !isOf(entry, 'checkpoint') || isOf(kept[i - 1], 'task-end'));
}

/**
 * A warning tells of circumstances: a damaged checkpoint, a setting that was filled in. A phase tells that something is
 * going on; what a stop broke off is begun anew, and logged again.
 */
const isOfTheWay = (entry: LogEntry) => isOf(entry, 'warning') || isOf(entry, 'phase');

const isOf = (entry: LogEntry | undefined, type: string) => entry?.event['type'] === type;

/** What still holds when a run goes on from a checkpoint. Nothing else is void in a log that does not know of it. */
function upToCheckpoint(entries: readonly LogEntry[], { task, step }: LogEntry['event']): LogEntry[] {
  const at = entries.findLastIndex(
    (entry) => isOf(entry, 'checkpoint') && entry.event['task'] === task && entry.event['step'] === step,
  );
  const kept = at < 0 ? entries : entries.slice(0, at + 1);
  // At the very beginning of a task, its start is logged again, with what was found out since about its steps.
  const isAgain = (entry: LogEntry) => isOf(entry, 'task-start') || isOf(entry, 'plan');
  return kept.filter((entry) => !(step === 0 && isAgain(entry) && entry.event['task'] === task));
}

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !volatileFields.has(key))
      .map(([key, item]) => [key, stable(item)]),
  );
}

/** Dotted name of the first field in which two values differ; undefined when they are equal. */
function differingField(a: unknown, b: unknown): string | undefined {
  if (canonicalJson(a) === canonicalJson(b)) return undefined;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return '';
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const inner = differingField(left[key], right[key]);
    if (inner !== undefined) return inner === '' ? key : `${key}.${inner}`;
  }
  return '';
}

function valueAt(event: unknown, field: string): string {
  let value = event;
  if (field !== '') for (const key of field.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
