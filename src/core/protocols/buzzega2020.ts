import { valuesOf, type Protocol, type ProtocolMethod, type PublishedValue } from './protocol';

const source = 'Buzzega et al. 2020, NeurIPS (Dark Experience Replay)';
const value = valuesOf({ seeds: 10, source: `${source}, tables on MNIST`, sure: 'unverified' });
/** Class-incremental, and the same runs told the task. */
const both = (percent: number, taskAware: number): PublishedValue[] => [
  value(percent),
  value(taskAware, undefined, 'taskAwareAccuracy'),
];

const FISHER =
  'There squared gradients are also weighted by the probability of the label; the strength is twice theirs, whose penalty has no ½.';

const at = (learningRate: number) => ({ training: { learningRate } });
const onlineEwc = (lambda: number) => ({
  method: 'ewc',
  lambda: 2 * lambda,
  online: true,
  gamma: 1,
  fisher: 'empirical',
});
const si = (c: number, xi: number) => ({ method: 'si', variant: 'buzzega', c, xi, resetOptimizer: false, ...at(0.1) });
const replay = (size: number, batchSize: number) => ({
  method: 'replay',
  buffer: 'reservoir',
  size,
  batchSize,
  mixing: 'concatenate',
});
const der = (size: number, alpha: number, batchSize: number) => ({ method: 'der', size, alpha, batchSize });
const derpp = (size: number, alpha: number, beta: number, batchSize: number) => ({
  ...der(size, alpha, batchSize),
  method: 'derpp',
  beta,
});
const GEM_MEMORY = 'There the memory of a task is filled when it ends; here it holds the last examples met.';

const AGEM_MEMORY = 'There the images of a task are drawn from all of it when it ends; here as many of each class.';
const ICARL =
  'There the loss is a mean over the outputs of the classes so far, here over all outputs; there features are not normalised. There, too, the stored images are trained on with their pixels cut down to whole numbers from 0 to 1, nearly black: the published accuracy hardly depends on the buffer.';

const ofSplit: readonly ProtocolMethod[] = [
  { entry: { method: 'none' }, values: both(19.6, 94.94) },
  {
    entry: { method: 'joint' },
    values: both(95.57, 99.51),
    differs: 'The step size of their joint training is not known.',
  },
  { entry: onlineEwc(90), values: both(20.46, 98.39), differs: FISHER },
  { entry: si(1, 0.9), values: both(19.27, 96) },
  {
    entry: {
      method: 'lwf',
      lambda: 1,
      temperature: 2,
      weighting: 'once',
      outputs: 'old',
      activeClasses: 'all-so-far',
      warmUp: 1,
      // 5e-4 · Σ θ², without a ½.
      training: { weightDecay: 1e-3 },
    },
    values: both(19.62, 94.11),
    differs: 'There weights do not decay in the warm-up.',
  },
  { entry: { ...replay(200, 10), ...at(0.01) }, values: [value(80.43)] },
  { entry: { ...replay(500, 10), ...at(0.1) }, values: [value(86.12)] },
  { entry: { ...replay(5120, 10), ...at(0.1) }, values: [value(93.4)] },
  { entry: { method: 'gem', perTask: 40, margin: 1, ...at(0.01) }, values: [value(80.11)], differs: GEM_MEMORY },
  { entry: { method: 'gem', perTask: 100, margin: 0.5, ...at(0.03) }, values: [value(85.99)], differs: GEM_MEMORY },
  { entry: { method: 'gem', perTask: 1024, margin: 1, ...at(0.1) }, values: [value(95.11)], differs: GEM_MEMORY },
  { entry: { method: 'agem', perClass: 20, batchSize: 128, ...at(0.1) }, values: [value(45.72)], differs: AGEM_MEMORY },
  { entry: { method: 'agem', perClass: 50, batchSize: 128, ...at(0.1) }, values: [value(46.66)], differs: AGEM_MEMORY },
  {
    entry: { method: 'agem', perClass: 512, batchSize: 128, ...at(0.1) },
    values: [value(54.24)],
    differs: AGEM_MEMORY,
  },
  { entry: { method: 'icarl', budget: 'in-all', size: 200, ...at(0.1) }, values: [value(70.51)], differs: ICARL },
  { entry: { method: 'icarl', budget: 'in-all', size: 500, ...at(0.1) }, values: [value(70.1)], differs: ICARL },
  { entry: der(200, 0.2, 10), values: [value(84.55)] },
  { entry: der(500, 1, 128), values: [value(90.54)] },
  { entry: { ...der(5120, 0.5, 128), ...at(0.1) }, values: [value(94.9)] },
  { entry: derpp(200, 0.2, 1, 128), values: [value(85.61)] },
  { entry: derpp(500, 1, 0.5, 10), values: [value(91)] },
  { entry: { ...derpp(5120, 0.2, 0.5, 64), ...at(0.1) }, values: [value(95.3)] },
];

