import * as z from 'zod';
import { FINITE, isFinite } from './finite';
import { isOwnPath, OWN_PATH_START, type OwnPath } from './own/ownPath';
import { orOwn } from './own/orOwn';
import { networkSettings, trainingSettings } from './trainingSettings';

/**
 * How weights are drawn: `fan-in` = U(±1/√fan_in) for weights and biases; with zero biases `he` = N(0, 2/fan_in),
 * `he-uniform` = U(±√(6/fan_in)), of the last layer U(±√(3/fan_in)), and `xavier` = U(±√(6/(fan_in + fan_out)));
 * `truncated-normal` = N(0, 0.1²) cut off at two deviations, with biases of 0.1; a number b = U(±b).
 */
const initialisation = z.union([
  z.enum(['fan-in', 'he', 'he-uniform', 'xavier', 'truncated-normal']),
  z.number().positive(),
]);

/** Of one stream. */
export const MOST_TASKS = 1000;

/** Of hidden layers, and of convolutions. */
export const MOST_LAYERS = 8;

/** Of a hidden layer. */
export const MOST_UNITS = 8192;
const layerUnits = z.array(z.int().min(1).max(MOST_UNITS)).max(MOST_LAYERS);

/** Settings that networks of every kind have. */
const everyNetwork = {
  bias: z.boolean().default(true).describe('Whether layers have biases.'),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe(
      'Share of hidden units (of fully connected layers) dropped in training. At test time activations are rescaled, unless dropoutScaling says otherwise.',
    ),
  output: z
    .enum(['softmax', 'relu', 'sigmoid'])
    .default('softmax')
    .describe(
      'softmax with cross-entropy, ReLU outputs with squared error (the wake network of sleep consolidation), or sigmoid with the mean binary cross-entropy of the active outputs (iCaRL, DEN).',
    ),
  init: initialisation
    .default('fan-in')
    .describe(
      'Initial weights: "fan-in" (uniform within 1/sqrt of the inputs), "he" (normal, He et al. 2015), "he-uniform" (the same variance, uniform), "xavier" (uniform, Glorot & Bengio 2010), "truncated-normal" (deviation 0.1, cut off at twice that, biases 0.1), or a number b for uniform within ±b.',
    ),
  weights: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('A file of the safetensors format with the weights to begin with, beside or below the experiment file.'),
  freshHead: z
    .boolean()
    .optional()
    .describe(
      'Whether the last layer is drawn anew and not taken from "weights": for other classes than those of the file.',
    ),
  ...networkSettings,
};

const mlpSchema = z.strictObject({
  kind: z.literal('mlp').default('mlp').describe('Fully connected network with ReLU hidden layers.'),
  hidden: layerUnits.min(1).default([400, 400]).describe('Number of units of each hidden layer.'),
  ...everyNetwork,
});

const cnnSchema = z.strictObject({
  kind: z
    .literal('cnn')
    .describe(
      'Convolutional network: convolutions, each with ReLU and 2 × 2 max pooling, then fully connected layers with ReLU.',
    ),
  conv: z
    .array(z.int().min(1).max(1024))
    .min(1)
    .max(MOST_LAYERS)
    .default([32, 64])
    .describe('Number of filters of each convolution. Each halves height and width.'),
  kernel: z
    .literal([3, 5, 7])
    .default(3)
    .describe('Side of the filters (pixels). Convolutions keep height and width: they pad with zeros, at stride 1.'),
  hidden: layerUnits
    .default([])
    .describe('Number of units of each fully connected hidden layer after the convolutions.'),
  ...everyNetwork,
});

/** Sides of images that a ResNet can halve three times. */
export const RESNET_SIDE = 8;

const resnetSchema = z.strictObject({
  kind: z
    .literal('resnet18')
    .describe(
      'Reduced ResNet-18 (Lopez-Paz & Ranzato 2017): a 3 × 3 convolution, four stages of two residual blocks with 1, 2, 4 and 8 times the filters, global average pooling and one fully connected layer.',
    ),
  filters: z
    .int()
    .min(1)
    .max(256)
    .default(20)
    .describe('Filters of the first stage; each later stage has twice as many.'),
  norm: z
    .enum(['batch', 'group', 'none'])
    .default('batch')
    .describe(
      'After each convolution: "batch" (normalised by the batch in training, by running statistics at test), "group" (by each image alone), or "none" (convolutions have biases instead).',
    ),
  groups: z
    .int()
    .min(1)
    .max(256)
    .default(4)
    .describe('Groups of the filters of each convolution that "group" normalises together.'),
  bias: z
    .boolean()
    .default(true)
    .describe('Whether the last layer, and convolutions without normalisation, have biases.'),
  output: everyNetwork.output,
  init: everyNetwork.init,
  weights: everyNetwork.weights,
  freshHead: everyNetwork.freshHead,
  headInit: networkSettings.headInit,
});

