import type { Protocol } from './protocol';

/** The setting of the code that DEN's authors released. */
export const yoon2018: Protocol = {
  id: 'permuted-mnist/yoon-2018',
  title: 'Permuted MNIST, ten tasks with a head each',
  source: 'Yoon et al. 2018, ICLR (DEN)',
  settings: {
    stream: { dataset: 'mnist', kind: 'permuted', tasks: 10, scenario: 'task', identityFirst: false },
    network: { kind: 'mlp', hidden: [312, 128], output: 'sigmoid', init: 'xavier' },
    training: {
      optimizer: 'adam',
      learningRate: 0.001,
      batchSize: 256,
      iterations: 4300,
      schedule: { kind: 'exponential', gamma: 0.95 },
    },
    evaluation: { rocAuc: true },
    seeds: 5,
  },
  methods: [
    { entry: { method: 'none' }, values: [] },
    { entry: { method: 'den' }, values: [] },
    { entry: { method: 'den', preset: 'released' }, values: [] },
    {
      entry: { method: 'den', label: 'L2', units: 0, selectAfterOneStep: true },
      values: [],
      differs: 'The whole network is trained, held near its weights before the task; it never grows.',
    },
    {
      entry: { method: 'none', label: 'None, as large as DEN in the end', network: { hidden: [413, 198] } },
      values: [],
      differs: 'From the first task on the network has the size that DEN came to after the last one, with seed 1.',
    },
  ],
  told: ['rocAuc', 'accuracy'],
  differences: [
    'No number was printed for this setting. The code measures the mean area under the ROC curve of ten outputs, which is here beside the accuracy.',
    'There 5,000 of the training images are for validation, and a phase may end early by it; here all are trained on, and a phase takes all its steps.',
  ],
};
