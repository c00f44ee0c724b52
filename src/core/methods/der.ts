import * as z from 'zod';
import { tooLarge } from './buffers';
import { everywhere, type MethodCard } from './card';

/** Settings that DER and DER++ have in common. */
export const darkSettings = {
  size: z.int().min(1).default(500).describe('Examples in the buffer, with the logits that the network had for each.'),
  alpha: z
    .number()
    .min(0)
    .default(1)
    .describe(
      'α: weight of the mean squared difference between the present logits of replayed examples and those stored.',
    ),
  batchSize: z
    .int()
    .min(1)
    .max(8192)
    .optional()
    .describe("Replayed examples in a step, for each term. Default: the training's batch size."),
};

export const darkPaper = {
  authors: 'Buzzega, Boschini, Porrello, Abati & Calderara',
  title: 'Dark Experience for General Continual Learning: a Strong, Simple Baseline',
  venue: 'NeurIPS',
  year: 2020,
  link: 'https://arxiv.org/abs/2004.07211',
};

export const derSettings = z.strictObject(darkSettings);
export type DerSettings = z.output<typeof derSettings>;

export const der: MethodCard<typeof derSettings> = {
  id: 'der',
  title: 'DER',
  revision: 1,
  summary:
    'Dark experience replay: keeps a few old examples with the logits that the network had for them, and holds it to those.',
  formula: "L(current) + α · mean ‖h(x') − z'‖²",
  expect:
    'Ahead of replay of the same examples where memories are small: about 85 and 91 % class-incremental on Split MNIST with 200 and 500 examples and its own training.',
  paper: darkPaper,
  settings: derSettings,
  scenarios: everywhere,
  combines: true,
  check: ({ size }: DerSettings, place) => tooLarge({ size }, place),
};
