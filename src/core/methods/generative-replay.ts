import * as z from 'zod';
import { isPlain } from '../inputScale';
import { MOST_LAYERS } from '../recipe';
import { everywhere, type CardFinding, type MethodCard } from './card';

export const generativeReplaySettings = z.strictObject({
  targets: z
    .enum(['hard', 'soft'])
    .default('hard')
    .describe(
      'What the network before the task says of an image that the generator makes. hard: the class of its largest output (DGR). soft: its whole softmax, which is distilled (DGR + distill).',
    ),
  temperature: z
    .number()
    .min(1)
    .max(100)
    .default(2)
    .describe('T of soft targets: both softmaxes are of logits / T. There is no factor T².'),
  generatorHidden: z
    .array(z.int().min(1).max(8192))
    .min(1)
    .max(MOST_LAYERS)
    .default([400, 400])
    .describe("Units of the hidden layers of the generator's encoder; its decoder has them the other way round."),
  latent: z.int().min(1).max(4096).default(100).describe('Length of the latent variable z of the generator.'),
  generatorLearningRate: z
    .number()
    .positive()
    .default(0.001)
    .describe('Step size of the generator, which Adam of its own trains.'),
});
export type GenerativeReplaySettings = z.output<typeof generativeReplaySettings>;

/** Methods that say themselves what the outputs for old classes are to be. */
const withOldTargets = ['lwf', 'icarl'];

export const generativeReplay: MethodCard<typeof generativeReplaySettings> = {
  id: 'generative-replay',
  title: 'Generative replay',
  revision: 1,
  summary:
    'Keeps no examples: a generator learns to make images like those of all tasks so far, and these are replayed, labelled by the network as it was before the task.',
  formula: 'L = 1/k · L(x, y) + (1 − 1/k) · L(x̃, ỹ),   x̃ = decoder(z), z ~ N(0, I)',
  expect:
    'On Split MNIST about as good as replay of 100 stored images a class: 91.3 % class-incremental, 95.6 % domain-incremental (van de Ven et al. 2022). On natural images generators of this kind fail: 9.7 % on Split CIFAR-100.',
  paper: {
    authors: 'Shin, Lee, Kim & Kim',
    title: 'Continual Learning with Deep Generative Replay',
    venue: 'NeurIPS',
    year: 2017,
    link: 'https://arxiv.org/abs/1705.08690',
  },
  settings: generativeReplaySettings,
  scenarios: everywhere,
  needsBoundary: () => [{ reason: 'Generative replay keeps generator and network as they are when a task begins' }],
  oneThread: true,
  combines: true,
  check({ targets }: GenerativeReplaySettings, { network, inputs, beside }) {
    const found: CardFinding[] = [];
    if (!isPlain(inputs))
      found.push({
        severity: 'error',
        message:
          'The generator takes each value of an image for a probability: it needs "inputs": "0..1" in the stream.',
      });
    if (targets === 'soft' && network.output !== 'softmax')
      found.push({
        severity: 'error',
        message: 'Soft targets are those of a softmax: "output": "softmax", or "targets": "hard".',
        setting: 'targets',
      });
    if (withOldTargets.some((id) => beside.includes(id)))
      found.push({
        severity: 'error',
        message:
          'Generative replay says itself what the network is to answer to what it replays, and so do LwF and iCaRL: they cannot be combined with it.',
      });
    return found;
  },
};
