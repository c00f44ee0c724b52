import type { Scenario } from '../methods/card';
import { valuesOf, type Protocol, type ProtocolMethod } from './protocol';

const source = 'van de Ven & Tolias 2019, arXiv 1904.07734';
const table4 = { seeds: 20, spread: 'SEM', source: `${source}, table 4` } as const;
const read = valuesOf({ ...table4, sure: 'read' });
const restated = valuesOf({ ...table4, sure: 'restated' });
const unverified = valuesOf({ ...table4, sure: 'unverified' });
const permuted = valuesOf({ source: `${source}, table of permuted MNIST`, sure: 'unverified' });

/** Labels of the Fisher information are those that the network predicts. */
const ewc = (lambda: number) => ({ method: 'ewc', lambda, fisher: 'predicted' });
const onlineEwc = (lambda: number, gamma: number) => ({ ...ewc(lambda), online: true, gamma, form: 'van-de-ven' });
const si = (c: number) => ({ method: 'si', variant: 'van-de-ven', c, xi: 0.1, resetOptimizer: false });
/**
 * That code multiplies the loss of the old outputs by T². When the preprint came out it was a mean over them, too; a month
 * later it became their sum ("summation over classes was omitted"), with which class-incremental only the first task stays.
 */
const ofLwf = { method: 'lwf', lambda: 4, temperature: 2, weighting: 'balanced', meanOverOutputs: true, warmUp: 0 };
/** Only where classes compete is there a choice of outputs, and of those that take part. */
const lwf = (scenario: Scenario) =>
  scenario === 'class' ? { ...ofLwf, outputs: 'seen', activeClasses: 'all-so-far' } : ofLwf;
const icarl: Pick<ProtocolMethod, 'entry' | 'differs'> = {
  entry: { method: 'icarl', budget: 'in-all', size: 2000, activeClasses: 'all-so-far', temperature: 2 },
  differs:
    'There the loss is a sum over the outputs that take part (in the first version of the code their mean), here that sum divided by the number of all outputs; the exemplars are random images, by a mistake of indices, where herding was meant.',
};
/** Class-incremental, that code has the softmax over the classes of the tasks so far. */
const activeIn = (scenario: Scenario) => (scenario === 'class' ? { activeClasses: 'all-so-far' } : {});
const dgr = { method: 'generative-replay', targets: 'hard' };
const dgrDistilled: Pick<ProtocolMethod, 'entry' | 'differs'> = {
  entry: { method: 'generative-replay', targets: 'soft', temperature: 2 },
  differs:
    'There the loss of soft targets is multiplied by T² = 4, and in the first version of the code it is a mean over the classes, too.',
};
const none = { method: 'none' };
const joint: Pick<ProtocolMethod, 'entry' | 'differs'> = {
  entry: { method: 'joint' },
  differs: 'There it is trained on the data of the tasks so far, task after task, which is "cumulative" here.',
};

const split: Readonly<Record<Scenario, readonly ProtocolMethod[]>> = {
  task: [
    { entry: none, values: [unverified(87.19, 0.94)] },
    { ...joint, values: [unverified(99.66, 0.02)] },
    { entry: ewc(1e7), values: [read(98.64, 0.22)] },
    { entry: onlineEwc(1e8, 0.8), values: [unverified(99.12, 0.11)] },
    { entry: si(50), values: [unverified(99.09, 0.15)] },
    { entry: lwf('task'), values: [unverified(99.57, 0.02)] },
    { entry: dgr, values: [read(99.5, 0.03)] },
    { ...dgrDistilled, values: [read(99.61, 0.02)] },
  ],
  domain: [
    { entry: none, values: [unverified(59.21, 2.04)] },
    { ...joint, values: [unverified(98.42, 0.06)] },
    { entry: ewc(1e6), values: [read(63.95, 1.9)] },
    { entry: onlineEwc(1e8, 0.7), values: [unverified(64.32, 1.9)] },
    { entry: si(500), values: [unverified(65.36, 1.57)] },
    { entry: lwf('domain'), values: [unverified(71.5, 1.63)] },
    { entry: dgr, values: [read(95.72, 0.25)] },
    { ...dgrDistilled, values: [read(96.83, 0.2)] },
  ],
  class: [
    { entry: none, values: [restated(19.9, 0.02)] },
    { ...joint, values: [unverified(97.94, 0.03)] },
    { entry: ewc(1e8), values: [read(20.01, 0.06)] },
    { entry: onlineEwc(1e9, 0.8), values: [restated(19.96, 0.07)] },
    { entry: si(0.5), values: [restated(19.99, 0.06)] },
    { entry: lwf('class'), values: [restated(23.85, 0.44)] },
    { entry: dgr, values: [read(90.79, 0.41)] },
    { ...dgrDistilled, values: [read(91.79, 0.32)] },
    { ...icarl, values: [read(94.57, 0.11)] },
  ],
};

