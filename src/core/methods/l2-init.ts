import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const l2InitSettings = z.strictObject({
  lambda: z
    .number()
    .min(0)
    .default(1e-3)
    .describe('Strength λ of the penalty λ · Σ (θ − θ₀)², θ₀ being what the run began with.'),
});
export type L2InitSettings = z.output<typeof l2InitSettings>;

export const l2Init: MethodCard<typeof l2InitSettings> = {
  id: 'l2-init',
  title: 'L2 Init',
  revision: 1,
  summary:
    'Pulls all parameters towards those that the run began with, so that the network stays able to learn in a long stream.',
  formula: 'loss + λ Σ (θ − θ₀)²',
  expect:
    'New tasks go on being learned in a long stream. It protects no old task: what it pulls towards is a network that knows none.',
  paper: {
    authors: 'Kumar, Marklund & Van Roy',
    title: 'Maintaining Plasticity in Continual Learning via Regenerative Regularization',
    venue: 'CoLLAs',
    year: 2024,
    link: 'https://arxiv.org/abs/2308.11958',
  },
  settings: l2InitSettings,
  scenarios: everywhere,
  oneThread: true,
  combines: true,
};
