import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

const siVariants = ['zenke', 'van-de-ven', 'buzzega'] as const;

export const siSettings = z.strictObject({
  preset: z
    .enum([
      'zenke-permuted',
      'van-de-ven-task',
      'van-de-ven-domain',
      'van-de-ven-class',
      'buzzega-split',
      'buzzega-permuted',
      'buzzega-rotated',
    ])
    .optional()
    .describe(
      'Settings of the literature, without one those of the authors on Split MNIST. zenke-permuted: theirs on permuted MNIST. van-de-ven-…: van de Ven 2022 on Split MNIST, by scenario. buzzega-…: the 2020 table.',
    ),
  variant: z
    .enum(siVariants)
    .default('zenke')
    .describe(
      "What of a step adds up. zenke: minus the gradient of the loss alone times the change; Ω is clipped at 0 (the authors' code). van-de-ven: the gradient with the penalty, not clipped (van de Ven 2022). buzzega: step size times squared gradient with the penalty, whose values are clipped to 1 for the step too; not clipped (code of the DER paper, 2020). c and xi cannot be carried from one to another.",
    ),
  c: z
    .number()
    .min(0)
    .default(1)
    .describe(
      'Strength of the penalty c · Σ Ω (θ − θ*)², without a ½. The authors use 1 on Split MNIST and 0.1 on permuted MNIST; van de Ven 10 task-, 50000 domain- and 5000 class-incremental on Split MNIST.',
    ),
  xi: z
    .number()
    .positive()
    .default(0.001)
    .describe(
      'Damping ξ of the division by the squared change of a parameter. The authors use 0.001 on Split MNIST and 0.1 on permuted MNIST, van de Ven 0.1.',
    ),
  resetOptimizer: z
    .boolean()
    .default(true)
    .describe(
      "Whether the optimiser's state starts anew with each task: as the authors do on Split MNIST, and do not on permuted MNIST, nor does van de Ven.",
    ),
});
export type SiSettings = z.output<typeof siSettings>;

const vanDeVen = (c: number) => ({ variant: 'van-de-ven', c, xi: 0.1, resetOptimizer: false }) as const;
const buzzega = (c: number, xi: number) => ({ variant: 'buzzega', c, xi, resetOptimizer: false }) as const;

export const si: MethodCard<typeof siSettings> = {
  id: 'si',
  title: 'SI',
  revision: 1,
  summary: 'Synaptic intelligence: holds weights near their old values by how much each lowered the loss on its way.',
  formula: 'L(θ) = L_task(θ) + c Σᵢ Ωᵢ (θᵢ − θ*ᵢ)²',
  expect:
    'About as good as EWC: strong in task-incremental learning and on permuted MNIST; in class-incremental learning it stays near the lower bound (about 20 % on Split MNIST).',
  paper: {
    authors: 'Zenke, Poole & Ganguli',
    title: 'Continual Learning Through Synaptic Intelligence',
    venue: 'ICML',
    year: 2017,
    link: 'https://arxiv.org/abs/1703.04200',
  },
  settings: siSettings,
  presets: {
    'zenke-permuted': { c: 0.1, xi: 0.1, resetOptimizer: false },
    'van-de-ven-task': vanDeVen(10),
    'van-de-ven-domain': vanDeVen(50_000),
    'van-de-ven-class': vanDeVen(5000),
    'buzzega-split': buzzega(1, 0.9),
    'buzzega-permuted': buzzega(0.5, 1),
    'buzzega-rotated': buzzega(1, 1),
  },
  scenarios: everywhere,
  failsWithoutTask: true,
  needsBoundary: () => [{ reason: 'SI turns what it added up into importance when a task ends' }],
  oneThread: true,
  combines: true,
};
