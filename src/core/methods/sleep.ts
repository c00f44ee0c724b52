import * as z from 'zod';
import { isPlain } from '../inputScale';
import { MOST_LAYERS, type NetworkSpec } from '../recipe';
import { everywhere, type CardFinding, type MethodCard, type Place, type Prescription } from './card';
import { denseLayersBehind } from './remind';

export const sleepSettings = z.strictObject({
  preset: z
    .enum([
      'mnist-rehearsal',
      'mnist-icarl-50',
      'mnist-icarl-100',
      'mnist-icarl-large',
      'fashion-mnist',
      'fashion-mnist-rehearsal',
    ])
    .optional()
    .describe(
      "The authors' constants for other settings than MNIST without rehearsal: beside 10 % rehearsal; beside iCaRL with K = 50, with K from 100 to 500, and with more (softmax outputs); for Fashion-MNIST, alone and beside at least 10 % rehearsal.",
    ),
  steps: z.int().min(1).default(15_000).describe('Time steps of the sleep after the first task.'),
  stepsGrowth: z.int().min(0).default(5_000).describe('Time steps added with each further task.'),
  maxRate: z.number().positive().default(239.515363).describe('Highest firing rate of an input (Hz).'),
  increase: z.number().min(0).default(0.032064).describe('Weight change when input and output spike together.'),
  decrease: z.number().min(0).default(0.003344).describe('Weight change when the output spikes without the input.'),
  thresholds: z
    .array(z.number().min(0))
    .min(1)
    .max(MOST_LAYERS + 1)
    .default([14.548273, 44.560317, 38.046326])
    .describe('Firing threshold of each layer (β).'),
  alphaScale: z.number().positive().default(55.882454).describe('Common factor of the per-layer input scales (α).'),
  decay: z.number().min(0).max(1).default(0.999).describe('Leak of the membrane potential in a time step.'),
  window: z
    .int()
    .min(1)
    .default(11)
    .describe('Side of the square of the mean image that is shown in a time step (pixels).'),
});
export type SleepSettings = z.output<typeof sleepSettings>;

/** Maximum rate, increase, decrease, thresholds of three layers, scale: as the authors' scripts list them. */
const constants = (
  ...[maxRate, increase, decrease, beta1, beta2, beta3, alphaScale]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
) => ({ maxRate, increase, decrease, thresholds: [beta1, beta2, beta3], alphaScale });

/** iCaRL's scripts train a softmax with cross-entropy. */
const isForSoftmax = (preset: SleepSettings['preset']) => preset?.startsWith('mnist-icarl') === true;

function checkThresholds(thresholds: readonly number[], layers: number, of: string): CardFinding[] {
  if (thresholds.length === layers) return [];
  const needed = `${layers} ${layers === 1 ? 'threshold' : 'thresholds'}`;
  const message = `${of} of ${layers} ${layers === 1 ? 'layer' : 'layers'} needs ${needed}.`;
  return [{ severity: 'error', message, setting: 'thresholds' }];
}

/** Beside REMIND the layers behind its front sleep, on what is stored for them: all of these must be dense. */
function checkBehindFront({ thresholds, alphaScale }: SleepSettings, { network, together = [] }: Place): CardFinding[] {
  const at = together.findIndex(({ method }) => method === 'remind');
  const [first, own] = [together[at], together.findIndex(({ method }) => method === 'sleep')];
  if (own < at)
    return [{ severity: 'error', message: 'Sleep needs what REMIND has stored by then: write it behind REMIND.' }];
  const layers = denseLayersBehind(first?.settings ?? {}, network);
  if (layers === undefined)
    return [
      {
        severity: 'error',
        message:
          'Sleep runs dense layers as spiking ones. Beside REMIND all layers behind the front must be dense: an "mlp", or a "cnn" of which REMIND has "frozen" all convolutions.',
      },
    ];
  const found = checkThresholds(thresholds, layers, 'A back');
  if (alphaScale === sleepSettings.parse({}).alphaScale)
    found.push({
      severity: 'warning',
      message:
        'The constants of sleep were found for images and whole networks. None are known for features behind a front: select "alphaScale", "thresholds" and "maxRate" on validation data.',
    });
  return found;
}

