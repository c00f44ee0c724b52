import * as z from 'zod';
import { datasets } from './datasets';
import { inputScale as inputs } from './inputScale';
import { scenarios } from './methods/card';
import { FINITE, isFinite } from './finite';
import { orOwn } from './own/orOwn';
import { isOwnPath, OWN_PATH_START, type OwnPath } from './own/ownPath';
import { ownValue } from './ownValue';
import { MOST_TASKS, type ImageShape } from './recipe';
import { angleRules } from './rotation';

/** Of a data set; those that other programs bring may have more than ours. */
const MOST_CLASSES = 10_000;

/** Which there are the catalogue says (`checks.ts`); of the user's own the schema knows nothing. */
const dataset = z
  .string()
  .max(64)
  .default('mnist')
  .describe('Where the examples come from: a known data set, or one that "lethe data add" has added.')
  .meta({ examples: Object.keys(datasets) });

const scenario = z
  .enum(scenarios)
  .default('class')
  .describe('What is known at test time: task (which task), domain (only the kind of problem), class (nothing).');

const tasks = z.int().min(1).max(MOST_TASKS);

/** Left out by default, so that streams from before it was there stay what they are. */
const blurry = z
  .number()
  .min(0)
  .max(1)
  .optional()
  .describe(
    'How much of a task runs into its neighbours: over this share of its steps, half of it at each end, its examples and theirs change over. Default: tasks end at once.',
  );

const splitSettings = {
  dataset,
  kind: z.literal('split').describe('split: the classes are divided over the tasks.'),
  tasks: tasks
    .default(5)
    .describe('Number of tasks. The classes must divide evenly over them, unless classesPerTask deals them out.'),
  classesPerTask: z
    .array(z.int().min(1).max(MOST_CLASSES))
    .min(1)
    .max(MOST_TASKS)
    .optional()
    .describe(
      'Number of classes of each task, such as [4, 2, 2, 2]; tasks is then the length of this list. What is left of the classes is not used.',
    ),
  classOrder: z
    .union([z.enum(['fixed', 'per-seed']), z.array(z.int().min(0)).min(1).max(MOST_CLASSES)])
    .default('fixed')
    .describe(
      'Order in which the classes are dealt to the tasks: fixed (0, 1, 2, …), per-seed (drawn for each seed), or a list; only the classes on the list are used.',
    ),
};

const permutedSettings = {
  dataset,
  kind: z
    .literal('permuted')
    .describe('permuted: every task has all images, their pixels in an order of its own, drawn for each seed.'),
  tasks: tasks.default(10).describe('Number of tasks.'),
  identityFirst: z
    .boolean()
    .default(true)
    .describe(
      'Whether the first task has the images as they are, as in Stable SGD; van de Ven et al. and A-GEM permute those of every task.',
    ),
};

const rotatedSettings = {
  dataset,
  kind: z.literal('rotated').describe('rotated: every task has all images, turned by an angle of its own.'),
  tasks: tasks.default(20).describe('Number of tasks; with a list of angles the length of the list.'),
  angles: z
    .union([z.enum(angleRules), z.array(z.number().min(-360).max(360)).min(1).max(MOST_TASKS)])
    .default('lopez-paz')
    .describe(
      'Angles, counter-clockwise. Drawn for each seed: lopez-paz (task t of T within 180(t − 1)/T … 180t/T degrees), buzzega (each within 0 … 180), mirzadeh (task t within 10(t − 2) … 10(t − 1)). Or a list of degrees.',
    ),
};

const wholeSettings = {
  dataset,
  kind: z
    .literal('whole')
    .default('whole')
    .describe('whole: one task of all images and classes of a data set, as they are.'),
};

