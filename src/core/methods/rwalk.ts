import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const rwalkForms = ['code', 'paper'] as const;

export const rwalkSettings = z.strictObject({
  lambda: z
    .number()
    .min(0)
    .default(1)
    .describe(
      "Strength of the penalty λ · Σ (F + s) (θ − θ*)², without a ½. Both parts lie in 0 … 1, so that 1, the authors' own on permuted MNIST, is of order one.",
    ),
  form: z
    .enum(rwalkForms)
    .default('code')
    .describe(
      "code: as the authors' code has it: squared gradients add up over the whole task, the score is divided by F Δθ² + ξ, and scores are averaged as s + (s + new) / 2. paper: the squares are those since the last update, the score is divided by the KL divergence ½ F Δθ² + ξ, and scores are averaged as (s + new) / 2.",
    ),
  alpha: z
    .number()
    .min(0)
    .max(1)
    .default(0.9)
    .describe('Weight α of the new squared gradients in the running Fisher information: F ← (1 − α) F + α · new.'),
  every: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .describe('Steps between two updates of the running Fisher information and of the score.'),
  xi: z.number().positive().default(0.001).describe("Damping ξ of the score's division, called ε in the paper."),
});
export type RwalkSettings = z.output<typeof rwalkSettings>;

export const rwalk: MethodCard<typeof rwalkSettings> = {
  id: 'rwalk',
  title: 'RWalk',
  revision: 2,
  summary:
    'Riemannian walk: holds weights by their Fisher information and by how much each lowered the loss per step of it.',
  formula: 'L(θ) = L_task(θ) + λ Σᵢ (F̂ᵢ + Ŝᵢ) (θᵢ − θ*ᵢ)²',
  expect:
    'EWC and SI in one: strong in task-incremental learning and on permuted MNIST; without a memory of examples it stays near the lower bound in class-incremental learning.',
  paper: {
    authors: 'Chaudhry, Dokania, Ajanthan & Torr',
    title: 'Riemannian Walk for Incremental Learning: Understanding Forgetting and Intransigence',
    venue: 'ECCV',
    year: 2018,
    link: 'https://arxiv.org/abs/1801.10112',
  },
  settings: rwalkSettings,
  scenarios: everywhere,
  failsWithoutTask: true,
  needsBoundary: () => [{ reason: 'RWalk turns what it added up into importance when a task ends' }],
  oneThread: true,
  combines: true,
};
