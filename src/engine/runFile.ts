import path from 'node:path';
import type * as z from 'zod';
import { manifestSchema, trainerText, type OwnManifest, type RunSpec } from '../core/manifest';
import type { MethodCard, Scenario } from '../core/methods/card';
import { withDefaults } from '../core/methods/defaults';
import { cardOf, isMethodId } from '../core/methods/index';
import { isOwnNetwork, ownNetworkSchema, type NetworkSpec, type OwnNetworkSpec } from '../core/recipe';
import { isOwnStream, ownStreamSchema, type OwnStreamSpec, type RecordedStream } from '../core/stream';
import { readRegular } from './regularFile';

const MOST_BYTES = 1e6;

/** What a run is asked for, with every setting that this version of Lethe knows. */
export interface RunFile {
  readonly manifest: OwnManifest;
  /** Says which settings `run.json` does not have, where it lacks some: another version of Lethe planned the run. */
  readonly warning?: string;
}

type Methods = RunSpec['methods'];

/** What the settings of a method are checked with. */
type SettingsCard = Pick<MethodCard, 'title' | 'settings' | 'defaults'>;

/** A `run.json` as it stands there. */
interface GivenRunFile {
  readonly given: unknown;
  readonly manifest: OwnManifest;
}

/** Reads the `run.json` of a run that is to be trained. @throws Error that says what cannot be trained */
export function readManifest(runFolder: string): GivenRunFile {
  const given: unknown = parseJson(readRegular(path.join(runFolder, 'run.json'), MOST_BYTES).toString('utf8'));
  const parsed = manifestSchema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`run.json is not as specified: ${issue?.path.join('.')} ${issue?.message}`);
  }
  if (parsed.data.trainer !== 'lethe')
    throw new Error(`This run is not Lethe's to train: run.json says that ${trainerText(parsed.data)} trains it.`);
  return { given, manifest: parsed.data };
}

/**
 * A `run.json` with all settings. They come from the version that planned the run, and this one may know more of them, or
 * not all: what is missing gets its default (in the run's scenario), what is unknown or not allowed is refused.
 *
 * @param ownCard of a part of the user's own, by its path
 * @throws Error that says what cannot be trained
 */
export function completed(
  { given, manifest: read }: GivenRunFile,
  ownCard: (name: string) => SettingsCard | undefined = () => undefined,
): RunFile {
  const { spec } = read;
  const withAll = (methods: Methods) =>
    methods.map((method) => withAllSettings(method, spec.stream.scenario, ownCard(method.method)));
  const methods = withAll(spec.methods);
  const changes = spec.changes?.map((change) => ({ ...change, methods: withAll(change.methods) }));
  const own = {
    network: withAllOwn(spec.network, ownCard(spec.network.kind)),
    stream: withAllOfStream(spec.stream, ownCard(spec.stream.kind)),
  };
  const filled = [
    ...sections.flatMap((name) => added(sectionOf(given, name), { ...spec, ...own }[name], name)),
    ...methods.flatMap(({ method, settings }, i) => added(spec.methods[i]?.settings, settings, method)),
  ];
  const manifest = { ...read, spec: { ...spec, ...own, methods, ...(changes && { changes }) } };
  if (filled.length === 0) return { manifest };
  return { manifest, warning: `run.json does not have all settings; defaults are used for ${filled.join(', ')}.` };
}

const sections = ['stream', 'network', 'training', 'evaluation'] as const;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('run.json is not JSON');
  }
}

const sectionOf = (given: unknown, name: string): unknown =>
  (given as { readonly spec: Readonly<Record<string, unknown>> }).spec[name];

/** What is there now and was not given, as "network.dropout = 0". */
function added(given: unknown, complete: object, place: string): string[] {
  return Object.entries(complete)
    .filter(([key, value]) => value !== undefined && !Object.hasOwn(given as object, key))
    .map(([key, value]) => `${place}.${key} = ${JSON.stringify(value)}`);
}

/** A network of the user's own with all settings; one of Lethe's has them. */
function withAllOwn(network: NetworkSpec, card: SettingsCard | undefined): NetworkSpec {
  if (!isOwnNetwork(network)) return network;
  if (!card) throw new Error(`run.json names ${network.kind} and does not say what it consists of.`);
  const parsed = ownNetworkSchema({ path: network.kind, settings: card.settings }).safeParse(network);
  if (parsed.success) return parsed.data as OwnNetworkSpec;
  return refused(parsed.error.issues[0], card.title);
}

/** Likewise of a stream. */
function withAllOfStream(stream: RecordedStream, card: SettingsCard | undefined): RecordedStream {
  if (!isOwnStream(stream)) return stream;
  if (!card) throw new Error(`run.json names ${stream.kind} and does not say what it consists of.`);
  const parsed = ownStreamSchema({ path: stream.kind, settings: card.settings, tasks: stream.tasks }).safeParse(stream);
  if (parsed.success) return parsed.data as unknown as OwnStreamSpec;
  return refused(parsed.error.issues[0], card.title);
}

function withAllSettings(
  { method, settings, ...rest }: Methods[number],
  scenario: Scenario,
  ownCard: SettingsCard | undefined,
): Methods[number] {
  const card = ownCard ?? (isMethodId(method) ? cardOf(method) : undefined);
  if (!card) throw new Error(`This version of Lethe has no method "${method}".`);
  const { title } = card;
  const parsed = card.settings.safeParse(withDefaults(card, scenario, settings));
  if (parsed.success) return { method, settings: parsed.data, ...rest };
  return refused(parsed.error.issues[0], title);
}

function refused(issue: z.core.$ZodIssue | undefined, title: string): never {
  if (issue?.code === 'unrecognized_keys')
    throw new Error(`${title} has no setting "${issue.keys[0]}" in this version of Lethe, and run.json asks for it.`);
  throw new Error(
    `run.json asks for a "${issue?.path.join('.')}" of ${title} that this version of Lethe does not allow: ${issue?.message}.`,
  );
}
