import { MOST_METRIC_NAMES, type BackendUse, type EventOf, type LogLine, type RunEvent } from './events';
import type { Measured } from './measured';
import { noFacts, withPoint, type CurveFacts } from './measures/curveFacts';
import { rowShares, type AnswerCounts, type Flips, type RowShares, type WatchedStep } from './measures/ofAnswers';
import { mean } from './mean';
import { capacityOf, type Capacity } from './why/capacity';

/** A point of the accuracy curves. `globalStep` counts steps from the start of the stream. */
export interface CurvePoint extends Measured {
  readonly task: number;
  readonly step: number;
  readonly globalStep: number;
  /** Seconds since the run began, without the time in which it had no process. */
  readonly seconds: number;
}

/** What a method does between two training steps, or a stretch of them that has a name of its own: the log calls both a phase. */
export interface Work {
  readonly task: number;
  /** Steps of the task that are done before it. */
  readonly step: number;
  readonly name: string;
  /** When it began, in seconds since the run began, and how long it took as far as is known. */
  readonly from: number;
  readonly seconds: number;
  /** Training steps that it consists of; left out where it stands between them. */
  readonly steps?: number;
}

export interface LossPoint {
  readonly task: number;
  readonly step: number;
  readonly globalStep: number;
  readonly loss: number;
  /** On the examples of the steps, each before its update. */
  readonly accuracy?: number;
}

/** What the validation set of the task being trained said. */
export interface ValidationPoint {
  readonly task: number;
  readonly step: number;
  readonly globalStep: number;
  readonly loss: number;
  readonly accuracy: number | null;
}

/** Numbers of a program's own. */
export interface MetricsPoint {
  readonly task: number;
  readonly step: number;
  readonly globalStep: number;
  /** By name; null where one is not defined. */
  readonly values: Readonly<Record<string, number | null>>;
}

/** A network from a task on. */
export interface Grown {
  readonly task: number;
  readonly parameters: number;
  /** Units of each layer. */
  readonly layers?: readonly { readonly name: string; readonly units: number }[] | undefined;
}

export interface MatrixRow extends Measured {
  readonly task: number;
  /** Test examples of each task; all when left out. */
  readonly samples?: number;
  /** Left out where nobody said. */
  readonly memoryBytes?: number | undefined;
  /** Of the training steps of the task. Left out where nobody said. */
  readonly flops?: number | undefined;
  /** On the validation sets of the tasks seen so far, where training has some. */
  readonly validation?: Measured;
  /** Mean test loss, of the same tasks. */
  readonly loss?: readonly (number | null)[];
  /** Mean area under the ROC curves of their outputs, where it was asked for. */
  readonly rocAuc?: readonly (number | null)[];
  /** Accuracy on the task's examples in training, each before the update that it was for: mean over the steps. */
  readonly online?: number;
}

/** What is known of the online accuracy after `step` steps of a task: its mean over `counted` of them. */
interface OnlineSoFar {
  readonly task: number;
  readonly step: number;
  readonly counted: number;
  readonly sum: number;
}

/** What was known of the curves at a checkpoint. */
interface FactsAt {
  readonly task: number;
  readonly step: number;
  readonly facts: CurveFacts;
}

/** What a log says happened, before anyone looks at whether the process is still alive. */
export type LoggedStatus = 'not started' | 'running' | 'done' | 'stopped' | 'failed';

/** Version of the fold below: to be raised whenever the same events give another state, or a manifest has another form. */
export const FOLD_VERSION = 23;

