import * as z from 'zod';
import { inWords } from './eventWords';
import { MOST_AMOUNT } from './finite';
import { viewsSchema } from './mechanism';

/** Version of the event log. A reader shows what it knows of a newer log and says that there is more. */
export const EVENT_SCHEMA = 1;

const noFraction = ({ input }: { readonly input?: unknown }) => {
  const looks = typeof input === 'number' && input <= 100 ? ', and this looks like per cent' : '';
  return `is ${String(input)}: accuracies are fractions from 0 to 1${looks}`;
};
/** Fraction 0..1, or null where it is not defined (a method that cannot do without the task's identity). */
const accuracy = z.number().min(0).max(1, { error: noFraction }).nullable();
const accuracies = z.array(accuracy);
const count = z.int().min(0);
const counts = z.array(count);

/** Cells of joint counts in one event: of more those that happened most often are listed. */
export const MOST_CELLS = 4096;
/** Forgotten examples that one event lists. */
export const MOST_FORGOTTEN = 256;
/** Of those listed before, new answers that one event lists. */
export const MOST_TURNED = 1024;
/** Milliseconds since 1970. Differs between two otherwise equal runs, as do all fields in `volatileFields`. */
const at = z.number().min(-MOST_AMOUNT).max(MOST_AMOUNT);
/** A duration or a size: the sum of many is a number, too. */
const amount = z.number().min(0).max(MOST_AMOUNT);
const task = z.int().min(0);
const step = z.int().min(0);

/** Accuracies of some tasks, in two lists of one length. */
const measured = {
  accuracy: accuracies,
  taskAware: accuracies,
  /** Which tasks these are, ascending; when left out, 0, 1, 2, … Those in between were not measured. */
  tasks: z.array(task).optional(),
};

const namesItsTasks = ({ accuracy: own, taskAware, tasks }: MeasuredFields): boolean =>
  tasks === undefined ||
  (own.length === tasks.length &&
    taskAware.length === tasks.length &&
    tasks.every((one, i) => i === 0 || one > (tasks[i - 1] ?? 0)));
const UNNAMED = { message: 'does not name, in ascending order, the task of each accuracy', path: ['tasks'] };

interface MeasuredFields {
  readonly accuracy: readonly unknown[];
  readonly taskAware: readonly unknown[];
  readonly tasks?: readonly number[] | undefined;
}

/** What computes, why this one was chosen, with how many threads and on which processor (all three volatile). */
const backend = z.object({
  name: z.string(),
  version: z.string(),
  why: z.string().optional(),
  threads: z.int().min(1).optional(),
  /** Its model, as the system calls it. */
  processor: z.string().optional(),
});
export type BackendUse = z.output<typeof backend>;

/** Layers that are told of, at most. */
const MOST_LAYERS = 512;
/** How many units each layer passes on, in the order of the network. */
const layerUnits = z.array(z.object({ name: z.string(), units: z.int().min(0) })).max(MOST_LAYERS);

const started = z.object({
  type: z.literal('started'),
  at,
  schema: z.int(),
  pid: z.int().optional(),
  host: z.string().optional(),
  token: z.string().optional(),
  backend,
  versions: z.record(z.string(), z.string()).optional(),
  /** SHA-256 of the data set's files. */
  data: z.record(z.string(), z.string()).optional(),
  tasks: z.array(z.object({ name: z.string(), classes: z.array(z.int()), train: z.int(), test: z.int() })).min(1),
  /** Training steps planned per task. */
  steps: z.array(z.int()),
  parameters: z.int().optional(),
  layers: layerUnits.optional(),
  /** What the inputs of each channel are normalised by: (x − mean) / std. */
  normalisation: z.object({ mean: z.array(z.number()), std: z.array(z.number()) }).optional(),
  /** Seconds from the start of the process to this event, by part: program, backend, data. */
  seconds: z.record(z.string(), amount).optional(),
});

/** Accuracy of the freshly initialised network on every task: the baseline of forward transfer. */
const baseline = z
  .object({ type: z.literal('baseline'), at, ...measured, samples: z.int().min(1).optional() })
  .refine(namesItsTasks, UNNAMED);
