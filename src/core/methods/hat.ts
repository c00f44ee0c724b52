import * as z from 'zod';
import type { CardFinding, MethodCard } from './card';

export const hatSettings = z.strictObject({
  maxSlope: z
    .number()
    .min(1)
    .max(10_000)
    .default(400)
    .describe('s_max: how steep gates are at test, and at the end of each pass of training.'),
  compressibility: z
    .number()
    .min(0)
    .max(100)
    .default(0.75)
    .describe(
      'c: strength of the penalty on units that the task uses and none did before. With more of it more is left.',
    ),
});
export type HatSettings = z.output<typeof hatSettings>;

export const hat: MethodCard<typeof hatSettings> = {
  id: 'hat',
  title: 'HAT',
  revision: 1,
  summary:
    'Hard attention to the task: each task learns which units it uses, and what old tasks use is changed the less the more they use it.',
  formula: 'Δw_ij ← [1 − min(a_i^(≤t), a_j^(≤t))] Δw_ij',
  expect:
    'Next to no forgetting when the task is known, and units left for later tasks: 72.06 % on ten tasks of Split CIFAR-100 (as the authors of CUBER report it), as good as GPM.',
  paper: {
    authors: 'Serrà, Surís, Miron & Karatzoglou',
    title: 'Overcoming Catastrophic Forgetting with Hard Attention to the Task',
    venue: 'ICML',
    year: 2018,
    link: 'https://arxiv.org/abs/1801.01423',
  },
  settings: hatSettings,
  scenarios: {
    task: { fit: 'defined' },
    domain: {
      fit: 'undefined',
      reason: 'HAT needs a head per task: use it in the task- or class-incremental scenario.',
    },
    class: {
      fit: 'task-aware only',
      reason: 'HAT must be told the task to choose its gates, so only its task-aware accuracy is defined.',
    },
  },
  needsBoundary: () => [{ reason: 'HAT learns the gates of one task at a time, and closes them when it ends' }],
  combines: false,
  check(_settings: HatSettings, { network, training, comesAgain }) {
    const found: CardFinding[] = [];
    const error = (message: string) => found.push({ severity: 'error', message });
    if (network.kind !== 'mlp' && network.kind !== 'cnn')
      error('HAT is for dense and convolutional layers in a row: "kind": "mlp" or "cnn".');
    if (network.weights !== undefined) error('The gates of HAT are not in a file of weights: leave "weights" out.');
    if (comesAgain) error('HAT needs a head per task: here classes of one task come again.');
    if (training.optimizer === 'adam')
      found.push({
        severity: 'warning',
        message:
          'HAT compensates the gradient of its gates by a factor, and Adam undoes factors: gates learn slowly. Use "optimizer": "sgd".',
      });
    return found;
  },
};