/** The fold of a run's events: where it stands and what came out. What charts need besides is in `RunHistory`. */
export interface RunState {
  readonly status: LoggedStatus;
  readonly error?: string;
  readonly started?: EventOf<'started'>;
  /** The backend in use last (a resumed run may have changed it). */
  readonly backend?: string;
  /** All that is known of it: version, why this one, threads, processor. */
  readonly backendUse?: BackendUse;
  readonly pid?: number;
  readonly host?: string;
  /** Token of the last process that said something. */
  readonly token?: string;
  readonly baseline?: EventOf<'baseline'>;
  readonly task: number;
  readonly step: number;
  /** Steps of the current task. */
  readonly steps: number;
  /** Steps of each task, as far as they are known: planned at first, and corrected when it turns out otherwise. */
  readonly plan: readonly number[];
  /** Steps finished over all tasks, and planned in all. */
  readonly stepsDone: number;
  readonly stepsPlanned: number;
  readonly loss?: number;
  /** What a method is at between training steps: the log calls it a phase, which in a method is a stretch of steps. */
  readonly work?: { readonly name: string; readonly done: number; readonly note?: string | undefined };
  /** What the method did besides training steps, in the order it did it; of very many works the first. */
  readonly works: readonly Work[];
  readonly rows: readonly MatrixRow[];
  /**
   * Online accuracy of the task in training, where steps tell of it; and as it was at the last two checkpoints, from which
   * a run may go on, null where these were not inside a task.
   */
  readonly online?: OnlineSoFar | undefined;
  readonly onlineAt: readonly (OnlineSoFar | null)[];
  /** The newest point of the accuracy curves. */
  readonly newest?: CurvePoint;
  /**
   * What measures need of all points so far; undefined where they are not all known. And as it was at the last two
   * checkpoints, from which a run may go on; none any more when it is done.
   */
  readonly curveFacts?: CurveFacts | undefined;
  readonly curveFactsAt: readonly FactsAt[];
  /** Joint counts of the answers in the last row; which of them turned from row to row; steps that were looked at. */
  readonly answers?: AnswerCounts | undefined;
  /** Where the answers of each row went, where tasks are inferred. */
  readonly answered: readonly RowShares[];
  readonly flips: readonly Flips[];
  readonly watched: readonly WatchedStep[];
  /** Names of a program's own numbers (at most `MOST_METRIC_NAMES`), and how many events told some. */
  readonly metricNames: readonly string[];
  readonly metricsTold: number;
  /** What is free for tasks to come, where the method tells. */
  readonly capacity?: Capacity | undefined;
  /** Parameters of the network. */
  readonly parameters?: number | undefined;
  /** What it grew to, by the task in which it did; before that it was as it started. */
  readonly grown: readonly Grown[];
  /** What was validated last. */
  readonly validated?: ValidationPoint;
  readonly checkpoint?: { readonly task: number; readonly step: number; readonly file: string };
  readonly warnings: readonly string[];
  /** Wall-clock seconds of all processes of this run that came to an end. */
  readonly seconds: number;
  /** Seconds of the tasks that came to their end, by what they were spent on: train, evaluate, compile, …. */
  readonly spent: Readonly<Record<string, number>>;
  readonly peakMemoryBytes?: number;
  /** Time of the first and the last event (ms since 1970). */
  readonly firstAt?: number;
  readonly lastAt?: number;
  readonly resumes: number;
  /** Milliseconds in which the run had no process: between the last event of one and the resumption by the next. */
  readonly idle: number;
  /** Lines that could not be read, and kinds of events this version does not know. */
  readonly malformed: number;
  /** Why the first of them could not be read. */
  readonly firstMalformed?: string | undefined;
  readonly unknownTypes: readonly string[];
  /** Fields of events that this version does not know, as `eval.sample`. */
  readonly unknownFields: readonly string[];
}

/** The fold with everything that was measured on the way. Large: made for the few runs that are drawn. */
export interface RunHistory extends RunState {
  readonly curve: readonly CurvePoint[];
  readonly losses: readonly LossPoint[];
  readonly validations: readonly ValidationPoint[];
  readonly metrics: readonly MetricsPoint[];
  readonly mechanisms: readonly EventOf<'mechanism'>[];
  readonly confusions: readonly EventOf<'confusion'>[];
  readonly forgotten: readonly EventOf<'forgotten'>[];
}

type Lists = Pick<
  RunHistory,
  'curve' | 'losses' | 'validations' | 'metrics' | 'mechanisms' | 'confusions' | 'forgotten'
>;

