import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const siSettings = z.strictObject({
  c: z
    .number()
    .min(0)
    .default(1)
    .describe(
      'Strength of the penalty c · Σ Ω (θ − θ*)², without a ½. The authors use 1 on Split MNIST and 0.1 on permuted MNIST.',
    ),
  xi: z
    .number()
    .positive()
    .default(0.001)
    .describe(
      'Damping ξ of the division by the squared change of a parameter. The authors use 0.001 on Split MNIST and 0.1 on permuted MNIST.',
    ),
  resetOptimizer: z
    .boolean()
    .default(true)
    .describe(
      "Whether the optimiser's state starts anew with each task: as the authors do on Split MNIST, and do not on permuted MNIST.",
    ),
});
export type SiSettings = z.output<typeof siSettings>;

export const si: MethodCard<typeof siSettings> = {
  id: 'si',
  title: 'SI',
  revision: 1,
  summary: 'Synaptic intelligence: holds weights near their old values by how much each lowered the loss on its way.',
  expect:
    'About as good as EWC: strong in task-incremental learning and on permuted MNIST; in class-incremental learning it stays near the lower bound (about 20 % on Split MNIST).',
  paper: {
    authors: 'Zenke, Poole & Ganguli',
    title: 'Continual Learning Through Synaptic Intelligence',
    venue: 'ICML',
    year: 2017,
  },
  settings: siSettings,
  scenarios: everywhere,
  failsWithoutTask: true,
  needsBoundary: () => [{ reason: 'SI turns what it added up into importance when a task ends' }],
  combines: true,
};
