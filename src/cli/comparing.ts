import { resolve } from 'node:path';
import { compare, groupRuns, type Comparison, type VariantRuns } from '../core/comparison';
import type { Experiment } from '../core/experiment';
import type { Run } from '../core/run';
import { htmlReport } from '../report/index';
import { specHash, specOf, withHistory, writeReportInStore, writeReportTo, type RunStore } from '../runs/index';
import { shownPath } from './places';

export interface Compared {
  readonly groups: readonly VariantRuns[];
  readonly comparison: Comparison;
}

/** Compares an experiment's variants over the runs of a store. `keys`: rows to show even without a finished run. */
export function compareRuns(experiment: Experiment, runs: readonly Run[], keys?: readonly string[]): Compared {
  const hashes = new Map(experiment.variants.map((variant) => [variant.key, specHash(specOf(experiment, variant))]));
  const all = groupRuns(experiment, runs, (key) => hashes.get(key) ?? '');
  const groups = all.filter(
    (group) => (keys?.includes(group.key) ?? true) || group.runs.some((run) => run.status === 'done'),
  );
  return { groups, comparison: compare(groups) };
}

/**
 * Writes the HTML report of a comparison and returns the file.
 * @param target the file that the user named; into the store when undefined
 * @throws ReportError
 */
export async function writeReport(
  target: string | undefined,
  file: string,
  experiment: Experiment,
  compared: Compared,
  store: RunStore,
): Promise<string> {
  const { comparison } = compared;
  const groups = await withHistory(store, compared.groups);
  const runs = groups.flatMap((group) => group.runs);
  const html = htmlReport({
    name: experiment.name,
    file: shownPath(file),
    spec: experiment,
    runs,
    comparison,
    groups,
    created: new Date(),
  });
  if (target === undefined) return writeReportInStore(store.folder, file, html);
  await writeReportTo(resolve(target), html);
  return resolve(target);
}
