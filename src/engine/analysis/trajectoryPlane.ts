import { difference, dot, planeAlong, type Plane } from '../measures/plane';
import { symmetricEigen } from '../methods/symmetricEigen';

/**
 * The plane through the mean of some points along the two directions in which they differ most (principal components), and
 * the share of their variance along each. By the products of the points with each other, of which there are fewer than
 * parameters.
 *
 * @throws RangeError for points of which there are too few, or that lie on one line
 */
export function trajectoryPlane(points: readonly Float32Array[]): {
  readonly plane: Plane;
  readonly variance: number[];
} {
  const count = points.length;
  const [first] = points;
  if (!first || count < 3)
    throw new RangeError(`The directions of a trajectory need three checkpoints, and there are ${count}.`);
  const mean = first.map((_, i) => points.reduce((sum, point) => sum + (point[i] as number) / count, 0));
  const apart = points.map((point) => difference(point, mean));
  const products = new Float64Array(count * count);
  apart.forEach((one, i) =>
    apart.slice(0, i + 1).forEach((other, j) => (products[i * count + j] = products[j * count + i] = dot(one, other))),
  );
  const { values, vectors } = symmetricEigen(products, count);
  const component = (which: number) =>
    mean.map((_, i) =>
      apart.reduce((sum, point, j) => sum + (vectors[which * count + j] as number) * (point[i] as number), 0),
    );
  const whole = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  if (!((values[1] ?? 0) > 1e-9 * whole)) throw new RangeError('The checkpoints lie on one line: they span no plane.');
  return {
    plane: planeAlong(mean, component(0), component(1)),
    variance: [0, 1].map((which) => (values[which] as number) / whole),
  };
}
