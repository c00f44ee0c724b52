import * as z from 'zod';
import { checkpointSchema, measuredSchema, resultHead, taskSetting } from './several';

/** What spans the plane. */
const planes = ['checkpoints', 'gradients', 'trajectory', 'random'] as const;

export const landscapeSettings = z.strictObject({
  plane: z
    .enum(['auto', ...planes])
    .default('auto')
    .describe(
      'checkpoints: through the first three that are named; others are drawn beside it. gradients: at one, along the gradients of both tasks. trajectory: the two directions in which the checkpoints of all runs differ most. random: at one, two random directions, filter-normalised; of several, the same at each, side by side. auto: checkpoints for three that are named, gradients for one, trajectory else.',
    ),
  old: taskSetting.default(1).describe('The old task, from 1.'),
  new: taskSetting
    .optional()
    .describe(
      'The new task. Default: that after which the latest of the named parameters were kept, or the one after the old.',
    ),
  points: z.int().min(5).max(201).default(41).describe('Points along each side of the plane.'),
  samples: z
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .describe('Test images of each task on which the surfaces are measured; checkpoints are measured on all.'),
  margin: z.number().min(0).max(10).default(0.25).describe('Room round the checkpoints, as a share of their extent.'),
  reach: z
    .number()
    .positive()
    .optional()
    .describe(
      'Half the width of the plane along its axes. Default: what the checkpoints need; 1 for random directions.',
    ),
});
export type LandscapeSettings = z.output<typeof landscapeSettings>;

/** The new task, from 1. @param last the latest task, from 0, after which named parameters were kept */
export const newTaskOf = ({ old, new: asked }: Pick<LandscapeSettings, 'old' | 'new'>, last: number): number =>
  asked ?? (last === old - 1 ? old + 1 : last + 1);

export const landscape = {
  id: 'landscape',
  title: 'Loss landscape',
  revision: 4,
  settings: landscapeSettings,
} as const;

/** A task's loss and accuracy over the plane: rows from the least y on, in each from the least x on. */
const surfaceSchema = z.object({
  /** From 0. */
  of: z.int().min(0),
  loss: z.array(measuredSchema),
  accuracy: z.array(measuredSchema),
});

/** A direction in the space of all parameters, as it lies in the plane. */
const direction = {
  /** Along the axes. */
  x: z.number(),
  y: z.number(),
  /** Of all of it. */
  norm: z.number(),
  /** Share of its norm that lies in the plane; 0 where it is nothing. */
  share: z.number(),
};

/** The way down for a task at a point: the negative gradient. */
const arrowSchema = z.object({ of: z.int().min(0), ...direction });

/** From a point to what the run kept first within the next task: where the method led from here. */
const nextSchema = z.object({
  /** Steps of the next task that were done there: 1 is the first step alone. */
  steps: z.int().min(1),
  ...direction,
  /** With the ways down of the old task and of the new one, in the space of all parameters. */
  cosines: z.array(measuredSchema).length(2),
});

const pointSchema = checkpointSchema.extend({
  x: z.number(),
  y: z.number(),
  /** How far from the plane it lies. */
  distance: z.number(),
  /** Where it lies, not on the plane below it: on all test images of a task. */
  measured: z.array(z.object({ of: z.int().min(0), loss: measuredSchema, accuracy: z.number() })),
  arrows: z.array(arrowSchema),
  /** Between the ways down of both tasks, in the space of all parameters; null where one of them is none. */
  cosine: measuredSchema,
  next: nextSchema.optional(),
});
export type LandscapePoint = z.output<typeof pointSchema>;

/** Where a run was within a task, beside the plane. */
const waySchema = z.object({
  run: z.string(),
  task: z.int().min(0),
  /** Of the task, that were done. */
  step: z.int().min(1),
  x: z.number(),
  y: z.number(),
  distance: z.number(),
});

/** The same random directions at another checkpoint, made as long as its own weights: on the same coordinates. */
const aroundSchema = checkpointSchema.extend({
  /** Lengths of its axes. */
  lengths: z.array(z.number()).length(2),
  surfaces: z.array(surfaceSchema).length(2),
});

export const landscapeResultSchema = z.object({
  ...resultHead,
  analysis: z.literal('landscape'),
  plane: z.object({
    kind: z.enum(planes),
    /** What it was spanned by: three checkpoints, or the one it lies at; those of `around`, too; none where all of them span it. */
    through: z.array(checkpointSchema),
    /** Lengths of the axes: 1, but of random directions. */
    lengths: z.array(z.number()).length(2),
    /** Cosine between them. */
    cosine: z.number(),
    /** Share of the variance of the checkpoints along each axis; of a trajectory. */
    variance: z.array(z.number()).length(2).optional(),
  }),
  /** Coordinates of the grid's columns and rows. */
  x: z.array(z.number()),
  y: z.array(z.number()),
  /** Every so many points of a side are measured; 1 when it is whole. The others are null. */
  every: z.int().min(1),
  /** Of the old task and of the new one. */
  surfaces: z.array(surfaceSchema),
  /** Of random directions at several checkpoints: at each but the first, whose surfaces are those above. */
  around: z.array(aroundSchema).optional(),
  /** All checkpoints that the runs kept, run by run. */
  points: z.array(pointSchema),
  /** What the runs kept within tasks, run by run. */
  way: z.array(waySchema),
});
export type LandscapeResult = z.output<typeof landscapeResultSchema>;
