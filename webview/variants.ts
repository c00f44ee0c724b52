import { compare, type ComparisonRow, type VariantRuns } from '../src/core/comparison';
import { formatBackendUse } from '../src/core/format';
import type { DashboardView } from '../src/core/messages';
import { repetitionsOf } from '../src/core/repetitions';
import { isFinished } from '../src/core/run';
import type { Select } from '../src/core/selection';
import type { DashboardModel, LiveRun } from './liveRuns';
import { progressOf, type Progress } from './progress';
import { said } from './said';
import { withPaletteCommands } from './words';

/** A variant with its runs (of each seed the one that counts) and its row of the comparison. */
export interface LiveVariant {
  readonly key: string;
  readonly label: string;
  readonly runs: readonly LiveRun[];
  readonly row: ComparisonRow;
  readonly progress: Progress;
  /** What it is judged by. */
  readonly yardsticks?: DashboardView['variants'][number]['yardsticks'];
  /** Of one without runs: those from before something of it was changed. */
  readonly earlier?: DashboardView['variants'][number]['earlier'];
}

/** The variants of the experiment, in the order of the file. @param chosen seeds that count; all where left out */
export function variantsOf(model: DashboardModel, chosen?: readonly number[]): LiveVariant[] {
  const { view, runs } = model;
  if (!view) return [];
  const { backend = 'auto' } = view;
  const seeds = chosen ? view.seeds.filter((seed) => chosen.includes(seed)) : view.seeds;
  const repetitions = repetitionsOf(runs.values(), { hashes: view.variants.map(({ hash }) => hash), seeds, backend });
  const groups = view.variants.map(({ hash, yardsticks: _yardsticks, ...variant }): VariantRuns<LiveRun> => {
    const counted = repetitions.counted(hash);
    // Of a fork as many are asked for as were forked.
    return { ...variant, seeds: variant.fork ? counted.length : seeds.length, runs: counted };
  });
  const rows = rowsOf(groups, view.select);
  return groups.flatMap((group, index) => {
    const row = rows[index];
    if (!row) return [];
    const { key, label, runs: own } = group;
    const progress = progressOf(own, group.seeds);
    const earlier = own.length === 0 ? view.variants[index]?.earlier : undefined;
    const yardsticks = view.variants[index]?.yardsticks;
    return [{ key, label, runs: own, row, progress, ...(earlier && { earlier }), ...(yardsticks && { yardsticks }) }];
  });
}

let last: { readonly content: string; readonly rows: readonly ComparisonRow[] } | undefined;

/**
 * The rows of the comparison; those of last time while no run has another result: of hundreds of tasks they take a second,
 * and a page is drawn ten times in one.
 */
function rowsOf(groups: readonly VariantRuns[], select: Select | undefined): readonly ComparisonRow[] {
  const content = JSON.stringify([
    select,
    groups.map(({ runs, ...group }) => [
      group,
      runs.map(({ manifest, status, state: { rows, resumes, lastAt } }) =>
        // A run that is not over has no results yet.
        [manifest.id, status, ...(isFinished(status) ? [rows.length, resumes, lastAt] : [])],
      ),
    ]),
  ]);
  if (last?.content !== content) last = { content, rows: compare(groups, select).rows };
  return last.rows;
}

/** Everything of the experiment together. */
export const overallProgress = (variants: readonly LiveVariant[]): Progress =>
  progressOf(
    variants.flatMap((variant) => variant.runs),
    variants.reduce((sum, variant) => sum + variant.progress.planned, 0),
  );

/** Names of the backends that runs of this comparison used, in order of first use. */
export const backendsOf = (variants: readonly LiveVariant[]): string[] => [
  ...new Set(variants.flatMap((variant) => variant.runs.flatMap((run) => run.state.backend ?? []))),
];

/** What runs of this comparison computed with, and why: one text for each that differs. */
export const backendUsesOf = (variants: readonly LiveVariant[]): string[] => [
  ...new Set(
    variants.flatMap(({ runs }) =>
      runs.flatMap(({ state: { backendUse: use } }) =>
        use ? withPaletteCommands(formatBackendUse({ ...use, ...(use.why && { why: said(use.why) }) })) : [],
      ),
    ),
  ),
];

/** Whether runs were trained on data sets with different checksums. */
export function dataDiffers(variants: readonly LiveVariant[]): boolean {
  const sums = variants.flatMap((variant) =>
    variant.runs.flatMap((run) => (run.state.started?.data ? Object.values(run.state.started.data).join() : [])),
  );
  return new Set(sums).size > 1;
}
