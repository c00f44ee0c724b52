import * as z from 'zod';
import type { BoundaryNeed, CardFinding, Place } from './card';

/** What a buffer of examples keeps, which setting says how much that is, and how much it is by default. */
interface Policy {
  readonly keeps: string;
  readonly sizedBy: 'perClass' | 'perTask' | 'size';
  /** Its examples are chosen when a task ends. */
  readonly atTaskEnd?: true;
}

/** Policies of a buffer, by name: of each the engine has one of the same name (engine/buffers). */
export const bufferPolicies = {
  'per-class': {
    keeps: 'so many random examples of each class, stored when its task ends',
    sizedBy: 'perClass',
    atTaskEnd: true,
  },
  herding: {
    keeps: 'so many examples of each class whose mean feature is near that of the class, chosen when its task ends',
    sizedBy: 'perClass',
    atTaskEnd: true,
  },
  'k-center': {
    keeps: 'so many examples of each class that leave no other far from them in features, chosen when its task ends',
    sizedBy: 'perClass',
    atTaskEnd: true,
  },
  'closest-to-mean': {
    keeps: 'the examples of each class nearest to its mean feature, chosen when its task ends',
    sizedBy: 'perClass',
    atTaskEnd: true,
  },
  reservoir: { keeps: 'a uniform sample of the whole stream, filled while training', sizedBy: 'size' },
  ring: { keeps: 'the newest examples of each class of each task, filled while training', sizedBy: 'perClass' },
  'task-ring': { keeps: 'the newest examples of each task, filled while training', sizedBy: 'perTask' },
  'class-balanced': {
    keeps: 'equally many examples of each class, of each a uniform sample, filled while training (CBRS)',
    sizedBy: 'size',
  },
  'gss-greedy': {
    keeps: 'examples whose gradients differ from each other, filled while training (GSS)',
    sizedBy: 'size',
  },
} as const satisfies Record<string, Policy>;
export type BufferPolicy = keyof typeof bufferPolicies;

const policies = Object.keys(bufferPolicies) as BufferPolicy[];
const policyOf = (name: BufferPolicy): Policy => bufferPolicies[name];

/** Settings of a method that leaves the choice of its buffer. */
export const bufferSettings = {
  buffer: z
    .enum(policies)
    .default('per-class')
    .describe(policies.map((name) => `${name}: ${policyOf(name).keeps}.`).join(' ')),
  perClass: z
    .int()
    .min(1)
    .default(100)
    .describe(`Examples kept of each class (${buffersSizedBy('perClass')}).`),
  size: z
    .int()
    .min(1)
    .default(1000)
    .describe(`Examples kept in all (${buffersSizedBy('size')}).`),
  perTask: z
    .int()
    .min(1)
    .optional()
    .describe(`Examples kept of each task (${buffersSizedBy('perTask')}). Default: 256.`),
};

/** `perTask` where it is left out: that of GEM. */
export const PER_TASK = 256;

function buffersSizedBy(setting: Policy['sizedBy']): string {
  const names = policies.filter((name) => policyOf(name).sizedBy === setting).map((name) => `"${name}"`);
  return `buffer ${names.join(', ')}`;
}

export interface BufferSettings {
  readonly buffer: BufferPolicy;
  readonly perClass: number;
  readonly size: number;
  readonly perTask?: number | undefined;
}

/** What a buffer needs of the ends of tasks. */
export const boundaryNeedsOf = ({ buffer }: Pick<BufferSettings, 'buffer'>): readonly BoundaryNeed[] =>
  policyOf(buffer).atTaskEnd
    ? [{ reason: 'This buffer is filled when a task ends ("buffer": "reservoir" is not)', setting: 'buffer' }]
    : [];

/** A memory that the data of the stream cannot fill. */
export function tooLarge(
  sizes: Readonly<Partial<Record<Policy['sizedBy'], number | undefined>>>,
  { data, tasks }: Pick<Place, 'data' | 'tasks'>,
): readonly CardFinding[] {
  // A stream without classes is refused for itself.
  if (!data || data.classes === 0) return [];
  const { examples, classes } = data;
  const there = {
    size: { most: examples, are: `the stream has ${inText(examples)} in all` },
    perClass: { most: examples / classes, are: `there are about ${inText(examples / classes)}` },
    perTask: { most: examples / tasks, are: `there are about ${inText(examples / tasks)}` },
  };
  const whose = { size: '', perClass: ' of each class', perTask: ' of each task' };
  return (['size', 'perClass', 'perTask'] as const).flatMap((setting): CardFinding[] => {
    const { most, are } = there[setting];
    const asked = sizes[setting];
    // What is known is a mean: some have a few more.
    if (asked === undefined || asked <= 1.2 * Math.ceil(most)) return [];
    const message = `The memory has room for ${inText(asked)} examples${whose[setting]}, and ${are}: it will hold what there is.`;
    return [{ severity: 'warning', message, setting }];
  });
}

const inText = (count: number): string => Math.round(count).toLocaleString('en-US');

/** What is wrong with the settings of a buffer where it stands. */
export function bufferFindings(settings: BufferSettings, place: Place): readonly CardFinding[] {
  const { sizedBy } = policyOf(settings.buffer);
  return [...unusedSizes(settings), ...tooLarge({ [sizedBy]: settings[sizedBy] }, place)];
}

/** Sizes that are given and do not count. */
function unusedSizes(settings: BufferSettings): readonly CardFinding[] {
  const usual: Partial<Record<Policy['sizedBy'], number>> = {
    perClass: bufferSettings.perClass.parse(undefined),
    size: bufferSettings.size.parse(undefined),
  };
  const { buffer } = settings;
  const { sizedBy } = policyOf(buffer);
  return (['perClass', 'size', 'perTask'] as const).flatMap((setting): CardFinding[] => {
    if (setting === sizedBy || settings[setting] === undefined || settings[setting] === usual[setting]) return [];
    const message = `The buffer "${buffer}" is sized by "${sizedBy}"; ${setting} has no effect.`;
    return [{ severity: 'warning', message, setting }];
  });
}
