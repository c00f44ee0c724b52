/** Width of the sigmoid in {@link plasticity}. */
const WIDTH = 0.001;

/** Below this weight exp(W / WIDTH) is under half the spacing of doubles at 1, so that g is 2 to the last bit. */
const SATURATED_BELOW = -0.0375;

/**
 * How plastic a weight is in sleep: g(W) = 2 · (1 − 1 / (1 + exp(−W / 0.001))) = 2 / (1 + exp(W / 0.001)).
 * 2 for clearly negative weights, 1 at zero, nearly 0 from 0.005 upwards: strong positive weights are left alone.
 * Written in the second form, which does not cancel for positive weights.
 */
export function plasticity(weight: number): number {
  return weight < SATURATED_BELOW ? 2 : 2 / (1 + Math.exp(weight / WIDTH));
}

/**
 * Weight from which on a change of `step` · g(W) is lost in single precision, so that skipping it is exact.
 *
 * Adding d to a float32 W > 0 gives W again when |d| is under half the distance to W's neighbour, and that half is
 * nowhere smaller than W · 2⁻²⁵ (reached just below a power of two). Half of that again is taken as margin, because the
 * sum is rounded twice. As g falls and W rises, the condition holds for every larger weight too.
 */
export function frozenFrom(step: number): number {
  let plastic = 0;
  let frozen = 1;
  for (let halving = 0; halving < 50; halving++) {
    const middle = (plastic + frozen) / 2;
    if (step * plasticity(middle) < middle * 2 ** -26) frozen = middle;
    else plastic = middle;
  }
  return frozen;
}
