import * as z from 'zod';
import { checkpointSchema, measuredSchema, resultHead, tasksSetting } from './several';

export const pathSettings = z.strictObject({
  curve: z
    .enum(['none', 'bezier', 'polygon'])
    .default('bezier')
    .describe(
      'Which curve of low loss is sought beside the straight line: a Bézier curve of one bend, or a polygonal chain of two stretches.',
    ),
  points: z.int().min(3).max(1001).default(61).describe('Points of each way, both ends among them.'),
  samples: z.int().min(1).max(100_000).default(500).describe('Training examples of each task, drawn with the seed.'),
  tasks: tasksSetting.optional().describe('Tasks, from 1, whose loss is looked at. Default: those of both ends.'),
  steps: z.int().min(1).max(1_000_000).default(600).describe('Steps that the bend of the curve is trained for.'),
  batchSize: z.int().min(1).max(8192).default(128).describe('Training examples in such a step.'),
  learningRate: z
    .number()
    .positive()
    .max(10)
    .default(0.05)
    .describe('Its step size: constant in the first half, then falling to a hundredth.'),
  momentum: z.number().min(0).max(0.999).default(0.9).describe('Momentum of these steps.'),
  l2: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Strength λ of ½ λ ‖φ(t)‖², of the parameters on the curve, in these steps.'),
});
export type PathSettings = z.output<typeof pathSettings>;

export const path = {
  id: 'path',
  title: 'Path between two minima',
  revision: 2,
  settings: pathSettings,
} as const;

/** The loss of a task along a way from one point to another. */
const profileSchema = z.object({
  way: z.enum(['line', 'bezier', 'polygon']),
  /** From 0. */
  of: z.int().min(0),
  /** At the points of the way; null where one is not finite. */
  loss: z.array(measuredSchema),
  /** Share of the examples that are answered right. */
  accuracy: z.array(z.number()),
  /** The largest rise above the straight line between the losses of both ends; 0 where there is none. */
  barrier: measuredSchema,
  /** Where on the way it is. */
  at: measuredSchema,
});
export type Profile = z.output<typeof profileSchema>;

/** What was found between two checkpoints. */
export const pathResultSchema = z.object({
  ...resultHead,
  analysis: z.literal('path'),
  /** Start and end. */
  ends: z.array(checkpointSchema).length(2),
  /** Between both, of all parameters together. */
  distance: z.number(),
  /** How far along each way its points lie, 0 to 1. */
  shares: z.array(z.number()),
  profiles: z.array(profileSchema),
});
export type PathResult = z.output<typeof pathResultSchema>;
