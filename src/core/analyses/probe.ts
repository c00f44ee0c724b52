import * as z from 'zod';
import type { AnalysisCard } from './card';

export const probeSettings = z.strictObject({
  samples: z.int().min(2).max(100_000).default(2000).describe('Training examples of each task, drawn with the seed.'),
  ridge: z.number().positive().default(0.001).describe('Strength λ of λ/2 ‖W‖² in the loss of the probe.'),
  iterations: z.int().min(1).max(100_000).default(300).describe('Most steps that the probe is trained for.'),
  tolerance: z
    .number()
    .positive()
    .default(1e-4)
    .describe('It is trained until no slope of its loss is larger than this.'),
});
export type ProbeSettings = z.output<typeof probeSettings>;

export const probe: AnalysisCard<typeof probeSettings> = {
  id: 'probe',
  title: 'Linear probe',
  revision: 1,
  summary:
    'What the last hidden layer still knows of a task: the accuracy of a linear classifier that is trained anew on its features. The drop is forgetting of the representation, without that of the head.',
  settings: probeSettings,
  quantities: [
    { name: 'accuracy', title: 'Accuracy of the probe' },
    { name: 'drop', title: 'Drop since the task' },
    { name: 'slope', title: 'Largest slope left' },
  ],
};
