import * as z from 'zod';
import { selectMeasures } from './selectMeasures';

/** How one variant of each family is chosen, and on what that the table does not count. */
export const selectSchema = z.strictObject({
  by: z
    .enum(selectMeasures)
    .default('accuracy')
    .describe('The measure that is best: the highest accuracy, the lowest forgetting.'),
  on: z
    .union([
      z.literal('validation'),
      z.strictObject({
        seeds: z
          .array(z.int().min(0).max(0xffffffff))
          .min(1)
          .max(1000)
          .describe('Some of the seeds: they only select, and no row counts them.'),
      }),
      z.strictObject({
        tasks: z
          .int()
          .min(1)
          .max(999)
          .describe('The first tasks of the stream, as many: they only select, and rows count the others.'),
      }),
    ])
    .describe(
      '"validation" (the validation sets of the training data), { "seeds": [1] } (seeds that only select) or { "tasks": 3 } (the first tasks, which only select).',
    ),
});
export type { Select } from './selectMeasures';
