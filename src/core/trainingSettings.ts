import * as z from 'zod';
import { augmentationOf, augmentSchema, type Augmentation } from './augment';
import { kindAsked } from './kinds';

/*
 * Settings of training that are off where they are not given: docs/recipe.md defines each exactly. All are optional and
 * none has a default in the schema, so that a run without them is recorded, named and compared as it was before there
 * were any.
 */

/** In an entry of `methods`: what the experiment asks for is not wanted here. */
const orNone = <S extends z.ZodType>(schema: S) => z.union([z.literal('none'), schema]);

/** A setting that is asked for; undefined where it is not. */
export const asked = <T extends object>(setting: T | 'none' | undefined): T | undefined =>
  setting === 'none' ? undefined : setting;

const gamma = z.number().positive().max(1);
const etaMin = z.number().min(0).default(0);

/** Kinds of schedules: the settings of each. */
export const scheduleKinds = {
  constant: z.strictObject({ kind: z.literal('constant').describe('The step size stays as it is.') }),
  steps: z.strictObject({
    kind: z
      .literal('steps')
      .describe('Multiplied by gamma at each milestone (MultiStepLR of PyTorch). Every phase of a task begins anew.'),
    milestones: z.array(z.number().positive()).min(1).max(100).describe('Where, in rising order.'),
    unit: z
      .enum(['epoch', 'share'])
      .default('epoch')
      .describe('What milestones count: passes over the data of a task, or the share of its steps (0 to 1).'),
    gamma: gamma.default(0.1).describe('Factor at each milestone.'),
  }),
  exponential: z.strictObject({
    kind: z.literal('exponential').describe('Multiplied by gamma after each pass over the data (ExponentialLR).'),
    gamma: gamma.default(0.95).describe('Factor of a pass.'),
  }),
  cosine: z.strictObject({
    kind: z
      .literal('cosine')
      .describe(
        'Falls along half a cosine, with warm restarts where t0 is given (SGDR, Loshchilov & Hutter 2017, eq. 5).',
      ),
    etaMin: etaMin.describe('Step size at the end of the cosine (η_min).'),
    t0: z
      .number()
      .positive()
      .max(1000)
      .optional()
      .describe('Passes until the first restart (T_0). Default: no restarts, one cosine over all steps.'),
    tMult: z.int().min(1).max(10).default(1).describe('Each period is so many times as long as that before (T_mult).'),
    every: z
      .enum(['step', 'epoch'])
      .default('step')
      .describe('When the step size changes: with each step, or with each pass over the data.'),
  }),
  plateau: z.strictObject({
    kind: z
      .literal('plateau')
      .describe('Multiplied by factor when the validation measure has not improved for so many passes over the data.'),
    factor: z.number().positive().max(0.999).default(0.1).describe('Factor of a drop.'),
    patience: z
      .int()
      .min(1)
      .default(10)
      .describe('Passes without improvement until a drop. (ReduceLROnPlateau waits for one more.)'),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(1e-4)
      .describe('Share of the best value by which another must be better to count as an improvement.'),
    minimum: etaMin.describe('Smallest step size.'),
    below: z
      .enum(['hold', 'stop'])
      .default('hold')
      .describe('What a drop below the minimum does: hold the minimum (PyTorch), or stop the training (HAT, GPM).'),
    freshOptimizer: z
      .boolean()
      .default(false)
      .describe("Whether the optimiser's state starts anew at each drop, as in the code of HAT."),
  }),
} as const;
export type ScheduleSpec = z.output<(typeof scheduleKinds)[keyof typeof scheduleKinds]>;

const { constant, steps, exponential, cosine, plateau } = scheduleKinds;

const warmup = z.strictObject({
  steps: z.int().min(1).optional().describe('How many steps. Give this or epochs.'),
  epochs: z.number().positive().optional().describe('How many passes over the data. Give this or steps.'),
  startFactor: z.number().positive().max(1).default(0.1).describe('Factor of the step size at first.'),
  kind: z
    .enum(['linear', 'constant'])
    .default('linear')
    .describe('linear: the factor rises to 1 (LinearLR). constant: it stays until the end (ConstantLR).'),
});