const taskStart = z.object({ type: z.literal('task-start'), at, task, steps: step });
/** A task turns out to take another number of steps: `steps` in all, said after `step` of them. */
const plan = z.object({ type: z.literal('plan'), at, task, step, steps: step });
/** The network was replaced by another, which has so many parameters: it grew. */
const network = z.object({
  type: z.literal('network'),
  at,
  task,
  parameters: z.int().min(0),
  layers: layerUnits.optional(),
});
/**
 * Mean loss since the last such event, and mean accuracy on the examples of these steps, each before its update. `step`
 * counts the finished steps of this task.
 */
const progress = z.object({
  type: z.literal('step'),
  at,
  task,
  step,
  loss: z.number(),
  accuracy: accuracy.unwrap().optional(),
});
/** A point of the accuracy curves: accuracy on the tasks seen so far (index = task), on a part of the test set. */
const evaluation = z
  .object({ type: z.literal('eval'), at, task, step, ...measured, samples: z.int() })
  .refine(namesItsTasks, UNNAMED);
/** The validation set of the task being trained, after a pass over its training data. */
const validation = z.object({
  type: z.literal('validation'),
  at,
  task,
  step,
  /** Mean loss, as training has it but for dropout and penalties. */
  loss: z.number(),
  accuracy,
});
/**
 * Something that takes a while besides training steps: `fisher`, `sleep`, `prune`, …; `done` is a fraction. With `steps` it
 * is a stretch of that many training steps under a name of its own: `retrain`.
 */
const phase = z.object({
  type: z.literal('phase'),
  at,
  task,
  step: count.optional(),
  steps: count.optional(),
  name: z.string(),
  done: z.number().min(0).max(1),
  note: z.string().optional(),
});
/** A row of the accuracy matrix: accuracy on tasks after learning `task`, over their full test sets or `samples` of each. */
const taskEnd = z
  .object({
    type: z.literal('task-end'),
    at,
    task,
    ...measured,
    /** Test examples of each task; all when left out. */
    samples: z.int().min(1).optional(),
    /** Mean test loss on the same tasks; null where it is not finite. */
    loss: z.array(z.number().nullable()).optional(),
    /** Mean area under the ROC curves of the outputs of the same tasks; null where it is not defined. */
    rocAuc: z.array(z.number().min(0).max(1).nullable()).optional(),
    /** Accuracy on the validation sets of the tasks seen so far, where training has some. */
    validation: z.object(measured).refine(namesItsTasks, UNNAMED).optional(),
    /** Bytes the method stores for old tasks after this task. */
    memoryBytes: z.int().min(0).optional(),
    /** Floating-point operations of the training steps of this task: matrix products and convolutions. */
    flops: z.number().min(0).optional(),
    /** Seconds spent on this task, by part: compile, train, evaluate, method, events; and on files since the one before. */
    seconds: z.record(z.string(), amount).optional(),
  })
  .refine(namesItsTasks, UNNAMED)
  .refine(({ loss, accuracy: own }) => loss === undefined || loss.length === own.length, {
    message: 'does not have a loss for each accuracy',
    path: ['loss'],
  })
  .refine(({ rocAuc, accuracy: own }) => rocAuc === undefined || rocAuc.length === own.length, {
    message: 'does not have an area for each accuracy',
    path: ['rocAuc'],
  });

/** Columns of one length, at most so long. */
const columnsOf = <Name extends string>(names: readonly Name[], most: number) =>
  z
    .object(Object.fromEntries(names.map((name) => [name, counts.max(most)])) as Record<Name, typeof counts>)
    .refine((columns) => new Set(names.map((name) => (columns as Record<Name, number[]>)[name].length)).size === 1, {
      message: 'has columns of different lengths',
    });

const areAsMany = (lists: readonly (readonly unknown[] | undefined)[]): boolean =>
  new Set(lists.flatMap((list) => (list === undefined ? [] : [list.length]))).size === 1;
const UNEVEN = { message: 'has lists of different lengths' };

