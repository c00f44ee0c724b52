import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const rehearsalSettings = z.strictObject({
  share: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .describe('Share of the past training examples that is added to those of a task.'),
  from: z
    .enum(['trained', 'all'])
    .default('trained')
    .describe(
      "Past examples to draw from: those that were trained on, or all of the past tasks, also where samplesPerTask leaves some out (as in the authors' code of sleep consolidation).",
    ),
  roundTo: z
    .int()
    .min(1)
    .default(1)
    .describe('The number of added examples is rounded to a multiple of this: 100 in the code of sleep consolidation.'),
});
export type RehearsalSettings = z.output<typeof rehearsalSettings>;

export const rehearsal: MethodCard<typeof rehearsalSettings> = {
  id: 'rehearsal',
  title: 'Rehearsal',
  revision: 1,
  summary: 'Adds a share of all past examples, drawn anew for each task, to the training set of the task.',
  expect:
    'Strong, and dear: all past examples have to be kept to draw from. 86.6 % class-incremental with 10 % on MNIST in the setting of sleep consolidation.',
  paper: {
    authors: 'Robins',
    title: 'Catastrophic Forgetting, Rehearsal and Pseudorehearsal',
    venue: 'Connection Science 7:123',
    year: 1995,
    link: 'https://doi.org/10.1080/09540099550039318',
  },
  settings: rehearsalSettings,
  scenarios: everywhere,
  needsBoundary: () => [{ reason: 'Past examples are drawn when a task begins' }],
  combines: true,
};