/** Kinds of networks: the settings of each. */
export const networkKinds = { mlp: mlpSchema, cnn: cnnSchema, resnet18: resnetSchema } as const;
export type NetworkKind = keyof typeof networkKinds;

/**
 * Of each kind of network, raised by one whenever the same settings give other numbers than before: other initial weights,
 * outputs or gradients, or another update of an optimiser. Runs from before then count as runs of other settings.
 */
export const networkRevisions: Readonly<Record<NetworkKind, number>> = { mlp: 1, cnn: 1, resnet18: 1 };

/** The network every variant of an experiment uses unless its entry overrides it. Without a kind it is an "mlp". */
export const networkSchema = z.discriminatedUnion('kind', [mlpSchema, cnnSchema, resnetSchema]);

/** Of a network of the user's own: what stands beside the settings that it defines. */
const besideOwnSettings = {
  output: everyNetwork.output,
  weights: everyNetwork.weights,
  freshHead: everyNetwork.freshHead,
};

/** What no setting of a network of the user's own is called. */
export const ownNetworkKeys: readonly string[] = ['kind', ...Object.keys(besideOwnSettings)];

/** A network of the user's own: its kind is the path of its file. */
export interface OwnNetworkSpec {
  readonly kind: OwnPath;
  readonly output: z.output<typeof everyNetwork.output>;
  readonly weights?: string | undefined;
  readonly freshHead?: boolean | undefined;
  readonly [setting: string]: unknown;
}

/** A network of the user's own that an experiment file names; without settings where they are not known. */
export interface OwnNetworkForm {
  readonly path: OwnPath;
  readonly settings?: z.ZodObject | undefined;
}

/** What its settings are not known of is accepted as to form. */
export const ownNetworkSchema = ({ path, settings }: OwnNetworkForm): z.ZodObject => {
  const kind = z.literal(path);
  return settings
    ? z.strictObject({ kind, ...settings.shape, ...besideOwnSettings })
    : z.looseObject({ kind, ...besideOwnSettings });
};

/** Also of the user's own networks that a file names. */
export const networkSchemaWith = (own: readonly OwnNetworkForm[]): typeof networkSchema =>
  z.discriminatedUnion('kind', [mlpSchema, cnnSchema, resnetSchema, ...own.map(ownNetworkSchema)] as unknown as [
    typeof mlpSchema,
    typeof cnnSchema,
    typeof resnetSchema,
  ]);

/** A schema that is made beforehand knows the form of the path alone. */
const anyOwnKind = z
  .string()
  .regex(OWN_PATH_START)
  .describe("A network of your own: the path of its file, from this file's folder.");

/** For the editor's JSON support. */
export const anyNetworkSchema = z.union([
  mlpSchema,
  cnnSchema,
  resnetSchema,
  z
    .looseObject({ kind: anyOwnKind, ...besideOwnSettings })
    .meta({ title: 'A file of your own', description: 'A network of your own, in TypeScript or JavaScript.' }),
]);

const anyOwnNetwork = z
  .looseObject({ kind: z.string().refine(isOwnPath), ...besideOwnSettings })
  .refine(isFinite, FINITE) as unknown as z.ZodType<OwnNetworkSpec>;

/** As a run's record has it. The settings of one of the user's own are for its own schema to check. */
export const recordedNetworkSchema = orOwn<BuiltInNetworkSpec, OwnNetworkSpec>(networkSchema, anyOwnNetwork).meta({
  title: 'object, as in [the experiment file](experiment-file.md)',
});

export const isOwnNetwork = (network: NetworkSpec): network is OwnNetworkSpec => isOwnPath(network.kind);

/** Of those with their layers in a row. */
export const layeredSchema = z.discriminatedUnion('kind', [mlpSchema, cnnSchema]);

