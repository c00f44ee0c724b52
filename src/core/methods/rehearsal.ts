import * as z from 'zod';
import { tooLarge } from './buffers';
import { everywhere, type CardFinding, type MethodCard } from './card';
import { selections } from './selection';

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
  exemplars: z
    .int()
    .min(1)
    .optional()
    .describe(
      'In place of a share: so many exemplars in all are kept and added, as many of each class of each task so far, chosen when the task ends. Lists get shorter with each task. What the code of sleep consolidation calls iCaRL.',
    ),
  selection: z
    .enum(selections)
    .optional()
    .describe('How exemplars are chosen; default: herding, so that their mean is near that of their class.'),
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
  check({ exemplars, selection, share, roundTo }: RehearsalSettings, place): readonly CardFinding[] {
    const usual = rehearsalSettings.parse({});
    const without = (setting: string): CardFinding => ({
      severity: 'warning',
      message: `With "exemplars" these are added, all of them; ${setting} has no effect.`,
      setting,
    });
    if (exemplars === undefined)
      return selection === undefined
        ? []
        : [
            {
              severity: 'warning',
              message: 'Without "exemplars" nothing is chosen: selection has no effect.',
              setting: 'selection',
            },
          ];
    return [
      ...(share === usual.share ? [] : [without('share')]),
      ...(roundTo === usual.roundTo ? [] : [without('roundTo')]),
      ...tooLarge({ size: exemplars }, place).map((found) => ({ ...found, setting: 'exemplars' })),
    ];
  },
};