const ofPermuted: Readonly<Record<Scenario, readonly ProtocolMethod[]>> = {
  task: [
    { entry: none, values: [permuted(81.79)] },
    { ...joint, values: [permuted(97.68)] },
    { entry: ewc(500), values: [permuted(94.74)] },
    { entry: onlineEwc(500, 0.8), values: [permuted(95.96)] },
    { entry: si(5), values: [permuted(94.75)] },
    { entry: lwf('task'), values: [permuted(69.84)] },
  ],
  domain: [
    { entry: none, values: [permuted(78.51)] },
    { ...joint, values: [permuted(97.59)] },
    { entry: ewc(500), values: [permuted(94.31)] },
    { entry: onlineEwc(1000, 0.9), values: [permuted(94.42)] },
    { entry: si(5), values: [permuted(95.33)] },
    { entry: lwf('domain'), values: [permuted(72.64)] },
  ],
  class: [
    { entry: none, values: [permuted(17.26)] },
    { ...joint, values: [permuted(97.59)] },
    { entry: ewc(1), values: [permuted(25.04)] },
    { entry: onlineEwc(5, 1), values: [permuted(33.88)] },
    { entry: si(0.1), values: [permuted(29.31)] },
    { entry: lwf('class'), values: [permuted(22.64)] },
    { ...icarl, values: [permuted(94.85)] },
  ],
};

const STATE =
  "The settings are those of the last state of the preprint's code, which may differ from its first version's; the loss of LwF is as in the first version.";

const scenarios = ['task', 'domain', 'class'] as const;

/** Split MNIST of "Three scenarios for continual learning". */
export const vanDeVen2019Split = scenarios.map((scenario): Protocol => ({
  id: `split-mnist/van-de-ven-2019-${scenario}`,
  title: `Split MNIST, ${scenario}-incremental`,
  source,
  settings: {
    stream: { dataset: 'mnist', kind: 'split', tasks: 5, scenario, classOrder: 'per-seed' },
    network: { kind: 'mlp', hidden: [400, 400] },
    training: { optimizer: 'adam', learningRate: 0.001, batchSize: 128, iterations: 2000, ...activeIn(scenario) },
    seeds: 20,
  },
  methods: split[scenario],
  differences: [STATE],
}));

/** Its permuted MNIST: images of 32 × 32 pixels, those of the first task permuted too. */
export const vanDeVen2019Permuted = scenarios.map((scenario): Protocol => ({
  id: `permuted-mnist/van-de-ven-2019-${scenario}`,
  title: `Permuted MNIST, ${scenario}-incremental`,
  source,
  settings: {
    stream: { dataset: 'mnist', kind: 'permuted', tasks: 10, scenario, identityFirst: false, pad: 2 },
    network: { kind: 'mlp', hidden: [1000, 1000] },
    training: { optimizer: 'adam', learningRate: 0.0001, batchSize: 128, iterations: 5000, ...activeIn(scenario) },
    seeds: 5,
  },
  methods: ofPermuted[scenario],
  differences: [STATE, 'How many seeds the values are of is not known.'],
}));
