import * as z from 'zod';
import { canonicalJson } from './canonicalJson';
import { entryIn, shippedCatalogue, type Catalogue } from './catalogue';
import { defaultsOf, withDefaults } from './methods/defaults';
import { cards, methodIds } from './methods/index';
import { kindAsked, type Kinds } from './kinds';
import type { MethodCard, Prescription, Scenario, ScenarioFit } from './methods/card';
import { expectationSchema, type Expectation } from './expectation';
import { withImplemented } from './implemented';
import { noNamedFiles, type NamedFiles } from './namedFiles';
import type { OwnCodes } from './own/ownCode';
import {
  cardIn,
  noOwnFiles,
  ownCodesOf,
  ownMethodsIn,
  ownNetworkForm,
  ownNetworksIn,
  ownPathsIn,
  ownStreamForm,
  ownStreamsIn,
  partCardIn,
  type OwnFiles,
} from './own/ownFiles';
import { isOwnPath, OWN_PATH_START, ownId, type OwnPath } from './own/ownPath';
import { ownValue, valueAt } from './ownValue';
import { commandText, PROGRAM, programFiles, programKeys, type Command } from './program';
import { programId } from './programId';
import { protocolIds } from './protocols/index';
import {
  anyNetworkOverrideSchema,
  anyNetworkSchema,
  evaluationSchema,
  isOwnNetwork,
  networkKinds,
  networkOverrideSchema,
  networkOverrideSchemaWith,
  networkSchema,
  networkSchemaWith,
  overrideNetwork,
  ownNetworkKeys,
  ownNetworkSchema,
  trainingOverrideSchema,
  trainingSchema,
  type EvaluationSpec,
  type NetworkOverride,
  type NetworkSpec,
  type OwnNetworkSpec,
  type TrainingOverride,
  type TrainingSpec,
} from './recipe';
import {
  anyStreamSchema,
  ownStreamKeys,
  partKinds,
  streamKinds,
  streamSchema,
  streamSchemaWith,
  withTaskCounts,
  type StreamSpec,
} from './stream';
import { withUsualDetail } from './measuredTasks';
import { datasetsOf, tasksOf } from './streamTasks';
import { selectSchema, type Select } from './select';
import { familiesOf, type FamilyMember } from './sweeps/families';
import { isSweep, rangeKeys } from './sweeps/form';
import type { PlainEntry, PlainFile } from './sweeps/expand';
import { scheduleKinds, settingShapes, tellingParts, withoutNeutral } from './trainingSettings';

/** Of a list of seeds or methods. More variants are no comparison that anyone can read. */
export const MOST_ENTRIES = 1000;

const commonWith = (network: z.ZodType<NetworkOverride>) => ({
  label: z
    .string()
    .min(1)
    .max(60)
    .optional()
    .describe('Name in tables and charts. Default: made from the settings that differ.'),
  network: network.optional().describe('Parts of the network that differ for this variant.'),
  training: trainingOverrideSchema.optional().describe('Parts of the training that differ for this variant.'),
});
type Common = ReturnType<typeof commonWith>;
const plainCommon = commonWith(networkOverrideSchema);

const entrySchemaOf = ({ id, summary, expect, title, settings }: MethodCard, common: Common) =>
  z
    .strictObject({ method: z.literal(id).describe(summary), ...common, ...settings.shape })
    .meta({ title, description: `${summary} ${expect}` });
const entrySchemasWith = (common: Common) => methodIds.map((id) => entrySchemaOf(cards[id], common));
const entrySchemas = entrySchemasWith(plainCommon);

/** Of a method of the user's own of which no card is known: accepted as to form. */
const openEntrySchema = (method: string, common: Common) => z.looseObject({ method: z.literal(method), ...common });

const programEntryWith = (common: Common) => z.strictObject({ method: z.literal(PROGRAM), ...common, ...programKeys });

