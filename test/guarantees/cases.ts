import type { ToySpec } from './toyRuns';

const sleepy: ToySpec = {
  network: { bias: false, dropout: 0.25, output: 'relu', init: 0.1 },
  training: { optimizer: 'sgd', momentum: 0.5, learningRate: 0.1 },
};
const sleep = { steps: 60, stepsGrowth: 20, thresholds: [1, 1, 1], window: 5, alphaScale: 3 };
const momentum = { training: { optimizer: 'sgd', momentum: 0.9, learningRate: 0.05 } };

const convolutional = { kind: 'cnn', conv: [4, 6], hidden: [8] };

const permuted = (scenario: string, more: object = {}) => ({ stream: { kind: 'permuted', scenario, ...more } });

/** Settings of the recipe that are off by default, each once. */
const recipes: Record<string, ToySpec> = {
  'L2 weight decay and a clipped norm': { training: { weightDecay: 0.1, clipping: { norm: 0.5 } } },
  'EWC with AdamW, clipped by value': {
    methods: { ewc: { lambda: 100 } },
    training: { weightDecay: 0.5, decoupledWeightDecay: true, clipping: { value: 0.02 } },
  },
  'SGDW with Nesterov, warm-up and warm restarts': {
    training: {
      ...momentum.training,
      ...{ nesterov: true, weightDecay: 0.2, decoupledWeightDecay: true },
      warmup: { steps: 2, startFactor: 0.2 },
      schedule: { kind: 'cosine', t0: 0.4, tMult: 2, etaMin: 0.001 },
    },
  },
  'SAM with L2 weight decay, step sizes that fall from task to task': {
    methods: { sam: {} },
    training: { weightDecay: 0.1, taskDecay: { gamma: 0.7, floor: 0.004 } },
  },
  'label smoothing, Xavier, a zero head, dropout as in PyTorch, task-incremental': {
    stream: { scenario: 'task' },
    network: { init: 'xavier', headInit: 'zeros', dropout: 0.3, dropoutScaling: 'training' },
    training: { labelSmoothing: 0.1 },
  },
  'sigmoid outputs with convolutions': { network: { ...convolutional, output: 'sigmoid' } },
  'SI with sigmoid outputs, task-incremental': {
    stream: { scenario: 'task' },
    methods: { si: { c: 0.5 } },
    network: { output: 'sigmoid' },
  },
  'early stopping, plateaus, the best parameters': {
    training: {
      ...{ iterations: 28, learningRate: 0.03 },
      validation: { share: 0.2, restoreBest: true },
      earlyStopping: { patience: 2, minDelta: 0.1 },
      schedule: { kind: 'plateau', patience: 1, factor: 0.3, threshold: 0.1, freshOptimizer: true },
    },
  },
  'joint with early stopping': {
    methods: { joint: {} },
    training: {
      ...{ iterations: 20, learningRate: 0.03 },
      validation: { count: 10, from: 'last', restoreBest: true },
      earlyStopping: { patience: 1, minDelta: 0.1 },
    },
  },
  'replay with drawn examples, an optimiser fresh with each pass': {
    methods: { replay: { perClass: 3 } },
    training: { ...momentum.training, samplesPerTask: 50, sampling: 'drawn', optimizerState: 'per-epoch' },
  },
};

/** One run of every kind of training. */
export const cases: Record<string, ToySpec> = {
  ...recipes,
  none: {},
  'none with dropout': { network: { dropout: 0.3 } },
  'joint with momentum': { methods: { joint: {} }, ...momentum },
  'offline EWC': { methods: { ewc: { lambda: 100 } } },
  'online EWC': { methods: { ewc: { lambda: 100, online: true, gamma: 0.7, fisher: 'empirical' } }, ...momentum },
  'sampled EWC, task-incremental': {
    methods: { ewc: { lambda: 100, fisher: 'sampled', samples: 30 } },
    stream: { scenario: 'task' },
  },
  PackNet: { methods: { packnet: { prune: 0.4 } } },
  'PackNet without retraining, momentum': { methods: { packnet: { retrain: 0 } }, ...momentum },
  'replay, per class': { methods: { replay: { perClass: 3 } } },
  'replay, reservoir': { methods: { replay: { buffer: 'reservoir', size: 20, batchSize: 8, mixing: 'concatenate' } } },
  sleep: { methods: { sleep }, ...sleepy },
  'replay and sleep': { methods: { replay: { perClass: 3 }, sleep }, ...sleepy },
  'EWC with convolutions': { network: { ...convolutional, dropout: 0.2 }, methods: { ewc: { lambda: 100 } } },
  'PackNet with convolutions': { network: convolutional, methods: { packnet: { prune: 0.4 } } },
  SI: { methods: { si: { c: 0.5 } } },
  'SI with an optimiser that goes on, momentum, task-incremental': {
    methods: { si: { c: 0.5, resetOptimizer: false } },
    stream: { scenario: 'task' },
    ...momentum,
  },
  'A-GEM': { methods: { agem: { perClass: 4, batchSize: 6 } } },
  'A-GEM with convolutions and dropout': {
    network: { ...convolutional, dropout: 0.2 },
    methods: { agem: { perClass: 4 } },
  },
  SAM: { methods: { sam: {} } },
  'SI, A-GEM and SAM': { methods: { si: {}, agem: { perClass: 3 }, sam: { rho: 0.1 } }, ...momentum },
  'EWC and replay': { methods: { ewc: { lambda: 100 }, replay: { perClass: 3 } } },
  'permuted, domain-incremental': permuted('domain'),
  'joint, permuted and padded, class-incremental': { methods: { joint: {} }, ...permuted('class', { pad: 2 }) },
  'EWC, permuted and padded, class-incremental': {
    methods: { ewc: { lambda: 100, samples: 40 } },
    ...permuted('class', { pad: 2, identityFirst: false }),
  },
  'PackNet, permuted, task-incremental': { methods: { packnet: { prune: 0.4 } }, ...permuted('task') },
  'replay per class, permuted, class-incremental': { methods: { replay: { perClass: 2 } }, ...permuted('class') },
  'replay from a reservoir, permuted, task-incremental': {
    methods: { replay: { buffer: 'reservoir', size: 20, batchSize: 8 } },
    ...permuted('task', { identityFirst: false }),
  },
  'sleep, permuted and padded, domain-incremental': {
    methods: { sleep },
    ...sleepy,
    ...permuted('domain', { pad: 2 }),
  },
  'replay with convolutions, permuted and padded': {
    network: convolutional,
    methods: { replay: { perClass: 2 } },
    ...permuted('domain', { pad: 2 }),
  },
};