/** Every field is there from the beginning: objects of one shape are copied many times as fast. */
export const emptyRun = (): RunState => ({
  status: 'not started',
  error: undefined,
  started: undefined,
  backend: undefined,
  backendUse: undefined,
  pid: undefined,
  host: undefined,
  token: undefined,
  baseline: undefined,
  task: 0,
  step: 0,
  steps: 0,
  plan: [],
  stepsDone: 0,
  stepsPlanned: 0,
  loss: undefined,
  work: undefined,
  works: [],
  rows: [],
  online: undefined,
  onlineAt: [],
  newest: undefined,
  curveFacts: noFacts(),
  curveFactsAt: [],
  answers: undefined,
  answered: [],
  flips: [],
  watched: [],
  metricNames: [],
  metricsTold: 0,
  capacity: undefined,
  parameters: undefined,
  grown: [],
  validated: undefined,
  checkpoint: undefined,
  warnings: [],
  seconds: 0,
  spent: {},
  peakMemoryBytes: undefined,
  firstAt: undefined,
  lastAt: undefined,
  resumes: 0,
  idle: 0,
  malformed: 0,
  unknownTypes: [],
  unknownFields: [],
});

const noLists = (): Lists => ({
  ...{ curve: [], losses: [], validations: [], metrics: [], mechanisms: [], confusions: [], forgotten: [] },
});

export const emptyHistory = (): RunHistory => ({ ...emptyRun(), ...noLists() });

/** Appends in place: a log may have many thousand lines, and copying the list for each would cost their square. */
function append<T>(list: readonly T[], item: T): readonly T[] {
  (list as T[]).push(item);
  return list;
}

/** The same, but where the last one is of the same point of the run, which was measured anew after a resumption. */
function appendPoint<T extends { readonly task: number; readonly step: number }>(list: readonly T[], point: T) {
  const last = list.at(-1);
  if (last && last.task === point.task && last.step === point.step) (list as T[]).pop();
  return append(list, point);
}

function offsetOf({ plan }: RunState, task: number): number {
  let sum = 0;
  for (let i = 0; i < Math.min(task, plan.length); i++) sum += plan[i] ?? 0;
  return sum;
}

/** A task has so many steps. */
function correct(state: Growing<RunState>, task: number, steps: number): void {
  const before = state.plan[task];
  if (before === undefined || before === steps) return;
  state.plan = state.plan.with(task, steps);
  state.stepsPlanned = sumOf(state.plan);
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + n, 0);

type Growing<T> = { -readonly [K in keyof T]: T[K] };

/** Adds one event. Consumes the given state (its lists grow in place): keep only the result. */
export function reduceEvent<S extends RunState>(state: S, event: RunEvent): S {
  const next = { ...state };
  takeEvent(next, event);
  return next;
}

/** Adds one event in place. */
function takeEvent(state: Growing<RunState>, event: RunEvent): void {
  apply(state, event);
  state.lastAt = event.at;
  state.firstAt ??= event.at;
}

function apply(state: Growing<RunState>, event: RunEvent): void {
  switch (event.type) {
    case 'started':
      return begin(state, event);
    case 'baseline':
      state.baseline = event;
      return;
    case 'task-start':
      state.task = event.task;
      state.step = 0;
      state.steps = event.steps;
      correct(state, event.task, event.steps);
      state.stepsDone = offsetOf(state, event.task);
      state.work = undefined;
      return;
    case 'plan':
      state.task = event.task;
      state.step = event.step;
      state.steps = event.steps;
      correct(state, event.task, event.steps);
      state.stepsDone = offsetOf(state, event.task) + event.step;
      return;
    case 'step':
      state.online = onlineAfter(state, event);
      state.task = event.task;
      state.step = event.step;
      state.stepsDone = offsetOf(state, event.task) + event.step;
      state.loss = event.loss;
      state.work = undefined;
      return;
    case 'eval':
      state.newest = curvePoint(state, event);
      state.curveFacts = state.curveFacts && withPoint(state.curveFacts, event);
      return;
    case 'network':
      state.parameters = event.parameters;
      if (event.task <= MOST_GROWN)
        state.grown = [...state.grown.filter((one) => one.task < event.task), grownTo(event)];
      return;
    case 'validation':
      state.validated = validationPoint(state, event);
      return;
    case 'phase':
      takeWork(state, event);
      return;
    case 'task-end':
      state.work = undefined;
      state.rows = append(state.rows, rowOf(event, state.online));
      if (event.seconds) state.spent = summed(state.spent, event.seconds);
      return;
    case 'mechanism':
      state.capacity = capacityOf(event) ?? state.capacity;
      return;
    case 'confusion': {
      const { task, tasks, examples, right, ownTask, newest } = event;
      state.answers = {
        task,
        examples,
        right,
        ...(tasks && { tasks }),
        ...(ownTask && { ownTask }),
        ...(newest && { newest }),
      };
      const shares = rowShares(state.answers);
      if (shares) state.answered = append(state.answered, shares);
      return;
    }
    case 'forgotten':
      state.flips = append(state.flips, flipsOf(event));
      return;
    case 'interference':
      if (state.watched.length < MOST_WATCHED) state.watched = appendPoint(state.watched, watchedStep(event));
      return;
    case 'metrics':
      state.metricsTold += 1;
      state.metricNames = withNames(state.metricNames, Object.keys(event.values));
      return;
    case 'checkpoint':
      state.checkpoint = { task: event.task, step: event.step, file: event.file };
      if (state.curveFacts) {
        const now = { task: event.task, step: event.step, facts: state.curveFacts };
        state.curveFactsAt = [...state.curveFactsAt.slice(-1), now];
      }
      if (state.online && state.online.counted > 0) {
        const isInside = event.step > 0 && state.online.task === event.task;
        state.onlineAt = [...state.onlineAt.slice(-1), isInside ? state.online : null];
      }
      return;
    case 'resumed':
      return rewind(state, event);
    case 'warning':
      state.warnings = append(state.warnings, event.message);
      return;
    case 'ended':
      state.status = event.status;
      if (event.status === 'done') state.curveFactsAt = [];
      state.error = event.error;
      // A process that fails before `started` or `resumed` says only here which start it was.
      state.token = event.token ?? state.token;
      state.work = undefined;
      state.seconds += event.seconds ?? 0;
      state.peakMemoryBytes = Math.max(state.peakMemoryBytes ?? 0, event.peakMemoryBytes ?? 0) || undefined;
  }
}

