import * as z from 'zod';
import { formatBytes } from '../format';
import { tooLarge } from './buffers';
import { everywhere, type MethodCard } from './card';
import { whatBendsSteps } from './orthogonalSteps';

export const ogdSettings = z.strictObject({
  variant: z
    .enum(['gtl', 'all', 'ave'])
    .default('gtl')
    .describe(
      'Outputs whose gradients are stored: gtl = that of the true class (OGD-GTL), all = each one (OGD-ALL), ave = their mean (OGD-AVE).',
    ),
  perTask: z
    .int()
    .min(1)
    .max(10_000)
    .default(200)
    .describe(
      'Examples of each task whose gradients are stored, drawn at random when it ends. Each gradient takes as much memory as the network, and time in every step.',
    ),
  plus: z
    .enum(['off', 'anew', 'added'])
    .default('off')
    .describe(
      "OGD+ (Abbana Bennani et al. 2020) keeps the examples and takes their gradients again when a later task ends: anew = in place of the old gradients (its authors' code), added = beside them. off: OGD, whose gradients stay.",
    ),
});
export type OgdSettings = z.output<typeof ogdSettings>;

/** How many directions there can be in the end, after the last task but one. */
export function mostDirections(
  { variant, perTask, plus }: OgdSettings,
  tasks: number,
  outputs: number,
  parameters: number,
): number {
  const ofTask = perTask * (variant === 'all' ? outputs : 1);
  const before = tasks - 1;
  const ofAll = ofTask * (plus === 'added' ? (before * (before + 1)) / 2 : before);
  return Math.min(ofAll, parameters);
}

/** More than this is pointed out, or cannot be kept in one array and its checkpoint. */
const MUCH_BYTES = 5e8;
const MOST_BYTES = 4e9;

export const ogd: MethodCard<typeof ogdSettings> = {
  id: 'ogd',
  title: 'OGD',
  revision: 1,
  summary:
    'Orthogonal gradient descent: takes steps only in directions in which stored outputs for old examples do not change.',
  formula: 'g̃ = g − Σ_{v ∈ S} (g · v) v',
  expect:
    'On permuted and rotated MNIST the first of five tasks keeps about 80 and 76 % (its paper, unverified), beside about 61 and 63 % without a remedy. It holds to first order: small steps help, and a head for each task.',
  paper: {
    authors: 'Farajtabar, Azizan, Mott & Li',
    title: 'Orthogonal Gradient Descent for Continual Learning',
    venue: 'AISTATS',
    year: 2020,
    link: 'https://arxiv.org/abs/1910.07104',
  },
  settings: ogdSettings,
  scenarios: everywhere,
  needsBoundary: () => [{ reason: 'OGD stores gradients when a task ends' }],
  oneThread: true,
  combines: true,
  check(settings: OgdSettings, place) {
    const { tasks, training, size } = place;
    const found = [...whatBendsSteps('OGD', training), ...tooLarge({ perTask: settings.perTask }, place)];
    if (!size) return found;
    const directions = mostDirections(settings, tasks, size.outputs, size.parameters);
    const bytes = 4 * directions * size.parameters;
    if (bytes <= MUCH_BYTES) return found;
    const count = directions.toLocaleString('en');
    found.push({
      severity: bytes > MOST_BYTES ? 'error' : 'warning',
      message: `OGD keeps up to ${count} gradients of ${size.parameters.toLocaleString('en')} parameters: ${formatBytes(bytes)}, read twice in every step${
        bytes > MOST_BYTES ? `, and ${formatBytes(MOST_BYTES)} can be kept` : ''
      }. A smaller "perTask" or network takes less.`,
      setting: 'perTask',
    });
    return found;
  },
};
