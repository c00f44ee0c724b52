import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const samSettings = z.strictObject({
  rho: z
    .number()
    .positive()
    .default(0.05)
    .describe('Radius ρ of the neighbourhood of the parameters whose worst loss is minimised.'),
});
export type SamSettings = z.output<typeof samSettings>;

export const sam: MethodCard<typeof samSettings> = {
  id: 'sam',
  title: 'SAM',
  revision: 1,
  summary: 'Sharpness-aware minimisation: seeks flat minima, in which later steps do less harm.',
  formula: 'θ + ρ g / ‖g‖',
  expect:
    'No remedy of its own: it softens forgetting a little, and adds to remedies it is combined with. Its paper has no continual learning, so there is no published number to compare with.',
  paper: {
    authors: 'Foret, Kleiner, Mobahi & Neyshabur',
    title: 'Sharpness-Aware Minimization for Efficiently Improving Generalization',
    venue: 'ICLR',
    year: 2021,
    link: 'https://arxiv.org/abs/2010.01412',
  },
  settings: samSettings,
  scenarios: everywhere,
  oneThread: true,
  combines: true,
};
