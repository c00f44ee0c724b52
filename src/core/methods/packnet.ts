import * as z from 'zod';
import { hiddenWidths, layerSizes, parameterCount, withHiddenWidths } from '../parameterCount';
import type { LayeredSpec } from '../recipe';
import type { CardFinding, Ground, Growth, MethodCard } from './card';

/** A byte of each parameter says whose it is: 0 for nobody's. */
const MOST_OWNERS = 254;

/** Units that a layer gets when it grows, as a share of those that it began with, where nothing is said. */
export const GROW_BY = 0.5;

export const packnetSettings = z.strictObject({
  prune: z
    .union([
      z.number().min(0).max(0.99),
      z
        .array(z.number().min(0).max(0.99))
        .min(1)
        .max(MOST_OWNERS - 1),
    ])
    .default(0.5)
    .describe(
      "Share of the current task's weights, per layer, that is freed for later tasks; one number or one per task. The last task is never pruned.",
    ),
  retrain: z
    .number()
    .min(0)
    .max(10)
    .default(0.5)
    .describe('Steps of training after pruning, as a share of the steps before it.'),
  retrainLearningRate: z
    .number()
    .positive()
    .optional()
    .describe('Step size of the training after pruning. Default: a tenth of the learning rate.'),
  growBelow: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe(
      'Share of the weights of a hidden layer that has to be free when a task begins; a layer with less gets wider, and the network stays the same function. Default: the network never grows.',
    ),
  growBy: z
    .number()
    .positive()
    .max(10)
    .optional()
    .describe(
      'Units (of a convolution filters) that a layer gets when it grows, as a share of those that it began with. Default: 0.5.',
    ),
});
export type PacknetSettings = z.output<typeof packnetSettings>;

export const packnet: MethodCard<typeof packnetSettings> = {
  id: 'packnet',
  title: 'PackNet',
  revision: 1,
  summary: 'Prunes the network after each task and trains the next one in the freed weights; old weights never change.',
  expect: 'Zero forgetting when the task is known at test time, until the free capacity runs out.',
  paper: {
    authors: 'Mallya & Lazebnik',
    title: 'PackNet: Adding Multiple Tasks to a Single Network by Iterative Pruning',
    venue: 'CVPR',
    year: 2018,
    link: 'https://arxiv.org/abs/1711.05769',
  },
  settings: packnetSettings,
  scenarios: {
    task: { fit: 'defined' },
    domain: {
      fit: 'undefined',
      reason: 'PackNet needs a head per task: use it in the task- or class-incremental scenario.',
    },
    class: {
      fit: 'task-aware only',
      reason: 'PackNet must be told the task to choose its mask, so only its task-aware accuracy is defined.',
    },
  },
  needsBoundary: () => [{ reason: 'PackNet prunes when a task ends, and gives each task weights of its own' }],
  combines: false,
  growth: (settings: PacknetSettings, ground) => grownOf(settings, ground),
  check({ prune, growBelow, growBy }: PacknetSettings, { tasks, network, comesAgain }) {
    const found: CardFinding[] = [];
    if (growBelow !== undefined && network.kind !== 'mlp' && network.kind !== 'cnn')
      found.push({
        severity: 'error',
        message: 'PackNet grows networks of dense and convolutional layers in a row: "kind": "mlp" or "cnn".',
        setting: 'growBelow',
      });
    if (growBelow === undefined && growBy !== undefined)
      found.push({
        severity: 'warning',
        message: 'This says by how much the network grows, and it never does without "growBelow".',
        setting: 'growBy',
      });
    if (network.output === 'relu') found.push({ severity: 'error', message: 'PackNet needs a softmax output.' });
    if (comesAgain)
      found.push({ severity: 'error', message: 'PackNet needs a head per task: here classes of one task come again.' });
    if (tasks > MOST_OWNERS)
      found.push({
        severity: 'error',
        message: `PackNet is for at most ${MOST_OWNERS} tasks: its capacity runs out long before, and who owns a weight is kept in a byte.`,
      });
    const wanted = tasks - 1;
    if (Array.isArray(prune) && prune.length !== wanted && wanted > 0) {
      found.push({
        severity: 'error',
        message: `With ${tasks} tasks this list needs ${wanted} numbers: the last task is never pruned.`,
        setting: 'prune',
      });
    }
    return found;
  },
};

/**
 * A byte for each parameter says whose it is. Which layers grow follows from how much is pruned; of weights that are equal
 * more are, so that there may be more room than this.
 */
function grownOf(settings: PacknetSettings, { network, image, outputs, heads }: Ground): Growth {
  const grown = network.kind === 'resnet18' ? network : withRoom(settings, network, { image, outputs, heads });
  const parameters = parameterCount(grown, image, outputs);
  return { parameters, beside: parameters, ...(settings.growBelow !== undefined && { atMost: true }) };
}

/** The network as it is when the last task has begun. */
function withRoom(
  { prune, growBelow, growBy = GROW_BY }: PacknetSettings,
  network: LayeredSpec,
  { image, outputs, heads }: Omit<Ground, 'network'>,
): LayeredSpec {
  if (growBelow === undefined) return network;
  const first = hiddenWidths(network);
  const sizesOf = (widths: readonly number[]) =>
    layerSizes(withHiddenWidths(network, widths), image, outputs).map(
      ({ places, inputs, units }) => places * inputs * units,
    );
  let widths = first;
  let sizes = sizesOf(widths);
  let free = sizes;
  for (let task = 1; task < heads.length; task++) {
    const share = typeof prune === 'number' ? prune : (prune[task - 1] ?? 0);
    free = free.map((count) => Math.round(share * count));
    const [before, left] = [sizes, free];
    widths = widths.map((units, layer) =>
      (left[layer] ?? 0) / (before[layer] ?? 1) < growBelow
        ? units + Math.max(1, Math.round(growBy * (first[layer] ?? units)))
        : units,
    );
    sizes = sizesOf(widths);
    const now = sizes;
    free = free.map((count, layer) => count + (now[layer] ?? 0) - (before[layer] ?? 0));
  }
  return withHiddenWidths(network, widths);
}
