import * as z from 'zod';
import { everywhere, type CardFinding, type MethodCard } from './card';

export const averagingSettings = z.strictObject({
  average: z
    .enum(['swa', 'ema'])
    .default('swa')
    .describe(
      'swa: the plain mean of the parameters at some steps near the end of each task, anew in each task. ema: the exponential moving average over all steps of the run.',
    ),
  last: z
    .number()
    .positive()
    .max(1)
    .default(0.25)
    .describe('Share of a task\'s steps, the last ones, in which "swa" takes parameters.'),
  every: z
    .int()
    .min(1)
    .default(10)
    .describe('Steps from one point of "swa" to the next (c), counted back from the last step of the task.'),
  decay: z.number().min(0).max(1).default(0.999).describe('Share that the mean of "ema" keeps in a step.'),
});
export type AveragingSettings = z.output<typeof averagingSettings>;

export const averaging: MethodCard<typeof averagingSettings> = {
  id: 'averaging',
  title: 'Weight averaging',
  revision: 2,
  summary:
    'Tests the mean of the parameters at many steps, which lies in a flatter place than the last of them; training goes on from the last.',
  expect:
    'Smoother curves and a little more accuracy on the present task. It does not hold old tasks by itself; a moving average still knows them for some steps after a switch.',
  paper: {
    authors: 'Izmailov, Podoprikhin, Garipov, Vetrov & Wilson',
    title: 'Averaging Weights Leads to Wider Optima and Better Generalization',
    venue: 'UAI',
    year: 2018,
    link: 'https://arxiv.org/abs/1803.05407',
  },
  settings: averagingSettings,
  scenarios: everywhere,
  needsBoundary: ({ average }: AveragingSettings) =>
    average === 'swa'
      ? [
          {
            reason: 'The mean is taken over the last steps of a task ("average": "ema" goes through the run)',
            setting: 'average',
          },
        ]
      : [],
  combines: true,
  check(settings: AveragingSettings) {
    const usual = averagingSettings.parse({});
    const unused = (['last', 'every', 'decay'] as const).filter(
      (name) => settings[name] !== usual[name] && (name === 'decay') === (settings.average === 'swa'),
    );
    return unused.map((setting): CardFinding => ({
      severity: 'warning',
      message: `"average": "${settings.average}" has no use for "${setting}".`,
      setting,
    }));
  },
};