/** An entry of `methods` that names a program. */
type ProgramEntry = MethodEntry & {
  readonly method: typeof PROGRAM;
  readonly program: Command;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly implements?: string | undefined;
  readonly files?: readonly string[] | undefined;
  readonly device?: string | undefined;
  readonly batches?: boolean | undefined;
};

export const isProgramEntry = (entry: MethodEntry): entry is ProgramEntry => entry.method === PROGRAM;

export interface MethodEntry {
  readonly method: string;
  readonly label?: string | undefined;
  readonly network?: NetworkOverride | undefined;
  readonly training?: TrainingOverride | undefined;
  readonly [setting: string]: unknown;
}

/** One entry or a combination, of these. */
function methodsSchemaOf(all: readonly z.ZodObject[], program: z.ZodObject) {
  const entry = z.discriminatedUnion('method', [...all, program] as unknown as readonly [
    (typeof entrySchemas)[number],
  ]);
  return listOfEntries(entry, all.length);
}

/** A method stands once in a combination. */
const listOfEntries = (entry: z.ZodType, methods: number) =>
  z
    .array(z.union([entry, z.array(entry).min(2).max(methods)]))
    .min(1)
    .max(MOST_ENTRIES)
    .describe('The variants to compare: one entry each; a list inside combines methods.') as unknown as z.ZodType<
    (MethodEntry | MethodEntry[])[]
  >;

export const seedsSchema = z
  .union([z.int().min(1).max(MOST_ENTRIES), z.array(z.int().min(0).max(0xffffffff)).min(1).max(MOST_ENTRIES)])
  .default(3)
  .describe('Number of seeds (1, 2, …) or the list of seeds. Every variant is run once with each.');

/** The seeds that are meant: 1, 2, … where only their number is given. */
export const seedList = (seeds: z.output<typeof seedsSchema>): number[] =>
  typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i + 1) : seeds;

export const experimentSchema = z.strictObject({
  $schema: z.string().optional().describe('Not needed: files named *.lethe.json are recognised.'),
  name: z.string().min(1).max(120).describe('Title of the experiment.'),
  extends: z
    .enum(protocolIds)
    .optional()
    .describe(
      'A published protocol: its stream, network, training, seeds and methods, of which the file may say any setting otherwise. Its results are judged by the published values.',
    ),
  stream: streamSchema.prefault({}).describe('The ordered tasks the network meets.'),
  network: networkSchema.prefault({}).describe('The network of all variants.'),
  training: trainingSchema.prefault({}).describe('How each task is trained.'),
  evaluation: evaluationSchema.prefault({}).describe('How often accuracy is measured while training.'),
  seeds: seedsSchema,
  bounds: z.boolean().default(true).describe('Add none and joint, the lower and upper bounds, where they are missing.'),
  select: selectSchema
    .optional()
    .describe('How one variant of each sweep is chosen, on what no row of the table counts.'),
  methods: methodsSchemaOf(entrySchemas, programEntryWith(plainCommon)),
  expect: z
    .array(expectationSchema)
    .max(MOST_ENTRIES)
    .optional()
    .describe('Values that you expect: results are judged by them as by published ones.'),
});
export type ExperimentFile = Omit<z.output<typeof experimentSchema>, 'network' | 'stream'> & {
  network: NetworkSpec;
  stream: StreamSpec;
};

/**
 * Validates the parsed text of an experiment file and fills in its defaults. Those of a method may be others in the
 * scenario of the file's stream, which the schema of an entry does not see.
 */
export function readExperimentFile(file: unknown, own = noOwnFiles): z.ZodSafeParseResult<ExperimentFile> {
  const schema = schemaFor(file, own);
  return schema.safeParse(filledIn(file, own, schema.shape.stream));
}