/** Settings in the order of tables and records. */
const splitSchema = z.strictObject({
  dataset,
  kind: splitSettings.kind.default('split').describe('split: the classes are divided over the tasks.'),
  tasks: splitSettings.tasks,
  classesPerTask: splitSettings.classesPerTask,
  scenario,
  classOrder: splitSettings.classOrder,
  inputs,
  blurry,
});
const permutedSchema = z.strictObject({
  dataset,
  kind: permutedSettings.kind,
  tasks: permutedSettings.tasks,
  scenario,
  identityFirst: permutedSettings.identityFirst,
  pad: z
    .literal([0, 2])
    .default(0)
    .describe(
      'Pixels of zeros added on every side before permuting: 2 makes the images of MNIST 32 × 32, as van de Ven et al. have them.',
    ),
  inputs,
  blurry,
});
const rotatedSchema = z.strictObject({
  dataset,
  kind: rotatedSettings.kind,
  tasks: rotatedSettings.tasks,
  scenario,
  angles: rotatedSettings.angles,
  inputs,
  blurry,
});

/** Kinds of parts of a stream: the settings of each. */
export const partKinds = {
  whole: z.strictObject(wholeSettings),
  split: z.strictObject(splitSettings),
  permuted: z.strictObject(permutedSettings),
  rotated: z.strictObject(rotatedSettings),
} as const;

const parts = <Part extends z.ZodType>(part: Part) =>
  z
    .array(part)
    .min(1)
    .max(MOST_TASKS)
    .describe('The parts, one after the other; without a kind a part is one task of a whole data set.');

const partsSchema = z.strictObject({
  kind: z
    .literal('parts')
    .describe('parts: the tasks of several streams one after the other, over data sets of one shape.'),
  parts: parts(z.discriminatedUnion('kind', [partKinds.whole, partKinds.split, partKinds.permuted, partKinds.rotated])),
  scenario,
  inputs,
  blurry,
});

/** Kinds of streams: the settings of each. */
export const streamKinds = {
  split: splitSchema,
  permuted: permutedSchema,
  rotated: rotatedSchema,
  parts: partsSchema,
} as const;
export type StreamKind = keyof typeof streamKinds;

/** The tasks that every variant of an experiment meets. Without a kind it is a "split". */
export const streamSchema = z.discriminatedUnion('kind', [splitSchema, permutedSchema, rotatedSchema, partsSchema]);
export type BuiltInStreamSpec = z.output<typeof streamSchema>;
export type StreamSpec = BuiltInStreamSpec | OwnStreamSpec;

/** Data sets of a stream of the user's own. */
const MOST_DATASETS = 16;

/** Of a stream of the user's own: what stands beside the settings that it defines. */
const besideOwnSettings = {
  dataset: z
    .union([dataset, z.array(dataset).min(1).max(MOST_DATASETS)])
    .default('mnist')
    .describe('Where the examples come from: a data set, or a list of some whose images are of one shape.'),
  scenario,
  inputs,
  blurry,
};

/** What no setting of a stream of the user's own is called. */
export const ownStreamKeys: readonly string[] = ['kind', ...Object.keys(besideOwnSettings)];

/** A stream of the user's own: its kind is the path of its file. */
export interface OwnStreamSpec {
  readonly kind: OwnPath;
  readonly dataset: string | string[];
  /** How many it has: its file says so, for these settings. */
  readonly tasks: number;
  readonly scenario: z.output<typeof scenario>;
  readonly inputs?: z.output<typeof inputs>;
  readonly blurry?: number | undefined;
  readonly [setting: string]: unknown;
}

/** A stream of the user's own that an experiment file names; without settings and number of tasks where they are not known. */
export interface OwnStreamForm {
  readonly path: OwnPath;
  readonly settings?: z.ZodObject | undefined;
  readonly tasks?: number | undefined;
}

/** A setting called `tasks` has to be the number of tasks. */
export function ownStreamSchema({ path, settings, tasks: count }: OwnStreamForm): z.ZodObject {
  const kind = z.literal(path);
  const counted = { tasks: count === undefined ? tasks.default(1) : z.literal(count).default(count) };
  return settings
    ? z.strictObject({ kind, ...counted, ...settings.shape, ...besideOwnSettings })
    : z.looseObject({ kind, ...counted, ...besideOwnSettings });
}

