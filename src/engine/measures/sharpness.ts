import type { Random } from '../random';
import { normalStream } from '../random';
import type { LossSurface } from './lossSurface';

/** Told how many evaluations of the surface were done; may throw to end the measuring. */
export type Evaluated = (evaluations: number) => Promise<void> | void;

export interface SamSharpness {
  /** Loss at θ. */
  readonly loss: number;
  /** Largest loss that was found in the ball. */
  readonly worst: number;
  /** worst − loss, ≥ 0. */
  readonly sharpness: number;
}

/**
 * SAM's sharpness, max over ‖ε‖ ≤ ρ of L(θ + ε) − L(θ) (Foret, Kleiner, Mobahi & Neyshabur 2021, section 2), from below:
 * the largest loss on the way of some steps of ascent. One step goes to ρ g/‖g‖, the maximum to first order (their eq. 2).
 * Several are of length 2 ρ / steps along the gradient where they stand, each put back onto the ball where it left it.
 *
 * @param rho radius ρ > 0, in the norm of all parameters together
 * @param steps of ascent
 */
export async function samSharpness(
  surface: LossSurface,
  theta: Float32Array,
  rho: number,
  steps = 1,
  evaluated: Evaluated = () => undefined,
): Promise<SamSharpness> {
  const here = surface(theta);
  await evaluated(1);
  let [worst, gradient] = [here.loss, here.gradient];
  let away: Float64Array = new Float64Array(theta.length);
  for (let step = 1; step <= steps; step++) {
    const slope = normOf(gradient);
    if (slope === 0) break;
    away = ontoBall(plus(away, gradient, (2 * rho) / steps / slope), rho);
    const there = surface(Float32Array.from(plus(theta, away, 1)));
    await evaluated(step + 1);
    worst = Math.max(worst, there.loss);
    ({ gradient } = there);
  }
  return { loss: here.loss, worst, sharpness: worst - here.loss };
}

export interface Eigenvalue {
  /** The largest eigenvalue λ of the Hessian. */
  readonly value: number;
  /** The eigenvalue that is largest in magnitude: another one where a negative one outweighs all others. */
  readonly dominant: number;
  /** ‖H v − λ v‖ for the unit vector v that was found: at most so far from an eigenvalue is λ. */
  readonly residual: number;
  /** Products of the Hessian with a vector. */
  readonly products: number;
}

export interface EigenvalueOptions {
  /** Draws the first vector. */
  readonly random: Random;
  /** Most products with a vector, for each of the two eigenvalues. */
  readonly most?: number;
  /** It ends when the residual is at most this share of λ. (λ itself hardly changes long before it is right.) */
  readonly tolerance?: number;
  readonly evaluated?: Evaluated;
}

/**
 * The largest eigenvalue of the Hessian of a loss at θ, by power iteration (as Mirzadeh et al. 2020 measure curvature with
 * `hessian-eigenthings`). Products of the Hessian with a unit vector are central differences of gradients,
 *
 *     H v ≈ (g(θ + h v) − g(θ − h v)) / 2h,   h = √(machine precision) · (1 + ‖θ‖),
 *
 * so no layer needs a second derivative of its own. Power iteration finds the eigenvalue of the largest magnitude; where that
 * is negative, a second one on H − λ I finds the largest. Mirzadeh et al. take the test examples of the task just
 * learned, and list eigenvalues by their magnitude, negative ones among them: values are not to be compared with those of
 * their figures.
 */
export async function largestEigenvalue(
  surface: LossSurface,
  theta: Float32Array,
  { random, most = 100, tolerance = 1e-3, evaluated = () => undefined }: EigenvalueOptions,
): Promise<Eigenvalue> {
  const h = Math.sqrt(2 ** -23) * (1 + normOf(theta));
  let products = 0;
  const product = async (v: Float64Array): Promise<Float64Array> => {
    const forward = surface(Float32Array.from(plus(theta, v, h))).gradient;
    const backward = surface(Float32Array.from(plus(theta, v, -h))).gradient;
    products++;
    await evaluated(2 * products);
    return scaled(plus(forward, backward, -1), 1 / (2 * h));
  };
  const first = await dominantOf(product, 0);
  const last = first.value >= 0 ? first : await dominantOf(product, first.value);
  return { value: last.value, dominant: first.value, residual: last.residual, products };

  /** Of H − shift · I the eigenvalue of the largest magnitude, plus the shift. */
  async function dominantOf(times: typeof product, shift: number) {
    const normal = normalStream(random);
    let v = unit(Float64Array.from(theta, () => normal()));
    for (let round = 1; ; round++) {
      const hv = plus(await times(v), v, -shift);
      const value = dot(v, hv);
      const residual = normOf(plus(hv, v, -value));
      const isDone = residual <= tolerance * Math.abs(value + shift) || round === most;
      if (isDone || normOf(hv) === 0) return { value: value + shift, residual };
      v = unit(hv);
    }
  }
}

type Vector = Float32Array | Float64Array;

const dot = (a: Vector, b: Vector): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

const normOf = (vector: Vector): number => Math.sqrt(dot(vector, vector));

/** a + factor · b. (A loop: `from` with a function goes through an iterator, and vectors may have millions of places.) */
function plus(a: Vector, b: Vector, factor: number): Float64Array {
  const sum = new Float64Array(a.length);
  for (let i = 0; i < sum.length; i++) sum[i] = (a[i] as number) + factor * (b[i] as number);
  return sum;
}

const scaled = (vector: Float64Array, factor: number): Float64Array =>
  plus(new Float64Array(vector.length), vector, factor);

const unit = (vector: Float64Array): Float64Array => scaled(vector, 1 / normOf(vector));

function ontoBall(vector: Float64Array, radius: number): Float64Array {
  const norm = normOf(vector);
  return norm > radius ? scaled(vector, radius / norm) : vector;
}
