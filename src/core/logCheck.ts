/** What is wrong with the events of a producer, line by line: what a reader only counts or passes over is named here. */
import { inWords } from './eventWords';
import { eventFields, eventSchema, EVENT_SCHEMA, parseEventLine, type EventOf, type RunEvent } from './events';
import { nearest } from './explain';

export interface LogFault {
  /** Line of the log, counted from 1; 0 for what the log lacks as a whole. */
  readonly line: number;
  /** Kind of the event and place in it, as `task-end.accuracy[0]`; empty where a line is no event. */
  readonly field: string;
  /** What is there, and what is expected. */
  readonly message: string;
}

/** As compilers say it, so that editors and terminals find the place: "events.jsonl:12: task-end.accuracy[0] is 93: …". */
export const faultText = (file: string, { line, field, message }: LogFault): string =>
  `${file}${line > 0 ? `:${line}` : ''}: ${field === '' ? '' : `${field} `}${message}`;

/** Faults that are kept; of more only the number is known. */
const MOST_FAULTS = 1000;

/** Times before this are no milliseconds since 1970, but probably seconds (ms). */
const EARLIEST = Date.UTC(1990, 0);

/** Where a run stands that is checked: what the next event may be. */
interface Place {
  started: EventOf<'started'> | undefined;
  /** The task in training, undefined between two, and what it has so far. */
  task: number | undefined;
  step: number;
  steps: number;
  /** Whether the log says when tasks begin: a comparison does without. */
  tellsStarts: boolean;
  /** Tasks with results. */
  learned: Set<number>;
  /** Tasks of which it was said that their events come before their begin: once is enough. */
  early: Set<number>;
  ended: EventOf<'ended'> | undefined;
}

const beginning = (): Place => ({
  ...{
    started: undefined,
    task: undefined,
    tellsStarts: false,
    step: 0,
    steps: 0,
    learned: new Set<number>(),
    early: new Set<number>(),
    ended: undefined,
  },
});

/** Takes the lines of a log in their order; `finish` says what is missing at its end. */
export class LogCheck {
  private readonly found: LogFault[] = [];
  private readonly place = beginning();
  private line = 0;
  private events = 0;
  /** Faults in all. */
  count = 0;

  get faults(): readonly LogFault[] {
    return this.found;
  }

  /** Events that could be read. */
  get eventCount(): number {
    return this.events;
  }

  /** The next line, without its line feed. */
  take(text: string): void {
    this.line += 1;
    if (text.trim() === '') return;
    const read = parseEventLine(text);
    switch (read.kind) {
      case 'unknown':
        return this.say(read.type, `is no kind of event${meantOf(read.type, [...eventFields.keys()])}`);
      case 'malformed':
        return this.takeMalformed(text, read.reason);
      case 'event': {
        this.events += 1;
        const known = eventFields.get(read.event.type) ?? [];
        for (const field of read.strange ?? [])
          this.say(field, `is no field of this event${meantOf(field.slice(read.event.type.length + 1), known)}`);
        this.takeEvent(read.event);
      }
    }
  }

  /** Nothing comes after what was taken. @param isOver whether nobody writes the log any more */
  finish(isOver: boolean): void {
    this.line = 0;
    const { started, ended, learned } = this.place;
    if (!started) this.say('started', 'is missing: it is the first event of every log');
    if (!ended && isOver) this.say('ended', 'is missing: it is the last event of a process, whatever ends it');
    if (ended?.status !== 'done' || !started) return;
    const missing = started.tasks.flatMap((_, task) => (learned.has(task) ? [] : [task]));
    if (missing.length > 0)
      this.say('task-end', `is missing of task ${missing.join(', ')}: the run is done without it`);
  }

  private say(field: string, message: string): void {
    this.count += 1;
    if (this.found.length < MOST_FAULTS) this.found.push({ line: this.line, field, message });
  }

