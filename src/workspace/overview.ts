import { compare, groupRuns, type Comparison, type ComparisonRow, type VariantRuns } from '../core/comparison';
import { hasWholeResult } from '../core/doubts';
import type { Experiment, Variant } from '../core/experiment';
import type { BackendChoice } from '../core/backends';
import { forksOf } from '../core/forks';
import { repetitionsOf } from '../core/repetitions';
import type { Run } from '../core/run';
import { secondsLeft, secondsLeftOfAll, waitText } from '../core/timeLeft';
import { workText } from '../core/workText';
import { formatPercent } from '../core/format';
import { formatResult } from '../core/measureFormat';
import { earlierRuns, type Changed, type EarlierRuns } from '../runs/index';
import { withPaletteCommands } from './engineWords';
import { t } from './text';

/** Where a variant stands, the most urgent first. */
export type VariantState =
  'running' | 'queued' | 'failed' | 'crashed' | 'lost' | 'stopped' | 'done' | 'partial' | 'stale' | 'new';

/** Everything the editor and the views say about one variant. */
export interface VariantOverview {
  readonly variant: Variant;
  readonly state: VariantState;
  /** The run that counts of each seed with the settings the file has now. */
  readonly runs: readonly Run[];
  /** Other runs of this variant: other settings, other seeds, repetitions. Newest first. */
  readonly older: readonly Run[];
  /** Runs that were forked from those of this variant, and from such forks. Newest first. */
  readonly forks: readonly Run[];
  readonly row: ComparisonRow;
  /** The result from before something of it was changed; only when it has no run as it is now. */
  readonly stale?: StaleResult;
}

export interface StaleResult {
  readonly row: ComparisonRow;
  readonly changed: Changed;
  /** Earlier runs that there are. */
  readonly runs: number;
}

export interface ExperimentOverview {
  readonly experiment: Experiment;
  readonly variants: readonly VariantOverview[];
  readonly groups: readonly VariantRuns[];
  readonly comparison: Comparison;
}

/**
 * What is known about the variants of an experiment.
 * @param file path of the experiment file relative to its folder, as in run manifests
 * @param hashOf hash of the spec a variant would be run with now
 * @param backend whose runs count before those of others
 */
export function overviewOf(
  experiment: Experiment,
  file: string,
  runs: readonly Run[],
  hashOf: (variant: Variant) => string,
  backend: BackendChoice = 'auto',
): ExperimentOverview {
  const hashes = new Map(experiment.variants.map((variant) => [variant.key, hashOf(variant)]));
  const groups = groupRuns(experiment, runs, (key) => hashes.get(key) ?? '', { backend });
  const comparison = compare(groups, experiment.select, backend);
  const forks = forkedRuns(experiment, runs, hashes);
  const variants = experiment.variants.flatMap((variant, index): VariantOverview[] => {
    const [group, row] = [groups[index], comparison.rows[index]];
    if (!group || !row) return [];
    const older = runs.filter((run) => isOf(run, file, variant.key) && !group.runs.includes(run)).sort(newestFirst);
    const hash = hashes.get(variant.key) ?? '';
    const earlier = group.runs.length === 0 ? earlierRuns(experiment, variant, { file, runs: older, hash }) : undefined;
    const state = stateOf(group.runs, experiment.seeds.length, older.length > 0);
    const stale = earlier && staleResult(earlier, variant, backend);
    return [{ variant, state, runs: group.runs, older, forks: forks(variant.key), row, ...(stale && { stale }) }];
  });
  return { experiment, variants, groups, comparison };
}

/** Of each variant the runs that come from it, over any number of forks. */
function forkedRuns(experiment: Experiment, runs: readonly Run[], hashes: ReadonlyMap<string, string>) {
  const forks = new Map(forksOf(experiment, runs, hashes).map((fork) => [fork.key, fork]));
  if (forks.size === 0) return () => [];
  const rootOf = (key: string): string => {
    const place = forks.get(key)?.fork;
    return place ? rootOf(place.of) : key;
  };
  const roots = new Map([...forks.values()].map(({ key, hash }) => [hash, rootOf(key)]));
  return (key: string): Run[] =>
    runs.filter(({ manifest }) => roots.get(manifest.variant.hash) === key).sort(newestFirst);
}

const isOf = ({ manifest }: Run, file: string, key: string) =>
  manifest.experiment.file === file && manifest.variant.key === key;
const newestFirst = (a: Run, b: Run) => b.manifest.created - a.manifest.created;

/** Of the newest of them. Compared alone: its share of the gap would mix settings, so it has none. */
function staleResult({ runs: all, changed }: EarlierRuns, variant: Variant, backend: BackendChoice): StaleResult {
  const hash = all[0]?.manifest.variant.hash ?? '';
  const seeds = all.map(({ manifest }) => manifest.seed);
  const runs = repetitionsOf(all, { hashes: [hash], seeds, backend }).counted(hash);
  const methods = variant.methods.map(({ method }) => method);
  const { key, label, differs, taskAwareOnly } = variant;
  const [row] = compare([{ key, label, methods, differs, taskAwareOnly, seeds: runs.length, runs }]).rows;
  return { row: row as ComparisonRow, changed, runs: all.length };
}