/** What the test examples of tasks were taken for after learning `task`: joint counts, a number for each task tested. */
const confusion = z
  .object({
    type: z.literal('confusion'),
    at,
    task,
    tasks: z.array(task).optional(),
    /** The answers are among all outputs, or among those of the example's task. */
    among: z.enum(['all', 'task']),
    examples: counts,
    right: counts,
    ownTask: counts.optional(),
    newest: counts.optional(),
    cells: columnsOf(['task', 'label', 'takenTask', 'takenLabel', 'count'], MOST_CELLS).optional(),
    unlisted: count.optional(),
  })
  .refine(({ tasks, examples, right, ownTask, newest }) => areAsMany([tasks, examples, right, ownTask, newest]), UNEVEN)
  .refine(
    ({ examples, right, ownTask = examples, newest = examples }) =>
      examples.every(
        (of, i) => (right[i] ?? 0) <= (ownTask[i] ?? 0) && (ownTask[i] ?? 0) <= of && (newest[i] ?? 0) <= of,
      ),
    { message: 'counts more answers than there are examples' },
  );
/** Test examples of earlier tasks whose answer is wrong after `task` and was right in the row before, and the reverse. */
const forgotten = z
  .object({
    type: z.literal('forgotten'),
    at,
    task,
    tasks: z.array(task),
    examples: counts,
    lost: counts,
    regained: counts,
    list: columnsOf(['index', 'task', 'label', 'takenTask', 'takenLabel'], MOST_FORGOTTEN).optional(),
    /** Of the examples that earlier events listed, those that are taken for something else by now, right or wrong. */
    now: columnsOf(['index', 'task', 'takenTask', 'takenLabel'], MOST_TURNED).optional(),
  })
  .refine(({ tasks, examples, lost, regained }) => areAsMany([tasks, examples, lost, regained]), UNEVEN)
  .refine(({ examples, lost, regained }) => examples.every((of, i) => (lost[i] ?? 0) + (regained[i] ?? 0) <= of), {
    message: 'counts more examples than there are',
  });
/** A training step of `task`, the last of the first `step`, and the gradient of the loss on the tasks before it. */
const interference = z.object({
  type: z.literal('interference'),
  at,
  task,
  step,
  /** Null where one of the two is 0. */
  cosine: z.number().min(-1).max(1).nullable(),
  /** The same of the way down of the plain loss of the task's own examples in the step: of a step without a remedy. */
  plain: z.number().min(-1).max(1).nullable().optional(),
  /** Of the old tasks, of which the gradient is. */
  images: z.int().min(1),
});
/** Numbers in one `metrics` event, and characters (UTF-16 units) of the name of one. */
export const MOST_METRICS = 64;
export const LONGEST_METRIC = 80;
/** Different names in one run that are drawn. */
export const MOST_METRIC_NAMES = 256;
/** Numbers of a producer's own, by name, after `step` steps of `task`: kept and exported, never compared. */
const metrics = z.object({
  type: z.literal('metrics'),
  at,
  task,
  step,
  /** Null where one is not defined. */
  values: z
    .record(z.string().min(1).max(LONGEST_METRIC), z.number().nullable())
    .refine((values) => Object.keys(values).length <= MOST_METRICS, {
      message: `has more than ${MOST_METRICS} numbers`,
    }),
});
/**
 * What a method shows of its inside after a task, e.g. PackNet's capacity. Logs from before there were kinds of views have
 * none.
 */
const mechanism = z.object({
  type: z.literal('mechanism'),
  at,
  task,
  method: z.string(),
  views: viewsSchema.default([]),
});
const checkpoint = z.object({ type: z.literal('checkpoint'), at, task, step, file: z.string(), sha256: z.string() });
/** The run goes on from a checkpoint: what was logged after that point is void. */
const resumed = z.object({
  type: z.literal('resumed'),
  at,
  task,
  step,
  /** Steps of that task as known at that point. */
  steps: step.optional(),
  pid: z.int().optional(),
  host: z.string().optional(),
  token: z.string().optional(),
  backend: backend.optional(),
});
const warning = z.object({ type: z.literal('warning'), at, message: z.string() });
const ended = z.object({
  type: z.literal('ended'),
  at,
  status: z.enum(['done', 'stopped', 'failed']),
  error: z.string().optional(),
  token: z.string().optional(),
  /** Wall-clock seconds of this process and its peak resident memory in bytes. */
  seconds: amount.optional(),
  peakMemoryBytes: amount.optional(),
});

