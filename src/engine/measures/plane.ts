import type { Network, TensorView } from '../contract/network';
import { normalStream, type Random } from '../random';

/** A plane in the space of parameters: origin + x · first axis + y · second axis. The axes need not be orthonormal. */
export interface Plane {
  readonly origin: Float32Array;
  readonly axes: readonly [Float32Array, Float32Array];
}

/** Where something lies on a plane. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Of a length below this share of what it is made from, a direction is none. */
const TINY = 1e-5;

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

export const norm = (a: Float32Array): number => Math.sqrt(dot(a, a));

export const difference = (a: Float32Array, b: Float32Array): Float32Array =>
  a.map((value, i) => value - (b[i] as number));

/**
 * The plane at a point that two directions span, with orthonormal axes: the first along the first of them.
 *
 * @throws RangeError where they span none
 */
export function planeAlong(origin: Float32Array, first: Float32Array, second: Float32Array): Plane {
  const x = unit(first, 0);
  // Twice: in float32 once leaves a part of it.
  const rest = without(without(second, x), x);
  return { origin, axes: [x, unit(rest, TINY * norm(second))] };
}

function unit(direction: Float32Array, least: number): Float32Array {
  const length = norm(direction);
  if (!(length > least)) throw new RangeError('These directions span no plane: one is none, or they are parallel.');
  return direction.map((value) => value / length);
}

function without(direction: Float32Array, axis: Float32Array): Float32Array {
  const part = dot(direction, axis);
  return direction.map((value, i) => value - part * (axis[i] as number));
}

export function pointOn({ origin, axes: [first, second] }: Plane, { x, y }: Place): Float32Array {
  const point = new Float32Array(origin.length);
  for (let i = 0; i < point.length; i++)
    point[i] = (origin[i] as number) + x * (first[i] as number) + y * (second[i] as number);
  return point;
}

/** The place on the plane nearest to a direction from its origin. */
export function placeOf({ axes: [first, second] }: Plane, direction: Float32Array): Place {
  const [aa, ab, bb] = [dot(first, first), dot(first, second), dot(second, second)];
  const [a, b] = [dot(direction, first), dot(direction, second)];
  const whole = aa * bb - ab * ab;
  return { x: (bb * a - ab * b) / whole, y: (aa * b - ab * a) / whole };
}

/** Where a point lies beside the plane. */
export function placeBeside(plane: Plane, theta: Float32Array): Place & { readonly distance: number } {
  const place = placeOf(plane, difference(theta, plane.origin));
  return { ...place, distance: norm(difference(theta, pointOn(plane, place))) };
}

/** How much of a direction lies in the plane, as a share of its norm; 0 of none. */
export function shareIn(plane: Plane, direction: Float32Array): number {
  const whole = norm(direction);
  if (whole === 0) return 0;
  const flat = { origin: new Float32Array(direction.length), axes: plane.axes };
  return Math.min(1, norm(pointOn(flat, placeOf(flat, direction))) / whole);
}

/**
 * A random direction, filter-normalised (Li et al. 2018): each filter, or row of weights of one unit, has the norm of the
 * network's own; biases and what belongs to a norm are 0.
 */
export function randomDirection({ views, parameterCount }: Network, theta: Float32Array, random: Random): Float32Array {
  const normal = normalStream(random);
  const direction = new Float32Array(parameterCount);
  for (const view of views) if (view.role === 'weights') normaliseFilters(direction, theta, view, normal);
  return direction;
}

/** A filter is what has one place on the last axis. */
function normaliseFilters(
  direction: Float32Array,
  theta: Float32Array,
  { shape, offset, size }: TensorView,
  normal: () => number,
): void {
  const filters = shape.at(-1) ?? 1;
  const [own, drawn] = [new Float64Array(filters), new Float64Array(filters)];
  for (let i = 0; i < size; i++) {
    const value = normal();
    direction[offset + i] = value;
    own[i % filters] = (own[i % filters] as number) + (theta[offset + i] as number) ** 2;
    drawn[i % filters] = (drawn[i % filters] as number) + value ** 2;
  }
  for (let i = 0; i < size; i++) {
    const scale = Math.sqrt((own[i % filters] as number) / (drawn[i % filters] as number));
    direction[offset + i] = (direction[offset + i] as number) * scale;
  }
}
