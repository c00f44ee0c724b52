import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const replaySettings = z.strictObject({
  buffer: z
    .enum(['per-class', 'reservoir'])
    .default('per-class')
    .describe(
      'per-class: so many random examples of each class, stored when its task ends. reservoir: a uniform sample of the whole stream, filled while training.',
    ),
  perClass: z.int().min(1).default(100).describe('Examples kept of each class (buffer "per-class").'),
  size: z.int().min(1).default(1000).describe('Examples kept in all (buffer "reservoir").'),
  batchSize: z
    .int()
    .min(1)
    .max(8192)
    .optional()
    .describe("Replayed examples in a step. Default: the training's batch size."),
  mixing: z
    .enum(['balanced', 'concatenate'])
    .default('balanced')
    .describe(
      'balanced: the loss is 1/k on the current task and 1 − 1/k on replayed examples in the k-th task. concatenate: the mean over both.',
    ),
});
export type ReplaySettings = z.output<typeof replaySettings>;

export const replay: MethodCard<typeof replaySettings> = {
  id: 'replay',
  title: 'Replay',
  revision: 1,
  summary: 'Keeps a few old examples and mixes them into every step.',
  expect:
    'The strongest simple remedy: about 91 % class-incremental on Split MNIST in Hsu et al. 2018; more memory helps.',
  paper: {
    authors: 'Rolnick et al.; Chaudhry et al.',
    title: 'Experience Replay for Continual Learning; On Tiny Episodic Memories in Continual Learning',
    venue: 'NeurIPS; arXiv',
    year: 2019,
  },
  settings: replaySettings,
  scenarios: everywhere,
  needsBoundary: ({ buffer, mixing }: ReplaySettings) => [
    ...(buffer === 'per-class'
      ? [{ reason: 'This buffer is filled when a task ends ("buffer": "reservoir" is not)', setting: 'buffer' }]
      : []),
    ...(mixing === 'balanced'
      ? [{ reason: 'Balanced weights count the tasks ("mixing": "concatenate" does not)', setting: 'mixing' }]
      : []),
  ],
  combines: true,
  check({ buffer, perClass, size }: ReplaySettings) {
    const { perClass: usualPerClass, size: usualSize } = replaySettings.parse({});
    if (buffer === 'reservoir' && perClass !== usualPerClass)
      return [
        {
          severity: 'warning',
          message: 'A reservoir is sized by "size"; perClass has no effect.',
          setting: 'perClass',
        },
      ];
    if (buffer === 'per-class' && size !== usualSize)
      return [
        {
          severity: 'warning',
          message: 'This buffer is sized by "perClass"; size has no effect.',
          setting: 'size',
        },
      ];
    return [];
  },
};
