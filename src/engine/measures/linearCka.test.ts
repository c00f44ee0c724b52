import { beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../backend/testBackends';
import { normalStream, randomStream } from '../random';
import type { Passed } from './layerPasses';
import { linearCka, type Estimator } from './linearCka';

beforeAll(() => openTestBackend());

const drawn = (rows: number, width: number, name: string): Passed => {
  const normal = normalStream(randomStream(5, name));
  return { rows, width, values: Float32Array.from({ length: rows * width }, () => 3 + normal()) };
};
const columns = ({ rows, width, values }: Passed) =>
  Array.from({ length: width }, (_, i) => Array.from({ length: rows }, (__, row) => values[row * width + i] as number));
const passed = (of: readonly (readonly number[])[]): Passed => {
  const rows = of[0]?.length ?? 0;
  return {
    rows,
    width: of.length,
    values: Float32Array.from(
      { length: rows * of.length },
      (_, i) => of[i % of.length]?.[Math.floor(i / of.length)] ?? NaN,
    ),
  };
};
const estimators = ['biased', 'unbiased'] as const satisfies readonly Estimator[];

describe('linear CKA', () => {
  it('is that of the definition: squared covariances of all pairs of columns', () => {
    const [x, y] = [drawn(30, 3, 'x'), drawn(30, 4, 'y')];
    const centred = (of: Passed) =>
      columns(of).map((column) => {
        const mean = column.reduce((sum, one) => sum + one, 0) / column.length;
        return column.map((one) => one - mean);
      });
    const squares = (a: Passed, b: Passed) =>
      centred(a).reduce(
        (sum, one) =>
          sum +
          centred(b).reduce((all, other) => all + one.reduce((dot, v, i) => dot + v * (other[i] as number), 0) ** 2, 0),
        0,
      );
    expect(linearCka(x, y, 'biased')).toBeCloseTo(squares(x, y) / Math.sqrt(squares(x, x) * squares(y, y)), 5);
  });

  it('unbiased is the mean over all fours of different rows', () => {
    const [x, y] = [drawn(7, 2, 'x'), drawn(7, 3, 'y')];
    const kernel =
      ({ width, values }: Passed) =>
      (i: number, j: number) =>
        Array.from(
          { length: width },
          (_, at) => (values[i * width + at] as number) * (values[j * width + at] as number),
        ).reduce((a, b) => a + b);
    // The U-statistic that HSIC₁ is: E[k₁₂ l₁₂ + k₁₂ l₃₄ − 2 k₁₂ l₁₃] over different rows.
    const hsic = (a: Passed, b: Passed) => {
      const [k, l] = [kernel(a), kernel(b)];
      let [sum, count] = [0, 0];
      const n = a.rows;
      for (let p = 0; p < n; p++)
        for (let q = 0; q < n; q++)
          for (let r = 0; r < n; r++)
            for (let s = 0; s < n; s++) {
              if (new Set([p, q, r, s]).size < 4) continue;
              sum += k(p, q) * l(p, q) + k(p, q) * l(r, s) - 2 * k(p, q) * l(p, r);
              count++;
            }
      return sum / count;
    };
    expect(linearCka(x, y, 'unbiased')).toBeCloseTo(hsic(x, y) / Math.sqrt(hsic(x, x) * hsic(y, y)), 4);
  });

  it.each(estimators)('%s is 1 for the same up to a shift, a scale and a turn', (estimator) => {
    const x = drawn(40, 2, 'x');
    const [a = [], b = []] = columns(x);
    const turned = passed([
      a.map((one, i) => 0.6 * one - 0.8 * (b[i] as number) + 9),
      b.map((one, i) => 0.8 * (a[i] as number) + 0.6 * one),
    ]);
    expect(linearCka(x, turned, estimator)).toBeCloseTo(1, 5);
    expect(linearCka(x, passed([a.map((one) => -5 * one), b.map((one) => -5 * one)]), estimator)).toBeCloseTo(1, 5);
  });

  it('of what has nothing to do with it is near 0 unbiased, and near 1 biased where there are more units than rows', () => {
    const [x, y] = [drawn(60, 300, 'x'), drawn(60, 300, 'y')];
    expect(Math.abs(linearCka(x, y, 'unbiased'))).toBeLessThan(0.1);
    expect(linearCka(x, y, 'biased')).toBeGreaterThan(0.7);
  });

  it('is not defined for what never changes, and says what it needs', () => {
    const still: Passed = { rows: 5, width: 2, values: new Float32Array(10).fill(2) };
    for (const estimator of estimators) expect(linearCka(still, drawn(5, 2, 'y'), estimator)).toBeNaN();
    expect(() => linearCka(drawn(3, 2, 'x'), drawn(3, 2, 'y'), 'unbiased')).toThrow('at least 4');
    expect(() => linearCka(drawn(5, 2, 'x'), drawn(6, 2, 'y'), 'unbiased')).toThrow('the same examples');
  });
});
