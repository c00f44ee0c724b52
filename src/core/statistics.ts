/**
 * Statistics over seeds: what one number per run says about a method.
 *
 * The t quantile is written here and not taken from a package: the degrees of freedom are always whole (seeds − 1), for
 * which the distribution has a finite closed form. Packages compute the general case: stdlib's adds 180 kB to a bundle
 * that may have 300, jStat's adds 50 kB and is right to seven digits.
 */
import { mean } from './mean';

/** The mean and its uncertainty over the seeds of one variant. Units are those of the values. */
export interface Summary {
  /** How many values counted: the defined ones. */
  readonly n: number;
  /** Arithmetic mean; NaN when nothing counted. */
  readonly mean: number;
  /** Sample standard deviation (n − 1): how far single runs scatter. NaN below two values. */
  readonly sd: number;
  /** Standard error of the mean, sd / √n: how far the mean scatters. NaN below two values. */
  readonly sem: number;
  /** Half width of the 95 % t interval of the mean: the "± …" in tables. NaN below three values, which make none of use. */
  readonly ci95: number;
  /** For times, which have outliers where machines are shared. NaN when nothing counted. */
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Two values have an interval of thirteen standard errors: it says nothing, and reads as if it did. */
export const LEAST_FOR_INTERVAL = 3;

/** More pairs than this would make the exact test noticeably slow. */
const MOST_PAIRS = 36;

/** Sums that differ by less than this share of the data's magnitude differ by rounding only, so they are ties. */
const TIE_TOLERANCE = 1e-12;

/** Sample standard deviation: √(Σ(x − mean)² / (n − 1)). NaN for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** Standard error of the mean: standard deviation / √n. NaN for fewer than two values. */
export function standardError(values: readonly number[]): number {
  return standardDeviation(values) / Math.sqrt(values.length);
}

/**
 * Half width of the two-sided Student t confidence interval of the mean: t(1 − (1 − level)/2; n − 1) · s / √n.
 * The interval is mean ± this number. NaN for fewer than two values, because one run says nothing about scatter.
 * Assumes that the mean over seeds is about normal; near 0 or 1 the interval of an accuracy may reach outside [0, 1].
 */
export function tInterval(values: readonly number[], level = 0.95): number {
  if (values.length < 2) return NaN;
  return tQuantile((1 + level) / 2, values.length - 1) * standardError(values);
}

/**
 * Summary of one metric over seeds. Undefined values (NaN, infinite) are left out, so `n` may be smaller than the number
 * of runs: show it. Values are sorted first, so that the order of the seeds cannot change even the last bit.
 */
export function summarise(values: readonly number[]): Summary {
  const defined = values.filter(Number.isFinite).sort((x, y) => x - y);
  return {
    n: defined.length,
    mean: mean(defined),
    sd: standardDeviation(defined),
    sem: standardError(defined),
    ci95: defined.length < LEAST_FOR_INTERVAL ? NaN : tInterval(defined),
    median: mean(middleOf(defined)),
    min: defined[0] ?? NaN,
    max: defined.at(-1) ?? NaN,
  };
}

/** The one in the middle of sorted values, or the two. */
const middleOf = (sorted: readonly number[]): readonly number[] =>
  sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);

/**
 * Quantile of Student's t distribution: the t with P(T ≤ t) = probability.
 * @param probability strictly between 0 and 1
 * @param degreesOfFreedom a whole number, at least 1
 * @throws RangeError outside those domains
 */
export function tQuantile(probability: number, degreesOfFreedom: number): number {
  if (!(probability > 0 && probability < 1)) throw new RangeError(`probability ${probability} is not between 0 and 1`);
  if (!Number.isInteger(degreesOfFreedom) || degreesOfFreedom < 1) {
    throw new RangeError(`degrees of freedom ${degreesOfFreedom} is not a whole number of at least 1`);
  }
  const level = Math.abs(2 * probability - 1);
  let low = 0;
  let high = Math.PI / 2;
  for (;;) {
    const angle = (low + high) / 2;
    if (angle <= low || angle >= high) break;
    if (centralProbability(angle, degreesOfFreedom) < level) low = angle;
    else high = angle;
  }
  return Math.sign(probability - 0.5) * Math.sqrt(degreesOfFreedom) * Math.tan(low);
}

