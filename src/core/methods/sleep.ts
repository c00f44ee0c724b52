import * as z from 'zod';
import { isPlain } from '../inputScale';
import { MOST_LAYERS } from '../recipe';
import { everywhere, type CardFinding, type MethodCard } from './card';

export const sleepSettings = z.strictObject({
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

export const sleep: MethodCard<typeof sleepSettings> = {
  id: 'sleep',
  title: 'Sleep (SRC)',
  revision: 1,
  summary:
    'Sleep replay consolidation: after each task the network runs as a spiking net on noise and replays old memories by local plasticity.',
  expect:
    'About 48 % class-incremental on MNIST with a spread of 5 to 7 points over seeds; alone it is weaker than rehearsal.',
  paper: {
    authors: 'Tadros, Krishnan, Ramyaa & Bazhenov',
    title: 'Sleep-like unsupervised replay reduces catastrophic forgetting in artificial neural networks',
    venue: 'Nature Communications 13:7742',
    year: 2022,
  },
  settings: sleepSettings,
  scenarios: everywhere,
  prescribes: {
    network: { kind: 'mlp', hidden: [1200, 1200], bias: false, dropout: 0.25, output: 'relu', init: 0.01 },
    training: {
      optimizer: 'sgd',
      learningRate: 0.1,
      momentum: 0.5,
      batchSize: 100,
      epochs: 2,
      iterations: undefined,
      samplesPerTask: 5000,
    },
  },
  needsBoundary: () => [{ reason: 'Sleep comes when a task ends' }],
  combines: true,
  check({ thresholds, alphaScale }: SleepSettings, { network, inputs, beside }) {
    const found: CardFinding[] = [];
    // The authors have other constants for a network that also rehearses.
    if (beside.includes('replay') && alphaScale === sleepSettings.parse({}).alphaScale)
      found.push({
        severity: 'warning',
        message:
          'The default constants of sleep were found for sleep without replay and do not fit both together. For 10 % rehearsal the authors use maxRate 21, increase 0.1, decrease 1e-6, thresholds [22.259158, 0.318765, 0], alphaScale 0.1.',
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
    const layers = network.hidden.length + 1;
    if (thresholds.length !== layers)
      found.push({
        severity: 'error',
        message: `A network of ${layers} layers needs ${layers} thresholds.`,
        setting: 'thresholds',
      });
    if (network.output !== 'relu') {
      found.push({
        severity: 'warning',
        message: `The constants of sleep consolidation were found for ReLU outputs with squared error; they do not transfer to ${network.output}.`,
      });
    }
    return found;
  },
};
