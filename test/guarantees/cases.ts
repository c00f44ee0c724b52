import { cards } from '../../src/core/methods/index';
import { asNumbers, halves, toyDataset, type ToySpec } from './toyData';

const sleepy: ToySpec = {
  network: { bias: false, dropout: 0.25, output: 'relu', init: 0.1 },
  training: { optimizer: 'sgd', momentum: 0.5, learningRate: 0.1 },
};
const sleep = { steps: 60, stepsGrowth: 20, thresholds: [1, 1, 1], window: 5, alphaScale: 3 };
const momentum = { training: { optimizer: 'sgd', momentum: 0.9, learningRate: 0.05 } };

/** What steps orthogonal to old tasks are defined with. */
const plainSgd = { training: { optimizer: 'sgd', learningRate: 0.1 } };

/** For toy images. */
const smallGenerator = { generatorHidden: [12, 9], latent: 4, generatorLearningRate: 0.01 };

const convolutional = { kind: 'cnn', conv: [4, 6], hidden: [8] };

const inColour = toyDataset({ shape: [6, 7, 3] });
const augment = { crop: 2, flip: true };

const permuted = (scenario: string, more: object = {}) => ({ stream: { kind: 'permuted', scenario, ...more } });

const rotated = (scenario: string, angles: unknown = [20, 0, 110]) => ({
  stream: { kind: 'rotated', scenario, angles },
});

/** A split of each toy data set, and one of them permuted. */
const inParts = (scenario: string) => ({
  stream: {
    kind: 'parts',
    scenario,
    parts: [
      { dataset: 'toy' },
      { dataset: 'other', kind: 'split', tasks: 1, classOrder: [3, 1] },
      { dataset: 'toy', kind: 'permuted', tasks: 1, identityFirst: false },
    ],
  },
});

