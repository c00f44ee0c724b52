import * as z from 'zod';
import { everywhere, type CardFinding, type MethodCard, type Prescription } from './card';

export const shrinkAndPerturbSettings = z.strictObject({
  every: z
    .enum(['step', 'task'])
    .default('step')
    .describe(
      'step: L2 weight decay and a little noise in every step (Dohare et al. 2024). task: once before each task but the first (Ash & Adams 2020).',
    ),
  weightDecay: z
    .number()
    .min(0)
    .max(10)
    .default(1e-4)
    .describe('With "every": "step", the weight decay of the training that shrinks the parameters.'),
  shrink: z
    .number()
    .min(0)
    .max(1)
    .default(0.6)
    .describe('With "every": "task", the factor λ by which all parameters are multiplied.'),
  sigma: z
    .number()
    .min(0)
    .max(10)
    .default(1e-5)
    .describe('Standard deviation σ of the Gaussian noise that is added to each parameter.'),
});
export type ShrinkAndPerturbSettings = z.output<typeof shrinkAndPerturbSettings>;

/** Settings that one of the two ways has no use for. */
const unusedWith = { step: 'shrink', task: 'weightDecay' } as const;

export const shrinkAndPerturb: MethodCard<typeof shrinkAndPerturbSettings> = {
  id: 'shrink-and-perturb',
  title: 'Shrink and perturb',
  revision: 1,
  summary:
    'Makes all parameters a little smaller and adds a little noise to them, so that the network stays able to learn in a long stream.',
  formula: 'θ ← λ θ + N(0, σ²)',
  expect:
    'New tasks go on being learned in a long stream. It protects no old task, and too much noise costs accuracy on the present one.',
  paper: {
    authors: 'Ash & Adams',
    title: 'On Warm-Starting Neural Network Training',
    venue: 'NeurIPS',
    year: 2020,
    link: 'https://arxiv.org/abs/1910.08475',
  },
  settings: shrinkAndPerturbSettings,
  scenarios: everywhere,
  prescribes: ({ every, weightDecay }: ShrinkAndPerturbSettings): Prescription =>
    every === 'step' ? { training: { weightDecay, decoupledWeightDecay: false } } : {},
  needsBoundary: ({ every }: ShrinkAndPerturbSettings) =>
    every === 'task' ? [{ reason: 'Parameters are shrunk and perturbed when a task begins', setting: 'every' }] : [],
  combines: true,
  check(settings: ShrinkAndPerturbSettings): CardFinding[] {
    const setting = unusedWith[settings.every];
    if (settings[setting] === shrinkAndPerturbSettings.parse({})[setting]) return [];
    return [{ severity: 'warning', message: `"every": "${settings.every}" has no use for "${setting}".`, setting }];
  },
};