function stateOf(runs: readonly Run[], seeds: number, hasOlder: boolean): VariantState {
  const has = (status: Run['status']) => runs.some((run) => run.status === status);
  if (runs.length === 0) return hasOlder ? 'stale' : 'new';
  for (const status of ['running', 'queued', 'failed', 'crashed', 'lost', 'stopped'] as const)
    if (has(status)) return status;
  return runs.filter(hasWholeResult).length < seeds ? 'partial' : 'done';
}

export const isActive = (state: VariantState): boolean => state === 'running' || state === 'queued';

const taskOf = ({ state: { started, task } }: Run): string | undefined =>
  started && t('task {0}/{1}', Math.min(task + 1, started.tasks.length), started.tasks.length);

/** Where a run that is at work stands: `task 3/5 · sleep 40 %`. */
function runPlace(run: Run): string {
  const { work } = run.state;
  const said = work && t('{0} {1}', workText(work.name), formatPercent(work.done, 0));
  return [taskOf(run) ?? t('starting'), said].filter(Boolean).join(' · ');
}

/** `task 3/5 · 40 s left`, or what a single run waits for or ended as. */
export function runProgress(run: Run): string {
  const { state, status } = run;
  const task = taskOf(run);
  switch (status) {
    case 'queued':
      return t('queued');
    case 'running': {
      const left = secondsLeft(state);
      return [runPlace(run), left === undefined ? undefined : t('{0} left', waitText(left))]
        .filter(Boolean)
        .join(' · ');
    }
    case 'done':
      return t('done');
    case 'stopped':
      return task === undefined ? t('stopped') : t('stopped at {0}', task);
    case 'failed':
      return state.error ? t('failed: {0}', withPaletteCommands(firstLine(state.error))) : t('failed');
    case 'crashed':
      return task === undefined ? t('crashed') : t('crashed at {0}', task);
    case 'lost':
      return task === undefined ? t('lost: no sign of life') : t('lost at {0}: no sign of life', task);
  }
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';

/**
 * Progress over the seeds of a variant, led by the run that is furthest: `1/3 seeds · task 3/5 · 40 s left`. The time is
 * until all of its runs are done, when as many run at a time as do now.
 */
export function variantProgress({ runs, row }: VariantOverview): string {
  const running = runs.filter((run) => run.status === 'running');
  const furthest = [...running].sort((a, b) => b.state.stepsDone - a.state.stepsDone)[0];
  const seeds = row.seeds > 1 ? t('{0}/{1} seeds', row.seedsDone, row.seeds) : undefined;
  return [seeds, ...(furthest ? [runPlace(furthest), allLeft(runs)] : [t('queued')])].filter(Boolean).join(' · ');
}

/** `2 min left`: until all of some runs are done; undefined before anything can be said. */
export function allLeft(runs: readonly Run[]): string | undefined {
  const running = runs.filter(({ status }) => status === 'running').length;
  const seconds = running === 0 ? undefined : secondsLeftOfAll(runs, running);
  return seconds === undefined ? undefined : t('{0} left', waitText(seconds));
}

/** Runs that are asked for, and that are done, of some variants. */
export const countOf = (all: readonly VariantOverview[]) => ({
  done: all.reduce((sum, { row }) => sum + row.seedsDone, 0),
  runs: all.reduce((sum, { row }) => sum + row.seeds, 0),
});

/** `4/18 runs done · 2 min left` */
export function overallProgress({ variants }: ExperimentOverview): string {
  const { done, runs } = countOf(variants);
  return [t('{0}/{1} runs done', done, runs), allLeft(variants.flatMap((variant) => variant.runs))]
    .filter(Boolean)
    .join(' · ');
}

/** `its code has changed since: 3 earlier runs`. */
export function changedText({ changed, runs }: Pick<StaleResult, 'changed' | 'runs'>): string {
  const count = runs === 1 ? t('1 earlier run') : t('{0} earlier runs', runs);
  return changed === 'code'
    ? t('its code has changed since: {0}', count)
    : t('its settings have changed since: {0}', count);
}

/** The result in one line, with what makes it doubtful: fewer seeds than asked for, something changed since. */
export function variantResult({ row, runs, stale, state }: VariantOverview): string | undefined {
  if (stale) {
    const result = formatResult(stale.row);
    return result && t('{0} (stale: {1})', result, changedText(stale));
  }
  const result = formatResult(row);
  if (result === undefined && runs.some(({ status }) => status === 'done')) return t('done without whole results');
  if (result === undefined || row.seedsDone >= row.seeds || isActive(state)) return result;
  return t('{0} ({1}/{2} seeds)', result, row.seedsDone, row.seeds);
}

/** What went wrong with the latest attempt, if anything. */
export function variantTrouble({
  runs,
  state,
}: VariantOverview): { readonly run: Run; readonly text: string } | undefined {
  if (state !== 'failed' && state !== 'crashed' && state !== 'lost' && state !== 'stopped') return undefined;
  const run = runs.find(({ status }) => status === state);
  return run && { run, text: runProgress(run) };
}