/** With the settings of the user's own files that the file names. */
function schemaFor(file: unknown, own: OwnFiles): typeof experimentSchema {
  if (ownPathsIn(file).length === 0) return experimentSchema;
  const networks = ownNetworksIn(file).map((path) => ownNetworkForm(own, path));
  const common = networks.length > 0 ? commonWith(networkOverrideSchemaWith(networks)) : plainCommon;
  const entries = ownMethodsIn(file).map((path) => {
    const card = cardIn(own, path);
    return card ? entrySchemaOf(card, common) : openEntrySchema(path, common);
  });
  return experimentSchema.extend({
    stream: streamSchemaWith(ownStreamsIn(file).map((path) => ownStreamForm(own, path))).prefault({}),
    network: networkSchemaWith(networks).prefault({}),
    methods: methodsSchemaOf([...entrySchemasWith(common), ...entries], programEntryWith(common)),
  });
}

/** An entry that names a program has no method. */
const withProgram = (entry: unknown): unknown =>
  ownValue(entry, 'program') !== undefined && ownValue(entry, 'method') === undefined
    ? { method: PROGRAM, ...(entry as object) }
    : entry;

function filledIn(given: unknown, own: OwnFiles, streams: typeof experimentSchema.shape.stream): unknown {
  const file = withStream(given);
  const methods = ownValue(file, 'methods');
  const stream = streams.safeParse(ownValue(file, 'stream'));
  if (!Array.isArray(methods)) return file;
  const entryFilledIn = (given: unknown): unknown => {
    const entry = withProgram(given);
    const method = ownValue(entry, 'method');
    const card = typeof method === 'string' ? cardIn(own, method) : undefined;
    // Without a stream that can be read the file is refused, whatever its methods have.
    return card && stream.success ? withDefaults(card, stream.data.scenario, entry as object) : entry;
  };
  return {
    ...(file as object),
    methods: methods.map((item) => (Array.isArray(item) ? item.map(entryFilledIn) : entryFilledIn(item))),
  };
}

function withStream(file: unknown): unknown {
  const stream = ownValue(file, 'stream');
  return stream === undefined ? file : { ...(file as object), stream: withTaskCounts(stream) };
}

