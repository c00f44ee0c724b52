/** Arithmetic mean. NaN for no values; an undefined (NaN) value makes the mean undefined. */
export function mean(values: readonly number[]): number {
  const [first] = values;
  if (first === undefined) return NaN;
  // Relative to the first value, so that equal values have exactly themselves as mean and a deviation of exactly 0.
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}
