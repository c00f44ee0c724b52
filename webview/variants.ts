import { rowMaker, type ComparisonRow, type VariantRuns } from '../src/core/comparison';
import { formatBackendUse } from '../src/core/format';
import type { DashboardView } from '../src/core/messages';
import { repetitionsOf } from '../src/core/repetitions';
import { isFinished } from '../src/core/run';
import type { Select } from '../src/core/selection';
import { Kept, onceOf } from './kept';
import type { DashboardModel, LiveRun } from './liveRuns';
import { progressOf, progressOfAll, type Progress } from './progress';
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

// By the keys of variants: what they were made of last time.
const runLists = new Kept<readonly LiveRun[]>();
const groups = new Kept<VariantRuns<LiveRun>>();
const finishedLists = new Kept<readonly LiveRun[]>();
const finishedGroups = new Kept<VariantRuns<LiveRun>>();
const rows = new Kept<ComparisonRow>();
const variants = new Kept<LiveVariant>();

const progressIn = onceOf(({ runs, seeds }: VariantRuns<LiveRun>) => progressOf(runs, seeds));

/**
 * The variants of the experiment, in the order of the file. One of which nothing is new is the same object as last time,
 * with the same runs and the same row: a page of thousands of runs is drawn several times a second.
 *
 * @param chosen seeds that count; all where left out
 */
export function variantsOf(model: DashboardModel, chosen?: readonly number[]): LiveVariant[] {
  const { view, runs } = model;
  if (!view) return [];
  const { backend = 'auto' } = view;
  const seeds = chosen ? view.seeds.filter((seed) => chosen.includes(seed)) : view.seeds;
  const repetitions = repetitionsOf(runs.values(), { hashes: view.variants.map(({ hash }) => hash), seeds, backend });
  const shown = view.variants.map(({ hash, yardsticks: _yardsticks, ...variant }) => {
    const runs = runLists.of(variant.key, repetitions.counted(hash));
    // Of a fork as many are asked for as were forked.
    return groups.of(variant.key, { ...variant, seeds: variant.fork ? runs.length : seeds.length, runs });
  });
  const all = rowsOf(shown, view.select);
  return shown.flatMap((group, index) => {
    const row = all[index];
    if (!row) return [];
    const { key, label, runs } = group;
    const progress = progressIn(group);
    const earlier = runs.length === 0 ? view.variants[index]?.earlier : undefined;
    const yardsticks = view.variants[index]?.yardsticks;
    return [
      variants.of(key, {
        key,
        label,
        runs,
        row,
        progress,
        ...(earlier && { earlier }),
        ...(yardsticks && { yardsticks }),
      }),
    ];
  });
}

const compared = rowMaker();
let last: { readonly content: readonly unknown[]; readonly rows: readonly ComparisonRow[] } | undefined;

/**
 * The rows of the comparison; those of last time while no run has another result: of hundreds of tasks they take a second,
 * and a page is drawn ten times in one.
 */
function rowsOf(shown: readonly VariantRuns<LiveRun>[], select: Select | undefined): readonly ComparisonRow[] {
  // A run that is not over has no results yet.
  const over = shown.map((group) => {
    const finished = group.runs.filter(({ status }) => isFinished(status));
    return finishedGroups.of(group.key, { ...group, runs: finishedLists.of(group.key, finished) });
  });
  const content = [select, ...over];
  if (last?.content.length !== content.length || content.some((part, i) => part !== last?.content[i]))
    last = { content, rows: compared(over, select).map((row) => rows.of(row.key, row)) };
  return last.rows;
}

/** Everything of the experiment together. */
export const overallProgress = (variants: readonly LiveVariant[]): Progress =>
  progressOfAll(
    variants.map(({ runs }) => runs),
    variants.reduce((sum, variant) => sum + variant.progress.planned, 0),
  );

const backendsIn = onceOf(({ runs }: LiveVariant) => [...new Set(runs.flatMap(({ state }) => state.backend ?? []))]);

/** Names of the backends that runs of this comparison used, in order of first use. */
export const backendsOf = (variants: readonly LiveVariant[]): string[] => [...new Set(variants.flatMap(backendsIn))];

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

const sumsIn = onceOf(({ runs }: LiveVariant) => [
  ...new Set(runs.flatMap(({ state: { started } }) => (started?.data ? Object.values(started.data).join() : []))),
]);

/** Whether runs were trained on data sets with different checksums. */
export const dataDiffers = (variants: readonly LiveVariant[]): boolean => new Set(variants.flatMap(sumsIn)).size > 1;

/** Of how many tasks the runs of a variant are; 0 before one has said it. */
export const tasksIn = onceOf(({ runs }: LiveVariant) =>
  runs.reduce((most, { state }) => Math.max(most, state.started?.tasks.length ?? 0), 0),
);
