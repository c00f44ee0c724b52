import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const fisherKinds = ['exact', 'sampled', 'empirical', 'batched'] as const;

export const ewcSettings = z.strictObject({
  lambda: z
    .number()
    .min(0)
    .default(1e5)
    .describe('Strength of the penalty λ/2 · Σ F (θ − θ*)². Depends strongly on the kind of Fisher information.'),
  online: z.boolean().default(false).describe('One running penalty (online EWC) instead of one for each task.'),
  gamma: z.number().min(0).max(1).default(1).describe('Decay of the old Fisher information in online EWC.'),
  fisher: z
    .enum(fisherKinds)
    .default('exact')
    .describe(
      'Labels of the Fisher information: exact = all labels weighted by the softmax, sampled = one drawn from it, empirical = the true label, batched = squared mean gradient of batches of the true label.',
    ),
  samples: z
    .int()
    .min(1)
    .optional()
    .describe('Training examples for the Fisher information. Default: all of the task.'),
  fisherBatch: z
    .int()
    .min(1)
    .max(8192)
    .default(128)
    .describe('Batch of the batched Fisher information (the exact kinds do not depend on it).'),
});
export type EwcSettings = z.output<typeof ewcSettings>;

export const ewc: MethodCard<typeof ewcSettings> = {
  id: 'ewc',
  title: 'EWC',
  revision: 1,
  summary: 'Elastic weight consolidation: holds weights that mattered for old tasks near their old values.',
  expect:
    'Strong in task-incremental learning; in class-incremental learning it stays near the lower bound (about 20 % on Split MNIST).',
  paper: {
    authors: 'Kirkpatrick et al.',
    title: 'Overcoming catastrophic forgetting in neural networks',
    venue: 'PNAS',
    year: 2017,
  },
  settings: ewcSettings,
  scenarios: everywhere,
  failsWithoutTask: true,
  needsBoundary: () => [{ reason: 'EWC measures its Fisher information when a task ends' }],
  combines: true,
  check({ online, gamma }: EwcSettings, { network }) {
    if (!online && gamma !== 1)
      return [
        {
          severity: 'error',
          message: 'gamma decays the running Fisher information: it needs "online": true.',
          setting: 'gamma',
        },
      ];
    return network.output !== 'softmax'
      ? [
          {
            severity: 'error',
            message: 'EWC needs a softmax output: its Fisher information is that of the softmax.',
          },
        ]
      : [];
  },
};
