import type { BackendUse, EventOf, LogLine, RunEvent } from './events';

/** A point of the accuracy curves. `globalStep` counts steps from the start of the stream. */
export interface CurvePoint {
  readonly task: number;
  readonly step: number;
  readonly globalStep: number;
  readonly accuracy: readonly (number | null)[];
  readonly taskAware: readonly (number | null)[];
}

export interface LossPoint {
  readonly task: number;
  readonly step: number;
  readonly globalStep: number;
  readonly loss: number;
}

export interface MatrixRow {
  readonly task: number;
  readonly accuracy: readonly (number | null)[];
  readonly taskAware: readonly (number | null)[];
  readonly memoryBytes: number;
}

/** What a log says happened, before anyone looks at whether the process is still alive. */
export type LoggedStatus = 'not started' | 'running' | 'done' | 'stopped' | 'failed';

/** The fold of a run's events: everything a view shows of a run comes from here. */
export interface RunState {
  readonly status: LoggedStatus;
  readonly error?: string;
  readonly started?: EventOf<'started'>;
  /** The backend in use last (a resumed run may have changed it). */
  readonly backend?: string;
  /** All that is known of it: version, why this one, threads. */
  readonly backendUse?: BackendUse;
  readonly pid?: number;
  readonly host?: string;
  readonly baseline?: EventOf<'baseline'>;
  readonly task: number;
  readonly step: number;
  /** Steps of the current task. */
  readonly steps: number;
  /** Steps finished over all tasks, and planned in all. */
  readonly stepsDone: number;
  readonly stepsPlanned: number;
  readonly loss?: number;
  readonly phase?: { readonly name: string; readonly done: number; readonly note?: string | undefined };
  readonly rows: readonly MatrixRow[];
  readonly curve: readonly CurvePoint[];
  readonly losses: readonly LossPoint[];
  readonly mechanisms: readonly EventOf<'mechanism'>[];
  readonly checkpoint?: { readonly task: number; readonly step: number; readonly file: string };
  readonly warnings: readonly string[];
  /** Wall-clock seconds of all processes of this run that came to an end. */
  readonly seconds: number;
  readonly peakMemoryBytes?: number;
  /** Time of the first and the last event (ms since 1970). */
  readonly firstAt?: number;
  readonly lastAt?: number;
  readonly resumes: number;
  /** Milliseconds in which the run had no process: between the last event of one and the resumption by the next. */
  readonly idle: number;
  /** Lines that could not be read, and kinds of events this version does not know. */
  readonly malformed: number;
  readonly unknownTypes: readonly string[];
}

export const emptyRun = (): RunState => ({
  status: 'not started',
  task: 0,
  step: 0,
  steps: 0,
  stepsDone: 0,
  stepsPlanned: 0,
  rows: [],
  curve: [],
  losses: [],
  mechanisms: [],
  warnings: [],
  seconds: 0,
  resumes: 0,
  idle: 0,
  malformed: 0,
  unknownTypes: [],
});

/** Appends in place: a log may have many thousand lines, and copying the list for each would cost their square. */
function append<T>(list: readonly T[], item: T): readonly T[] {
  (list as T[]).push(item);
  return list;
}

const offsetOf = (state: RunState, task: number) =>
  (state.started?.steps ?? []).slice(0, task).reduce((sum, n) => sum + n, 0);

/** Adds one event. Consumes the given state (its lists grow in place): keep only the result. */
export function reduceEvent(state: RunState, event: RunEvent): RunState {
  const next: RunState = { ...apply(state, event), lastAt: event.at };
  return state.firstAt === undefined ? { ...next, firstAt: event.at } : next;
}

