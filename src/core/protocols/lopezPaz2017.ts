import { valuesOf, type Protocol } from './protocol';

const source = 'Lopez-Paz & Ranzato 2017, NeurIPS (GEM)';
const read = valuesOf({ source: `${source}, MNIST rotations`, sure: 'read' });

export const lopezPaz2017: Protocol = {
  id: 'rotated-mnist/lopez-paz-2017',
  title: 'Rotated MNIST, domain-incremental, 20 tasks of 1,000 images, one pass',
  source,
  settings: {
    stream: { dataset: 'mnist', kind: 'rotated', tasks: 20, scenario: 'domain', angles: 'lopez-paz' },
    network: { kind: 'mlp', hidden: [100, 100] },
    training: { optimizer: 'sgd', learningRate: 0.1, batchSize: 10, epochs: 1, samplesPerTask: 1000 },
    seeds: 5,
  },
  methods: [
    { entry: { method: 'none' }, values: [read(53), read(-8, undefined, 'backwardTransfer')] },
    { entry: { method: 'joint' }, values: [read(83)] },
    {
      entry: { method: 'gem', perTask: 256, margin: 0.5 },
      values: [read(86), read(5, undefined, 'backwardTransfer')],
    },
  ],
  differences: [
    'Published in whole points, and with how many seeds is not known.',
    'Which 1,000 images a task has is not known; here they are the first ones. There the last test image is never counted.',
    'EWC is left out: its Fisher information there is not comparable.',
  ],
};