const taskDecay = z.strictObject({
  gamma: gamma.optional().describe('Task t gets the step size times γ^t. Give this or factors.'),
  from: z
    .literal([0, 1])
    .default(1)
    .describe('t of the first task: with 1 it gets the factor once already, as in Stable SGD.'),
  factors: z
    .array(z.number().positive().max(1000))
    .min(1)
    .max(1000)
    .optional()
    .describe('The factor of each task; the last one is that of all later tasks.'),
  floor: z.number().min(0).default(0).describe('Smallest step size (5e-5 in the code of Stable SGD).'),
});

const clipping = z.strictObject({
  norm: z.number().positive().optional().describe('Largest norm of the gradient of all parameters together.'),
  value: z.number().positive().optional().describe('Largest magnitude of each component of the gradient.'),
});

const validation = z.strictObject({
  share: z.number().positive().max(0.9).optional().describe('Share of the training examples of each task.'),
  count: z.int().min(1).optional().describe('Training examples of each task. Give this or share.'),
  from: z
    .enum(['drawn', 'last'])
    .default('drawn')
    .describe(
      'Which ones: drawn with the seed (an image is in it in all tasks or in none), or the last in file order.',
    ),
  monitor: z
    .enum(['loss', 'accuracy'])
    .default('loss')
    .describe('The measure that plateaus, early stopping and restoring go by.'),
  restoreBest: z
    .boolean()
    .default(false)
    .describe('Whether a phase of training ends with the parameters that were best in it.'),
});

const earlyStopping = z.strictObject({
  patience: z.int().min(1).describe('Passes over the data without improvement until training on the task ends.'),
  minDelta: z.number().min(0).default(0).describe('By how much a value must be better to count as an improvement.'),
});

export const trainingSettings = {
  augment: augmentSchema
    .optional()
    .describe('What is done to training images each time that one is met, replayed ones too. Default: nothing.'),
  nesterov: z.boolean().optional().describe("Nesterov's momentum, as in PyTorch's SGD. Default: false."),
  weightDecay: z
    .number()
    .min(0)
    .max(10)
    .optional()
    .describe(
      'Weight decay λ of all parameters: λ θ is added to the gradient (L2, weight_decay of PyTorch). Default: 0.',
    ),
  decoupledWeightDecay: z
    .boolean()
    .optional()
    .describe(
      'Whether the decay is decoupled (AdamW, SGDW; Loshchilov & Hutter 2019): θ ← θ − lr λ θ beside the step. Default: false.',
    ),
  optimizerState: z
    .enum(['kept', 'per-task', 'per-epoch'])
    .optional()
    .describe(
      "Whether the optimiser's state (moments, velocity, number of steps) goes on for the whole run or starts anew. Default: kept.",
    ),
  schedule: z
    .discriminatedUnion('kind', [constant, steps, exponential, cosine, plateau])
    .optional()
    .describe('How the step size changes within each task. Default: constant.'),
  warmup: orNone(warmup)
    .optional()
    .describe('Smaller steps at the beginning of each task; the schedule begins after them. Default: none.'),
  taskDecay: orNone(taskDecay).optional().describe('How the step size changes from task to task. Default: none.'),
  clipping: orNone(clipping)
    .optional()
    .describe(
      'Clips the gradient just before the optimiser, after penalties and projections of methods. Default: none.',
    ),
  labelSmoothing: z
    .number()
    .min(0)
    .max(0.99)
    .optional()
    .describe(
      'Label smoothing ε of the cross-entropy: targets are (1 − ε) · one-hot + ε / K over the K active outputs. Default: 0.',
    ),
  activeClasses: z
    .enum(['all', 'all-so-far'])
    .optional()
    .describe(
      'Class-incremental: whose outputs take part in the loss. all: also those of classes still to come. all-so-far: those of the classes met, as if the output layer grew with them; at test all of them compete still. Default: all.',
    ),
  validation: orNone(validation)
    .optional()
    .describe(
      'A validation set, taken from the training data of each task and never trained on; measured after each pass. Default: none.',
    ),
  earlyStopping: orNone(earlyStopping)
    .optional()
    .describe('Ends the training on a task when the validation measure no longer improves. Default: none.'),
  sampling: z
    .enum(['first', 'drawn'])
    .optional()
    .describe('Which samplesPerTask examples: the first in file order, or drawn with the seed. Default: first.'),
} as const;

