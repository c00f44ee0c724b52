import * as z from 'zod';
import { tooLarge } from './buffers';
import { everywhere, type MethodCard } from './card';

export const gemSettings = z.strictObject({
  perTask: z
    .int()
    .min(1)
    .default(256)
    .describe('Examples kept of each task, the last ones met: all of them are asked in each step of later tasks.'),
  margin: z
    .number()
    .min(0)
    .default(0.5)
    .describe(
      "Memory strength γ: least value of each variable of the dual program, once one constraint is violated. A step is pushed towards the old tasks' descent by that much. 0: the plain projection.",
    ),
  ridge: z
    .number()
    .min(0)
    .default(0.001)
    .describe(
      "Added to the diagonal of the dual program's matrix, as in the authors' code. 0: the program of the paper.",
    ),
});
export type GemSettings = z.output<typeof gemSettings>;

/** Each old task is asked for its gradient in each step. */
const MANY_TASKS = 50;

export const gem: MethodCard<typeof gemSettings> = {
  id: 'gem',
  title: 'GEM',
  revision: 1,
  summary:
    'Gradient episodic memory: of all steps that raise the loss of no old task it takes the one nearest to the gradient.',
  formula: 'g̃ = argmin ½ ‖g − g̃‖²   with   g̃ · g_k ≥ 0 for all old tasks k',
  expect:
    'On permuted and rotated MNIST close to joint training, with little forgetting (86 % over 20 rotations in its paper); a step takes as many more gradients as there are old tasks.',
  paper: {
    authors: 'Lopez-Paz & Ranzato',
    title: 'Gradient Episodic Memory for Continual Learning',
    venue: 'NeurIPS',
    year: 2017,
    link: 'https://arxiv.org/abs/1706.08840',
  },
  settings: gemSettings,
  scenarios: everywhere,
  needsBoundary: () => [{ reason: 'GEM has a constraint for each task that is over' }],
  oneThread: true,
  combines: true,
  check({ perTask }: GemSettings, place) {
    const found = [...tooLarge({ perTask }, place)];
    const { tasks } = place;
    if (tasks > MANY_TASKS)
      found.push({
        severity: 'warning',
        message: `GEM takes a gradient of each old task in each step: with ${tasks} tasks up to ${tasks} gradients a step. A-GEM takes two.`,
      });
    return found;
  },
};
