import { valuesOf, type Protocol } from './protocol';

const source = 'Mirzadeh et al. 2020, NeurIPS (Stable SGD)';
const restated = valuesOf({ source: `${source}, as restated by SequeL and MC-SGD`, sure: 'restated' });
const unverified = valuesOf({ source: `${source}, table of 20 tasks`, sure: 'unverified' });

export const mirzadeh2020: Protocol = {
  id: 'rotated-mnist/mirzadeh-2020',
  title: 'Rotated MNIST, domain-incremental, 20 tasks, one pass',
  source,
  settings: {
    stream: { dataset: 'mnist', kind: 'rotated', tasks: 20, scenario: 'domain', angles: 'mirzadeh' },
    network: { kind: 'mlp', hidden: [256, 256] },
    training: {
      optimizer: 'sgd',
      learningRate: 0.01,
      momentum: 0.8,
      batchSize: 10,
      epochs: 1,
      optimizerState: 'per-epoch',
    },
    seeds: 5,
  },
  methods: [
    {
      entry: { method: 'none' },
      values: [restated(46.3), unverified(52, undefined, 'forgettingWithLast')],
    },
    {
      entry: {
        method: 'stable-sgd',
        learningRate: 0.1,
        gamma: 0.55,
        dropout: 0.25,
        batchSize: 64,
        momentum: 0.8,
        epochs: 1,
      },
      values: [unverified(70.8), unverified(10, undefined, 'forgettingWithLast')],
      differs:
        'The settings are those that an author gave later, in issue 5; the released script is known to be wrong. In the first version of the code dropout went on at test and passes were not shuffled, which the next mended: which of them the values are of is not known.',
    },
  ],
  differences: ['The number of seeds is not known.', 'Initial weights are the usual ones of Lethe.'],
};