export interface ResolvedMethod {
  /** One of Lethe's, or the path of the user's own. */
  readonly method: string;
  /** All settings, defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** One row of the comparison: an entry of `methods` with everything resolved. */
export interface Variant {
  /** Unique in the experiment, fit for a file name: `ewc`, `ewc-2`, `replay+sleep`. */
  readonly key: string;
  readonly label: string;
  readonly methods: readonly ResolvedMethod[];
  readonly network: NetworkSpec;
  readonly training: TrainingSpec;
  /** Dotted names of network and training settings that differ from the experiment's own, e.g. `network.hidden`. */
  readonly differs: readonly string[];
  /** What its methods, its network and its stream consist of where they are the user's own, by path, as far as that is known. */
  readonly own?: OwnCodes;
  /** SHA-256 of the files that its settings name, by name. Undefined until they are read. */
  readonly contents?: Readonly<Record<string, string>>;
  /** The program that trains it, in whose words the settings of its method are. */
  readonly program?: ProgramOfVariant;
  /** Another program trains it: nothing is concluded from the name of its method. */
  readonly isForeign?: true;
  /** Key of the variant whose method its program implements too. */
  readonly implements?: string;
  /** Why only the task-aware accuracy is defined for it in this scenario, where that is so. */
  readonly taskAwareOnly?: string;
  /** Index in the file's `methods`; undefined for a bound that was added. */
  readonly entry?: number;
  /** Where sweeps make several variants of one entry, what they have in common. */
  readonly family?: Family;
}

export interface ProgramOfVariant {
  readonly command: Command;
  /** The files whose content counts, from the folder of the experiment file. */
  readonly files: readonly string[];
  readonly device?: string;
  /** It is given the order of batches too. */
  readonly batches?: true;
  /** The variant whose method it implements too, as its entry calls it, and the settings that are its own besides. */
  readonly implements?: { readonly variant: string; readonly settings: Readonly<Record<string, unknown>> };
}

/** The variants that sweeps make of one entry of `methods`, or of a bound that was added. */
export interface Family {
  /** Unique in the experiment among families and variants. */
  readonly key: string;
  readonly label: string;
  /** How many variants it has. */
  readonly size: number;
  /** Numbers of the swept settings in which its variants differ, of this one, by their names. */
  readonly at?: Readonly<Record<string, number>>;
}

/** Whether a variant has one of these keys, or is of a family that has. */
export const hasKeyAmong = ({ key, family }: Pick<Variant, 'key' | 'family'>, keys: readonly string[]): boolean =>
  keys.includes(key) || (family !== undefined && keys.includes(family.key));

export interface Experiment {
  readonly name: string;
  readonly stream: StreamSpec;
  /** The data sets that the stream names. */
  readonly data: Catalogue;
  readonly network: NetworkSpec;
  readonly training: TrainingSpec;
  readonly evaluation: EvaluationSpec;
  readonly seeds: readonly number[];
  readonly variants: readonly Variant[];
  /** The published protocol that the file extends. */
  readonly protocol?: string;
  /** Values that the file expects. */
  readonly expect?: readonly Expectation[];
  /** How one variant of each family is chosen. Without it the best one is picked by what it is measured by, which is said. */
  readonly select?: Select;
}

/** What every entry of `methods` may have, so that no setting of a method is called so. */
export const commonEntryKeys: readonly string[] = ['method', ...Object.keys(plainCommon)];
const isCommonKey = (key: string) => commonEntryKeys.includes(key);
const settingsOf = (entry: MethodEntry) =>
  isProgramEntry(entry)
    ? entry.settings
    : Object.fromEntries(Object.entries(entry).filter(([key]) => !isCommonKey(key)));

function mergeDefined<T extends object>(base: T, ...overrides: (Partial<T> | undefined)[]): T {
  return Object.assign({}, base, ...overrides) as T;
}

/** Epochs and iterations are two ways to say one thing: an override of one silences the other. */
function mergeTraining(base: TrainingSpec, ...overrides: (TrainingOverride | undefined)[]): TrainingSpec {
  let merged = base;
  for (const override of overrides) {
    merged = mergeDefined(merged, override);
    if (override?.epochs !== undefined) merged = { ...merged, iterations: undefined };
    else if (override?.iterations !== undefined) merged = { ...merged, epochs: undefined };
  }
  return merged;
}

const sameValue = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);

/** Settings in which two descriptions of a part of an experiment differ, as `network.hidden`. */
export function differences(part: string, own: object, base: object): string[] {
  const keys = new Set([...Object.keys(own), ...Object.keys(base)]);
  return [...keys].filter((key) => !sameValue(ownValue(own, key), ownValue(base, key))).map((key) => `${part}.${key}`);
}

interface Recipe {
  readonly network: NetworkSpec;
  readonly training: TrainingSpec;
}

const differsFrom = (base: Recipe, { network, training }: Recipe): string[] => [
  ...differences('network', network, base.network),
  ...differences('training', training, base.training),
];

/** A value of a setting in a name. */
export const shown = (value: unknown): string =>
  typeof value === 'number' && (Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-3))
    ? value.toExponential().replace('e+', 'e')
    : Array.isArray(value)
      ? value.map(shown).join('/')
      : typeof value === 'object' && value !== null
        ? shownParts(value)
        : String(value);

/** "cosine t0 1": a kind says its name, all else is named. */
const shownParts = (value: object): string =>
  Object.entries(value)
    .map(([key, part]) => (key === 'kind' ? shown(part) : `${key} ${shown(part)}`))
    .join(' ');

/**
 * "EWC", or "EWC · lambda 1e5" where settings differ from the card's defaults in the scenario.
 * @param isSwept settings that are said elsewhere
 */
