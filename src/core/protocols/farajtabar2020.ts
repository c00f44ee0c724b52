import { valuesOf, type Protocol } from './protocol';

const source = 'Farajtabar, Azizan, Mott & Li 2020, AISTATS (OGD)';
/** The paper has the accuracy of each task; these are their means. */
const value = valuesOf({ seeds: 10, source: `${source}, mean over the tasks of its tables`, sure: 'unverified' });

const ogd = { method: 'ogd', variant: 'gtl', perTask: 200 };
const network = { kind: 'mlp', hidden: [100, 100] };
const training = { optimizer: 'sgd', learningRate: 0.001, batchSize: 10, epochs: 5 };
const differences = [
  'Number of passes and of seeds were not read in the paper.',
  'The settings of EWC and A-GEM beside it are not known: they are left out.',
];

export const farajtabar2020: readonly Protocol[] = [
  {
    id: 'permuted-mnist/farajtabar-2020',
    title: 'Permuted MNIST, domain-incremental, five tasks',
    source,
    settings: {
      stream: { dataset: 'mnist', kind: 'permuted', tasks: 5, scenario: 'domain', identityFirst: false },
      network,
      training,
      seeds: 10,
    },
    methods: [
      { entry: { method: 'none' }, values: [value(79.64)] },
      { entry: ogd, values: [value(88.44)] },
    ],
    differences: [...differences, 'Whether the first task is permuted is not known; here it is.'],
  },
  {
    id: 'rotated-mnist/farajtabar-2020',
    title: 'Rotated MNIST, domain-incremental, five tasks',
    source,
    settings: {
      stream: { dataset: 'mnist', kind: 'rotated', angles: [0, 10, 20, 30, 40], scenario: 'domain' },
      network,
      training,
      seeds: 10,
    },
    methods: [
      { entry: { method: 'none' }, values: [value(83.44)] },
      { entry: ogd, values: [value(88.32)] },
    ],
    differences: [...differences, 'The angles of the paper are fixed and not known; here they are 0, 10 … 40 degrees.'],
  },
];
