import * as z from 'zod';
import { datasets } from './datasets';
import { scenarios } from './methods/card';
import { MOST_TASKS, type ImageShape } from './recipe';

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

const splitSchema = z.strictObject({
  dataset,
  kind: z.literal('split').default('split').describe('split: the classes are divided over the tasks.'),
  tasks: tasks.default(5).describe('Number of tasks. The classes must divide evenly over them.'),
  scenario,
  classOrder: z
    .union([z.enum(['fixed', 'per-seed']), z.array(z.int().min(0)).max(MOST_CLASSES)])
    .default('fixed')
    .describe(
      'Order in which the classes are dealt to the tasks: fixed (0, 1, 2, …), per-seed (drawn for each seed), or a list.',
    ),
});

const permutedSchema = z.strictObject({
  dataset,
  kind: z
    .literal('permuted')
    .describe('permuted: every task has all images, their pixels in an order of its own, drawn for each seed.'),
  tasks: tasks.default(10).describe('Number of tasks.'),
  scenario,
  identityFirst: z
    .boolean()
    .default(true)
    .describe(
      'Whether the first task has the images as they are, as in Stable SGD; van de Ven et al. and A-GEM permute those of every task.',
    ),
  pad: z
    .literal([0, 2])
    .default(0)
    .describe(
      'Pixels of zeros added on every side before permuting: 2 makes the images of MNIST 32 × 32, as van de Ven et al. have them.',
    ),
});

/** Kinds of streams: the settings of each. */
export const streamKinds = { split: splitSchema, permuted: permutedSchema } as const;
export type StreamKind = keyof typeof streamKinds;

/** The tasks that every variant of an experiment meets. Without a kind it is a "split". */
export const streamSchema = z.discriminatedUnion('kind', [splitSchema, permutedSchema]);
export type StreamSpec = z.output<typeof streamSchema>;

/** As a run's record has it: another version of Lethe may know other data sets, with longer names. */
export const recordedStreamSchema = z.discriminatedUnion('kind', [
  splitSchema.extend({ dataset: z.string().default('mnist') }),
  permutedSchema.extend({ dataset: z.string().default('mnist') }),
]);

/**
 * Of each kind of stream, raised by one whenever the same settings give other numbers than before: other tasks, or
 * examples in another order. Runs from before then count as runs of other settings.
 */
export const streamRevisions: Readonly<Record<StreamKind, number>> = { split: 1, permuted: 1 };

/** Shape of images with so many pixels more on every side. */
export const paddedShape = ([height, width, channels]: ImageShape, pad: number): ImageShape => [
  height + 2 * pad,
  width + 2 * pad,
  channels,
];

/** Shape of the images that a network gets to see. @param shape that of the data set */
export const imageShapeOf = (stream: StreamSpec, shape: ImageShape): ImageShape =>
  stream.kind === 'permuted' ? paddedShape(shape, stream.pad) : shape;