function labelOf(
  method: ResolvedMethod,
  scenario: Scenario,
  own: OwnFiles,
  isSwept: (setting: string) => boolean,
): string {
  const card = cardIn(own, method.method);
  if (!card) return ownId(method.method);
  const defaults = defaultsOf(card, scenario, method.settings['preset']);
  const changed = Object.entries(method.settings).filter(
    ([key, value]) => !sameValue(value, defaults[key]) && !isSwept(key),
  );
  return [card.title, ...changed.map(([key, value]) => `${key} ${shown(value)}`)].join(' · ');
}

/** What the methods of some entries prescribe, where the experiment has its own network. */
const prescribedBy = (file: ExperimentFile, entries: readonly MethodEntry[], own: OwnFiles): Prescription[] =>
  entries.map((entry) => {
    const beside = entries.filter((other) => other !== entry).map(({ method }) => method);
    return cardIn(own, entry.method)?.prescribes?.(entry as never, file.network, beside) ?? {};
  });

/** The network of a variant: the experiment's, then what its methods prescribe, then what its entries ask for. */
export function networkOf(file: ExperimentFile, entries: readonly MethodEntry[], own: OwnFiles): NetworkSpec {
  const overrides = [...prescribedBy(file, entries, own), ...entries].map(({ network }) => network);
  const start = (path: OwnPath) => ownStart(path, own);
  return plainNetwork(
    overrides.reduce<NetworkSpec>((base, override) => overrideNetwork(base, override, start), file.network),
  );
}

/** A network of the user's own as it is where nothing is said of it. One that needs to be told more is refused with what it needs. */
const ownStart = (path: OwnPath, own: OwnFiles): OwnNetworkSpec =>
  (ownNetworkSchema(ownNetworkForm(own, path)).safeParse({ kind: path }).data ?? {
    kind: path,
    output: 'softmax',
  }) as OwnNetworkSpec;

/** What is neutral elsewhere may say something to a network of the user's own. */
const plainNetwork = (network: NetworkSpec): NetworkSpec => (isOwnNetwork(network) ? network : withoutNeutral(network));

/** The training of a variant, likewise. */
export const trainingOf = (file: ExperimentFile, entries: readonly MethodEntry[], own: OwnFiles): TrainingSpec =>
  withoutNeutral(
    mergeTraining(file.training, ...[...prescribedBy(file, entries, own), ...entries].map(({ training }) => training)),
  );

/** "weightDecay 0.01": what entries themselves say of network and training, where it differs from the experiment's. */
const ownParts = (entries: readonly MethodEntry[], differs: readonly string[], own: OwnFiles): string[] =>
  (['network', 'training'] as const).flatMap((part) =>
    Object.entries(Object.assign({}, ...entries.map((item) => item[part])) as object)
      .filter(([key]) => differs.includes(`${part}.${key}`))
      .map(([key, value]: [string, unknown]) => {
        if (key === 'kind' && isOwnPath(value)) return partCardIn(own, value)?.title ?? ownId(value);
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
        return `${key} ${shown(isObject ? tellingParts(key, value) : value)}`;
      }),
  );

/** A variant before it has its name. */
export interface VariantDraft extends Omit<Variant, 'label'> {
  /** Its label without what sweeps make differ, which is said after it: `network.hidden`, or of its first method `0.lambda`. */
  readonly labelWithout: (swept: ReadonlySet<string>) => string;
}

