/** The least of 1, 2, 5, 10, … times a power of ten of which at most so many steps make up an extent. */
export function roundStep(extent: number, steps: number): number {
  const power = 10 ** Math.floor(Math.log10(extent / steps));
  return power * ([1, 2, 5, 10].find((digit) => extent / (digit * power) <= steps) ?? 10);
}
