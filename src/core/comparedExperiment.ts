import { canonicalJson } from './canonicalJson';
import type { Catalogue } from './catalogue';
import { differences, disambiguate, taskAwareFit, type Family } from './experiment';
import type { Expectation } from './expectation';
import type { ForkPlace } from './forks';
import type { OwnManifest, RunManifest } from './manifest';
import { ownValue } from './ownValue';
import type { Select } from './selection';

/** What a comparison shows of the settings of one of its variants. */
export interface ComparedVariant {
  readonly key: string;
  readonly label: string;
  readonly methods: readonly { readonly method: string; readonly settings: Readonly<Record<string, unknown>> }[];
  readonly network: object;
  readonly training: object;
  /** Settings that differ from the experiment's own, as `network.hidden`: what stands before the first dot is a part of it. */
  readonly differs: readonly string[];
  /** Parts of the experiment, as `network`, of which another program says nothing. */
  readonly unsaid?: readonly string[];
  /** Key of the variant whose method a program implements too. */
  readonly implements?: string;
  readonly taskAwareOnly?: string;
  /** Where sweeps made it, with others, of one entry of the file. */
  readonly family?: Family;
  /** No file has it: its runs were forked from those of another variant. */
  readonly fork?: ForkPlace;
  /** Another program trained it, in whose words its settings are: nothing is concluded from them. */
  readonly isForeign?: true;
}

/** What a comparison shows of its experiment. One that a file describes is one of these; runs without a file make up another. */
export interface ComparedExperiment {
  readonly name: string;
  readonly stream: object;
  /** What is known of the data sets of its stream; where a file describes it. */
  readonly data?: Catalogue;
  readonly network: object;
  readonly training: object;
  readonly evaluation: object;
  readonly seeds: readonly number[];
  readonly variants: readonly ComparedVariant[];
  /** The published protocol that its file extends. */
  readonly protocol?: string;
  /** Values that its file expects. */
  readonly expect?: readonly Expectation[];
  /** How one variant of each family is chosen. */
  readonly select?: Select;
}

/** A variant that only its runs tell of. */
interface VariantOfRuns extends ComparedVariant {
  readonly stream: object;
  readonly evaluation: object;
  /** Of its runs. */
  readonly hash: string;
}

export interface ExperimentOfRuns extends ComparedExperiment {
  readonly variants: readonly VariantOfRuns[];
}

const parts = ['stream', 'network', 'training', 'evaluation'] as const;
type Part = (typeof parts)[number];
/** Those that decide what is trained. */
const describing: readonly Part[] = ['stream', 'network', 'training'];

/**
 * The experiment that runs without a file make up, whoever trained them: of each variant the newest settings, the oldest
 * variant first. As the experiment's own counts of each setting what most variants have, of equally many the older.
 */
export function experimentOfRuns(name: string, manifests: readonly RunManifest[]): ExperimentOfRuns {
  const newest = newestOfVariants(manifests);
  const hashes = new Set(newest.map(({ variant }) => variant.hash));
  const seeds = new Set(manifests.filter(({ variant }) => hashes.has(variant.hash)).map(({ seed }) => seed));
  const shared = (part: Part) => mostCommon(newest.map(({ spec }) => spec[part]));
  const own = { stream: shared('stream'), network: shared('network'), training: shared('training') };
  const experiment = { name, ...own, evaluation: shared('evaluation'), seeds: [...seeds].sort((a, b) => a - b) };
  const variants = disambiguate(newest.map((manifest) => variantOf(manifest, experiment)));
  return {
    ...experiment,
    variants: variants.map((variant, i) => withImplemented(variant, newest[i], newest, variants)),
  };
}

/** Names the variant that a run says it implements by the key that it has among the others: one that Lethe trains, if there is. */
function withImplemented(
  { implements: _named, ...variant }: VariantOfRuns,
  manifest: RunManifest | undefined,
  all: readonly RunManifest[],
  variants: readonly VariantOfRuns[],
): VariantOfRuns {
  const asked = manifest?.variant.implements;
  if (asked === undefined) return variant;
  const others = all.map((one, i) => ({ one, key: variants[i]?.key })).filter(({ one }) => one !== manifest);
  const named = others.filter(({ one }) => one.variant.key === asked);
  const found = named.find(({ one }) => isOwn(one)) ?? named[0];
  return found?.key === undefined ? variant : { ...variant, implements: found.key };
}

/** Of each key and trainer the newest, in the order of the oldest; what has the same hash is the same variant. */
function newestOfVariants(manifests: readonly RunManifest[]): RunManifest[] {
  const newest = new Map<string, RunManifest>();
  for (const manifest of [...manifests].sort((a, b) => a.created - b.created))
    newest.set(`${manifest.trainer} ${manifest.variant.key}`, manifest);
  const byHash = new Map<string, RunManifest>();
  for (const manifest of newest.values())
    if (!byHash.has(manifest.variant.hash)) byHash.set(manifest.variant.hash, manifest);
  return [...byHash.values()];
}

function variantOf(manifest: RunManifest, experiment: Omit<ComparedExperiment, 'variants'>): VariantOfRuns {
  const { variant, spec } = manifest;
  const differs = (part: Part) => differences(part, spec[part], experiment[part]);
  if (isOwn(manifest))
    return {
      ...{ ...spec, ...variant, differs: parts.flatMap(differs) },
      ...taskAwareFit(manifest.spec.methods, manifest.spec.stream.scenario),
    };
  // What another program does not mention is not known to differ.
  const isSaid = (name: string) =>
    parts.some((part) => Object.keys(spec[part]).some((key) => name === `${part}.${key}`));
  const unsaid = describing.filter((part) => Object.keys(spec[part]).length === 0 && differs(part).length > 0);
  return {
    ...{ ...spec, ...variant, differs: parts.flatMap(differs).filter(isSaid), isForeign: true },
    ...(unsaid.length > 0 && { unsaid }),
  };
}

/** What another program calls by the name of one of our methods may well need no task. */
const isOwn = (manifest: RunManifest): manifest is OwnManifest => manifest.trainer === 'lethe';

/** Key by key the value that most of the descriptions have; a key that most of them do not have is left out. */
function mostCommon(descriptions: readonly object[]): Readonly<Record<string, unknown>> {
  const keys = new Set(descriptions.flatMap((description) => Object.keys(description)));
  const values = [...keys].map((key) => [key, mostFrequent(descriptions.map((of) => ownValue(of, key)))] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function mostFrequent(values: readonly unknown[]): unknown {
  const counts = new Map<string, { readonly value: unknown; count: number }>();
  for (const value of values) {
    const text = canonicalJson(value);
    const known = counts.get(text) ?? { value, count: 0 };
    known.count += 1;
    counts.set(text, known);
  }
  return [...counts.values()].reduce((best, other) => (other.count > best.count ? other : best)).value;
}