function variantOf(
  entries: readonly MethodEntry[],
  file: ExperimentFile,
  entry: number | undefined,
  own: OwnFiles,
  files: NamedFiles,
): VariantDraft {
  const { scenario } = file.stream;
  const methods = entries.map((item): ResolvedMethod => ({ method: nameOf(item), settings: settingsOf(item) }));
  const program = entries.find(isProgramEntry);
  const network = networkOf(file, entries, own);
  const training = trainingOf(file, entries, own);
  const codes = ownCodesOf([...methods.map(({ method }) => method), network.kind, file.stream.kind], own);
  const shared = { network: plainNetwork(file.network), training: withoutNeutral(file.training) };
  const differs = differsFrom(shared, { network, training });
  return {
    key: program
      ? programId(program.label, program.program)
      : methods.map(({ method }) => (isOwnPath(method) ? ownId(method) : method)).join('+'),
    labelWithout: (swept) =>
      entries.find((item) => item.label !== undefined)?.label ??
      [
        program
          ? programLabel(program, (key) => swept.has(`0.settings.${key}`))
          : methods.map((method, i) => labelOf(method, scenario, own, (key) => swept.has(`${i}.${key}`))).join(' + '),
        ...ownParts(
          entries,
          differs.filter((name) => !swept.has(name)),
          own,
        ),
      ].join(' · '),
    methods,
    network,
    training,
    differs,
    ...(Object.keys(codes).length > 0 && { own: codes }),
    ...contentsOf(network, program, files),
    ...(program && programOf(program)),
    ...taskAwareFit(entries, scenario, own),
    ...(entry === undefined ? {} : { entry }),
  };
}

/** A label changes no result, so it is no part of the name by which results are found again. */
const nameOf = (entry: MethodEntry): string =>
  isProgramEntry(entry) ? programId(undefined, entry.program) : entry.method;

/** "python train.py · lr 0.03". @param isSwept settings that are said elsewhere */
const programLabel = ({ program, settings }: ProgramEntry, isSwept: (setting: string) => boolean): string =>
  [
    commandText(program),
    ...Object.entries(settings).flatMap(([key, value]) => (isSwept(key) ? [] : [`${key} ${shown(value)}`])),
  ].join(' · ');

const programOf = ({
  program,
  files,
  device,
  batches,
  settings,
  ...entry
}: ProgramEntry): Pick<Variant, 'program' | 'isForeign'> => ({
  program: {
    command: program,
    files: programFiles(program, files),
    ...(device !== undefined && { device }),
    ...(batches && { batches }),
    ...(entry.implements !== undefined && { implements: { variant: entry.implements, settings } }),
  },
  isForeign: true,
});

function contentsOf(
  { weights }: NetworkSpec,
  program: ProgramEntry | undefined,
  files: NamedFiles,
): Pick<Variant, 'contents'> {
  const names = [
    ...(weights === undefined ? [] : [weights]),
    ...(program ? programFiles(program.program, program.files) : []),
  ];
  const read = names.flatMap((name) => {
    const file = files.get(name);
    return file?.kind === 'read' ? [[name, file.sha256] as const] : [];
  });
  return read.length > 0 ? { contents: Object.fromEntries(read) } : {};
}

/** Says why methods, alone or combined, have only a task-aware accuracy in a scenario, where that is so. */
export function taskAwareFit(
  entries: readonly { readonly method: string }[],
  scenario: Scenario,
  own = noOwnFiles,
): { taskAwareOnly?: string } {
  const fits = entries.flatMap<ScenarioFit>(({ method }) => cardIn(own, method)?.scenarios[scenario] ?? []);
  const fit = fits.find((other) => other.fit === 'task-aware only');
  return fit && fit.fit !== 'defined' ? { taskAwareOnly: fit.reason } : {};
}

/** Gives every variant a key and a label of its own. */
export function disambiguate<T extends { readonly key: string; readonly label: string }>(variants: readonly T[]): T[] {
  const ownKey = namer((key, n) => `${key}-${n}`);
  const ownLabel = namer((label, n) => `${label} (${n})`);
  return variants.map((variant) => ({ ...variant, key: ownKey(variant.key), label: ownLabel(variant.label) }));
}

/** Gives out each name once: where it is taken, the next numbered one that is free. */
export function namer(numbered: (name: string, n: number) => string): (name: string) => string {
  const taken = new Set<string>();
  const last = new Map<string, number>();
  return (name) => {
    let n = last.get(name) ?? 1;
    let own = name;
    while (taken.has(own)) own = numbered(name, ++n);
    last.set(name, n);
    taken.add(own);
    return own;
  };
}