/** A run that starts (again) from the beginning: only what is said of the log itself stays. */
function begin(state: Growing<RunState>, event: EventOf<'started'>): void {
  const { malformed, firstMalformed, unknownTypes, unknownFields } = state;
  Object.assign(state, emptyRun(), { malformed, firstMalformed, unknownTypes, unknownFields });
  state.status = 'running';
  state.started = event;
  state.backend = event.backend.name;
  state.backendUse = event.backend;
  state.pid = event.pid;
  state.host = event.host;
  state.token = event.token;
  state.plan = event.steps;
  state.stepsPlanned = sumOf(event.steps);
  state.parameters = event.parameters;
}

/** Seconds from the first event to a time, without those in which the run had no process. */
const secondsAt = ({ firstAt, idle }: RunState, at: number): number => Math.max(0, at - (firstAt ?? at) - idle) / 1000;

/** Works that a state keeps. */
const MOST_WORKS = 2000;

/** It begins where the event before it stands: a program may say that it did something only when it is done. */
function takeWork(state: Growing<RunState>, { at, task, name, done, note, steps, ...event }: EventOf<'phase'>): void {
  const step = event.step ?? (state.task === task ? state.step : 0);
  const last = state.works.at(-1);
  const isLast = last?.name === name && last.task === task && last.step === step;
  const from = isLast ? last.from : secondsAt(state, state.lastAt ?? at);
  const work = { task, step, name, from, seconds: Math.max(0, secondsAt(state, at) - from) };
  if (steps === undefined) state.work = { name, done, note };
  if (isLast) (state.works as Work[]).pop();
  if (state.works.length < MOST_WORKS) append(state.works, steps === undefined ? work : { ...work, steps });
}

const curvePoint = (state: RunState, { at, task, step, accuracy, taskAware, tasks }: EventOf<'eval'>): CurvePoint => ({
  task,
  step,
  globalStep: offsetOf(state, task) + step,
  seconds: secondsAt(state, at),
  accuracy,
  taskAware,
  ...(tasks && { tasks }),
});

/** An event speaks of the steps since the one before it. Nothing is known in a run that never says it. */
function onlineAfter(state: RunState, { task, step, accuracy }: EventOf<'step'>): OnlineSoFar | undefined {
  const before = state.online;
  if (!before && accuracy === undefined) return undefined;
  const since = state.task === task && state.step <= step ? state.step : 0;
  const known = before?.task === task && before.step <= step ? before : { task, step: since, counted: 0, sum: 0 };
  const steps = accuracy === undefined ? 0 : step - known.step;
  return { task, step, counted: known.counted + steps, sum: known.sum + steps * (accuracy ?? 0) };
}