const ofPermuted: readonly ProtocolMethod[] = [
  { entry: { method: 'none' }, values: [value(40.7)] },
  {
    entry: { method: 'joint' },
    values: [value(94.33)],
    differs: 'The step size of their joint training is not known.',
  },
  { entry: { ...onlineEwc(0.7), ...at(0.1) }, values: [value(75.79)], differs: FISHER },
  { entry: si(0.5, 1), values: [value(65.86)] },
  { entry: replay(200, 128), values: [value(72.37)] },
  { entry: replay(500, 128), values: [value(80.6)] },
  { entry: replay(5120, 128), values: [value(89.9)] },
  { entry: { method: 'gem', perTask: 10, margin: 0.5, ...at(0.1) }, values: [value(66.93)], differs: GEM_MEMORY },
  { entry: { method: 'gem', perTask: 25, margin: 0.5, ...at(0.1) }, values: [value(76.88)], differs: GEM_MEMORY },
  { entry: { method: 'gem', perTask: 256, margin: 0.5, ...at(0.1) }, values: [value(87.42)], differs: GEM_MEMORY },
  { entry: { method: 'agem', perClass: 1, batchSize: 128, ...at(0.1) }, values: [value(66.42)], differs: AGEM_MEMORY },
  { entry: der(200, 1, 128), values: [value(81.74)] },
  { entry: der(500, 1, 128), values: [value(87.29)] },
  { entry: der(5120, 0.5, 128), values: [value(91.66)] },
  { entry: { ...derpp(200, 1, 1, 128), ...at(0.1) }, values: [value(83.58)] },
  { entry: derpp(500, 1, 0.5, 128), values: [value(88.21)] },
  { entry: derpp(5120, 0.5, 1, 128), values: [value(92.26)] },
];

const ofRotated: readonly ProtocolMethod[] = [
  { entry: { method: 'none' }, values: [value(67.66)] },
  {
    entry: { method: 'joint' },
    values: [value(95.76)],
    differs: 'The step size of their joint training is not known.',
  },
  { entry: { ...onlineEwc(0.7), ...at(0.1) }, values: [value(77.35)], differs: FISHER },
  { entry: si(1, 1), values: [value(71.91)] },
  { entry: replay(200, 128), values: [value(85.01)] },
  { entry: replay(500, 128), values: [value(88.91)] },
  { entry: replay(5120, 128), values: [value(93.45)] },
  { entry: { method: 'gem', perTask: 10, margin: 0.5, ...at(0.01) }, values: [value(80.8)], differs: GEM_MEMORY },
  { entry: { method: 'gem', perTask: 25, margin: 0.5, ...at(0.01) }, values: [value(81.15)], differs: GEM_MEMORY },
  { entry: { method: 'gem', perTask: 256, margin: 0.5, ...at(0.01) }, values: [value(88.57)], differs: GEM_MEMORY },
  { entry: { method: 'agem', perClass: 1, batchSize: 128, ...at(0.1) }, values: [value(81.91)], differs: AGEM_MEMORY },
  { entry: der(200, 1, 128), values: [value(90.04)] },
  { entry: der(500, 0.5, 128), values: [value(92.24)] },
  { entry: der(5120, 0.5, 128), values: [value(94.14)] },
  { entry: { ...derpp(200, 1, 0.5, 128), ...at(0.1) }, values: [value(90.43)] },
  { entry: derpp(500, 0.5, 1, 128), values: [value(92.77)] },
  { entry: derpp(5120, 0.5, 0.5, 128), values: [value(94.65)] },
];

const network = { kind: 'mlp', hidden: [100, 100], init: 'xavier' };
const training = (learningRate: number, batchSize: number) => ({
  optimizer: 'sgd',
  learningRate,
  batchSize,
  epochs: 1,
});
const HEADS = 'Numbers told the task are those of the class-incremental runs, as there.';

export const buzzega2020: readonly Protocol[] = [
  {
    id: 'split-mnist/buzzega-2020',
    title: 'Split MNIST, class-incremental, one pass',
    source,
    settings: {
      stream: { dataset: 'mnist', kind: 'split', tasks: 5, scenario: 'class' },
      network,
      training: training(0.03, 10),
      seeds: 10,
    },
    methods: ofSplit,
    differences: [HEADS],
  },
  {
    id: 'permuted-mnist/buzzega-2020',
    title: 'Permuted MNIST, domain-incremental, 20 tasks',
    source,
    settings: {
      stream: { dataset: 'mnist', kind: 'permuted', tasks: 20, scenario: 'domain', identityFirst: false },
      network,
      training: training(0.2, 128),
      seeds: 10,
    },
    methods: ofPermuted,
    differences: [],
  },
  {
    id: 'rotated-mnist/buzzega-2020',
    title: 'Rotated MNIST, domain-incremental, 20 tasks',
    source,
    settings: {
      stream: { dataset: 'mnist', kind: 'rotated', tasks: 20, scenario: 'domain', angles: 'buzzega' },
      network,
      training: training(0.2, 128),
      seeds: 10,
    },
    methods: ofRotated,
    differences: [],
  },
];
