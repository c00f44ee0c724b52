import { meanOf, rowAt, type Features } from './features';
import { squaredDistance } from './kCenter';

/**
 * Rows by their distance from the mean of all, the nearest first, of features as they are: the naive counterpart of
 * herding, which chooses each row for itself (in Avalanche "closest to center"). Of equal ones the first is first.
 *
 * @yields places of rows, all of them if asked for
 */
export function* closestToMean(features: Features): Generator<number, void> {
  const mean = meanOf(features);
  const distances = Float64Array.from({ length: features.rows }, (_, row) =>
    squaredDistance(rowAt(features, row), mean),
  );
  // A stable sort.
  yield* [...distances.keys()].sort((a, b) => (distances[a] as number) - (distances[b] as number));
}
