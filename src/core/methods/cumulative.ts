import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const cumulativeSettings = z.strictObject({
  fromScratch: z
    .boolean()
    .default(false)
    .describe(
      'Whether each task starts from the initial weights again, so that no step was taken on fewer tasks than are there. Otherwise the network goes on.',
    ),
});
export type CumulativeSettings = z.output<typeof cumulativeSettings>;

export const cumulative: MethodCard<typeof cumulativeSettings> = {
  id: 'cumulative',
  title: 'Cumulative',
  revision: 1,
  summary:
    'Trains each task on the data of all tasks so far: the upper bound that measures of every row are compared with.',
  expect: 'Ends near joint training. Its diagonal is the reference of intransigence, its rows are that of Ω.',
  bound: 'upper',
  paper: {
    authors: 'Chaudhry, Dokania, Ajanthan & Torr',
    title: 'Riemannian Walk for Incremental Learning: Understanding Forgetting and Intransigence',
    venue: 'ECCV',
    year: 2018,
    link: 'https://arxiv.org/abs/1801.10112',
  },
  settings: cumulativeSettings,
  scenarios: everywhere,
  needsBoundary: () => [{ reason: 'The data of cumulative training become more when a task begins' }],
  combines: false,
};