/** A validated file, and which sweeps it comes from. */
export interface PlainExperiment {
  readonly file: ExperimentFile;
  readonly plain: Pick<PlainFile, 'shared' | 'entries'>;
}

/**
 * Resolves a validated file without sweeps: data, defaults, overrides, prescriptions, bounds and seeds.
 *
 * @throws RangeError for a data set that the catalogue does not have: `checkExperiment` refuses it before
 */
export const resolveExperiment = (
  file: ExperimentFile,
  catalogue = shippedCatalogue,
  own = noOwnFiles,
  files = noNamedFiles,
): Experiment =>
  resolveAll(
    [{ file, plain: { shared: [], entries: file.methods.map((_, entry) => ({ entry, swept: [] })) } }],
    catalogue,
    own,
    files,
  );

/**
 * Resolves what sweeps make of one file, likewise, to one experiment. Its own network and training are those of the first.
 *
 * @throws RangeError as `resolveExperiment`
 */
export function resolveAll(
  read: readonly PlainExperiment[],
  catalogue = shippedCatalogue,
  own = noOwnFiles,
  files = noNamedFiles,
): Experiment {
  const [first] = read;
  if (!first) throw new RangeError('An experiment needs a file.');
  const { file } = first;
  const listed = read.map((one) =>
    one.file.methods.map((item, i) => memberOf(one, item, one.plain.entries[i], own, files)),
  );
  const bare = (id: 'none' | 'joint') =>
    read.flatMap((one, i): FamilyMember[] =>
      one.file.bounds && !listed[i]?.some(({ draft }) => draft.key === id && draft.differs.length === 0)
        ? [memberOf(one, { method: id }, undefined, own, files)]
        : [],
    );
  const entries = new Set(first.plain.entries.map(({ entry }) => entry));
  const network = plainNetwork(file.network);
  const training = withoutNeutral(file.training);
  const named = familiesOf([
    bare('none'),
    bare('joint'),
    ...[...entries].map((entry) => listed.flat().filter(({ draft }) => draft.entry === entry)),
  ]);
  return {
    name: file.name,
    stream: file.stream,
    data: new Map(datasetsOf(file.stream).map((name) => [name, entryIn(catalogue, name)])),
    network,
    training,
    evaluation: withUsualDetail(file.evaluation, tasksOf(file.stream)),
    seeds: seedList(file.seeds),
    ...(file.select && { select: file.select }),
    // Each differs from its own file in what its entry says; from the experiment in what sweeps of the whole say too.
    variants: withImplemented(named).map((variant) =>
      read.length === 1 ? variant : { ...variant, differs: differsFrom({ network, training }, variant) },
    ),
    ...(file.extends !== undefined && { protocol: file.extends }),
    ...(file.expect && { expect: file.expect }),
  };
}

const memberOf = (
  { file, plain: { shared } }: PlainExperiment,
  item: MethodEntry | MethodEntry[],
  plain: PlainEntry | undefined,
  own: OwnFiles,
  files: NamedFiles,
): FamilyMember => ({
  draft: variantOf(Array.isArray(item) ? item : [item], file, plain?.entry, own, files),
  swept: [...shared, ...(plain?.swept ?? [])],
  file,
  item,
});