  /** Everything that the schema has to say of a line, not only the first. */
  private takeMalformed(text: string, reason: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.say('', 'is not JSON');
    }
    const type = (value as { type?: unknown } | null)?.type;
    const issues = typeof type === 'string' ? eventSchema.safeParse(value).error?.issues : undefined;
    if (!issues) return this.say('', `is no event: ${reason}`);
    for (const { path, message } of issues) this.say(`${String(type)}${pathText(path)}`, inWords(message));
    this.takeUnreadable(value as { readonly type: string; readonly task?: unknown });
    const fields = eventFields.get(String(type)) ?? [];
    for (const name of Object.keys(value as object))
      if (!fields.includes(name))
        this.say(`${String(type)}.${name}`, `is no field of this event${meantOf(name, fields)}`);
  }

  /** Where a task begins or ends by a line that cannot be read, it does all the same: what follows is not wrong for that. */
  private takeUnreadable({ type, task }: { readonly type: string; readonly task?: unknown }): void {
    const { place } = this;
    const isTask = Number.isInteger(task) && Number(task) >= 0 && Number(task) < this.taskCount;
    if (type === 'task-start') {
      const begun = isTask ? Number(task) : (place.task ?? nextOf(place.learned));
      Object.assign(place, { task: begun, tellsStarts: true, step: 0, steps: 0 });
    } else if (type === 'task-end') {
      const ended = isTask ? Number(task) : place.task;
      if (ended !== undefined) place.learned.add(ended);
      place.task = undefined;
    }
  }

  private takeEvent(event: RunEvent): void {
    const { place } = this;
    if (event.at < EARLIEST) this.say(`${event.type}.at`, `is ${event.at}: expected milliseconds since 1970`);
    if (event.type === 'started') return this.takeStarted(event);
    if (!place.started && event.type !== 'ended') {
      return this.say(event.type, 'comes before "started"');
    }
    if (place.ended && event.type !== 'resumed')
      this.say(event.type, 'comes after "ended": only "resumed" or "started" may follow it');
    if ('task' in event) this.checkTask(event);
    switch (event.type) {
      case 'task-start':
        return this.takeTaskStart(event);
      case 'step':
      case 'plan':
        return this.takeStep(event);
      case 'eval':
        this.checkLengths(event, event.task + 1);
        return this.inTask(event);
      case 'baseline':
        return this.checkLengths(event);
      case 'confusion':
      case 'metrics':
      case 'mechanism':
      case 'forgotten':
        return this.inTask(event);
      case 'task-end':
        return this.takeTaskEnd(event);
      case 'resumed':
        return this.takeResumed(event);
      case 'ended':
        place.ended = event;
    }
  }

  private get taskCount(): number {
    return this.place.started?.tasks.length ?? 0;
  }

  private takeStarted(event: EventOf<'started'>): void {
    Object.assign(this.place, beginning(), { started: event });
    if (event.schema !== EVENT_SCHEMA)
      this.say('started.schema', `is ${event.schema}: this version of Lethe reads ${EVENT_SCHEMA}`);
    if (event.steps.length !== event.tasks.length)
      this.say(
        'started.steps',
        `has ${event.steps.length} values: expected one for each of ${event.tasks.length} tasks`,
      );
  }

  private checkTask({ type, task }: Extract<RunEvent, { task: number }>): void {
    // A run goes on, and is kept, after its last task too.
    const most = this.taskCount - (type === 'resumed' || type === 'checkpoint' ? 0 : 1);
    if (task > most) this.say(`${type}.task`, `is ${task}: expected 0 to ${most}, for tasks count from 0`);
  }

  private takeTaskStart({ task, steps }: EventOf<'task-start'>): void {
    const { place } = this;
    const next = place.task ?? nextOf(place.learned);
    if (place.task !== undefined && place.task !== task)
      this.say('task-start.task', `is ${task}: task ${place.task} has no "task-end" yet`);
    else if (task !== next) this.say('task-start.task', `is ${task}: expected ${next}, the next one`);
    Object.assign(place, { task, tellsStarts: true, step: 0, steps });
  }

  private takeStep(event: EventOf<'step'> | EventOf<'plan'>): void {
    const { place } = this;
    this.inTask(event);
    if (event.task !== place.task) return;
    if (event.step < place.step) this.say(`${event.type}.step`, `is ${event.step}: it was ${place.step} before`);
    if (event.type === 'plan') place.steps = event.steps;
    if (event.step > place.steps && place.steps > 0)
      this.say(
        `${event.type}.step`,
        `is ${event.step}: the task has ${place.steps} steps; a "plan" before it may correct them`,
      );
    place.step = event.step;
  }

  /** Says of an event of a task that it belongs between its begin and its end. */
  private inTask({ type, task }: { readonly type: string; readonly task: number }): void {
    if (task >= this.taskCount || task === this.place.task) return;
    if (this.place.learned.has(task)) this.say(`${type}.task`, `is ${task}: the event comes after its "task-end"`);
    else if (this.place.tellsStarts && !this.place.early.has(task)) {
      this.place.early.add(task);
      this.say(`${type}.task`, `is ${task}: the event comes before its "task-start"`);
    }
  }

  private takeTaskEnd(event: EventOf<'task-end'>): void {
    const { place } = this;
    if (place.learned.has(event.task)) this.say('task-end.task', `is ${event.task}: it has results already`);
    else this.inTask(event);
    this.checkLengths(event);
    place.learned.add(event.task);
    place.task = undefined;
  }

  private takeResumed({ task, step }: EventOf<'resumed'>): void {
    const { place } = this;
    const isInside = step > 0 && task < this.taskCount;
    Object.assign(place, { ended: undefined, task: isInside ? task : undefined, step, steps: 0 });
    place.learned = new Set([...place.learned].filter((one) => one < task));
  }

  /** Of all tasks, or from those that are learned on, an accuracy each. */
  private checkLengths(event: EventOf<'task-end' | 'eval' | 'baseline'>, least = this.taskCount): void {
    const { tasks, type } = event;
    if (tasks) {
      const last = tasks.at(-1) ?? 0;
      if (last >= this.taskCount) this.say(`${type}.tasks`, `names task ${last}: there are ${this.taskCount}`);
      return;
    }
    for (const name of ['accuracy', 'taskAware'] as const) {
      const { length } = event[name];
      if (length < least || length > this.taskCount)
        this.say(
          `${type}.${name}`,
          `has ${length} values: expected ${this.taskCount}, one for each task, or "tasks" to name them`,
        );
    }
  }
}

/** The first task without results. */
function nextOf(learned: ReadonlySet<number>): number {
  let task = 0;
  while (learned.has(task)) task += 1;
  return task;
}

const meantOf = (word: string, known: readonly string[]): string => {
  const meant = nearest(word, known);
  return meant === undefined ? '' : `: did you mean "${meant}"?`;
};

/** `.accuracy[0]` */
const pathText = (path: readonly PropertyKey[]): string =>
  path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