/**
 * P(|T| ≤ √ν · tan θ) for whole ν: the finite trigonometric series of Abramowitz & Stegun (1964), 26.7.3 for odd and
 * 26.7.4 for even degrees of freedom.
 */
function centralProbability(theta: number, degreesOfFreedom: number): number {
  const odd = degreesOfFreedom % 2 === 1;
  const cosine = Math.cos(theta);
  let term = odd ? cosine : 1;
  let series = 0;
  for (let power = odd ? 1 : 0; power <= degreesOfFreedom - 2; power += 2) {
    series += term;
    term *= (cosine * cosine * (power + 1)) / (power + 2);
  }
  const sum = Math.sin(theta) * series;
  return odd ? (2 / Math.PI) * (theta + sum) : sum;
}

/**
 * Exact two-sided sign-flip permutation test (Fisher's randomisation test) of paired values: a[s] and b[s] come from
 * the same seed s under two methods. If the methods did not differ, each difference a[s] − b[s] could as well have had
 * the other sign; the p value is the share of all 2ⁿ sign patterns whose |sum of differences| is at least the observed
 * one. Ties count as at least as extreme, so p is in (0, 1] and never too small.
 *
 * Pairs with an undefined value are left out. The smallest p that n pairs can reach is `smallestReachableP(n)`.
 * @returns the p value; NaN without any pair or with more than 36
 * @throws RangeError if the two lists differ in length
 */
export function pairedPermutationTest(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new RangeError(`paired lists differ in length: ${a.length} and ${b.length}`);
  const pairs = a.map((x, seed) => [x, b[seed] ?? NaN] as const).filter((pair) => pair.every(Number.isFinite));
  if (pairs.length === 0 || pairs.length > MOST_PAIRS) return NaN;
  const differences = pairs.map(([x, y]) => x - y);
  const magnitude = pairs.reduce((sum, [x, y]) => sum + Math.abs(x) + Math.abs(y), 0);
  const observed = Math.abs(differences.reduce((sum, difference) => sum + difference, 0));
  const threshold = observed - TIE_TOLERANCE * magnitude;
  if (threshold <= 0) return 1;
  // Every pattern has a mirror image with the opposite sum, so one tail is half of both.
  return (2 * patternsReaching(threshold, differences)) / 2 ** differences.length;
}

/** The smallest p value of the paired permutation test with n pairs: the observed signs and their mirror, 2 / 2ⁿ. */
export function smallestReachableP(pairs: number): number {
  return pairs < 1 ? NaN : 2 / 2 ** pairs;
}

/**
 * How many of the 2ⁿ sign patterns have a sum of at least the threshold. Each half of the differences is enumerated on
 * its own, then sums are paired by walking both sorted lists: exact, in the time of 2^(n/2) patterns.
 */
function patternsReaching(threshold: number, differences: readonly number[]): number {
  const half = differences.length >> 1;
  const left = signedSums(differences.slice(0, half));
  const right = signedSums(differences.slice(half));
  let count = 0;
  let reaching = 0;
  for (const sum of left) {
    // As the left sum grows, ever smaller right sums suffice.
    while (reaching < right.length && sum + (right[right.length - 1 - reaching] ?? NaN) >= threshold) reaching++;
    count += reaching;
  }
  return count;
}

/** The sums ±d₁ ± d₂ … of all sign patterns, ascending; a single 0 for no differences. */
function signedSums(differences: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** differences.length);
  let filled = 1;
  for (const difference of differences) {
    for (let index = 0; index < filled; index++) {
      const sum = sums[index] ?? 0;
      sums[index] = sum - difference;
      sums[filled + index] = sum + difference;
    }
    filled *= 2;
  }
  return sums.sort();
}
