import * as z from 'zod';
import { isOwnNetwork, type NetworkSpec } from '../recipe';
import { tooLarge } from './buffers';
import { everywhere, type CardFinding, type MethodCard } from './card';

/** Codebooks where nothing is said: as many, or the largest number below that cuts channels into equal parts. */
const CODEBOOKS = 32;

export const remindSettings = z.strictObject({
  baseTasks: z
    .int()
    .min(1)
    .default(1)
    .describe(
      'Tasks of the base: the whole network learns them offline, as the training says, each with all examples of those before it.',
    ),
  frozen: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Layers (for a resnet18: blocks) that are frozen after the base; the output of the last of them is what is stored. Default: all but the last two, but at least one; for a resnet18 all but the last block.',
    ),
  quantise: z
    .boolean()
    .default(true)
    .describe('Stores the codes of features. false: stores the features as they are, as a reference.'),
  codebooks: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe(
      'Codebooks of the product quantiser: into so many parts the channels of a place are cut, a byte each. Default: 32, or the largest number below it that divides the channels.',
    ),
  centroids: z.int().min(2).max(256).default(256).describe('Entries of each codebook.'),
  replaySamples: z
    .int()
    .min(1)
    .max(1024)
    .default(50)
    .describe('Stored examples that each new one is learned with; with mixup so many pairs.'),
  mixup: z
    .number()
    .min(0)
    .max(100)
    .default(0.1)
    .describe('α of mixup between stored examples: the share of one is drawn from Beta(α, α). 0: none.'),
  crop: z
    .number()
    .min(0.01)
    .max(1)
    .default(2 / 7)
    .describe('Least share of the area of a feature map that a random resized crop keeps. 1: none. Vectors have none.'),
  size: z.int().min(1).optional().describe('Examples in memory at most. Default: all.'),
  bytes: z
    .int()
    .min(1)
    .optional()
    .describe('Bytes in memory at most, codebooks and labels among them, in place of size.'),
  learningRate: z
    .number()
    .positive()
    .max(10)
    .optional()
    .describe("Step size of a class's first examples after the base. Default: that of the training."),
  decay: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe('What the step size of a class is multiplied by after every decayEvery of its examples.'),
  decayEvery: z.int().min(1).default(100).describe('Examples of a class between two drops of its step size.'),
});
export type RemindSettings = z.output<typeof remindSettings>;

/** Channels of what each hidden layer, or block of a residual network, passes on; undefined of networks that are not known. */
function channelsIn(network: NetworkSpec): readonly number[] | undefined {
  if (isOwnNetwork(network)) return undefined;
  if (network.kind === 'resnet18') return [1, 1, 2, 2, 4, 4, 8, 8].map((times) => times * network.filters);
  return [...(network.kind === 'cnn' ? network.conv : []), ...network.hidden];
}

/** After which of the hidden layers the network is cut. @param most how many there are */
export const frozenOf = ({ frozen }: Pick<RemindSettings, 'frozen'>, most: number): number =>
  frozen ?? Math.max(1, most - 1);

/** Layers of weights behind the front, where all of them are dense; undefined where not, or where it is not known. */
export function denseLayersBehind(settings: Pick<RemindSettings, 'frozen'>, network: NetworkSpec): number | undefined {
  if (isOwnNetwork(network) || network.kind === 'resnet18') return undefined;
  const convolutions = network.kind === 'cnn' ? network.conv.length : 0;
  const hidden = convolutions + network.hidden.length;
  const frozen = frozenOf(settings, hidden);
  return frozen < convolutions || frozen > hidden ? undefined : hidden + 1 - frozen;
}

/** Parts that so many channels are cut into. */
export function codebooksFor({ codebooks }: Pick<RemindSettings, 'codebooks'>, channels: number): number {
  if (codebooks !== undefined) return codebooks;
  let parts = Math.min(CODEBOOKS, channels);
  while (channels % parts !== 0) parts--;
  return parts;
}

export const remind: MethodCard<typeof remindSettings> = {
  id: 'remind',
  title: 'REMIND',
  revision: 1,
  summary:
    'Learns a base, freezes its front, and replays quantised features while it meets later examples one at a time.',
  expect:
    'Between no remedy and replay of the features themselves, with a byte for each part of a feature: the fewer codebooks, the more it loses. All rests on how well the features of the base suit later classes.',
  paper: {
    authors: 'Hayes, Kafle, Shrestha, Acharya & Kanan',
    title: 'REMIND Your Neural Network to Prevent Catastrophic Forgetting',
    venue: 'ECCV',
    year: 2020,
    link: 'https://arxiv.org/abs/1910.02509',
  },
  settings: remindSettings,
  scenarios: everywhere,
  needsBoundary: () => [{ reason: 'REMIND freezes its front and makes its codebooks when the base ends' }],
  combines: ['sleep'],
  check(settings: RemindSettings, { network, tasks, data }) {
    const { baseTasks, size, bytes } = settings;
    const found: CardFinding[] = [];
    const error = (message: string, setting?: keyof RemindSettings) =>
      found.push({ severity: 'error', message, ...(setting && { setting }) });
    if (baseTasks >= tasks)
      error(
        tasks === 1
          ? 'REMIND needs tasks after its base, and the stream has one task.'
          : `The base is the first ${tasks - 1} of ${tasks} tasks at most: later ones are streamed.`,
        'baseTasks',
      );
    if (size !== undefined && bytes !== undefined) error('Give the memory a size or bytes, not both.', 'bytes');
    const channels = channelsIn(network);
    if (!channels) {
      error('REMIND cuts a network of kind "mlp", "cnn" or "resnet18" in two; of others it does not know where.');
      return found;
    }
    const most = channels.length;
    const frozen = frozenOf(settings, most);
    const atCut = channels[frozen - 1];
    if (atCut === undefined)
      error(
        `This network has ${most} ${network.kind === 'resnet18' ? 'blocks' : 'hidden layers'} that may be frozen.`,
        'frozen',
      );
    else if (settings.quantise && atCut % codebooksFor(settings, atCut) !== 0)
      error(
        `${atCut} channels cannot be cut into ${settings.codebooks} equal parts: ${divisorsOf(atCut).join(', ')} are possible.`,
        'codebooks',
      );
    return [...found, ...tooLarge({ size }, { data, tasks })];
  },
};

/** Numbers of codebooks that divide so many channels, those that one may want. */
const divisorsOf = (channels: number): number[] =>
  Array.from({ length: channels }, (_, i) => i + 1).filter((parts) => channels % parts === 0);
