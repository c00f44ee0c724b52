import { rowAt, type Features } from './features';
import { firstOfMost } from './order';

/**
 * The greedy k-center coreset (Gonzalez 1985; Sener & Savarese 2018, algorithm 1): after a first one always the row that
 * is farthest from all chosen so far, by Euclidean distance of the features as they are. Wherever it stops, the largest
 * distance of a row from the nearest chosen one is at most twice what the best choice of as many rows would leave.
 *
 * The first row is the first of the list, as in the code of Borsos et al. 2020 (`kcenter_embedding`). Rows that are equal
 * to chosen ones come last, in their order.
 *
 * @yields places of rows, all of them if asked for
 */
export function* kCenter(features: Features): Generator<number, void> {
  const { rows } = features;
  /** Square of the distance from the nearest chosen row. */
  const nearest = new Float64Array(rows).fill(Infinity);
  const isChosen = new Uint8Array(rows);
  for (let k = 0; k < rows; k++) {
    const next = firstOfMost(rows, isChosen, (row) => nearest[row] as number);
    isChosen[next] = 1;
    yield next;
    const chosen = rowAt(features, next);
    for (let row = 0; row < rows; row++)
      nearest[row] = Math.min(nearest[row] as number, squaredDistance(rowAt(features, row), chosen));
  }
}

export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}