/** Keys allowed in the object at a path of the file, for messages. `file` is the parsed text, valid or not. */
export function allowedKeys(path: readonly PropertyKey[], file: unknown, own = noOwnFiles): readonly string[] {
  const last = path.at(-1);
  if (last === 'sweep') return rangeKeys;
  if (isSweep(valueAt(file, path))) return ['sweep'];
  if (path.length === 0) return Object.keys(experimentSchema.shape);
  if (last === 'network') return networkKeys(path, file, own);
  if (last === 'training') return Object.keys(trainingSchema.shape);
  if (path[0] === 'select') return last === 'select' ? Object.keys(selectSchema.shape) : ['seeds', 'tasks'];
  if (last === 'stream') return streamKeys(path, file, own);
  if (path.at(-2) === 'training') {
    if (last === 'schedule') return keysOf(scheduleKinds, path, file);
    return Object.keys(settingShapes[String(last)]?.shape ?? {});
  }
  if (last === 'evaluation') return Object.keys(evaluationSchema.shape);
  if (last === 'inputs') return ['mean', 'std'];
  if (path[0] === 'expect') return Object.keys(expectationSchema.shape);
  if (path[0] === 'stream') return keysOf(partKinds, path, file);
  const method = ownValue(valueAt(file, path), 'method');
  if (ownValue(valueAt(file, path), 'program') !== undefined && (method === undefined || method === PROGRAM))
    return [...Object.keys(programKeys), ...commonEntryKeys.filter((key) => key !== 'method')];
  const card = typeof method === 'string' ? cardIn(own, method) : undefined;
  return [...commonEntryKeys, ...Object.keys(card?.settings.shape ?? {})];
}

function networkKeys(path: readonly PropertyKey[], file: unknown, own: OwnFiles): readonly string[] {
  const ofOwn = (kind: unknown) => Object.keys(partCardIn(own, kind)?.settings.shape ?? {});
  const kind = ownValue(valueAt(file, path), 'kind');
  if (isOwnPath(kind)) return [...ownNetworkKeys, ...ofOwn(kind)];
  if (path.length === 1) return keysOf(networkKinds, path, file);
  return [...new Set([...keysOfAll(networkKinds), ...ownNetworksIn(file).flatMap(ofOwn)])];
}

function streamKeys(path: readonly PropertyKey[], file: unknown, own: OwnFiles): readonly string[] {
  const kind = ownValue(valueAt(file, path), 'kind');
  if (!isOwnPath(kind)) return keysOf(streamKinds, path, file);
  return [...ownStreamKeys, ...Object.keys(partCardIn(own, kind)?.settings.shape ?? {})];
}

/** Of the kind that the file has at a path. */
function keysOf(kinds: Kinds, path: readonly PropertyKey[], file: unknown): readonly string[] {
  const kind = kindAsked(kinds, ownValue(valueAt(file, path), 'kind'));
  return Object.keys(kinds[kind]?.shape ?? {});
}

/** An override may change the kind. */
const keysOfAll = (kinds: Kinds): readonly string[] => [
  ...new Set(Object.values(kinds).flatMap(({ shape }) => Object.keys(shape))),
];

/** Of the user's own methods a schema that is made beforehand knows the form of the path alone. */
const anyCommon = commonWith(anyNetworkOverrideSchema);
const anyOwnEntry = z
  .looseObject({
    method: z
      .string()
      .regex(OWN_PATH_START)
      .describe("A method of your own: the path of its file, from this file's folder."),
    ...anyCommon,
  })
  .meta({ title: 'A file of your own', description: 'A method of your own, in TypeScript or JavaScript.' });

/** Made when it is asked for: what ships never asks. */
const programEntry = () =>
  z.strictObject({ ...programKeys, ...anyCommon }).meta({
    title: 'A program',
    description: 'A program of your own, in any language, which trains and says what happens.',
  });

/** JSON schema (draft 7, what VS Code's JSON service fully supports) of the experiment file. */
export const experimentJsonSchema = (): object =>
  z.toJSONSchema(
    experimentSchema.extend({
      stream: anyStreamSchema.prefault({}).describe('The ordered tasks the network meets.'),
      network: anyNetworkSchema.prefault({}).describe('The network of all variants.'),
      methods: listOfEntries(z.union([...entrySchemasWith(anyCommon), anyOwnEntry, programEntry()]), methodIds.length),
    }),
    { target: 'draft-7', io: 'input', unrepresentable: 'any' },
  );
