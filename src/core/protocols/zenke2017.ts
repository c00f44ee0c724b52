import { valuesOf, type Protocol } from './protocol';

const source = 'Zenke, Poole & Ganguli 2017, ICML (Synaptic Intelligence)';
const value = valuesOf({
  seeds: 1,
  source: `${source}, the data of its figure in the authors' repository`,
  sure: 'read',
});

const si = (c: number) => ({ method: 'si', variant: 'zenke', c, xi: 0.1, resetOptimizer: false });

export const zenke2017: Protocol = {
  id: 'permuted-mnist/zenke-2017',
  title: 'Permuted MNIST, domain-incremental, ten tasks of 20 passes',
  source,
  settings: {
    stream: { dataset: 'mnist', kind: 'permuted', tasks: 10, scenario: 'domain' },
    network: { kind: 'mlp', hidden: [2000, 2000], init: 'xavier' },
    training: { optimizer: 'adam', learningRate: 0.001, batchSize: 256, epochs: 20 },
    seeds: 1,
  },
  methods: [
    { entry: { method: 'none' }, values: [value(57.41)] },
    { entry: si(0.1), values: [value(96.94)] },
    { entry: si(0.01), values: [value(92)] },
    { entry: si(0.02), values: [value(93.91)] },
  ],
  differences: [
    'There Keras holds the probabilities of the softmax at 10⁻⁷ at least before the logarithm, so that an example that the network is surer than that of otherwise has no gradient; and SI measures how far a weight moved in the first task from 0, not from where it began.',
  ],
};
