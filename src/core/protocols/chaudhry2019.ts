import { valuesOf, type Protocol, type PublishedValue } from './protocol';

const source = 'Chaudhry et al. 2019, ICLR (A-GEM)';
const notebook = { source: `${source}, results in the authors' notebook`, sure: 'read' } as const;
const value = valuesOf({ seeds: 5, spread: 'SD', ...notebook });
const joint = valuesOf(notebook);

type WithSd = readonly [percent: number, sd: number];
/** Accuracy, forgetting and LCA₁₀, each with its spread (the notebook's `std`, of the runs as they are). */
const row = (accuracy: WithSd, forgetting: WithSd, lca: WithSd): PublishedValue[] => [
  value(...accuracy),
  value(...forgetting, 'forgetting'),
  value(...lca, 'learningCurveArea'),
];

export const chaudhry2019: Protocol = {
  id: 'permuted-mnist/chaudhry-2019',
  title: 'Permuted MNIST, domain-incremental, 17 tasks, one pass',
  source,
  settings: {
    stream: { dataset: 'mnist', kind: 'permuted', tasks: 17, scenario: 'domain', identityFirst: false },
    network: { kind: 'mlp', hidden: [256, 256], init: 'truncated-normal' },
    training: { optimizer: 'sgd', learningRate: 0.1, batchSize: 10, epochs: 1, samplesPerTask: 55_000 },
    seeds: 5,
    // Both bounds are its own; without a remedy the step size is another.
    bounds: false,
  },
  methods: [
    {
      entry: { method: 'none', training: { learningRate: 0.03 } },
      values: row([47.95, 1.32], [51.06, 1.39], [26.16, 0.67]),
    },
    {
      entry: { method: 'joint' },
      values: [joint(95.38)],
      differs: 'Its step size there is not known, nor of how many runs the value is.',
    },
    {
      entry: { method: 'mas', lambda: 0.1, importance: 'batch', batchSize: 10, tasks: 'newest' },
      values: row([69.85, 0.93], [26.86, 1.01], [29.47, 0.39]),
    },
    { entry: { method: 'rwalk', lambda: 1, form: 'code' }, values: row([85.8, 0.57], [8.21, 0.68], [31.62, 0.57]) },
    {
      entry: { method: 'agem', perClass: 25, batchSize: 256 },
      values: row([89.12, 0.15], [6.96, 0.15], [29.11, 0.46]),
    },
    {
      entry: { method: 'gem', perTask: 250, margin: 0.5 },
      values: row([89.5, 0.48], [6, 0.4], [23, 0.5]),
      differs:
        'The values are those of the published figure; another file of results has 90.30 %. Which program they are of is not known: the one that stood beside A-GEM stored 25 images of each class, drawn when a task ends, and solved without a ridge. Margin and step size are not known either.',
    },
  ],
  differences: [
    'There LCA is the area by the trapezoidal rule; here it is the mean of the points, which is 0.1 to 0.2 points less.',
    'There 5,000 images are set aside from the training set; here its first 55,000 are trained on.',
    'EWC is left out: its Fisher information there is a running one, normalised over the network. Progressive networks are left out, too.',
  ],
};
