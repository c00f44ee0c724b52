import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const fisherKinds = ['exact', 'sampled', 'predicted', 'empirical', 'batched'] as const;
export const ewcForms = ['plain', 'van-de-ven', 'schwarz'] as const;

export const ewcSettings = z.strictObject({
  preset: z
    .enum([
      'van-de-ven-2022-task',
      'van-de-ven-2022-domain',
      'van-de-ven-2022-class',
      'van-de-ven-2019-task',
      'van-de-ven-2019-domain',
      'van-de-ven-2019-class',
      'van-de-ven-2019-online-task',
      'van-de-ven-2019-online-domain',
      'van-de-ven-2019-online-class',
      'schwarz-omniglot',
    ])
    .optional()
    .describe(
      'Settings of the literature. van-de-ven-…: on Split MNIST with 2000 steps of Adam on each task, by scenario; those of 2019 with labels that the network predicts, offline and online. schwarz-omniglot: online EWC of Progress & Compress.',
    ),
  lambda: z
    .number()
    .min(0)
    .default(1e5)
    .describe('Strength of the penalty λ/2 · Σ F (θ − θ*)². Depends strongly on the kind of Fisher information.'),
  online: z.boolean().default(false).describe('One running penalty (online EWC) instead of one for each task.'),
  gamma: z.number().min(0).max(1).default(1).describe('Decay γ of the old Fisher information in online EWC.'),
  form: z
    .enum(ewcForms)
    .default('plain')
    .describe(
      'Online EWC. plain: F ← γ F + F_k, and the penalty has F. van-de-ven: the penalty has γ F. schwarz: that too, and each F_k is divided by its Euclidean norm before it is added (the paper normalises it and does not say how).',
    ),
  fisher: z
    .enum(fisherKinds)
    .default('exact')
    .describe(
      'Labels of the Fisher information: exact = all labels weighted by the softmax, sampled = one drawn from it, predicted = the one of the largest output, empirical = the true label, batched = squared mean gradient of batches of the true label.',
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

const online2019 = (lambda: number, gamma: number) =>
  ({ lambda, online: true, gamma, form: 'van-de-ven', fisher: 'predicted' }) as const;

export const ewc: MethodCard<typeof ewcSettings> = {
  id: 'ewc',
  title: 'EWC',
  revision: 1,
  summary: 'Elastic weight consolidation: holds weights that mattered for old tasks near their old values.',
  formula: 'L(θ) = L_task(θ) + λ/2 · Σₖ Σᵢ Fₖ,ᵢ (θᵢ − θ*ₖ,ᵢ)²',
  expect:
    'Strong in task-incremental learning; in class-incremental learning it stays near the lower bound (about 20 % on Split MNIST).',
  paper: {
    authors: 'Kirkpatrick et al.',
    title: 'Overcoming catastrophic forgetting in neural networks',
    venue: 'PNAS',
    year: 2017,
    link: 'https://doi.org/10.1073/pnas.1611835114',
  },
  settings: ewcSettings,
  presets: {
    'van-de-ven-2022-task': { lambda: 1e5 },
    'van-de-ven-2022-domain': { lambda: 1e10 },
    'van-de-ven-2022-class': { lambda: 1e9 },
    'van-de-ven-2019-task': { lambda: 1e7, fisher: 'predicted' },
    'van-de-ven-2019-domain': { lambda: 1e6, fisher: 'predicted' },
    'van-de-ven-2019-class': { lambda: 1e8, fisher: 'predicted' },
    'van-de-ven-2019-online-task': online2019(1e8, 0.8),
    'van-de-ven-2019-online-domain': online2019(1e8, 0.7),
    'van-de-ven-2019-online-class': online2019(1e9, 0.8),
    'schwarz-omniglot': { lambda: 17.5, online: true, gamma: 0.95, form: 'schwarz' },
  },
  scenarios: everywhere,
  failsWithoutTask: true,
  needsBoundary: () => [{ reason: 'EWC measures its Fisher information when a task ends' }],
  oneThread: true,
  combines: true,
  check({ online, gamma, form }: EwcSettings, { network }) {
    if (!online && form !== 'plain')
      return [
        {
          severity: 'error',
          message: 'This form is one of the running Fisher information: it needs "online": true.',
          setting: 'form',
        },
      ];
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