const flipsOf = ({ task, examples, lost, regained }: EventOf<'forgotten'>): Flips => {
  // A log has no numbers that are none.
  const share = (counts: readonly number[]) => mean(examples.map((of, i) => (of === 0 ? 0 : (counts[i] ?? 0) / of)));
  return { task, lost: share(lost), regained: share(regained) };
};

/** The same list where there is no new one. */
function withNames(known: readonly string[], names: readonly string[]): readonly string[] {
  const added = names.filter((name) => !known.includes(name));
  return added.length === 0 || known.length >= MOST_METRIC_NAMES
    ? known
    : [...known, ...added].slice(0, MOST_METRIC_NAMES);
}

const watchedStep = ({ task, step, cosine, plain }: EventOf<'interference'>): WatchedStep => ({
  ...{ task, step, cosine },
  ...(plain !== undefined && { plain }),
});

/** Tasks in which a state keeps that the network grew. */
const MOST_GROWN = 1000;

const grownTo = ({ task, parameters, layers }: EventOf<'network'>): Grown => ({
  ...{ task, parameters },
  ...(layers && { layers }),
});

/** Steps that a state keeps. */
const MOST_WATCHED = 5000;

/** Most parts that are told apart: another program may name what it likes. */
const MOST_PARTS = 16;

function summed(before: RunState['spent'], more: RunState['spent']): RunState['spent'] {
  const sums = new Map(Object.entries(before));
  for (const [part, seconds] of Object.entries(more))
    if (sums.has(part) || sums.size < MOST_PARTS) sums.set(part, (sums.get(part) ?? 0) + seconds);
  return Object.fromEntries(sums);
}

function rowOf(event: EventOf<'task-end'>, online: OnlineSoFar | undefined): MatrixRow {
  const { task, accuracy, taskAware, tasks, samples, loss, rocAuc, validation, memoryBytes, flops } = event;
  return {
    ...{ task, accuracy, taskAware },
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(flops !== undefined && { flops }),
    ...(loss && { loss }),
    ...(rocAuc && { rocAuc }),
    ...(validation && { validation }),
    ...(tasks && { tasks }),
    ...(samples !== undefined && { samples }),
    ...(online?.task === task && online.counted > 0 && { online: online.sum / online.counted }),
  };
}
const validationPoint = (state: RunState, { task, step, loss, accuracy }: EventOf<'validation'>): ValidationPoint => ({
  task,
  step,
  globalStep: offsetOf(state, task) + step,
  loss,
  accuracy,
});

/** Says whether a point was measured before the checkpoint a run goes on from. */
const pointsBefore =
  (event: Pick<EventOf<'resumed'>, 'task' | 'step'>) => (point: { readonly task: number; readonly step: number }) =>
    point.task < event.task || (point.task === event.task && point.step <= event.step && event.step > 0);

/** Voids what was logged after the checkpoint a run goes on from: (task, step) = the next task to train and the steps of it already done. */
function rewind(state: Growing<RunState>, event: EventOf<'resumed'>): void {
  state.status = 'running';
  state.error = undefined;
  state.work = undefined;
  state.pid = event.pid ?? state.pid;
  state.host = event.host ?? state.host;
  state.token = event.token;
  state.backend = event.backend?.name ?? state.backend;
  state.backendUse = event.backend ?? state.backendUse;
  // A run that had only its end left to log goes on after its last task.
  if (event.task < (state.started?.tasks.length ?? Infinity)) {
    state.task = event.task;
    state.step = event.step;
  }
  if (event.steps !== undefined) {
    correct(state, event.task, event.steps);
    if (event.task === state.task) state.steps = event.steps;
  }
  state.stepsDone = offsetOf(state, event.task) + event.step;
  state.rows = state.rows.filter((row) => row.task < event.task);
  // What a method does between two steps is begun anew where it was broken off.
  state.works = state.works.filter(({ task, step }) => task < event.task || (task === event.task && step < event.step));
  state.answers = state.answers && state.answers.task < event.task ? state.answers : undefined;
  state.answered = state.answered.filter(({ task }) => task < event.task);
  state.flips = state.flips.filter(({ task }) => task < event.task);
  state.watched = state.watched.filter(pointsBefore(event));
  state.grown = state.grown.filter(({ task }) => task <= event.task);
  state.capacity = state.capacity && state.capacity.task < event.task ? state.capacity : undefined;
  // Steps whose event was not written yet are in the one that follows.
  state.online =
    state.onlineAt.findLast((at) => at !== null && at.task === event.task && at.step <= event.step) ?? undefined;
  state.curveFacts = factsBefore(state, event);
  state.newest = state.newest && pointsBefore(event)(state.newest) ? state.newest : undefined;
  state.validated = state.validated && pointsBefore(event)(state.validated) ? state.validated : undefined;
  state.resumes += 1;
  state.idle += Math.max(0, event.at - (state.lastAt ?? event.at));
}

