/** The result of a comparison in words: what was compared, what came out, what cannot be said, and what to mind. */
import type { Comparison, ComparisonRow, VariantRuns } from '../core/comparison';
import type { ComparedExperiment } from '../core/comparedExperiment';
import { crossCheckSentence } from '../core/crossCheck';
import { findingsOf, type Best } from '../core/findings';
import { formatGap, formatPercent, formatSummary } from '../core/format';
import type { RunStatus } from '../core/run';
import { settingsByPart } from '../core/settingsByPart';
import { smallestReachableP } from '../core/statistics';
import { enumerated, inARow, listed, someOf, t } from '../core/text';
import { runsText, seedsText, variantsText } from './counted';
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
      ...comparison.rows.flatMap(crossCheckSentence),
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
    t('{0}.', streamWords(variantsText(groups.length), stream)),
    t('{0} each; {1} of {2} finished.', seedsText(seeds.length), runs, runsText(planned)),
  ];
}

function findingsWords(rows: readonly ComparisonRow[]): string[] {
  if (rows.every((row) => row.seedsDone === 0)) return [t('No run has finished yet, so there is nothing to compare.')];
  const { bounds, best, least, leastLearns, toldOnly } = findingsOf(rows);
  return [
    ...boundWords(bounds),
    ...(best ? bestWords(best) : []),
    ...(least ? leastWords(least, best, leastLearns) : []),
    ...toldOnly.map(taskAwareWords),
  ];
}

function boundWords(bounds: readonly ComparisonRow[]): string[] {
  const said = bounds.map((row) => {
    const accuracy = formatSummary(row.measures.accuracy);
    return row.bound === 'lower'
      ? t('{0} (lower bound) reaches {1} %', row.label, accuracy)
      : t('{0} (upper bound) reaches {1} %', row.label, accuracy);
  });
  return said.length === 0 ? [] : [t('{0}.', said.join(t('; ')))];
}

function bestWords(best: Best): string[] {
  const { row, equals } = best;
  const { forgetting, gapClosed } = row.measures;
  const reached = Number.isFinite(gapClosed.mean)
    ? t('{0}, and closes {1} of the gap between the bounds.', reachedWords(best), formatGap(gapClosed.mean))
    : t('{0}.', reachedWords(best));
  const others = equals.map((other) => t('{0} ({1})', other.label, enumerated(equalWords(other))));
  return [
    Number.isFinite(forgetting.mean)
      ? inARow([reached, t('It forgets {0}.', formatPercent(forgetting.mean))])
      : reached,
    ...(others.length === 0 ? [] : [t('Not distinguishable from it: {0}.', listed(others))]),
  ];
}

function reachedWords({ row, isAlone, isSoFar }: Best): string {
  const accuracy = formatSummary(row.measures.accuracy);
  if (isAlone) return t('{0} reaches {1} %', row.label, accuracy);
  return isSoFar
    ? t('{0} has the highest accuracy so far, {1} %', row.label, accuracy)
    : t('{0} has the highest accuracy, {1} %', row.label, accuracy);
}

/** Its accuracy, and p of the paired test. */
const equalWords = ({ measures, pAgainstBest: p }: ComparisonRow): string[] => [
  `${formatSummary(measures.accuracy)} %`,
  ...(p === undefined ? [] : [`p = ${Number(p.toPrecision(2))}`]),
];

/** Who forgets least, where that is another than the best; and that it may be so because it learns little. */
function leastWords(
  least: ComparisonRow,
  best: Best | undefined,
  learns: { readonly own: number; readonly best: number } | undefined,
): string[] {
  const isBest = least === best?.row;
  const little = learns
    ? [
        t(
          'It also learns less: {0} right after learning a task, where others reach {1}.',
          formatPercent(learns.own),
          formatPercent(learns.best),
        ),
      ]
    : [];
  if (isBest && little.length === 0) return [];
  const said = isBest
    ? t('{0} forgets least.', least.label)
    : t('{0} forgets least: {1}.', least.label, formatPercent(least.measures.forgetting.mean));
  return [inARow([said, ...little])];
}

function taskAwareWords({ label, measures, taskAwareOnly }: ComparisonRow): string {
  const said = t('{0} reaches {1} % when told the task.', label, formatSummary(measures.taskAwareAccuracy));
  return inARow([said, ...(taskAwareOnly === undefined ? [] : [t(taskAwareOnly)])]);
}

function unfinishedStatus(status: Exclude<RunStatus, 'done'>, n: number): string {
  switch (status) {
    case 'queued':
      return t('{0} waiting', n);
    case 'running':
      return t('{0} running', n);
    case 'stopped':
      return t('{0} stopped', n);
    case 'failed':
      return t('{0} failed', n);
    case 'crashed':
      return t('{0} crashed', n);
    case 'lost':
      return t('{0} lost', n);
  }
}

const unfinished = ['queued', 'running', 'stopped', 'failed', 'crashed', 'lost'] as const;

function unfinishedWords(groups: readonly VariantRuns[]): string[] {
  return groups.flatMap((group) => {
    const missing = group.seeds - group.runs.length;
    const parts = unfinished.flatMap((status) => {
      const n = group.runs.filter((run) => run.status === status).length;
      return n === 0 ? [] : [unfinishedStatus(status, n)];
    });
    const all = missing > 0 ? [...parts, t('{0} not started', missing)] : parts;
    return all.length === 0 ? [] : [t('{0}: of {1} {2}.', group.label, runsText(group.seeds), listed(all))];
  });
}

function seedWords({ seeds }: ComparedExperiment, comparison: Comparison): string[] {
  const most = Math.max(0, ...comparison.rows.map((row) => row.seedsDone));
  if (most === 0) return [];
  if (seeds.length === 1) return [t('One seed says nothing about how much results scatter: there are no intervals.')];
  const reachable = smallestReachableP(most);
  return reachable > 0.05 && comparison.rows.some((row) => row.rank?.startsWith('best'))
    ? [
        t(
          'With {0} the exact paired test cannot give less than p = {1}; six seeds are the fewest that can show a difference at p < 0.05.',
          seedsText(most),
          Number(reachable.toPrecision(2)),
        ),
      ]
    : [];
}

function differWords(groups: readonly VariantRuns[]): string[] {
  return [
    ...groups
      .filter((group) => group.differs.length > 0)
      .map((group) => t('{0} has its own {1}.', group.label, ownSettings(group.differs))),
    ...unsaidWords(groups),
  ];
}

/** Of programs that do not describe what they train. */
export const unsaidWords = (rows: readonly Pick<VariantRuns, 'label' | 'unsaid'>[]): string[] =>
  rows.flatMap(({ label, unsaid }) => (unsaid ? [t('{0} does not say its {1}.', label, listed(unsaid))] : []));

/** Names of settings in a sentence: another program may describe its runs by thousands. */
const MOST_NAMES = 6;

/** `network.hidden`, `network.bias`, `training.epochs` → "network (hidden, bias) and training (epochs)". */
export function ownSettings(differs: readonly string[]): string {
  return listed(
    [...settingsByPart(differs)].map(([kind, names]) =>
      t('{0} ({1})', kind, someOf(names, names.length > MOST_NAMES ? MOST_NAMES - 1 : MOST_NAMES)),
    ),
  );
}
