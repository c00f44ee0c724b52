import * as z from 'zod';
import { tooLarge } from './buffers';
import { everywhere, type MethodCard } from './card';

export const agemSettings = z.strictObject({
  perClass: z
    .int()
    .min(1)
    .default(25)
    .describe('Examples kept of each class of each task, drawn at random when it ends.'),
  batchSize: z
    .int()
    .min(1)
    .max(8192)
    .default(256)
    .describe('Stored examples of which each step asks the mean gradient; all when there are fewer.'),
});
export type AgemSettings = z.output<typeof agemSettings>;

export const agem: MethodCard<typeof agemSettings> = {
  id: 'agem',
  title: 'A-GEM',
  revision: 1,
  summary: 'Averaged gradient episodic memory: takes no step that raises the mean loss of stored old examples.',
  formula: 'g̃ = g − (g · g_ref / g_ref · g_ref) g_ref',
  expect:
    'On permuted MNIST close to GEM at a fraction of its cost (89 % over 17 tasks in its paper). In class-incremental learning far behind replay of the same examples, about 65 % on Split MNIST: it only avoids harm.',
  paper: {
    authors: 'Chaudhry, Ranzato, Rohrbach & Elhoseiny',
    title: 'Efficient Lifelong Learning with A-GEM',
    venue: 'ICLR',
    year: 2019,
    link: 'https://arxiv.org/abs/1812.00420',
  },
  settings: agemSettings,
  scenarios: everywhere,
  needsBoundary: () => [{ reason: 'A-GEM stores examples when a task ends, and protects the tasks that are over' }],
  oneThread: true,
  combines: true,
  check: ({ perClass }: AgemSettings, place) => tooLarge({ perClass }, place),
};
