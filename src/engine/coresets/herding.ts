import { meanOf, normalised, productsWith, rowAt, type Features } from './features';
import { firstOfMost } from './order';

/**
 * Herding (Welling 2009; iCaRL, Rebuffi et al. 2017, algorithm 4): one row after the other, each the one that brings the
 * mean of those chosen nearest to the mean μ of all,
 *
 *     p_k = argmin_x ‖μ − (φ(x) + φ(p_1) + … + φ(p_{k−1})) / k‖,
 *
 * of features of length 1, and so the row with the largest φ(x) · (k μ − Σ φ(p)) − ‖φ(x)‖²/2: but for a feature that is
 * all zeros and has no length, the rule of the authors' code. μ is the plain mean, as there.
 *
 * Deviation: no row is chosen twice, as in van de Ven's code; of equal ones the first is. In the authors' code one may be,
 * which takes no place but counts in k and Σ φ(p) once more.
 *
 * The first rows of the order are what a smaller number of them would be.
 *
 * @yields places of rows, all of them if asked for
 */
export function* herding(features: Features): Generator<number, void> {
  const unit = normalised(features);
  const towardsMean = productsWith(unit, meanOf(unit));
  const half = halfSquares(unit);
  const withChosen = new Float64Array(unit.rows);
  const isChosen = new Uint8Array(unit.rows);
  for (let k = 1; k <= unit.rows; k++) {
    const next = firstOfMost(
      unit.rows,
      isChosen,
      (row) => k * at(towardsMean, row) - at(withChosen, row) - at(half, row),
    );
    isChosen[next] = 1;
    yield next;
    productsWith(unit, rowAt(unit, next)).forEach((value, row) => (withChosen[row] = at(withChosen, row) + value));
  }
}

/** ‖φ‖²/2 of every row. */
const halfSquares = (features: Features): Float64Array =>
  Float64Array.from({ length: features.rows }, (_, row) => rowAt(features, row).reduce((sum, x) => sum + x * x, 0) / 2);

const at = (values: Float64Array, row: number) => values[row] as number;
