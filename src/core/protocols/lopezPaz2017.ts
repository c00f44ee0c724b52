import { valuesOf, type Protocol } from './protocol';

const source = 'Lopez-Paz & Ranzato 2017, NeurIPS (GEM)';
// The script that draws them takes one run of each.
const read = valuesOf({ seeds: 1, source: `${source}, MNIST rotations`, sure: 'read' });

export const lopezPaz2017: Protocol = {
  id: 'rotated-mnist/lopez-paz-2017',
  title: 'Rotated MNIST, domain-incremental, 20 tasks of 1,000 images, one pass',
  source,
  settings: {
    stream: { dataset: 'mnist', kind: 'rotated', tasks: 20, scenario: 'domain', angles: 'lopez-paz' },
    network: { kind: 'mlp', hidden: [100, 100], init: 'xavier' },
    training: {
      optimizer: 'sgd',
      learningRate: 0.1,
      batchSize: 10,
      epochs: 1,
      samplesPerTask: 1000,
      sampling: 'drawn',
    },
    seeds: 5,
    // Both bounds are its own; without a remedy the step size is another.
    bounds: false,
  },
  methods: [
    {
      entry: { method: 'none', training: { learningRate: 0.003 } },
      values: [read(53), read(-8, undefined, 'backwardTransfer')],
    },
    { entry: { method: 'joint' }, values: [read(83)], differs: 'Its step size there is not known.' },
    {
      entry: { method: 'gem', perTask: 256, margin: 0.5 },
      values: [read(86), read(5, undefined, 'backwardTransfer')],
    },
  ],
  differences: [
    'Published in whole points.',
    'There the last test image is never counted, and backward transfer is divided by all 20 tasks: +5 is +5.3 here.',
    'EWC is left out: its Fisher information there is not comparable.',
  ],
};