/** How a variant is trained on each task. */
export const trainingSchema = z.strictObject({
  optimizer: z
    .enum(['adam', 'sgd'])
    .default('adam')
    .describe('Update rule. Its state is kept from task to task unless optimizerState says otherwise.'),
  learningRate: z.number().positive().max(10).default(0.001).describe('Step size.'),
  momentum: z.number().min(0).max(0.999).default(0).describe('Momentum of sgd (v = momentum · v + gradient).'),
  batchSize: z.int().min(1).max(8192).default(128).describe('Examples of the current task in a step.'),
  epochs: z
    .number()
    .positive()
    .max(1000)
    .optional()
    .describe('Passes over the data of each task. Give this or iterations.'),
  iterations: z.int().min(1).max(1_000_000).optional().describe('Steps on each task. Give this or epochs.'),
  samplesPerTask: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Use only so many training examples of each task: the first in file order unless sampling says otherwise. Default: all.',
    ),
  ...trainingSettings,
});

/** How often, on which tasks and on how much accuracy is measured, and whose parameters are kept. What is left out is as it always was: all of it. */
export const evaluationSchema = z.strictObject({
  points: z
    .int()
    .min(0)
    .max(500)
    .default(10)
    .describe(
      'Points of the accuracy curve per task, besides the dense ones after a task switch; 0: only the rows of the matrix. With more than 100 tasks there are 2000 points in all at most, and no dense ones.',
    ),
  samples: z.int().min(1).default(200).describe('Test examples per task for a point of the curve.'),
  matrixTasks: z
    .union([z.enum(['all', 'seen']), z.int().min(1).max(MOST_TASKS)])
    .optional()
    .describe(
      'Tasks that a row of the accuracy matrix measures: all, those seen, or at most so many: the newest, and others spread evenly over those before it. Points of the curve measure the same ones, as far as they are seen. Default: all.',
    ),
  matrixSamples: z
    .int()
    .min(1)
    .optional()
    .describe('Test examples per task for the accuracy matrix, spread evenly over its test set. Default: all.'),
  online: z
    .boolean()
    .optional()
    .describe(
      'Whether steps say how many of their examples were right before the update (online accuracy). Default: with more than 100 tasks.',
    ),
  dense: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe(
      'After a task switch the curves have a point after each of so many steps, then after twice as many, four times, … up to the first of the even ones. Default: 10; with more than 100 tasks there are none.',
    ),
  answers: z
    .boolean()
    .optional()
    .describe(
      'Whether rows of the accuracy matrix also say the test loss of each task, what its examples are taken for (confusion), and which were forgotten. Default: with at most 100 tasks.',
    ),
  rocAuc: z
    .boolean()
    .optional()
    .describe(
      'Whether rows of the accuracy matrix also say the mean area under the ROC curve of the outputs of each task, one output against the rest. Default: no.',
    ),
  interference: z
    .int()
    .min(0)
    .max(50)
    .optional()
    .describe(
      'At so many steps of each task but the first it is measured how far the step goes along the gradient of the loss on the old tasks (at most 500 of their images); 0: not. Default: 3; with more than 100 tasks not.',
    ),
  keep: z
    .union([z.enum(['all', 'last']), z.int().min(1).max(MOST_TASKS)])
    .optional()
    .describe(
      'After which tasks the parameters are kept: all, the last one, or every so many tasks and the last. Resuming needs none of them. Default: all.',
    ),
  way: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Keep the parameters at so many points within each task, too, evenly, and after its first step: loss landscapes draw the path of training through them. Each takes as much room on the disk as the network. Default: none.',
    ),
});

export type MlpSpec = z.output<typeof mlpSchema>;
export type CnnSpec = z.output<typeof cnnSchema>;
export type ResnetSpec = z.output<typeof resnetSchema>;
export type LayeredSpec = MlpSpec | CnnSpec;
export type BuiltInNetworkSpec = LayeredSpec | ResnetSpec;
export type NetworkSpec = BuiltInNetworkSpec | OwnNetworkSpec;
export type TrainingSpec = z.output<typeof trainingSchema>;
export type EvaluationSpec = z.output<typeof evaluationSchema>;

function withoutDefault(field: z.ZodType): z.ZodType {
  const inner = field instanceof z.ZodDefault ? (field.def.innerType as z.ZodType) : field;
  return field.description ? inner.describe(field.description) : inner;
}

/** Overrides state only what differs, so defaults must not fill the gaps. */
const withoutDefaults = <S extends z.ZodRawShape>(schema: z.ZodObject<S>) =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(schema.shape).map(([key, field]) => [key, withoutDefault(field as z.ZodType).optional()]),
    ),
  );

