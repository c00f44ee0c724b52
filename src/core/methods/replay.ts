import * as z from 'zod';
import { boundaryNeedsOf, bufferFindings, bufferSettings } from './buffers';
import { everywhere, type MethodCard } from './card';

export const replaySettings = z.strictObject({
  ...bufferSettings,
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
  formula: '1/k · L(current) + (1 − 1/k) · L(replayed)',
  expect:
    'The strongest simple remedy: about 91 % class-incremental on Split MNIST in Hsu et al. 2018; more memory helps.',
  paper: {
    authors: 'Rolnick et al.; Chaudhry et al.',
    title: 'Experience Replay for Continual Learning; On Tiny Episodic Memories in Continual Learning',
    venue: 'NeurIPS; arXiv',
    year: 2019,
    link: 'https://arxiv.org/abs/1902.10486',
  },
  settings: replaySettings,
  scenarios: everywhere,
  needsBoundary: ({ buffer, mixing }: ReplaySettings) => [
    ...boundaryNeedsOf({ buffer }),
    ...(mixing === 'balanced'
      ? [{ reason: 'Balanced weights count the tasks ("mixing": "concatenate" does not)', setting: 'mixing' }]
      : []),
  ],
  combines: true,
  check: bufferFindings,
};
