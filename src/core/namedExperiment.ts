import { experimentOfRuns, type ComparedExperiment } from './comparedExperiment';
import { groupRuns, type VariantRuns } from './comparison';
import type { Preference } from './repetitions';
import type { Run } from './run';

/** The experiment that the runs of this name make up, whoever trained them and whether it has a file, with those runs. */
export function groupNamed<R extends Run>(
  name: string,
  runs: readonly R[],
  preference?: Preference,
): { readonly experiment: ComparedExperiment; readonly groups: readonly VariantRuns<R>[] } {
  const named = runs.filter(({ manifest }) => manifest.experiment.name === name);
  const experiment = experimentOfRuns(
    name,
    named.map(({ manifest }) => manifest),
  );
  const hashes = new Map(experiment.variants.map(({ key, hash }) => [key, hash]));
  return { experiment, groups: groupRuns(experiment, named, (key) => hashes.get(key) ?? '', preference) };
}
