import { normalStream, type Random } from '../random';

/** A number of the distribution Beta(α, α): near 0 or 1 for small α, near ½ for large ones. */
export function betaNumber(alpha: number, random: Random): number {
  // Of a share of two gamma numbers; as logarithms, for those of a small α come near 0.
  return 1 / (1 + Math.exp(logGamma(alpha, random) - logGamma(alpha, random)));
}

/** The logarithm of a number of Gamma(α, 1) (Marsaglia & Tsang 2000; for α < 1 from one of α + 1). */
function logGamma(alpha: number, random: Random): number {
  if (alpha < 1) return logGamma(alpha + 1, random) + Math.log(1 - random()) / alpha;
  const normal = normalStream(random);
  const d = alpha - 1 / 3;
  for (;;) {
    const x = normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
