import * as z from 'zod';
import { tooLarge } from './buffers';
import { everywhere, type MethodCard } from './card';
import { darkPaper, darkSettings } from './der';

export const derppSettings = z.strictObject({
  ...darkSettings,
  beta: z
    .number()
    .min(0)
    .default(0.5)
    .describe('β: weight of the loss of other replayed examples with their labels. 0 is DER.'),
});
export type DerppSettings = z.output<typeof derppSettings>;

export const derpp: MethodCard<typeof derppSettings> = {
  id: 'derpp',
  title: 'DER++',
  revision: 1,
  summary:
    'Dark experience replay with labels: holds the network to old logits as DER does, and trains on the labels of old examples too.',
  formula: "L(current) + α · mean ‖h(x') − z'‖² + β · L(x'')",
  expect:
    'A little ahead of DER, and less sensitive to what the network had not learned yet when it stored an example.',
  paper: darkPaper,
  settings: derppSettings,
  scenarios: everywhere,
  combines: true,
  check: ({ size }: DerppSettings, place) => tooLarge({ size }, place),
};
