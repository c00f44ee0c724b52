import * as z from 'zod';
import { tooLarge } from './buffers';
import { everywhere, type MethodCard } from './card';

export const gdumbSettings = z.strictObject({
  size: z.int().min(1).default(500).describe('Examples in memory (k), as many of each class as of every other.'),
});
export type GdumbSettings = z.output<typeof gdumbSettings>;

export const gdumb: MethodCard<typeof gdumbSettings> = {
  id: 'gdumb',
  title: 'GDumb',
  revision: 1,
  summary:
    'Greedy sampler and dumb learner: only fills a class-balanced memory while it meets the stream, and when a task ends trains a network from scratch on that memory alone.',
  expect:
    'As good as the memory: about 90 % class-incremental on Split MNIST with 500 examples, 97.8 % with 4,400 in a network of 400 units. A yardstick for methods that learn from the stream.',
  paper: {
    authors: 'Prabhu, Torr & Dokania',
    title: 'GDumb: A Simple Approach that Questions Our Progress in Continual Learning',
    venue: 'ECCV',
    year: 2020,
    link: 'https://doi.org/10.1007/978-3-030-58536-5_31',
  },
  settings: gdumbSettings,
  scenarios: everywhere,
  prescribes: () => ({
    training: {
      optimizer: 'sgd',
      learningRate: 0.05,
      momentum: 0.9,
      weightDecay: 1e-6,
      batchSize: 16,
      epochs: 128,
      iterations: undefined,
      warmup: { epochs: 1, startFactor: 0.1, kind: 'constant' },
      schedule: { kind: 'cosine', etaMin: 0.0005, t0: 1, tMult: 2, every: 'epoch' },
      clipping: { norm: 10 },
    },
  }),
  needsBoundary: () => [{ reason: 'GDumb trains on its memory when a task ends' }],
  combines: false,
  check: ({ size }: GdumbSettings, place) => tooLarge({ size }, place),
};
