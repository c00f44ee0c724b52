import * as z from 'zod';
import { MOST_LAYERS } from '../recipe';
import { everywhere, type CardFinding, type MethodCard } from './card';
import { whatBendsSteps } from './orthogonalSteps';

const share = z.number().positive().max(1);

export const gpmSettings = z.strictObject({
  threshold: z
    .union([
      share,
      z
        .array(share)
        .min(1)
        .max(MOST_LAYERS + 1),
    ])
    .default([0.95, 0.99])
    .describe(
      'Share ε of the energy of what a layer sees in a task that its directions hold; one number or one per layer, of which the last is for all further layers.',
    ),
  thresholdGrowth: z.number().min(0).max(0.5).default(0).describe('Added to the threshold with each further task.'),
  samples: z
    .int()
    .min(1)
    .max(10_000)
    .default(300)
    .describe('Training examples of a task, drawn at random when it ends, of which it is looked at what layers see.'),
});
export type GpmSettings = z.output<typeof gpmSettings>;

export const gpm: MethodCard<typeof gpmSettings> = {
  id: 'gpm',
  title: 'GPM',
  revision: 2,
  summary:
    'Gradient projection memory: each layer takes steps only in directions that are orthogonal to what it sees in old tasks.',
  formula: '∇W ← ∇W − M Mᵀ ∇W',
  expect:
    'About 94 % over ten tasks of permuted MNIST with three points of backward transfer lost, ahead of A-GEM and EWC (84 and 90 %). It learns less with each task, as directions run out.',
  paper: {
    authors: 'Saha, Garg & Roy',
    title: 'Gradient Projection Memory for Continual Learning',
    venue: 'ICLR',
    year: 2021,
    link: 'https://arxiv.org/abs/2103.09762',
  },
  settings: gpmSettings,
  // Its ten tasks of Split CIFAR-100, a head each.
  defaults: { task: { threshold: 0.97, thresholdGrowth: 0.003, samples: 125 } },
  scenarios: everywhere,
  needsBoundary: () => [{ reason: 'GPM looks at what its layers see when a task ends' }],
  oneThread: true,
  combines: true,
  check({ threshold }: GpmSettings, { network, training }) {
    const found: CardFinding[] = whatBendsSteps('GPM', training);
    if (network.kind !== 'mlp' && network.kind !== 'cnn')
      return [
        ...found,
        { severity: 'error', message: 'GPM is for dense and convolutional layers in a row: "kind": "mlp" or "cnn".' },
      ];
    const layers = network.hidden.length + 1 + (network.kind === 'cnn' ? network.conv.length : 0);
    if (Array.isArray(threshold) && threshold.length > layers)
      found.push({
        severity: 'error',
        message: `The network has ${layers} layers, and these are thresholds for ${threshold.length}.`,
        setting: 'threshold',
      });
    return found;
  },
};
