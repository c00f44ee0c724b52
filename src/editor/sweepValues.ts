/** How the values of a sweep lie around the one that is there. */
export type SweepScale = 'decades' | 'thirds' | 'doublings' | 'shares' | 'presets';

/** Values to sweep, ascending, the present one among them. */
export interface SuggestedSweep {
  readonly scale: SweepScale;
  readonly values: readonly number[];
}

/** Factors: strengths are known to an order of magnitude at best, counts and step sizes more closely. */
const factors = {
  decades: [0.01, 0.1, 1, 10, 100],
  thirds: [0.1, 0.3, 1, 3, 10],
  doublings: [0.25, 0.5, 1, 2, 4],
} as const;

const SHARES = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1];

/** How many values a short sweep has, and a long one. */
const LENGTHS = [3, 5];

/**
 * Sensible values around a number: of a share of one those between 0 and 1, of a whole number its doubles and halves, of any
 * other orders of magnitude; and those of the literature.
 *
 * @param isValid whether a value may stand in the place of the number
 * @param ofPresets what named settings of the literature have in its place
 */
export function suggestedSweeps(
  value: number,
  isValid: (value: number) => boolean,
  ofPresets: readonly number[] = [],
): SuggestedSweep[] {
  const around = suggestedAround(value, isValid);
  const published = [...new Set([value, ...ofPresets.filter(isValid)])].sort((a, b) => a - b);
  return published.length > 1 ? [...around, { scale: 'presets', values: published }] : around;
}

function suggestedAround(value: number, isValid: (value: number) => boolean): SuggestedSweep[] {
  const isWhole = Number.isInteger(value) && !isValid(value + 0.5);
  const isShare = !isWhole && value >= 0 && value <= 1 && !isValid(1.5);
  const scales: Exclude<SweepScale, 'presets'>[] = isShare
    ? ['shares']
    : isWhole
      ? ['doublings', 'decades']
      : ['decades', 'thirds'];
  return scales.flatMap((scale) => {
    const all = [...new Set(valuesAround(value, scale, isWhole))].filter(isValid).sort((a, b) => a - b);
    const lists = LENGTHS.map((length) => nearest(all, value, length));
    return [...new Map(lists.map((values) => [values.join(), { scale, values }])).values()].filter(
      ({ values }) => values.length > 1,
    );
  });
}

function valuesAround(value: number, scale: Exclude<SweepScale, 'presets'>, isWhole: boolean): number[] {
  if (scale === 'shares') return [...SHARES, value];
  // Nothing is a multiple of nothing: a method without its strength stands beside those that have some.
  if (value === 0) return isWhole ? [0, 1, 2, 4, 8] : [0, 0.01, 0.1, 1, 10];
  return factors[scale].map((factor) => rounded(value * factor, isWhole));
}

/** Without digits that only come from multiplying. */
const rounded = (value: number, isWhole: boolean): number =>
  isWhole ? Math.round(value) : Number(value.toPrecision(6));

/** So many neighbours in a list, the value in their middle as far as there are some on both sides. */
function nearest(all: readonly number[], value: number, length: number): number[] {
  const start = Math.max(0, Math.min(all.indexOf(value) - Math.floor(length / 2), all.length - length));
  return all.slice(start, start + length);
}
