import type { ComparisonRow } from './comparison';
import type { RunMeasureName } from './measures/table';
import { pairedPermutationTest, summarise, type Summary } from './statistics';

/** How far one row is from another, seed by seed. */
export interface PairedDifference extends Summary {
  /** p of the exact paired permutation test; NaN for fewer than two pairs. */
  readonly p: number;
}

/** Row less baseline, on the seeds that both have; undefined where they have none, or are not measured the same way. */
export function pairedDifference(
  row: ComparisonRow,
  baseline: ComparisonRow,
  measure: RunMeasureName,
): PairedDifference | undefined {
  const pairs = row.perSeed.flatMap((own) => {
    const other = baseline.perSeed.find(({ seed }) => seed === own.seed);
    const pair = [own[measure], other?.[measure] ?? NaN] as const;
    return pair.every(Number.isFinite) ? [pair] : [];
  });
  if (pairs.length === 0) return undefined;
  const p =
    pairs.length < 2
      ? NaN
      : pairedPermutationTest(
          pairs.map(([own]) => own),
          pairs.map(([, other]) => other),
        );
  return { ...summarise(pairs.map(([own, other]) => own - other)), p };
}
