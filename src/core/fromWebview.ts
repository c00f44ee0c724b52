import * as z from 'zod';
import { severalName } from './analyses/severalResults';
import { MOST_POINTS } from './curveColumns';
import { LONGEST_METRIC } from './events';
import { MOST_TASKS } from './recipe';

/**
 * What the page may say to the host, parsed there before anything is done with it: whatever runs in the page may say
 * anything. The page itself knows these as types alone.
 */

export const actions = [
  'run',
  'stop',
  'stopAll',
  'runAll',
  'resume',
  'runAgain',
  'forkRun',
  'stopRun',
  'openFile',
  'openLog',
  'showSettings',
  'compareSettings',
  'verify',
  'analyse',
  'showLandscape',
  'findPath',
  'reveal',
  'openReport',
  'copyTable',
  'copyLink',
  'savePicture',
] as const;
export type DashboardAction = (typeof actions)[number];

/** Runs in one curve, pictures in one request. */
export const MOST_RUNS = 1000;
export const MOST_IMAGES = 512;

const run = z.string().min(1).max(300);
const task = z.int().min(0).max(MOST_TASKS);
const index = z
  .int()
  .min(0)
  .max(2 ** 31);
/** A number of global steps, see `CurveColumns`. */
const place = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

/** What the page asks for where it needs it, because it is too large to be sent unasked. */
export const requestSchema = z.discriminatedUnion('kind', [
  /** The curves of the runs of one variant, seeds together, between two places. */
  z
    .strictObject({
      kind: z.literal('curve'),
      runs: z.array(run).min(1).max(MOST_RUNS),
      measure: z.enum(['accuracy', 'taskAware']),
      /** All tasks are trained at once. */
      joint: z.boolean().optional(),
      /** With what validation sets said: it is the accuracy of the scenario. */
      validated: z.boolean().optional(),
      /** Everything, where they are left out; with the next place on either side. */
      from: place.optional(),
      to: place.optional(),
      /**
       * At most so many points. Of more, each of half as many equal stretches keeps the least and the most of every line;
       * `even`: points at equal distances instead, each as it is, for a table.
       */
      points: z.int().min(2).max(MOST_POINTS),
      thin: z.enum(['extremes', 'even']).optional(),
    })
    .refine(({ from = 0, to = Infinity }) => from <= to),
  /** One of a program's own numbers, by its name, over the training of the runs of one variant, seeds together. */
  z.strictObject({
    kind: z.literal('metric'),
    runs: z.array(run).min(1).max(MOST_RUNS),
    name: z.string().min(1).max(LONGEST_METRIC),
    points: z.int().min(2).max(MOST_POINTS),
  }),
  /** Events of a run, those after one task or all. */
  z.strictObject({ kind: z.literal('mechanisms'), run, task: task.optional() }),
  z.strictObject({ kind: z.literal('confusions'), run, task: task.optional() }),
  z.strictObject({ kind: z.literal('forgotten'), run, task: task.optional() }),
  /** What has been measured on the parameters that a run kept. */
  z.strictObject({ kind: z.literal('analyses'), run }),
  /** One of the results that were measured on parameters of several runs, by its name (`KnownSeveral`). */
  z.strictObject({ kind: z.literal('several'), run, name: z.string().regex(severalName) }),
  /** Examples of the stream of a run, as pictures. */
  z
    .strictObject({
      kind: z.literal('images'),
      run,
      part: z.enum(['train', 'test']),
      /** Places in the data set, and the task that sees each of them: the first, where left out. */
      index: z.array(index).min(1).max(MOST_IMAGES),
      task: z.array(task).optional(),
    })
    .refine(({ index: places, task: tasks = places }) => places.length === tasks.length),
]);
export type PageRequest = z.output<typeof requestSchema>;

/** The number of a request: each is used once while the page lives. */
const id = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** What the webview may say. */
export const fromWebviewSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('resync'), have: z.number() }),
  z.object({
    type: z.literal('action'),
    action: z.enum(actions),
    variant: z.string().optional(),
    run: z.string().optional(),
    text: z.string().optional(),
  }),
  /** The request is judged by itself (`requestSchema`): who asks wrongly is told so. */
  z.object({ type: z.literal('ask'), id, request: z.unknown() }),
  z.object({ type: z.literal('cancel'), id }),
  z.object({ type: z.literal('cspViolation'), directive: z.string(), blocked: z.string() }),
  z.object({ type: z.literal('error'), message: z.string() }),
]);
export type FromWebview = z.output<typeof fromWebviewSchema>;