const reservoir = { replay: { buffer: 'reservoir', size: 20, batchSize: 8, mixing: 'concatenate' } };

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
  'replay among the classes met, label smoothing': {
    methods: { replay: { perClass: 3 } },
    training: { activeClasses: 'all-so-far', labelSmoothing: 0.1 },
  },
  'EWC among the classes met, permuted': {
    ...permuted('class'),
    methods: { ewc: { lambda: 100 } },
    training: { activeClasses: 'all-so-far' },
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
  "online EWC of predicted labels, van de Ven's": {
    methods: { ewc: { lambda: 100, online: true, gamma: 0.7, form: 'van-de-ven', fisher: 'predicted' } },
  },
  "online EWC, Schwarz's": {
    methods: { ewc: { lambda: 10, online: true, gamma: 0.95, form: 'schwarz', samples: 40 } },
    ...momentum,
  },
  'sampled EWC, task-incremental': {
    methods: { ewc: { lambda: 100, fisher: 'sampled', samples: 30 } },
    stream: { scenario: 'task' },
  },
  PackNet: { methods: { packnet: { prune: 0.4 } } },
  'PackNet that grows': { methods: { packnet: { prune: 0.4, growBelow: 0.7 } } },
  'PackNet that grows, with convolutions, permuted, without retraining': {
    network: convolutional,
    methods: { packnet: { prune: 0.4, retrain: 0, growBelow: 0.5, growBy: 0.3 } },
    ...permuted('task'),
  },
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
  "SI, van de Ven's": { methods: { si: { variant: 'van-de-ven', c: 5, xi: 0.1, resetOptimizer: false } } },
  "SI, Buzzega's, momentum": { methods: { si: { variant: 'buzzega', c: 0.5, xi: 0.9 } }, ...momentum },
  MAS: { methods: { mas: { lambda: 0.5, batchSize: 32 } } },
  'MAS by sample with convolutions, task-incremental': {
    methods: { mas: { importance: 'sample', tasks: 'newest', samples: 30 } },
    network: { ...convolutional, dropout: 0.2 },
    stream: { scenario: 'task' },
  },
  RWalk: { methods: { rwalk: { lambda: 2, every: 3 } } },
  'RWalk as in the paper, momentum, permuted, domain-incremental': {
    methods: { rwalk: { form: 'paper', every: 2, alpha: 0.7 } },
    ...momentum,
    ...permuted('domain'),
  },
  'LwF, class-incremental': { methods: { lwf: { weighting: 'once' } } },
  'LwF, old outputs among those seen, balanced, with dropout': {
    methods: { lwf: { outputs: 'seen', weighting: 'balanced', temperature: 3 } },
    network: { dropout: 0.2 },
  },
  'LwF with a warm-up, class-incremental': {
    methods: { lwf: { outputs: 'old', weighting: 'once', warmUp: 0.5 } },
    ...momentum,
  },
  'LwF among the classes met, with a warm-up, dropout and smoothed labels': {
    methods: { lwf: { preset: 'buzzega', warmUp: 0.5 } },
    network: { dropout: 0.2 },
    training: { labelSmoothing: 0.1 },
  },
  'LwF with convolutions and a warm-up, task-incremental': {
    methods: { lwf: { warmUp: 0.5 } },
    network: convolutional,
    dataset: toyDataset({ classes: 8 }),
    stream: { scenario: 'task', classesPerTask: [3, 2, 3] },
  },
  'LwF, permuted, domain-incremental': { methods: { lwf: {} }, ...permuted('domain') },
  'MAS, LwF, replay and SAM': {
    methods: { mas: {}, lwf: { outputs: 'old', warmUp: 0.5 }, replay: { perClass: 3 }, sam: {} },
  },
  'A-GEM': { methods: { agem: { perClass: 4, batchSize: 6 } } },
  'A-GEM with convolutions and dropout': {
    network: { ...convolutional, dropout: 0.2 },
    methods: { agem: { perClass: 4 } },
  },
  OGD: { methods: { ogd: { perTask: 4 } }, ...plainSgd },
  'OGD-ALL, task-incremental, with momentum that begins anew': {
    methods: { ogd: { variant: 'all', perTask: 3 } },
    stream: { scenario: 'task' },
    training: { ...momentum.training, optimizerState: 'per-task' },
  },
  'OGD-AVE with convolutions': {
    network: convolutional,
    methods: { ogd: { variant: 'ave', perTask: 9 } },
    ...plainSgd,
  },
  'OGD+, anew': { methods: { ogd: { perTask: 3, plus: 'anew' } }, ...plainSgd },
  'OGD+, added, permuted, domain-incremental': {
    methods: { ogd: { perTask: 3, plus: 'added' } },
    ...plainSgd,
    ...permuted('domain'),
  },
  GPM: { methods: { gpm: { samples: 20 } }, ...plainSgd },
  'GPM with convolutions, task-incremental': {
    network: { ...convolutional, dropout: 0.2 },
    methods: { gpm: { threshold: [0.6, 0.8, 0.9], thresholdGrowth: 0.02, samples: 30 } },
    stream: { scenario: 'task' },
    ...plainSgd,
  },
  'GPM without biases, permuted, domain-incremental': {
    network: { bias: false },
    methods: { gpm: { threshold: 0.9 } },
    ...plainSgd,
    ...permuted('domain'),
  },
  'EWC, GPM and SAM': { methods: { ewc: { lambda: 1 }, gpm: { threshold: 0.8 }, sam: {} }, ...plainSgd },
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
  'replay, augmented': { methods: { replay: { perClass: 3 } }, training: { augment } },
  'A-GEM with convolutions, in colour, standardised and augmented': {
    network: { ...convolutional, conv: [4], dropout: 0.2 },
    methods: { agem: { perClass: 4 } },
    dataset: inColour,
    stream: { inputs: 'standardised' },
    training: { augment },
  },
  'EWC, of numbers, normalised': {
    methods: { ewc: { lambda: 100 } },
    dataset: asNumbers(toyDataset()),
    stream: { inputs: { mean: [0.4], std: [0.25] } },
  },
  'joint, of numbers in colour, permuted, standardised and cropped': {
    methods: { joint: {} },
    dataset: asNumbers(inColour),
    ...permuted('domain', { pad: 2, inputs: 'standardised' }),
    training: { augment: { crop: 1 } },
  },
  'replay of 300 classes, with half of the inputs not there, standardised': {
    methods: { replay: { perClass: 1 } },
    dataset: toyDataset({ classes: 300, train: 2, test: 1, shape: [4, 4, 2] }),
    views: halves(3, 32),
    stream: { inputs: 'standardised' },
  },
  'EWC on tasks of three, one and two classes': {
    methods: { ewc: { lambda: 100 } },
    stream: { classesPerTask: [3, 1, 2], classOrder: 'per-seed' },
  },
  'PackNet on tasks of three, one and two classes': {
    methods: { packnet: { prune: 0.4 } },
    stream: { classesPerTask: [3, 1, 2], scenario: 'task' },
  },
  'replay per class on tasks of three, two and two classes, domain-incremental': {
    dataset: toyDataset({ classes: 8 }),
    methods: { replay: { perClass: 3 } },
    stream: { classesPerTask: [3, 2, 2], scenario: 'domain' },
  },
  'EWC, rotated, class-incremental': {
    methods: { ewc: { lambda: 100, samples: 40 } },
    ...rotated('class'),
  },
  'A-GEM, rotated as Mirzadeh, domain-incremental': {
    methods: { agem: { perClass: 4, batchSize: 6 } },
    ...rotated('domain', 'mirzadeh'),
  },
  'replay with convolutions, rotated, task-incremental': {
    network: convolutional,
    methods: { replay: { perClass: 2 } },
    ...rotated('task', 'lopez-paz'),
  },
  'sleep, rotated, domain-incremental': { methods: { sleep }, ...sleepy, ...rotated('domain', 'buzzega') },
  'replay in parts, class-incremental': { methods: { replay: { perClass: 2 } }, ...inParts('class') },
  'PackNet in parts, task-incremental': { methods: { packnet: { prune: 0.4 } }, ...inParts('task') },
  'joint in parts, domain-incremental': { methods: { joint: {} }, ...inParts('domain') },
  'none, blurry': { stream: { blurry: 0.7 } },
  'a reservoir, permuted and blurry, domain-incremental': {
    methods: reservoir,
    ...permuted('domain', { blurry: 1 }),
  },
  'SAM and a reservoir, blurry, task-incremental': {
    methods: { ...reservoir, sam: {} },
    stream: { scenario: 'task', classesPerTask: [2, 3, 1], blurry: 0.5 },
  },
  'joint, blurry': { methods: { joint: {} }, stream: { blurry: 0.5 } },
  cumulative: { methods: { cumulative: {} } },
  'cumulative from scratch in passes, permuted': {
    methods: { cumulative: { fromScratch: true } },
    training: { ...momentum.training, iterations: undefined, epochs: 1 },
    ...permuted('domain'),
  },
  'separate networks, task-incremental': { methods: { separate: {} }, stream: { scenario: 'task' } },
  'separate networks with momentum, rotated': {
    methods: { separate: {} },
    ...momentum,
    ...rotated('domain'),
  },
  'averaging, SWA': { methods: { averaging: { last: 0.7, every: 2 } } },
  'averaging, EMA, with SAM and EWC': {
    methods: { ewc: { lambda: 50 }, sam: {}, averaging: { average: 'ema', decay: 0.8 } },
    ...momentum,
  },
  'Stable SGD': {
    methods: { 'stable-sgd': {} },
    network: { dropout: 0.5, dropoutScaling: 'training' },
    training: {
      ...{ optimizer: 'sgd', learningRate: 0.1, momentum: 0.8, batchSize: 10, optimizerState: 'per-epoch' },
      ...{ iterations: undefined, epochs: 1, taskDecay: { gamma: 0.8, from: 1, floor: 5e-5 } },
    },
  },
  'rehearsal in passes': {
    methods: { rehearsal: { share: 0.3, roundTo: 5 } },
    training: { iterations: undefined, epochs: 1 },
  },
  'rehearsal of exemplars': { methods: { rehearsal: { exemplars: 20 } } },
  'rehearsal and sleep': { methods: { rehearsal: { share: 0.3 }, sleep }, ...sleepy },
  'replay from a ring': { methods: { replay: { buffer: 'ring', perClass: 4, batchSize: 8, mixing: 'concatenate' } } },
  'replay from a ring of tasks': { methods: { replay: { buffer: 'task-ring', perTask: 7, batchSize: 8 } } },
  'replay, class-balanced': {
    methods: { replay: { buffer: 'class-balanced', size: 14, batchSize: 8 } },
    stream: { classesPerTask: [3, 1, 2] },
  },
  DER: { methods: { der: { size: 20, batchSize: 8 } } },
  'DER with convolutions and dropout, momentum, task-incremental': {
    network: { ...convolutional, dropout: 0.2 },
    methods: { der: { size: 20, alpha: 0.3 } },
    stream: { scenario: 'task' },
    ...momentum,
  },
  'DER++, blurry': { methods: { derpp: { size: 20, batchSize: 8 } }, stream: { blurry: 0.5 } },
  'DER++ and SAM, permuted, domain-incremental': {
    methods: { derpp: { size: 20, batchSize: 8 }, sam: {} },
    ...permuted('domain'),
  },
  GEM: { methods: { gem: { perTask: 12 } }, ...momentum },
  'GEM without margin and ridge, rotated, domain-incremental': {
    methods: { gem: { perTask: 12, margin: 0, ridge: 0 } },
    ...rotated('domain'),
  },
  'EWC and GEM, task-incremental': {
    methods: { ewc: { lambda: 100 }, gem: { perTask: 12 } },
    stream: { scenario: 'task' },
  },
  GDumb: { methods: { gdumb: { size: 20 } }, ...momentum },
  'GDumb as its authors train, permuted, class-incremental': {
    methods: { gdumb: { size: 31 } },
    ...permuted('class'),
    training: {
      ...{ optimizer: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 1e-6, iterations: undefined, epochs: 7 },
      warmup: { epochs: 1, startFactor: 0.1, kind: 'constant' },
      schedule: { kind: 'cosine', etaMin: 0.0005, t0: 1, tMult: 2, every: 'epoch' },
      clipping: { norm: 10 },
    },
  },
  'replay by herding': { methods: { replay: { buffer: 'herding', perClass: 3 } } },
  'replay of a k-center coreset, with convolutions, permuted': {
    network: convolutional,
    methods: { replay: { buffer: 'k-center', perClass: 2 } },
    ...permuted('class'),
  },
  'replay of what is closest to the mean': { methods: { replay: { buffer: 'closest-to-mean', perClass: 3 } } },
  'replay by GSS, task-incremental': {
    methods: { replay: { buffer: 'gss-greedy', size: 20, batchSize: 8, mixing: 'concatenate' } },
    stream: { scenario: 'task' },
  },
  'replay by GSS, permuted and blurry': {
    methods: { replay: { buffer: 'gss-greedy', size: 20, batchSize: 8, mixing: 'concatenate' } },
    ...permuted('domain', { blurry: 0.8 }),
  },
  'iCaRL as in van de Ven': {
    methods: { icarl: { perClass: 4, activeClasses: 'all-so-far', temperature: 2 } },
    network: { output: 'sigmoid' },
  },
  iCaRL: { methods: { icarl: { perClass: 4 } }, network: { output: 'sigmoid' } },
  'iCaRL with K in all, mirrored, convolutions and dropout': {
    methods: { icarl: { budget: 'in-all', size: 20, mirrored: true } },
    network: { ...convolutional, output: 'sigmoid', dropout: 0.2 },
    training: { augment },
  },
  'mc-sgd': { methods: { 'mc-sgd': { perClass: 5, batchSize: 8, points: 3, lineSteps: 0.5 } } },
  progressive: { methods: { progressive: {} } },
  'progressive with dropout and without biases, momentum, permuted, domain-incremental': {
    methods: { progressive: { scale: 0.5 } },
    network: { dropout: 0.3, bias: false },
    ...momentum,
    ...permuted('domain'),
  },
  'progressive with convolutions and dropout, task-incremental': {
    methods: { progressive: {} },
    network: { ...convolutional, dropout: 0.2 },
    stream: { scenario: 'task' },
  },
  HAT: { methods: { hat: { compressibility: 0.02 } }, ...plainSgd },
  'HAT with convolutions and dropout, momentum, task-incremental': {
    network: { ...convolutional, dropout: 0.2 },
    methods: { hat: { maxSlope: 50, compressibility: 2 } },
    stream: { scenario: 'task' },
    ...momentum,
  },
  'generative-replay': { methods: { 'generative-replay': smallGenerator } },
  'generative-replay, soft targets, a head per task': {
    methods: { 'generative-replay': { ...smallGenerator, targets: 'soft' } },
    stream: { scenario: 'task' },
  },
  // Small steps and soft targets: a network this small with batch norm makes much of rounding, and labels jump.
  'generative-replay with momentum and batch norm, domain-incremental': {
    methods: { 'generative-replay': { ...smallGenerator, targets: 'soft' } },
    network: { kind: 'resnet18', filters: 2 },
    stream: { scenario: 'domain' },
    training: { ...momentum.training, learningRate: 0.001 },
  },
  'generative-replay, then sleep': {
    methods: { 'generative-replay': smallGenerator, sleep },
    ...sleepy,
  },
  'l2-init': { methods: { 'l2-init': { lambda: 0.1 } } },
  'shrink-and-perturb': {
    methods: { 'shrink-and-perturb': { weightDecay: 0.01, sigma: 0.01 } },
    training: { weightDecay: 0.01 },
  },
  'shrink and perturb between tasks, momentum': {
    methods: { 'shrink-and-perturb': { every: 'task', shrink: 0.5, sigma: 0.05 } },
    ...momentum,
  },
  'continual-backprop': {
    methods: { 'continual-backprop': { replacementRate: 0.05, maturityThreshold: 1, decay: 0.8 } },
  },
  'continual backprop with momentum, corrected biases, task-incremental': {
    methods: {
      'continual-backprop': { replacementRate: 0.2, maturityThreshold: 2, utility: 'contribution', correctBias: true },
    },
    stream: { scenario: 'task' },
    ...momentum,
  },
  'continual backprop with convolutions and dropout, by zero contribution': {
    network: { ...convolutional, hidden: [8, 7], dropout: 0.2, init: 'he-uniform' },
    methods: { 'continual-backprop': { replacementRate: 0.1, maturityThreshold: 1, utility: 'zero-contribution' } },
  },
  remind: { methods: { remind: { codebooks: 4, centroids: 8, replaySamples: 6, size: 30 } }, ...momentum },
  'REMIND with convolutions, dropout and crops, task-incremental': {
    network: { ...convolutional, dropout: 0.2 },
    methods: {
      remind: { codebooks: 2, centroids: 16, replaySamples: 5, frozen: 1, bytes: 3000, decay: 0.5, decayEvery: 5 },
    },
    stream: { scenario: 'task' },
    ...momentum,
  },
  'REMIND with raw features, two base tasks, permuted, domain-incremental': {
    methods: { remind: { quantise: false, baseTasks: 2, replaySamples: 6, mixup: 0, learningRate: 0.02 } },
    ...permuted('domain'),
  },
  'REMIND, then sleep': {
    ...sleepy,
    methods: {
      remind: { codebooks: 2, centroids: 8, replaySamples: 6, size: 30 },
      sleep: { ...sleep, thresholds: [0.5, 0.5] },
    },
  },
  'REMIND with convolutions, then sleep, task-incremental': {
    network: convolutional,
    methods: {
      remind: { codebooks: 2, centroids: 8, frozen: 2, replaySamples: 5 },
      sleep: { ...sleep, thresholds: [0.5, 0.5] },
    },
    stream: { scenario: 'task' },
    ...momentum,
  },
  den: { methods: { den: { units: 3, driftThreshold: 0.2, groupLasso: 0.02 } }, training: { learningRate: 0.02 } },
  'DEN as released, permuted, with sigmoid outputs and dropout': {
    network: { output: 'sigmoid', dropout: 0.2 },
    methods: { den: { ...cards.den.presets?.['released'], units: 2 } },
    ...permuted('task'),
    training: { learningRate: 0.02 },
  },
  branching: { methods: { branching: { threshold: 0.9, directions: 3 } } },
  'branching at random with convolutions and dropout, momentum, permuted, task-incremental': {
    network: { ...convolutional, dropout: 0.2 },
    methods: { branching: { branching: 'random', samples: 30, directions: 4, threshold: 0.3 } },
    ...momentum,
    ...permuted('task'),
  },
  'branching by probes, task-incremental': {
    methods: { branching: { relatedness: 'probe', samples: 20, threshold: 0.2 } },
    stream: { scenario: 'task' },
  },
  'branching by hand, a trunk of two tasks, in parts, clipped': {
    methods: { branching: { trunkTasks: 2, branching: [1], parents: [2], directions: 2 } },
    ...inParts('task'),
    training: { weightDecay: 0.1, clipping: { norm: 0.5 } },
  },
  Net2Net: { methods: { net2net: {} } },
  'Net2Net, deeper too': { methods: { net2net: { deepen: 1, after: [2] } }, network: convolutional },
};
