/** The result of a comparison in words: what was compared, what came out, what cannot be said, and what to mind. */
import type { Comparison, ComparisonRow, VariantRuns } from '../core/comparison';
import type { ComparedExperiment } from '../core/comparedExperiment';
import { findingsOf, type Best } from '../core/findings';
import { formatGap, formatPercent, formatSummary } from '../core/format';
import type { RunStatus } from '../core/run';
import { settingsByPart } from '../core/settingsByPart';
import { smallestReachableP } from '../core/statistics';
import { counted, listed } from './counted';
import { streamWords } from './streamWords';

export interface SummaryWords {
  readonly compared: readonly string[];
  readonly findings: readonly string[];
  readonly caveats: readonly string[];
}

export function summaryOf(
  experiment: ComparedExperiment,
  comparison: Comparison,
  groups: readonly VariantRuns[],
): SummaryWords {
  return {
    compared: comparedWords(experiment, groups),
    findings: findingsWords(comparison.rows),
    caveats: [
      ...unfinishedWords(groups),
      ...comparison.selection,
      ...comparison.basis,
      ...comparison.warnings,
      ...seedWords(experiment, comparison),
      ...differWords(groups),
    ],
  };
}

function comparedWords({ stream, seeds }: ComparedExperiment, groups: readonly VariantRuns[]): string[] {
  const runs = groups.reduce((sum, group) => sum + group.runs.filter((run) => run.status === 'done').length, 0);
  const planned = groups.reduce((sum, group) => sum + group.seeds, 0);
  return [
    `${[counted(groups.length, 'variant'), ...streamWords(stream)].join('')}.`,
    `${counted(seeds.length, 'seed')} each; ${runs} of ${counted(planned, 'run')} finished.`,
  ];
}

function findingsWords(rows: readonly ComparisonRow[]): string[] {
  if (rows.every((row) => row.seedsDone === 0)) return ['No run has finished yet, so there is nothing to compare.'];
  const { bounds, best, least, leastLearns, toldOnly } = findingsOf(rows);
  return [
    ...boundWords(bounds),
    ...(best ? bestWords(best) : []),
    ...(least ? leastWords(least, best, leastLearns) : []),
    ...toldOnly.map(taskAwareWords),
  ];
}

function boundWords(bounds: readonly ComparisonRow[]): string[] {
  const said = bounds.map(
    (row) => `${row.label} (${row.bound} bound) reaches ${formatSummary(row.measures.accuracy)} %`,
  );
  return said.length === 0 ? [] : [`${said.join('; ')}.`];
}

function bestWords({ row, isAlone, isSoFar, equals }: Best): string[] {
  const { accuracy, forgetting, gapClosed } = row.measures;
  const closes = Number.isFinite(gapClosed.mean)
    ? `, and closes ${formatGap(gapClosed.mean)} of the gap between the bounds`
    : '';
  const forgets = Number.isFinite(forgetting.mean) ? ` It forgets ${formatPercent(forgetting.mean)}.` : '';
  const verb = isAlone ? 'reaches' : isSoFar ? 'has the highest accuracy so far,' : 'has the highest accuracy,';
  return [
    `${row.label} ${verb} ${formatSummary(accuracy)} %${closes}.${forgets}`,
    ...(equals.length === 0
      ? []
      : [
          `Not distinguishable from it: ${listed(equals.map((other) => `${other.label} (${formatSummary(other.measures.accuracy)} %${formatP(other)})`))}.`,
        ]),
  ];
}

/** Who forgets least, where that is another than the best; and that it may be so because it learns little. */
function leastWords(
  least: ComparisonRow,
  best: Best | undefined,
  learns: { readonly own: number; readonly best: number } | undefined,
): string[] {
  const little = learns
    ? ` It also learns less: ${formatPercent(learns.own)} right after learning a task, where others reach ${formatPercent(learns.best)}.`
    : '';
  if (least === best?.row) return little === '' ? [] : [`${least.label} forgets least.${little}`];
  return [`${least.label} forgets least: ${formatPercent(least.measures.forgetting.mean)}.${little}`];
}

const formatP = (row: ComparisonRow) =>
  row.pAgainstBest === undefined ? '' : `, p = ${Number(row.pAgainstBest.toPrecision(2))}`;

function taskAwareWords(row: ComparisonRow): string {
  return `${row.label} reaches ${formatSummary(row.measures.taskAwareAccuracy)} % when told the task. ${row.taskAwareOnly ?? ''}`;
}

const statusWords: Readonly<Record<Exclude<RunStatus, 'done'>, string>> = {
  queued: 'waiting',
  running: 'running',
  stopped: 'stopped',
  failed: 'failed',
  crashed: 'crashed',
  lost: 'lost',
};

function unfinishedWords(groups: readonly VariantRuns[]): string[] {
  return groups.flatMap((group) => {
    const missing = group.seeds - group.runs.length;
    const parts = Object.entries(statusWords).flatMap(([status, word]) => {
      const n = group.runs.filter((run) => run.status === status).length;
      return n === 0 ? [] : [`${n} ${word}`];
    });
    const all = missing > 0 ? [...parts, `${missing} not started`] : parts;
    return all.length === 0 ? [] : [`${group.label}: of ${counted(group.seeds, 'run')} ${listed(all)}.`];
  });
}

function seedWords({ seeds }: ComparedExperiment, comparison: Comparison): string[] {
  const most = Math.max(0, ...comparison.rows.map((row) => row.seedsDone));
  if (most === 0) return [];
  if (seeds.length === 1) return ['One seed says nothing about how much results scatter: there are no intervals.'];
  const reachable = smallestReachableP(most);
  return reachable > 0.05 && comparison.rows.some((row) => row.rank?.startsWith('best'))
    ? [
        `With ${counted(most, 'seed')} the exact paired test cannot give less than p = ${Number(reachable.toPrecision(2))}; six seeds are the fewest that can show a difference at p < 0.05.`,
      ]
    : [];
}

function differWords(groups: readonly VariantRuns[]): string[] {
  return groups
    .filter((group) => group.differs.length > 0)
    .map((group) => `${group.label} has its own ${ownSettings(group.differs)}.`);
}

/** Names of settings in a sentence: another program may describe its runs by thousands. */
const MOST_NAMES = 12;

/** `network.hidden`, `network.bias`, `training.epochs` → "network (hidden, bias) and training (epochs)". */
export function ownSettings(differs: readonly string[]): string {
  return listed([...settingsByPart(differs)].map(([kind, names]) => `${kind} (${namesText(names)})`));
}

const namesText = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMES - 1).join(', ')} and ${names.length - MOST_NAMES + 1} more`;
