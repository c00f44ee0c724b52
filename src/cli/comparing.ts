import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { compare, groupRuns, type Comparison, type VariantRuns } from '../core/comparison';
import type { Experiment } from '../core/experiment';
import type { Run } from '../core/run';
import { htmlReport } from '../report/index';
import { specHash, specOf, withHistory, type RunStore } from '../runs/index';
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

/** Writes the HTML report of a comparison. */
export async function writeReport(
  target: string,
  file: string,
  experiment: Experiment,
  compared: Compared,
  store: RunStore,
): Promise<void> {
  const { comparison } = compared;
  const groups = await withHistory(store, compared.groups);
  await mkdir(dirname(target), { recursive: true });
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
  await writeFile(target, html);
}