/** What was known of the curves where a run goes on; nothing, where no checkpoint says so. */
function factsBefore(
  { curveFacts, curveFactsAt }: RunState,
  { task, step }: EventOf<'resumed'>,
): CurveFacts | undefined {
  if (task === 0 && step === 0) return noFacts();
  const known = curveFactsAt.findLast((at) => at.task === task && at.step === step)?.facts;
  if (known || !curveFacts) return known;
  const isBefore = curveFacts.steps === 0 || pointsBefore({ task, step })(curveFacts);
  return isBefore ? curveFacts : undefined;
}

/** Adds one event to a history. Consumes the given one (its lists grow in place): keep only the result. */
export const reduceHistory = (history: RunHistory, event: RunEvent): RunHistory => ({
  ...reduceEvent(history, event),
  ...listsAfter(history, event),
});

function listsAfter(history: RunHistory, event: RunEvent): Lists {
  const { curve, losses, validations, metrics, mechanisms, confusions, forgotten, ...state } = history;
  const lists = { curve, losses, validations, metrics, mechanisms, confusions, forgotten };
  switch (event.type) {
    case 'started':
      return noLists();
    case 'step': {
      const { task, step, loss, accuracy } = event;
      const point = { task, step, globalStep: offsetOf(state, task) + step, loss };
      const known = accuracy === undefined ? point : { ...point, accuracy };
      return { ...lists, losses: appendPoint(losses, known) };
    }
    case 'eval':
      return { ...lists, curve: appendPoint(curve, curvePoint(state, event)) };
    case 'validation':
      return { ...lists, validations: appendPoint(validations, validationPoint(state, event)) };
    case 'metrics': {
      const { task, step, values } = event;
      // Others of the same place may have other names.
      return { ...lists, metrics: append(metrics, { task, step, globalStep: offsetOf(state, task) + step, values }) };
    }
    case 'mechanism':
      return { ...lists, mechanisms: append(mechanisms, event) };
    case 'confusion':
      return { ...lists, confusions: append(confusions, event) };
    case 'forgotten':
      return { ...lists, forgotten: append(forgotten, event) };
    case 'resumed': {
      const before = pointsBefore(event);
      return {
        curve: curve.filter(before),
        losses: losses.filter(before),
        validations: validations.filter(before),
        metrics: metrics.filter(before),
        mechanisms: mechanisms.filter(({ task }) => task < event.task),
        confusions: confusions.filter(({ task }) => task < event.task),
        forgotten: forgotten.filter(({ task }) => task < event.task),
      };
    }
    default:
      return lists;
  }
}

/** Unknown kinds of events, and unknown fields, that are named: a handful says what there is to say. */
const MOST_UNKNOWN = 20;

/** Adds one line of the log in place; what is not an event is counted, never fatal. */
export function takeLine(state: Growing<RunState>, line: LogLine): void {
  if (line.kind === 'event') {
    takeEvent(state, line.event);
    if (line.strange) state.unknownFields = line.strange.reduce(withUnknown, state.unknownFields);
    return;
  }
  if (line.kind === 'malformed') {
    state.malformed += 1;
    state.firstMalformed ??= line.reason;
    return;
  }
  state.unknownTypes = withUnknown(state.unknownTypes, line.type);
}

const withUnknown = (known: readonly string[], name: string): readonly string[] =>
  known.length < MOST_UNKNOWN && !known.includes(name) ? [...known, name] : known;

export const foldEvents = (events: readonly RunEvent[]): RunHistory => events.reduce(reduceHistory, emptyHistory());
