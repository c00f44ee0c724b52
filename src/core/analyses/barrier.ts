import * as z from 'zod';
import type { AnalysisCard } from './card';

export const barrierSettings = z.strictObject({
  points: z.int().min(3).max(1001).default(21).describe('Points of the line, both ends among them.'),
  samples: z.int().min(1).max(100_000).default(500).describe('Training examples of each task, drawn with the seed.'),
});
export type BarrierSettings = z.output<typeof barrierSettings>;

export const barrier: AnalysisCard<typeof barrierSettings> = {
  id: 'barrier',
  title: 'Loss barrier',
  revision: 2,
  summary:
    'Whether the parameters after a task and those after later ones lie in one valley of the loss of that task: how far the loss rises on the straight line between them.',
  settings: barrierSettings,
  quantities: [
    { name: 'barrier', title: 'Barrier' },
    { name: 'at', title: 'At share' },
    { name: 'highest', title: 'Highest loss' },
    { name: 'start', title: 'Loss after the task' },
    { name: 'end', title: 'Loss later' },
  ],
};