function apply(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'started': {
      const stepsPlanned = event.steps.reduce((sum, n) => sum + n, 0);
      const fresh = { ...emptyRun(), malformed: state.malformed, unknownTypes: state.unknownTypes };
      return {
        ...fresh,
        status: 'running',
        started: event,
        backend: event.backend.name,
        backendUse: event.backend,
        pid: event.pid,
        host: event.host,
        stepsPlanned,
      };
    }
    case 'baseline':
      return { ...state, baseline: event };
    case 'task-start':
      return {
        ...state,
        task: event.task,
        step: 0,
        steps: event.steps,
        stepsDone: offsetOf(state, event.task),
        phase: undefined,
      };
    case 'step': {
      const globalStep = offsetOf(state, event.task) + event.step;
      const point = { task: event.task, step: event.step, globalStep, loss: event.loss };
      return {
        ...state,
        task: event.task,
        step: event.step,
        stepsDone: globalStep,
        loss: event.loss,
        losses: append(state.losses, point),
        phase: undefined,
      };
    }
    case 'eval': {
      const globalStep = offsetOf(state, event.task) + event.step;
      const { task, step, accuracy, taskAware } = event;
      return { ...state, curve: append(state.curve, { task, step, globalStep, accuracy, taskAware }) };
    }
    case 'phase':
      return { ...state, phase: { name: event.name, done: event.done, note: event.note } };
    case 'task-end': {
      const { task, accuracy, taskAware, memoryBytes } = event;
      return { ...state, phase: undefined, rows: append(state.rows, { task, accuracy, taskAware, memoryBytes }) };
    }
    case 'mechanism':
      return { ...state, mechanisms: append(state.mechanisms, event) };
    case 'checkpoint':
      return { ...state, checkpoint: { task: event.task, step: event.step, file: event.file } };
    case 'resumed':
      return rewind(state, event);
    case 'warning':
      return { ...state, warnings: append(state.warnings, event.message) };
    case 'ended': {
      const seconds = state.seconds + (event.seconds ?? 0);
      const peakMemoryBytes = Math.max(state.peakMemoryBytes ?? 0, event.peakMemoryBytes ?? 0) || undefined;
      return { ...state, status: event.status, error: event.error, phase: undefined, seconds, peakMemoryBytes };
    }
  }
}

/** Voids what was logged after the checkpoint a run goes on from: (task, step) = the next task to train and the steps of it already done. */
function rewind(state: RunState, event: EventOf<'resumed'>): RunState {
  const before = (point: { readonly task: number; readonly step: number }) =>
    point.task < event.task || (point.task === event.task && point.step <= event.step && event.step > 0);
  return {
    ...state,
    status: 'running',
    error: undefined,
    phase: undefined,
    pid: event.pid ?? state.pid,
    host: event.host ?? state.host,
    backend: event.backend?.name ?? state.backend,
    backendUse: event.backend ?? state.backendUse,
    // A run that had only its end left to log goes on after its last task.
    ...(event.task < (state.started?.tasks.length ?? Infinity) && { task: event.task, step: event.step }),
    stepsDone: offsetOf(state, event.task) + event.step,
    rows: state.rows.filter((row) => row.task < event.task),
    curve: state.curve.filter(before),
    losses: state.losses.filter(before),
    mechanisms: state.mechanisms.filter((view) => view.task < event.task),
    resumes: state.resumes + 1,
    idle: state.idle + Math.max(0, event.at - (state.lastAt ?? event.at)),
  };
}

/** Adds one line of the log; what is not an event is counted, never fatal. */
export function reduceLine(state: RunState, line: LogLine): RunState {
  if (line.kind === 'event') return reduceEvent(state, line.event);
  if (line.kind === 'malformed') return { ...state, malformed: state.malformed + 1 };
  return state.unknownTypes.includes(line.type)
    ? state
    : { ...state, unknownTypes: [...state.unknownTypes, line.type] };
}

export const foldEvents = (events: readonly RunEvent[]): RunState => events.reduce(reduceEvent, emptyRun());

/** Seconds until training ends at the pace so far; undefined before anything can be said. */
export function secondsLeft(state: RunState): number | undefined {
  if (state.status !== 'running' || state.stepsDone === 0 || state.firstAt === undefined || state.lastAt === undefined)
    return undefined;
  const elapsed = (state.lastAt - state.firstAt - state.idle) / 1000;
  return (elapsed / state.stepsDone) * (state.stepsPlanned - state.stepsDone);
}
