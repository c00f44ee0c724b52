import * as z from 'zod';
import { isOwnNetwork } from '../recipe';
import { everywhere, type CardFinding, type MethodCard } from './card';

export const continualBackpropSettings = z.strictObject({
  replacementRate: z
    .number()
    .min(0)
    .max(1)
    .default(1e-4)
    .describe('Replacement rate ρ: share of the mature units of a layer that is replaced in each step.'),
  maturityThreshold: z
    .int()
    .min(0)
    .max(1e9)
    .default(100)
    .describe('Maturity threshold m: steps for which a unit is protected after it was made.'),
  decay: z
    .number()
    .min(0)
    .max(0.9999)
    .default(0.99)
    .describe('Decay rate η of the running means of utility and activity.'),
  utility: z
    .enum(['adaptable-contribution', 'contribution', 'zero-contribution', 'adaptation', 'weight'])
    .default('adaptable-contribution')
    .describe(
      'What a unit is worth: mean outgoing weight × distance of its activity from its mean / mean incoming weight, as on online permuted MNIST; without the incoming weight and the mean (contribution) or without the incoming weight (zero-contribution); the inverse of the incoming weight alone (adaptation), or the outgoing weight alone (weight).',
    ),
  correctBias: z
    .boolean()
    .default(false)
    .describe(
      'Whether the biases that a removed unit spoke to get what it said on average. The authors mean to, but their code has set that average to 0 by then.',
    ),
});
export type ContinualBackpropSettings = z.output<typeof continualBackpropSettings>;

export const continualBackprop: MethodCard<typeof continualBackpropSettings> = {
  id: 'continual-backprop',
  title: 'Continual backprop',
  revision: 1,
  summary:
    'Replaces the least useful hidden units by fresh ones, a few at a time all through training, so that the network stays able to learn in a long stream.',
  formula: 'u ← η u + (1 − η) · mean |w_out| · |h − ĥ| / mean |w_in|',
  expect:
    'In hundreds of tasks the last are learned as well as the first, where plain SGD learns them worse and worse. It protects no old task.',
  paper: {
    authors: 'Dohare, Hernandez-Garcia, Lan, Rahman, Mahmood & Sutton',
    title: 'Loss of plasticity in deep continual learning',
    venue: 'Nature',
    year: 2024,
    link: 'https://arxiv.org/abs/2306.13812',
  },
  settings: continualBackpropSettings,
  scenarios: everywhere,
  combines: true,
  check(_settings: ContinualBackpropSettings, { network }): CardFinding[] {
    const hasDenseLayers =
      !isOwnNetwork(network) && (network.kind === 'mlp' || (network.kind === 'cnn' && network.hidden.length > 0));
    if (hasDenseLayers) return [];
    return [
      {
        severity: 'error',
        message: `Continual backprop replaces units of fully connected hidden layers, and a network of kind "${network.kind}" has none here that it knows of.`,
      },
    ];
  },
};
