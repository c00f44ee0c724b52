import type { MeasureName } from '../measures/table';
import { valuesOf, type Protocol, type PublishedValue } from './protocol';

const source = 'Chaudhry et al. 2019, ICLR (A-GEM)';
const value = valuesOf({
  seeds: 5,
  spread: 'SD',
  source: `${source}, results in the authors' notebooks; their printed spread is taken for an SD`,
  sure: 'read',
});

const also = (measure: MeasureName, percent: number): PublishedValue => value(percent, undefined, measure);
/** Accuracy with its spread, forgetting and LCA₁₀. */
const row = (accuracy: number, spread: number, forgetting: number, lca: number): PublishedValue[] => [
  value(accuracy, spread),
  also('forgetting', forgetting),
  also('learningCurveArea', lca),
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
      values: row(47.95, 1.32, 51.1, 26.2),
    },
    { entry: { method: 'joint' }, values: [value(95.38)] },
    {
      entry: { method: 'mas', lambda: 0.1, importance: 'batch', batchSize: 10, tasks: 'newest' },
      values: row(69.85, 0.93, 26.9, 29.5),
    },
    { entry: { method: 'rwalk', lambda: 1, form: 'code' }, values: row(85.8, 0.57, 8.2, 31.6) },
    { entry: { method: 'agem', perClass: 25, batchSize: 256 }, values: row(89.12, 0.15, 7, 29.1) },
    {
      entry: { method: 'gem', perTask: 250, margin: 0.5 },
      values: row(90.3, 0.15, 5.5, 23.4),
      differs: "The margin is that of GEM's own authors; another file of results has 89.58 %.",
    },
  ],
  differences: [
    'There 5,000 images are set aside from the training set; here its first 55,000 are trained on.',
    'EWC is left out: its Fisher information there is a running one, normalised over the network.',
  ],
};
