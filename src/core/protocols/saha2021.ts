import { valuesOf, type Protocol } from './protocol';

const source = 'Saha, Garg & Roy 2021, ICLR (GPM)';
const restated = valuesOf({ seeds: 5, spread: 'SD', source: `${source}, from table 1 of CUBER`, sure: 'restated' });

export const saha2021: Protocol = {
  id: 'permuted-mnist/saha-2021',
  title: 'Permuted MNIST, domain-incremental, ten tasks of five passes',
  source,
  settings: {
    stream: {
      dataset: 'mnist',
      kind: 'permuted',
      tasks: 10,
      scenario: 'domain',
      identityFirst: false,
      inputs: 'standardised',
    },
    network: { kind: 'mlp', hidden: [100, 100], bias: false },
    training: {
      optimizer: 'sgd',
      learningRate: 0.01,
      batchSize: 10,
      epochs: 5,
      validation: { share: 0.1 },
    },
    seeds: 5,
  },
  methods: [
    {
      entry: { method: 'gpm', threshold: [0.95, 0.99, 0.99], thresholdGrowth: 0, samples: 300 },
      values: [restated(93.91, 0.16), restated(-3, undefined, 'backwardTransfer')],
    },
  ],
  differences: [
    'There the first tenth of the images is for validation; here it is drawn.',
    'The number of seeds was not read in the paper, and BWT is published in whole points.',
    'The settings of the other methods of its table are not known: only GPM is here.',
  ],
};
