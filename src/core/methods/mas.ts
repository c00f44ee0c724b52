import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const masSettings = z.strictObject({
  preset: z
    .enum(['agem'])
    .optional()
    .describe(
      'Settings of the literature. agem: those of the code of A-GEM, which has the published numbers on permuted MNIST.',
    ),
  lambda: z
    .number()
    .min(0)
    .default(1)
    .describe(
      "Strength of the penalty λ · Σ Ω (θ − θ*)², without a ½. 1 in the authors' code, 0.1 in that of A-GEM on permuted MNIST.",
    ),
  importance: z
    .enum(['batch', 'sample'])
    .default('batch')
    .describe(
      "Of what the gradient's absolute value is taken. batch: of the sum over a batch, in which signs cancel (default of the authors' code). sample: of each example by itself (the paper's equation; batches of 1 in the code).",
    ),
  batchSize: z
    .int()
    .min(1)
    .max(8192)
    .default(200)
    .describe('Batch of the importance "batch": 200 in the authors\' code, 10 in that of A-GEM.'),
  tasks: z
    .enum(['sum', 'newest'])
    .default('sum')
    .describe(
      "sum: importances of all tasks add up (the accumulating form of the authors' code). newest: that of the newest task alone (the code of A-GEM).",
    ),
  samples: z.int().min(1).optional().describe('Training examples to measure importance on. Default: all of the task.'),
});
export type MasSettings = z.output<typeof masSettings>;

export const mas: MethodCard<typeof masSettings> = {
  id: 'mas',
  title: 'MAS',
  revision: 1,
  summary: 'Memory aware synapses: holds weights near their old values by how much the outputs depend on each.',
  formula: 'L(θ) = L_task(θ) + λ Σᵢ Ωᵢ (θᵢ − θ*ᵢ)²',
  expect:
    'Like EWC and SI: strong in task-incremental learning; in class-incremental learning it stays near the lower bound (about 20 % on Split MNIST). It needs no labels.',
  paper: {
    authors: 'Aljundi et al.',
    title: 'Memory Aware Synapses: Learning what (not) to forget',
    venue: 'ECCV',
    year: 2018,
    link: 'https://arxiv.org/abs/1711.09601',
  },
  settings: masSettings,
  presets: { agem: { lambda: 0.1, batchSize: 10, tasks: 'newest' } },
  scenarios: everywhere,
  failsWithoutTask: true,
  needsBoundary: () => [{ reason: 'MAS measures its importance when a task ends' }],
  oneThread: true,
  combines: true,
  check({ importance, batchSize }: MasSettings) {
    const { batchSize: usual } = masSettings.parse({});
    if (importance === 'batch' || batchSize === usual) return [];
    return [
      {
        severity: 'warning',
        message: 'Importance by "sample" takes each example by itself; batchSize has no effect.',
        setting: 'batchSize',
      },
    ];
  },
};