type Settings = { [Key in keyof typeof trainingSettings]?: z.output<(typeof trainingSettings)[Key]> };
/** Of a setting that may be 'none', what it holds where it is asked for. */
type Asked<Key extends keyof Settings> = Exclude<Settings[Key], 'none' | undefined>;
export type WarmupSpec = Asked<'warmup'>;
export type TaskDecaySpec = Asked<'taskDecay'>;
export type ValidationSpec = Asked<'validation'>;

/** Settings of networks that came later, alike. */
export const networkSettings = {
  dropoutScaling: z
    .enum(['test', 'training'])
    .optional()
    .describe(
      'Where dropout is made up for: "test" multiplies activations by 1 − dropout at test; "training" divides kept units by it in training, as PyTorch does. Default: test.',
    ),
  headInit: z
    .enum(['init', 'zeros'])
    .optional()
    .describe('Initial weights and biases of the output layer: as init says, or zeros. Default: init.'),
} as const;

/** What each setting says when it says nothing: a run with it is a run without it. */
const neutral: Readonly<Record<string, unknown>> = {
  nesterov: false,
  weightDecay: 0,
  decoupledWeightDecay: false,
  optimizerState: 'kept',
  warmup: 'none',
  taskDecay: 'none',
  clipping: 'none',
  labelSmoothing: 0,
  activeClasses: 'all',
  validation: 'none',
  earlyStopping: 'none',
  sampling: 'first',
  dropoutScaling: 'test',
  headInit: 'init',
};

const isNeutral = (key: string, value: unknown): boolean =>
  (Object.hasOwn(neutral, key) && neutral[key] === value) ||
  (key === 'schedule' && (value as ScheduleSpec | undefined)?.kind === 'constant') ||
  (key === 'augment' && augmentationOf({ augment: value as Augmentation | undefined }) === undefined);

/** The settings without those that say what would hold without them. */
export const withoutNeutral = <T extends object>(settings: T): T =>
  Object.fromEntries(Object.entries(settings).filter(([key, value]) => !isNeutral(key, value))) as T;

/** Of each setting that is an object, what it may hold; of one of several kinds, each. */
export const settingShapes: Readonly<Record<string, { readonly shape: object }>> = {
  warmup,
  taskDecay,
  clipping,
  validation,
  earlyStopping,
  augment: augmentSchema,
};

/** Of a setting that is an object, what it may hold by name. @param value which tells the kind, where there are several */
function partsOf(key: string, value: unknown): Readonly<Record<string, z.ZodType>> {
  const kind = (value as { readonly kind?: unknown } | undefined)?.kind;
  const shape =
    key === 'schedule'
      ? scheduleKinds[kindAsked(scheduleKinds, kind) as ScheduleSpec['kind']].shape
      : settingShapes[key]?.shape;
  return { ...shape };
}

/** The default of a part of a setting that is an object. */
export function defaultOfPart(key: string, value: unknown, name: string): unknown {
  const parts = partsOf(key, value);
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
  return part instanceof z.ZodDefault ? part.def.defaultValue : undefined;
}

/** Of a setting that is an object, the parts that are not as they are by default. */
export const tellingParts = (key: string, value: object): object =>
  Object.fromEntries(
    Object.entries(value).filter(([name, part]) => part === undefined || defaultOfPart(key, value, name) !== part),
  );

/** λ of an L2 weight decay, which is part of the gradient; 0 without one. */
export const l2Of = ({
  weightDecay = 0,
  decoupledWeightDecay = false,
}: Pick<Settings, 'weightDecay' | 'decoupledWeightDecay'>): number => (decoupledWeightDecay ? 0 : weightDecay);

/** Whether training on a task may end before its last planned step. */
export const mayEndEarly = ({
  earlyStopping: stopping,
  schedule,
}: Pick<Settings, 'earlyStopping' | 'schedule'>): boolean =>
  asked(stopping) !== undefined || (schedule?.kind === 'plateau' && schedule.below === 'stop');