/** Also of the user's own stream that a file names. */
export const streamSchemaWith = (own: readonly OwnStreamForm[]): typeof streamSchema =>
  z.discriminatedUnion('kind', [
    splitSchema,
    permutedSchema,
    rotatedSchema,
    partsSchema,
    ...own.map(ownStreamSchema),
  ] as unknown as [typeof splitSchema, typeof permutedSchema, typeof rotatedSchema, typeof partsSchema]);

/** For the editor's JSON support. */
export const anyStreamSchema = z.union([
  splitSchema,
  permutedSchema,
  rotatedSchema,
  partsSchema,
  z
    .looseObject({
      kind: z
        .string()
        .regex(OWN_PATH_START)
        .describe("A stream of your own: the path of its file, from this file's folder."),
      ...besideOwnSettings,
    })
    .meta({ title: 'A file of your own', description: 'A stream of your own, in TypeScript or JavaScript.' }),
]);

export const isOwnStream = (stream: RecordedStream): stream is OwnStreamSpec => isOwnPath(stream.kind);

/** Another version of Lethe may know other data sets, with longer names. */
const anyDataset = { dataset: z.string().default('mnist') };

/** As a run's record has it. */
const recordedBuiltIn = z.discriminatedUnion('kind', [
  splitSchema.extend(anyDataset),
  permutedSchema.extend(anyDataset),
  rotatedSchema.extend(anyDataset),
  partsSchema.extend({
    parts: parts(
      z.discriminatedUnion('kind', [
        partKinds.whole.extend(anyDataset),
        partKinds.split.extend(anyDataset),
        partKinds.permuted.extend(anyDataset),
        partKinds.rotated.extend(anyDataset),
      ]),
    ),
  }),
]);
export type RecordedBuiltIn = z.output<typeof recordedBuiltIn>;
export type RecordedStream = RecordedBuiltIn | OwnStreamSpec;

const anyOwnStream = z
  .looseObject({ kind: z.string().refine(isOwnPath), tasks, ...besideOwnSettings })
  .refine(isFinite, FINITE) as unknown as z.ZodType<OwnStreamSpec>;

/** Settings of a stream of the user's own are for its own schema to check. */
export const recordedStreamSchema = orOwn<RecordedBuiltIn, OwnStreamSpec>(recordedBuiltIn, anyOwnStream).meta({
  title: 'object, as in [the experiment file](experiment-file.md)',
});

/** Tasks of one data set that a stream is made of. */
export type PartSpec<Stream extends RecordedBuiltIn = RecordedBuiltIn> =
  | Exclude<Stream, OwnStreamSpec | { readonly kind: 'parts' }>
  | Extract<Stream, { readonly kind: 'parts' }>['parts'][number];

/**
 * Of each kind of stream, raised by one whenever the same settings give other numbers than before: other tasks, or
 * examples in another order. Runs from before then count as runs of other settings.
 */
export const streamRevisions: Readonly<Record<StreamKind, number>> = { split: 1, permuted: 1, rotated: 1, parts: 1 };

/** What a file says of its stream, with the number of tasks where only a list tells it. */
export function withTaskCounts(stream: unknown): unknown {
  const own = withTaskCount(stream, 'split');
  const listed = ownValue(stream, 'parts');
  return Array.isArray(listed) ? { ...(own as object), parts: listed.map((part) => withTaskCount(part)) } : own;
}

const listOf = new Map<unknown, string>([
  ['split', 'classesPerTask'],
  ['rotated', 'angles'],
]);

/** @param usual the kind of one without a kind */
function withTaskCount(part: unknown, usual?: string): unknown {
  const list = ownValue(part, listOf.get(ownValue(part, 'kind') ?? usual) ?? '');
  const isTold = ownValue(part, 'tasks') === undefined && Array.isArray(list) && tasks.safeParse(list.length).success;
  return isTold ? { ...(part as object), tasks: list.length } : part;
}

/** Shape of images with so many pixels more on every side. */
export const paddedShape = ([height, width, channels]: ImageShape, pad: number): ImageShape => [
  height + 2 * pad,
  width + 2 * pad,
  channels,
];
