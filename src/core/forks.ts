import type { ComparedExperiment, ComparedVariant } from './comparedExperiment';
import { groupRuns, type VariantRuns } from './comparison';
import { taskAwareFit } from './experiment';
import type { OwnManifest } from './manifest';
import type { Preference } from './repetitions';
import type { Run } from './run';

/** Where a variant of runs that were forked comes from. */
export interface ForkPlace {
  /** Key of the variant from whose runs they were forked, which may be a fork itself. */
  readonly of: string;
  /** So many tasks they have in common. */
  readonly afterTask: number;
}

/** A variant that no file has: runs that were forked from those of another one. */
export interface ForkedVariant extends ComparedVariant {
  readonly hash: string;
  readonly fork: ForkPlace;
}

/**
 * The variants that were forked from those of an experiment, and from such forks, the oldest first.
 *
 * @param hashes of the experiment's variants, by their keys
 */
export function forksOf(
  { variants }: Pick<ComparedExperiment, 'variants'>,
  runs: Iterable<Pick<Run, 'manifest'>>,
  hashes: ReadonlyMap<string, string>,
): ForkedVariant[] {
  const known = new Map<string, ComparedVariant>();
  for (const variant of variants) known.set(hashes.get(variant.key) ?? '', variant);
  const keys = new Set(variants.map(({ key }) => key));
  const found: ForkedVariant[] = [];
  for (const manifest of forkedManifests(runs)) {
    const { hash } = manifest.variant;
    const parent = known.get(manifest.parent?.hash ?? '');
    // A store is not trusted: what has the key of another would be taken for it.
    if (!parent || known.has(hash) || keys.has(manifest.variant.key)) continue;
    keys.add(manifest.variant.key);
    const variant = forkedVariant(manifest, parent);
    known.set(hash, variant);
    found.push(variant);
  }
  return found;
}

/** A fork comes after what it was forked from. */
const forkedManifests = (runs: Iterable<Pick<Run, 'manifest'>>): OwnManifest[] =>
  [...runs]
    .flatMap(({ manifest }) => (manifest.trainer === 'lethe' && manifest.parent ? [manifest] : []))
    .sort((a, b) => a.created - b.created);

function forkedVariant({ variant, spec }: OwnManifest, parent: ComparedVariant): ForkedVariant {
  const { methods, network, training, changes = [], stream } = spec;
  return {
    ...variant,
    ...{ methods, network, training },
    differs: parent.differs,
    fork: { of: parent.key, afterTask: changes.at(-1)?.afterTask ?? 0 },
    ...taskAwareFit(methods, stream.scenario),
  };
}

/** An experiment with what was forked from it beside its own variants, and the runs of all, as `groupRuns` groups them. */
export function groupWithForks<R extends Run>(
  experiment: ComparedExperiment,
  runs: readonly R[],
  ownHashes: ReadonlyMap<string, string>,
  preference: Preference,
): { readonly experiment: ComparedExperiment; readonly groups: readonly VariantRuns<R>[] } {
  const { experiment: whole, hashes } = withForks(experiment, runs, ownHashes);
  return { experiment: whole, groups: groupRuns(whole, runs, (key) => hashes.get(key) ?? '', preference) };
}

/** An experiment with what was forked from it beside its own variants, and the hashes of all. */
export function withForks(
  experiment: ComparedExperiment,
  runs: Iterable<Pick<Run, 'manifest'>>,
  hashes: ReadonlyMap<string, string>,
): { readonly experiment: ComparedExperiment; readonly hashes: ReadonlyMap<string, string> } {
  const forks = forksOf(experiment, runs, hashes);
  if (forks.length === 0) return { experiment, hashes };
  return {
    experiment: { ...experiment, variants: [...experiment.variants, ...forks] },
    hashes: new Map([...hashes, ...forks.map(({ key, hash }) => [key, hash] as const)]),
  };
}
