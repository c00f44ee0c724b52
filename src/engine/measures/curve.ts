import type { Random } from '../random';

/** Curves with one bend between two points (Garipov et al. 2018, sections 3.2 and 3.3). */
export type CurveKind = 'bezier' | 'polygon';

/** What both ends and the bend between them count in a point of a way. */
export interface Coefficients {
  readonly start: number;
  readonly bend: number;
  readonly end: number;
}

/**
 * At t, from 0 to 1:
 *
 *     bezier    (1 − t)² w₀ + 2 t (1 − t) θ + t² w₁
 *     polygon   2 (t θ + (½ − t) w₀) up to the middle, 2 ((t − ½) w₁ + (1 − t) θ) from there on
 */
export function coefficientsOf(kind: CurveKind, t: number): Coefficients {
  if (kind === 'bezier') return { start: (1 - t) ** 2, bend: 2 * t * (1 - t), end: t ** 2 };
  if (t <= 0.5) return { start: 1 - 2 * t, bend: 2 * t, end: 0 };
  return { start: 0, bend: 2 * (1 - t), end: 2 * t - 1 };
}

/** The two points that a way joins, and the bend of a curve between them. */
export interface Curve {
  readonly start: Float32Array;
  readonly bend: Float32Array;
  readonly end: Float32Array;
}

export function pointOf({ start, bend, end }: Curve, by: Coefficients): Float32Array {
  const point = new Float32Array(start.length);
  for (let i = 0; i < point.length; i++)
    point[i] = by.start * (start[i] as number) + by.bend * (bend[i] as number) + by.end * (end[i] as number);
  return point;
}

/** A point of the straight line; of a point to itself it is that point, to the bit. */
export const between = (from: Float32Array, to: Float32Array, share: number): Float32Array =>
  from.map((value, i) => value + share * ((to[i] as number) - value));

export interface BendTraining {
  readonly kind: CurveKind;
  readonly steps: number;
  readonly learningRate: number;
  readonly momentum: number;
  /** λ of ½ λ ‖φ(t)‖². */
  readonly l2: number;
  readonly random: Random;
  /** Gradient of the loss at a point, in a step (from 0). */
  readonly gradientAt: (theta: Float32Array, step: number) => Float32Array;
  /** Told after each step. */
  readonly stepped: (steps: number) => Promise<void>;
}

/**
 * The bend θ of a curve along which the loss is low on average: each step of SGD with momentum draws one t and goes by the
 * gradient at φ(t), times what θ counts there. It begins half-way; the step size is constant up to the middle and falls in
 * a straight line to a hundredth at nine tenths, as in the authors' code, where an L2 penalty is that of φ(t), too. Theirs is
 * set with each epoch, here with each step.
 */
export async function trainedBend(
  start: Float32Array,
  end: Float32Array,
  { kind, steps, learningRate, momentum, l2, random, gradientAt, stepped }: BendTraining,
): Promise<Float32Array> {
  const bend = between(start, end, 0.5);
  const velocity = new Float32Array(bend.length);
  for (let step = 0; step < steps; step++) {
    const by = coefficientsOf(kind, random());
    const point = pointOf({ start, bend, end }, by);
    const gradient = gradientAt(point, step);
    const rate = learningRate * shareOfRate(step / steps);
    for (let i = 0; i < bend.length; i++) {
      const slope = by.bend * ((gradient[i] as number) + l2 * (point[i] as number));
      velocity[i] = momentum * (velocity[i] as number) + slope;
      bend[i] = (bend[i] as number) - rate * (velocity[i] as number);
    }
    await stepped(step + 1);
  }
  return bend;
}

/** @param done share of the steps */
function shareOfRate(done: number): number {
  if (done <= 0.5) return 1;
  return done >= 0.9 ? 0.01 : 1 - (0.99 * (done - 0.5)) / 0.4;
}