type PartsOf<Kind> = Kind extends BuiltInNetworkSpec ? Partial<Omit<Kind, 'kind'>> : never;
export type NetworkOverride = PartsOf<CnnSpec> &
  PartsOf<MlpSpec> &
  PartsOf<ResnetSpec> & { kind?: NetworkKind | OwnPath | undefined };
export type TrainingOverride = Partial<TrainingSpec>;

/** Names of several kinds of networks may be those of different settings. */
function eitherShape(own: readonly OwnNetworkForm[]): z.ZodRawShape {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, field] of own.flatMap(
    ({ settings }) => Object.entries(settings?.shape ?? {}) as [string, z.ZodType][],
  )) {
    const [before, plain] = [shape[name] ?? builtInOverride[name], withoutDefault(field)];
    shape[name] = before ? z.union([before, plain]) : plain;
  }
  return shape;
}

const builtInOverride: Readonly<Record<string, z.ZodType>> = {
  ...resnetSchema.shape,
  ...mlpSchema.shape,
  ...cnnSchema.shape,
  bias: everyNetwork.bias,
  hidden: layerUnits.describe('Number of units of each fully connected hidden layer.'),
};

/** What an entry may say of its network, also of the user's own networks that the file names. */
export function networkOverrideSchemaWith(own: readonly OwnNetworkForm[]): z.ZodType<NetworkOverride> {
  const kinds = ['mlp', 'cnn', 'resnet18', ...own.map(({ path }) => path)];
  const kind = z.enum(kinds).describe("Another kind of network starts from that kind's defaults.");
  const schema = withoutDefaults(z.strictObject({ ...builtInOverride, ...eitherShape(own), kind }));
  const isKnown = own.every(({ settings }) => settings !== undefined);
  return isKnown ? schema : schema.loose();
}

export const networkOverrideSchema = networkOverrideSchemaWith([]);

/** For the editor's JSON support, which does not know the settings of the user's own networks. */
export const anyNetworkOverrideSchema = withoutDefaults(
  z.strictObject({ ...builtInOverride, kind: z.union([z.enum(['mlp', 'cnn', 'resnet18']), anyOwnKind]) }),
).loose() as unknown as z.ZodType<NetworkOverride>;
export const trainingOverrideSchema = withoutDefaults(trainingSchema) as unknown as z.ZodType<TrainingOverride>;

/**
 * A network with parts replaced. Where that changes its kind, the rest starts from that kind's defaults.
 *
 * @param ownStart the defaults of a network of the user's own
 */
export function overrideNetwork(
  base: NetworkSpec,
  override: NetworkOverride | undefined,
  ownStart: (path: OwnPath) => OwnNetworkSpec,
): NetworkSpec {
  if (!override) return base;
  const { kind = base.kind } = override;
  const start = () => (isOwnPath(kind) ? ownStart(kind) : networkKinds[kind].parse({ kind }));
  return { ...(kind === base.kind ? base : start()), ...override } as NetworkSpec;
}

/** Height, width, channels of an image. */
export type ImageShape = readonly [number, number, number];

/** Values of an image. */
export const volumeOf = ([height, width, channels]: ImageShape): number => height * width * channels;

/** Shape of the images a convolution gets, and of those the layer after the last one gets: each halves the sides. */
export function imageShapes({ conv }: CnnSpec, image: ImageShape): ImageShape[] {
  const shapes = [image];
  for (const filters of conv) {
    const [height, width] = shapes.at(-1) ?? image;
    shapes.push([Math.floor(height / 2), Math.floor(width / 2), filters]);
  }
  return shapes;
}

/** Names the first convolution that gets images too small for it, and what it needs; undefined where all fit. */
export function tooSmallFor(network: CnnSpec, image: ImageShape): string | undefined {
  const shapes = imageShapes(network, image);
  const at = network.conv.findIndex((_, i) => Math.min(...(shapes[i] ?? image).slice(0, 2)) < 2);
  if (at < 0) return undefined;
  const [height, width] = shapes[at] ?? image;
  return `conv${at + 1} would get images of ${height} × ${width} pixels and needs at least 2 × 2`;
}

/** Steps on one task of `examples` training examples: `iterations`, or whole batches of `epochs` passes (drop-last, at least one). */
export function stepsPerTask(training: TrainingSpec, examples: number): number {
  if (training.iterations !== undefined) return training.iterations;
  const perEpoch = Math.max(1, Math.floor(examples / training.batchSize));
  return Math.max(1, Math.round((training.epochs ?? 1) * perEpoch));
}