export const eventSchema = z.discriminatedUnion('type', [
  started,
  baseline,
  taskStart,
  plan,
  network,
  progress,
  evaluation,
  validation,
  phase,
  taskEnd,
  confusion,
  forgotten,
  interference,
  metrics,
  mechanism,
  checkpoint,
  resumed,
  warning,
  ended,
]);
export type RunEvent = z.output<typeof eventSchema>;
export type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** Fields that differ between two runs of the same spec and seed; everything else is equal bit for bit on one backend. */
export const volatileFields: ReadonlySet<string> = new Set([
  'at',
  'pid',
  'host',
  'token',
  'seconds',
  'peakMemoryBytes',
  'versions',
  'why',
  'threads',
  'processor',
]);

/** A line of the log: an event, an event of a kind this version does not know, or text that is no event. */
export type LogLine =
  | {
      readonly kind: 'event';
      readonly event: RunEvent;
      /** Fields that the protocol does not have, as `eval.sample`: left out where there is none. */
      readonly strange?: readonly string[];
    }
  | { readonly kind: 'unknown'; readonly type: string }
  | { readonly kind: 'malformed'; readonly text: string; readonly reason: string };

/** Kinds of events that there are, with the fields of each: for whoever says what a misspelt one means. */
export const eventFields: ReadonlyMap<string, readonly string[]> = new Map(
  eventSchema.options.map(({ shape }) => [shape.type.value, Object.keys(shape)]),
);

/** Fields that logs had before there was another in their place. */
const FORMER_FIELDS: ReadonlySet<string> = new Set(['mechanism.view']);

/** What a log says beyond the fields of an event: they are ignored, and may be misspelt. */
const strangeFields = (value: object, event: RunEvent): string[] =>
  Object.keys(value)
    .filter((name) => !Object.hasOwn(event, name))
    .map((name) => `${event.type}.${name}`)
    .filter((field) => !FORMER_FIELDS.has(field));

type UnknownFields = Readonly<Record<string, unknown>>;

const isAmount = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= MOST_AMOUNT;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isAccuracy = (value: unknown): boolean =>
  value === null || (typeof value === 'number' && value >= 0 && value <= 1);
const areAccuracies = (value: unknown): value is (number | null)[] => Array.isArray(value) && value.every(isAccuracy);

/**
 * Says of the two kinds of events a log is full of what the schema says of them, in a tenth of its time. Whatever is not
 * as usual is for the schema to judge.
 */
function isUsual(event: UnknownFields): boolean {
  const { type, at: time, task: index, step: done } = event;
  if (type !== 'step' && type !== 'eval') return false;
  if (!isAmount(time) || !isCount(index) || !isCount(done)) return false;
  const fields = Object.keys(event).length;
  if (type === 'step') {
    const { loss, accuracy: online } = event;
    return Number.isFinite(loss) && (fields === 5 || (fields === 6 && online !== null && isAccuracy(online)));
  }
  const { accuracy: heads, taskAware, samples, tasks } = event;
  if (!Number.isSafeInteger(samples) || !areAccuracies(heads) || !areAccuracies(taskAware)) return false;
  if (fields === 7) return true;
  const areTasks = Array.isArray(tasks) && tasks.every(isCount);
  return fields === 8 && areTasks && namesItsTasks({ accuracy: heads, taskAware, tasks });
}

/** Reads one complete line of `events.jsonl`. Never throws. */
export function parseEventLine(line: string): LogLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: 'malformed', text: line, reason: 'not JSON' };
  }
  const type = (value as { type?: unknown } | null)?.type;
  if (typeof type !== 'string') return { kind: 'malformed', text: line, reason: 'no "type"' };
  if (isUsual(value as UnknownFields)) return { kind: 'event', event: value as RunEvent };
  if (!eventFields.has(type)) return { kind: 'unknown', type };
  const parsed = eventSchema.safeParse(value);
  if (parsed.success) {
    const strange = strangeFields(value as object, parsed.data);
    return { kind: 'event', event: parsed.data, ...(strange.length > 0 && { strange }) };
  }
  const issue = parsed.error.issues[0];
  return {
    kind: 'malformed',
    text: line,
    reason: `${type}: ${issue ? `${issue.path.join('.')} ${inWords(issue.message)}` : 'not as specified'}`,
  };
}