export const sleep: MethodCard<typeof sleepSettings> = {
  id: 'sleep',
  title: 'Sleep (SRC)',
  revision: 2,
  summary:
    'Sleep replay consolidation: after each task the network runs as a spiking net on noise and replays old memories by local plasticity.',
  expect:
    'About 48 % class-incremental on MNIST with a spread of 5 to 7 points over seeds; alone it is weaker than rehearsal.',
  paper: {
    authors: 'Tadros, Krishnan, Ramyaa & Bazhenov',
    title: 'Sleep-like unsupervised replay reduces catastrophic forgetting in artificial neural networks',
    venue: 'Nature Communications 13:7742',
    year: 2022,
    link: 'https://doi.org/10.1038/s41467-022-34938-7',
  },
  settings: sleepSettings,
  presets: {
    'mnist-rehearsal': constants(21, 0.1, 1e-6, 22.259158, 0.318765, 0, 0.1),
    'mnist-icarl-50': constants(95.654279, 0.058705, 0.009112, 27.477005, 21.155469, 22.567029, 19.001764),
    'mnist-icarl-100': constants(114.36572, 0.042289, 0.005498, 38.451454, 22.198208, 6.89345, 4.253433),
    'mnist-icarl-large': constants(27.39365, 0.019093, 0.060217, 9.62552, 34.73761, 31.296881, 2.023822),
    'fashion-mnist': constants(181.047258, 0.041001, 0.003344, 40.446884, 27.596929, 33.109393, 31.592987),
    'fashion-mnist-rehearsal': constants(37.141606, 0.1, 1e-6, 37.315671, 0.318765, 0, 0.1),
  },
  scenarios: everywhere,
  // Behind REMIND's front it has what the experiment has.
  prescribes: ({ preset }: SleepSettings, _network: NetworkSpec, beside): Prescription =>
    beside.includes('remind')
      ? {}
      : {
          network: {
            kind: 'mlp',
            hidden: [1200, 1200],
            bias: false,
            dropout: 0.25,
            dropoutScaling: 'test',
            output: isForSoftmax(preset) ? 'softmax' : 'relu',
            init: 0.01,
            headInit: 'init',
          },
          training: {
            optimizer: 'sgd',
            learningRate: 0.1,
            momentum: 0.5,
            nesterov: false,
            batchSize: 100,
            epochs: 2,
            iterations: undefined,
            samplesPerTask: 5000,
          },
        },
  needsBoundary: () => [{ reason: 'Sleep comes when a task ends' }],
  combines: true,
  check(settings: SleepSettings, place) {
    const { preset, thresholds, alphaScale } = settings;
    const { network, inputs, beside } = place;
    if (beside.includes('remind')) return checkBehindFront(settings, place);
    const found: CardFinding[] = [];
    // The authors have other constants for a network that also rehearses.
    const isRehearsing = ['replay', 'rehearsal', 'generative-replay'].some((id) => beside.includes(id));
    if (isRehearsing && alphaScale === sleepSettings.parse({}).alphaScale)
      found.push({
        severity: 'warning',
        message:
          'The default constants of sleep were found for sleep without rehearsal and do not fit both together. "preset": "mnist-rehearsal" has those that the authors use beside 10 % rehearsal.',
      });
    if (!isPlain(inputs))
      found.push({
        severity: 'error',
        message:
          'Sleep fires its inputs at rates in proportion to their mean: it needs "inputs": "0..1" in the stream.',
      });
    if (network.kind !== 'mlp')
      return [
        ...found,
        {
          severity: 'error',
          message: 'Sleep runs fully connected networks as spiking ones: it needs "kind": "mlp".',
        },
      ];
    found.push(...checkThresholds(thresholds, network.hidden.length + 1, 'A network'));
    const [output, said] = isForSoftmax(preset)
      ? ['softmax', 'These constants of sleep consolidation were found for softmax outputs with cross-entropy']
      : ['relu', 'The constants of sleep consolidation were found for ReLU outputs with squared error'];
    if (network.output !== output)
      found.push({ severity: 'warning', message: `${said}; they do not transfer to ${network.output}.` });
    return found;
  },
};
