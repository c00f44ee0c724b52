import * as z from 'zod';
import type { AnalysisCard } from './card';

export const sharpnessSettings = z.strictObject({
  rho: z.number().positive().default(0.05).describe('Radius ρ of the ball in which the worst loss is looked for.'),
  steps: z.int().min(1).max(100).default(1).describe('Steps of ascent in the ball; 1 is the point that SAM takes.'),
  samples: z.int().min(1).max(100_000).default(500).describe('Training examples of each task, drawn with the seed.'),
  products: z
    .int()
    .min(1)
    .max(1000)
    .default(30)
    .describe('Most products of the Hessian with a vector for an eigenvalue; each takes two gradients.'),
  tolerance: z
    .number()
    .positive()
    .max(1)
    .default(0.01)
    .describe('An eigenvalue is good enough when ‖H v − λ v‖ is at most this share of it.'),
});
export type SharpnessSettings = z.output<typeof sharpnessSettings>;

export const sharpness: AnalysisCard<typeof sharpnessSettings> = {
  id: 'sharpness',
  title: 'Sharpness',
  revision: 2,
  summary:
    'How sharp the minimum is in which a task lies: the rise of its loss in a small ball, and the largest eigenvalue of its Hessian.',
  settings: sharpnessSettings,
  quantities: [
    { name: 'loss', title: 'Loss' },
    { name: 'sharpness', title: 'Sharpness' },
    { name: 'eigenvalue', title: 'Largest eigenvalue' },
    { name: 'residual', title: 'Residual' },
  ],
};
