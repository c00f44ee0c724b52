import { resolve } from 'node:path';
import type { ComparedExperiment } from '../core/comparedExperiment';
import { compare, type Comparison, type VariantRuns } from '../core/comparison';
import { groupWithForks } from '../core/forks';
import { groupNamed } from '../core/namedExperiment';
import { judged } from '../core/published';
import { hasKeyAmong, type Experiment } from '../core/experiment';
import type { Preference } from '../core/repetitions';
import type { Run } from '../core/run';
import { oneLine } from '../core/visibleText';
import { explained, type RowWhy } from '../core/why/explained';
import { htmlReport } from '../report/index';
import {
  earlierRuns,
  hashesOf,
  measuredTogether,
  reportNameOf,
  withHistory,
  writeReportInStore,
  writeReportTo,
  type RunStore,
} from '../runs/index';
import { InputError } from './exitCodes';
import { shownPath } from './places';
import { counted } from './words';

export interface Compared {
  readonly experiment: ComparedExperiment;
  readonly groups: readonly VariantRuns[];
  readonly comparison: Comparison;
}

/** Why its numbers are what they are. */
export const whysOf = ({ experiment, comparison, groups }: Compared): RowWhy[] =>
  explained(experiment, comparison, groups);

/** Compares an experiment's variants over the runs of a store. `keys`: rows, or families of them, to show even without a finished run. */
export function compareRuns(
  experiment: Experiment,
  runs: readonly Run[],
  preference: Preference,
  keys?: readonly string[],
): Compared {
  const all = groupWithForks(experiment, runs, hashesOf(experiment), preference);
  const groups = all.groups.filter(
    (group) => keys === undefined || hasKeyAmong(group, keys) || group.runs.some((run) => run.status === 'done'),
  );
  const comparison = judged(all.experiment, compare(groups, experiment.select, preference.backend));
  return { experiment: all.experiment, groups, comparison };
}

/**
 * Of variants without a run: in sentences, what they left from before something of them was changed.
 *
 * @param file the experiment file as runs record it
 */
export function earlierNotes(experiment: Experiment, runs: readonly Run[], file: string): string[] {
  const hashes = hashesOf(experiment);
  return experiment.variants.flatMap((variant) => {
    const hash = hashes.get(variant.key) ?? '';
    const isOfNow = ({ manifest: { variant: of, seed } }: Run) => of.hash === hash && experiment.seeds.includes(seed);
    const earlier = runs.some(isOfNow) ? undefined : earlierRuns(experiment, variant, { file, runs, hash });
    if (!earlier) return [];
    return [
      `${oneLine(variant.label)}: its ${earlier.changed === 'code' ? 'code has' : 'settings have'} changed since: ${counted(earlier.runs.length, 'earlier run')}`,
    ];
  });
}

/**
 * Compares the runs whose `run.json` names this experiment, whoever trained them: programs of others have no experiment
 * file. @throws InputError that lists the names there are, when no run has this one
 */
export function compareNamed(name: string, runs: readonly Run[], preference: Preference): Compared {
  const { experiment, groups } = groupNamed(name, runs, preference);
  if (groups.length === 0)
    throw new InputError(`No run here is of an experiment named ${quoted(name)}. ${namesIn(runs)}`);
  return { experiment, groups, comparison: judged(experiment, compare(groups, undefined, preference.backend)) };
}

/** Names that one message lists. */
const MOST_NAMES = 20;

function namesIn(runs: readonly Run[]): string {
  const names = [...new Set(runs.map(({ manifest }) => manifest.experiment.name))].sort();
  if (names.length === 0) return 'There are no runs.';
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return `There are runs of: ${names.slice(0, MOST_NAMES).map(quoted).join(', ')}${more}.`;
}

const quoted = (name: string): string => `"${oneLine(name)}"`;

/**
 * Writes the HTML report of a comparison and returns the file.
 * @param target the file that the user named; into the store when undefined
 * @param file the experiment file; undefined where the experiment has none
 * @throws ReportError
 */
export async function writeReport(
  target: string | undefined,
  file: string | undefined,
  { experiment, comparison, ...compared }: Compared,
  store: RunStore,
): Promise<string> {
  const groups = await withHistory(store, compared.groups);
  const runs = groups.flatMap((group) => group.runs);
  const from = file === undefined ? {} : { file: shownPath(file) };
  const together = await measuredTogether(store, runs);
  const html = htmlReport({ ...from, experiment, runs, comparison, groups, together, created: new Date() });
  if (target === undefined) return writeReportInStore(store.folder, file ?? reportNameOf(experiment.name), html);
  await writeReportTo(resolve(target), html);
  return resolve(target);
}
