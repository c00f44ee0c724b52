/** What comes out of a comparison, as facts: the report and the dashboard say them, each in its words. */
import type { ComparisonRow } from './comparison';

export interface Findings {
  /** Bounds with results. */
  readonly bounds: readonly ComparisonRow[];
  /** The remedy with the best accuracy; left out where none can be named. */
  readonly best?: Best;
  /** The remedy that forgets least, among those with the scenario's own accuracy; of several alone. */
  readonly least?: ComparisonRow;
  /** It forgets little because it learns little: its tasks right after learning, beside the remedy that learns best. */
  readonly leastLearns?: { readonly own: number; readonly best: number };
  /** Remedies with the scenario's own accuracy and a finished run: among them are the best and the least. */
  readonly own: readonly ComparisonRow[];
  /** Remedies that must be told the task. */
  readonly toldOnly: readonly ComparisonRow[];
}

export interface Best {
  readonly row: ComparisonRow;
  /** Other remedies lack runs. */
  readonly isSoFar: boolean;
  /** It is the only one. */
  readonly isAlone: boolean;
  /** Those that the paired test cannot tell from it. */
  readonly equals: readonly ComparisonRow[];
}

/** Learning is worse where tasks are so much less right after it. */
const LEARNS_LESS = 0.1;

export function findingsOf(rows: readonly ComparisonRow[]): Findings {
  const done = rows.filter(({ seedsDone }) => seedsDone > 0);
  const remedies = done.filter((row) => row.bound === undefined && !row.fork);
  const own = remedies.filter(({ measures }) => Number.isFinite(measures.accuracy.mean));
  const best = bestOf(own);
  const least = best && !best.isAlone ? leastOf(own) : undefined;
  const leastLearns = least && learnsLess(least, own);
  return {
    bounds: done.filter((row) => row.bound !== undefined),
    own,
    toldOnly: remedies.filter(({ taskAwareOnly }) => taskAwareOnly !== undefined),
    ...(best && { best }),
    ...(least && { least }),
    ...(leastLearns && { leastLearns }),
  };
}

function bestOf(own: readonly ComparisonRow[]): Best | undefined {
  const ranked = own.find(({ rank }) => rank === 'best' || rank === 'best so far');
  if (ranked) {
    const equals = own.filter(({ rank }) => rank === 'not distinguishable');
    return { row: ranked, isSoFar: ranked.rank === 'best so far', isAlone: false, equals };
  }
  const [only, ...others] = own;
  return only && others.length === 0 ? { row: only, isSoFar: false, isAlone: true, equals: [] } : undefined;
}

function leastOf(own: readonly ComparisonRow[]): ComparisonRow | undefined {
  const forgets = ({ measures }: ComparisonRow) => measures.forgetting.mean;
  return own.filter((row) => Number.isFinite(forgets(row))).sort((a, b) => forgets(a) - forgets(b))[0];
}

function learnsLess(least: ComparisonRow, own: readonly ComparisonRow[]): Findings['leastLearns'] {
  const learned = (row: ComparisonRow) => row.measures.learningAccuracy.mean;
  const best = own.map(learned).reduce((most, value) => (value > most ? value : most), -Infinity);
  return best - learned(least) > LEARNS_LESS ? { own: learned(least), best } : undefined;
}
