import { valuesOf, type Protocol } from './protocol';

const source = 'Mirzadeh et al. 2021, ICLR (MC-SGD)';
const restated = valuesOf({ source: `${source}, as restated by SequeL`, sure: 'restated' });
const unverified = valuesOf({ source, sure: 'unverified' });

export const mirzadeh2021: Protocol = {
  id: 'rotated-mnist/mirzadeh-2021',
  title: 'Rotated MNIST, domain-incremental, 20 tasks 9° apart, one pass',
  source,
  settings: {
    stream: {
      dataset: 'mnist',
      kind: 'rotated',
      tasks: 20,
      scenario: 'domain',
      angles: Array.from({ length: 20 }, (_, task) => 9 * task),
    },
    network: { kind: 'mlp', hidden: [256, 256], dropout: 0.2, dropoutScaling: 'training' },
    training: {
      optimizer: 'sgd',
      learningRate: 0.1,
      momentum: 0.8,
      batchSize: 64,
      epochs: 1,
      optimizerState: 'kept',
      taskDecay: { gamma: 0.8 },
    },
    seeds: 5,
    // What it is compared with has settings of its own: see rotated-mnist/mirzadeh-2020.
    bounds: false,
  },
  methods: [
    {
      entry: { method: 'mc-sgd', perClass: 10, start: 0.1, lineLearningRate: 0.05 },
      values: [restated(82.3), unverified(8, undefined, 'forgettingWithLast')],
      differs:
        'Steps of the second phase are batches, a tenth as many as of the first; SequeL takes a single step, on all stored examples, and learns the next task from the minimum of the newest one instead of from the joined one.',
    },
  ],
  differences: [
    'Settings and angles are those of SequeL; which angles the authors had is not known.',
    'The number of seeds is not known.',
    'Initial weights are the usual ones of Lethe.',
  ],
};
