import * as z from 'zod';
import type { AnalysisCard } from './card';

export const ckaSettings = z.strictObject({
  estimator: z
    .enum(['unbiased', 'biased'])
    .default('unbiased')
    .describe('Of the independence criterion: the biased one is too large where a layer has many units.'),
  samples: z.int().min(4).max(5000).default(500).describe('Test examples of each task, drawn with the seed.'),
});
export type CkaSettings = z.output<typeof ckaSettings>;

export const cka: AnalysisCard<typeof ckaSettings> = {
  id: 'cka',
  title: 'Drift of representations (CKA)',
  revision: 1,
  summary:
    'How far the representation of the images of a task drifts in each layer while later tasks are learned: 1 − linear CKA.',
  settings: ckaSettings,
  quantities: [],
};
