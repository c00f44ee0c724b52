import * as z from 'zod';
import { everywhere, type CardFinding, type MethodCard, type Prescription } from './card';

export const stableSgdSettings = z.strictObject({
  preset: z
    .enum(['rotated', 'rotated-corrected', 'five-tasks', 'cifar-100'])
    .optional()
    .describe(
      "The authors' settings for other streams than 20 permuted tasks. rotated: their script for 20 rotated tasks. rotated-corrected: what they said in issue 5 of their repository that it should be. five-tasks: experiment 1, 5 tasks of 5 passes. cifar-100: issue 6.",
    ),
  learningRate: z.number().positive().max(10).default(0.1).describe('Step size before any decay.'),
  gamma: z
    .number()
    .positive()
    .max(1)
    .default(0.8)
    .describe('Decay γ of the step size from task to task; the first task has it once already.'),
  dropout: z.number().min(0).max(0.9).default(0.5).describe('Share of hidden units that are dropped in training.'),
  batchSize: z.int().min(1).max(8192).default(10).describe('Examples in a step.'),
  momentum: z
    .number()
    .min(0)
    .max(0.999)
    .default(0.8)
    .describe('Momentum, which starts anew with each pass over the data.'),
  epochs: z.number().positive().max(1000).default(1).describe('Passes over the data of each task.'),
});
export type StableSgdSettings = z.output<typeof stableSgdSettings>;

export const stableSgd: MethodCard<typeof stableSgdSettings> = {
  id: 'stable-sgd',
  title: 'Stable SGD',
  revision: 1,
  summary:
    'A training recipe for wide minima: dropout, small batches, and a step size that is large at first and falls from task to task.',
  expect:
    'Less forgetting and less learning in later tasks, as their steps become smaller. Published for 20 tasks, as others restate it: 80.1 % on permuted and 70.8 % on rotated MNIST. How far it beats plain SGD depends on how well that one is tuned.',
  paper: {
    authors: 'Mirzadeh, Farajtabar, Pascanu & Ghasemzadeh',
    title: 'Understanding the Role of Training Regimes in Continual Learning',
    venue: 'NeurIPS',
    year: 2020,
    link: 'https://arxiv.org/abs/2006.06958',
  },
  settings: stableSgdSettings,
  presets: {
    rotated: { gamma: 0.5 },
    'rotated-corrected': { gamma: 0.55, batchSize: 64, dropout: 0.25 },
    'five-tasks': { gamma: 0.4, batchSize: 16, epochs: 5 },
    'cifar-100': { learningRate: 0.15, gamma: 0.85, dropout: 0.1 },
  },
  scenarios: everywhere,
  prescribes: (
    { learningRate, gamma, dropout, batchSize, momentum, epochs }: StableSgdSettings,
    { kind },
  ): Prescription => ({
    // A ResNet has no units to drop.
    ...((kind === 'mlp' || kind === 'cnn') && { network: { dropout, dropoutScaling: 'training' } }),
    training: {
      optimizer: 'sgd',
      learningRate,
      momentum,
      nesterov: false,
      batchSize,
      epochs,
      iterations: undefined,
      optimizerState: 'per-epoch',
      taskDecay: { gamma, from: 1, floor: 5e-5 },
    },
  }),
  needsBoundary: () => [{ reason: 'The step size of Stable SGD falls when a task begins' }],
  combines: true,
  check({ dropout }: StableSgdSettings, { network }): CardFinding[] {
    if (network.kind === 'mlp' || network.kind === 'cnn' || dropout === 0) return [];
    return [
      {
        severity: 'warning',
        message: `A network of kind "${network.kind}" has no dropout here, so "dropout" has no effect. That of the authors has.`,
        setting: 'dropout',
      },
    ];
  },
};
