/** Two implementations of one method, with the same settings: how far one is from the other, seed by seed. */
import type { ComparisonRow } from './comparison';
import { formatValue } from './measureFormat';
import { measureInfo } from './measures/table';
import { pairedDifference, type PairedDifference } from './pairedDifference';
import { enumerated, t } from './text';

/** What is compared of two implementations, in this order. */
const measures = ['accuracy', 'taskAwareAccuracy', 'forgetting'] as const;
export type CheckedMeasure = (typeof measures)[number];

/** Of the row of a program that implements another row's method. */
export interface CrossCheck {
  /** Key and label of the other row. */
  readonly key: string;
  readonly label: string;
  /** This row less the other, on the seeds that both have; what one of them lacks is left out. */
  readonly differences: Readonly<Partial<Record<CheckedMeasure, PairedDifference>>>;
}

export function crossCheckOf(row: ComparisonRow, other: ComparisonRow): CrossCheck {
  const found = measures.flatMap((measure) => {
    const difference = pairedDifference(row, other, measure);
    return difference ? [[measure, difference] as const] : [];
  });
  return { key: other.key, label: other.label, differences: Object.fromEntries(found) };
}

/** The differences in their order, each with its text: "+0.31 ± 0.52 (p = 0.25)", in points. */
export const checkedDifferences = ({ differences }: CrossCheck) =>
  measures.flatMap((measure) => {
    const difference = differences[measure];
    return difference ? [{ measure, seeds: difference.n, text: differenceText(measure, difference) }] : [];
  });

function differenceText(measure: CheckedMeasure, { mean, ci95, p }: PairedDifference): string {
  const points = (value: number) => formatValue(measure, value, 2);
  const signed = mean > 0 ? `+${points(mean)}` : points(mean);
  const interval = Number.isFinite(ci95) ? ` ± ${points(ci95)}` : '';
  return `${signed}${interval}${Number.isFinite(p) ? ` (p = ${Number(p.toPrecision(2))})` : ''}`;
}

/** "EWC, PyTorch is another implementation of EWC. Its difference from EWC, in points: Accuracy …; seeds: 3." */
export function crossCheckSentence(row: Pick<ComparisonRow, 'label' | 'crossCheck'>): string[] {
  const { label, crossCheck } = row;
  if (!crossCheck) return [];
  const differences = checkedDifferences(crossCheck);
  const [first] = differences;
  if (!first)
    return [t('{0} is another implementation of {1}. No seed has a result of both yet.', label, crossCheck.label)];
  const said = differences.map(({ measure, text }) => `${t(measureInfo[measure].title)} ${text}`);
  return [
    t(
      '{0} is another implementation of {1}. Its difference from {1}, in points: {2}; seeds: {3}.',
      label,
      crossCheck.label,
      enumerated(said),
      first.seeds,
    ),
  ];
}
