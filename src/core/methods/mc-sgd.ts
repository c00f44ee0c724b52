import * as z from 'zod';
import { tooLarge } from './buffers';
import { everywhere, type MethodCard } from './card';

export const mcSgdSettings = z.strictObject({
  perClass: z
    .int()
    .min(1)
    .default(10)
    .describe('Examples kept of each class of each task, drawn at random when it ends.'),
  batchSize: z
    .int()
    .min(1)
    .max(8192)
    .default(128)
    .describe('Stored examples in a step of the second phase; all when there are fewer.'),
  points: z
    .int()
    .min(1)
    .max(50)
    .default(10)
    .describe('Points n of each of the two lines at which a step of the second phase asks the gradient.'),
  start: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe('Where the second phase begins: share α of the way from the minimum of before to that of the new task.'),
  lineSteps: z
    .number()
    .positive()
    .max(10)
    .default(0.1)
    .describe('Steps of the second phase, as a share of the training steps. Each asks 2 n gradients.'),
  lineLearningRate: z
    .number()
    .positive()
    .max(10)
    .optional()
    .describe(
      'Step size of the second phase, before what decay from task to task, warm-up and schedule make of it. Default: that of the training.',
    ),
});
export type McSgdSettings = z.output<typeof mcSgdSettings>;

export const mcSgd: MethodCard<typeof mcSgdSettings> = {
  id: 'mc-sgd',
  title: 'MC-SGD',
  revision: 1,
  summary:
    'Mode connectivity SGD: after each task it seeks the minimum from which straight lines of low loss lead to the minimum of before and to that of the new task.',
  formula: 'min over w of Σ_s L_old(w̄ + s (w − w̄)) + L_new(ŵ + s (w − ŵ))',
  expect:
    'Published for 20 tasks with one pass each: 85.3 % on permuted and 82.3 % on rotated MNIST, beside 80.1 % and 70.8 % with Stable SGD. It learns from stored examples, so it is to be compared with replay of as many.',
  paper: {
    authors: 'Mirzadeh, Farajtabar, Gorur, Pascanu & Ghasemzadeh',
    title: 'Linear Mode Connectivity in Multitask and Continual Learning',
    venue: 'ICLR',
    year: 2021,
    link: 'https://arxiv.org/abs/2010.04495',
  },
  settings: mcSgdSettings,
  scenarios: everywhere,
  needsBoundary: () => [{ reason: 'MC-SGD joins the minima at which tasks end' }],
  oneThread: true,
  combines: false,
  check: ({ perClass }: McSgdSettings, place) => tooLarge({ perClass }, place),
};
