/** Whether our numbers agree with a published one: docs/verdicts.md has the rule and its reasons. */
import type { FieldDifference } from './fingerprint';
import type { MeasureName } from './measures/table';
import type { PublishedValue, Spread } from './protocols/protocol';
import { tQuantile, type Summary } from './statistics';

/** Fewer seeds say nothing. */
export const LEAST_SEEDS = 5;

/** Differences up to this are never outside: 1.5 points. */
export const LEAST_TOLERANCE = 0.015;

/** The probability that a difference which is due to chance is called outside, both sides together. */
const RISK = 0.01;

interface Distance {
  /** Ours less the published value. */
  readonly difference: number;
}

export type Verdict =
  /** The difference is within the tolerance. */
  | ({ readonly kind: 'agrees'; readonly tolerance: number } & Distance)
  /** It is larger than chance explains, so few seeds as there may be. */
  | ({ readonly kind: 'outside'; readonly tolerance: number } & Distance)
  /** Fewer than five seeds; or the difference is outside the tolerance, and with so few seeds that may be chance. */
  | ({ readonly kind: 'too few seeds'; readonly tolerance: number } & Distance)
  /** Nobody has read the value in its source: whatever the difference, no cause is looked for. */
  | ({ readonly kind: 'unverified' } & Distance)
  /** It came about under another protocol: the fields that differ. */
  | { readonly kind: 'not comparable'; readonly fields: readonly FieldDifference[] };

/** A value that a variant is judged by. */
export interface Yardstick {
  /** The protocol that it was published under; undefined where it is what the file expects. */
  readonly protocol?: string;
  readonly published: PublishedValue;
  /** In what the variant is another than there; with any, numbers are not comparable. */
  readonly fields: readonly FieldDifference[];
  /** In what the method is known to be another here than there. */
  readonly differs?: string;
}

/** Stands before a value that a number is judged by. */
export const verdictSigns: Readonly<Record<Verdict['kind'], string>> = {
  agrees: '✓',
  outside: '≠',
  'too few seeds': '◌',
  unverified: '?',
  'not comparable': '∦',
};

/** Of several yardsticks whose measure there is the one that says most: that of the accuracy. */
export function mainYardstick(
  yardsticks: readonly Yardstick[],
  measures: Readonly<Record<MeasureName, Summary>>,
): Yardstick | undefined {
  const measured = yardsticks.filter(({ published }) => Number.isFinite(measures[published.measure].mean));
  return measured.find(({ published }) => published.measure === 'accuracy') ?? measured[0];
}

/** The verdict on a variant's summary of the yardstick's measure. */
export const judge = (ours: Summary, { published, fields }: Yardstick): Verdict =>
  fields.length > 0 ? { kind: 'not comparable', fields } : verdictOf(ours, published);

/**
 * The verdict on a mean over seeds, beside a value of the same protocol.
 *
 * @param ours of the measure of the value; a mean must be there
 */
export function verdictOf(ours: Summary, published: PublishedValue): Exclude<Verdict, { kind: 'not comparable' }> {
  const difference = ours.mean - published.value;
  if (published.sure === 'unverified') return { kind: 'unverified', difference };
  const { tolerance, farthest } = limitsOf(ours, published);
  const apart = Math.abs(difference);
  const kind =
    ours.n < LEAST_SEEDS
      ? 'too few seeds'
      : apart <= tolerance
        ? 'agrees'
        : apart > farthest
          ? 'outside'
          : 'too few seeds';
  return { kind, difference, tolerance };
}

/**
 * Up to where means agree, and from where on they do not. Between the two more seeds are needed, on one side or the other:
 * the fewer there are, the farther apart these are.
 */
function limitsOf(ours: Summary, published: PublishedValue): { tolerance: number; farthest: number } {
  // Few seeds may by chance lie close together: then the published scatter of runs is the better guess at theirs.
  const scatter = Math.max(defined(ours.sd), defined(sdOf(published)));
  const own = scatter / Math.sqrt(ours.n);
  const theirs = semOf(published);
  const other = theirs ?? scatter / Math.sqrt(published.seeds ?? 1);
  const error = Math.hypot(own, other);
  const tolerance = Math.max(LEAST_TOLERANCE, 2 * error);
  if (ours.n < 2) return { tolerance, farthest: Infinity };
  const degrees = theirs === undefined ? ours.n - 1 : degreesOf([own, ours.n], [theirs, published.seeds]);
  return { tolerance, farthest: Math.max(tolerance, tQuantile(1 - RISK / 2, degrees) * error) };
}

/**
 * Degrees of freedom of the difference of two means (Welch 1947, Satterthwaite 1946), rounded down; at least those of the
 * smaller side.
 *
 * @param sides standard error and number of runs of each; one that nobody knows counts as large, and so does one: it has no
 *   spread of its own
 */
function degreesOf(...sides: readonly (readonly [error: number, runs: number | undefined])[]): number {
  const degrees = sides.map(([, runs = Infinity]) => (runs < 2 ? Infinity : runs - 1));
  const whole = sides.reduce((sum, [error]) => sum + error ** 2, 0) ** 2;
  const parts = sides.reduce((sum, [error], i) => sum + error ** 4 / (degrees[i] ?? 1), 0);
  return Math.min(MOST_DEGREES, Math.max(Math.min(...degrees), Math.floor(whole / parts) || 0));
}

/** With more, Student's t is the normal distribution. */
const MOST_DEGREES = 1000;

const defined = (value: number | undefined): number => (value !== undefined && Number.isFinite(value) ? value : 0);

/** The standard error of a published mean; undefined where no spread is published. */
export function semOf({ spread, seeds }: Pick<PublishedValue, 'spread' | 'seeds'>): number | undefined {
  if (!spread) return undefined;
  if (spread.of === 'SD') return spread.value / Math.sqrt(seeds ?? 1);
  return spread.of === 'SEM' ? spread.value : spread.value / halfWidths(seeds);
}

/** The standard deviation of its runs, where that can be told. */
function sdOf({ spread, seeds }: Pick<PublishedValue, 'spread' | 'seeds'>): number | undefined {
  if (spread?.of === 'SD') return spread.value;
  const sem = semOf({ ...(spread && { spread }), ...(seeds !== undefined && { seeds }) });
  return sem === undefined || seeds === undefined ? undefined : sem * Math.sqrt(seeds);
}

/** Standard errors in half a 95 % interval: of Student's t where the number of runs is known, else of the normal distribution. */
const halfWidths = (seeds: number | undefined): number =>
  seeds === undefined || seeds < 2 ? 1.96 : tQuantile(0.975, seeds - 1);

/** How far apart two accuracies are: "3.6" points. */
export const pointsText = (difference: number): string => Math.abs(100 * difference).toFixed(1);

/** A setting as it stands in a file. @param absent where there is none */
export const settingText = (value: unknown, absent = '–'): string =>
  value === undefined ? absent : JSON.stringify(value);

/** "0.5 (SEM)", for tables in points. */
export const spreadText = ({ of, value }: Spread): string =>
  `${(100 * value).toFixed(2)} (${of === 'CI95' ? '95 %' : of})`;
