import { describe, expect, it } from 'vitest';
import { randomStream } from '../random';
import { linearCkaOfFeatures, principalComponents } from './relatedness';

/** Rows of values that differ in how far they vary, and together. */
function representation(seed: number, count: number, width: number) {
  const random = randomStream(seed, 'rows');
  const rows = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const common = random();
    for (let i = 0; i < width; i++) rows[row * width + i] = 3 + common * ((i + seed) % 3) + random() * (1 + (i % 2));
  }
  return { width, rows };
}

/** Covariances of the features, [width][width], by their definition. */
function covariances({ width, rows }: { width: number; rows: Float32Array }): number[][] {
  const count = rows.length / width;
  const at = (row: number, i: number) => rows[row * width + i] ?? NaN;
  const each = Array.from({ length: count }, (_, row) => row);
  const mean = Array.from({ length: width }, (_, i) => each.reduce((sum, row) => sum + at(row, i), 0) / count);
  return mean.map((one, i) =>
    mean.map((other, j) => each.reduce((sum, row) => sum + (at(row, i) - one) * (at(row, j) - other), 0) / count),
  );
}

/** tr(A B) of symmetric matrices. */
const product = (a: number[][], b: number[][]) =>
  a.flatMap((row, i) => row.map((value, j) => value * (b[i]?.[j] ?? NaN))).reduce((sum, value) => sum + value, 0);

describe('relatedness', () => {
  it.each([
    ['more examples than features', 40, 6],
    ['fewer examples than features', 5, 9],
  ])('is linear CKA of the features, with %s', (_, count, width) => {
    const [first, second] = [representation(1, count, width), representation(2, count, width)];
    const [a, b] = [first, second].map((one) => principalComponents(one, width));
    const [c, d] = [covariances(first), covariances(second)];
    const wanted = product(c, d) / Math.sqrt(product(c, c) * product(d, d));
    expect(wanted).toBeGreaterThan(0.1);
    expect(wanted).toBeLessThan(0.99);
    expect(linearCkaOfFeatures(a ?? new Float32Array(), b ?? new Float32Array(), width)).toBeCloseTo(wanted, 5);
  });

  it('is 1 of a task with itself, 0 where nothing varies in both or in one of them', () => {
    const own = principalComponents(representation(1, 30, 4), 2);
    expect(linearCkaOfFeatures(own, own, 4)).toBeCloseTo(1, 6);
    const [left, right, still] = [
      [1, 0, 0, -1, 0, 0],
      [0, 2, 1, 0, -2, 1],
      [1, 2, 3, 1, 2, 3],
    ].map((rows) => principalComponents({ width: 3, rows: Float32Array.from(rows) }, 2));
    expect(linearCkaOfFeatures(left as Float32Array, right as Float32Array, 3)).toBe(0);
    expect(linearCkaOfFeatures(left as Float32Array, still as Float32Array, 3)).toBe(0);
  });

  it('goes by the components that are kept: the largest, as long as their standard deviation', () => {
    const rows = Float32Array.from([3, 1, 0, -3, 1, 0, 0, 3, 0, 0, -1, 0]);
    const components = principalComponents({ width: 3, rows }, 2);
    // Variances 18/4 along the first axis and 8/4 along the second.
    [Math.sqrt(4.5), 0, 0, 0, Math.sqrt(2), 0].forEach((value, i) => {
      expect(Math.abs(components[i] ?? NaN)).toBeCloseTo(value, 5);
    });
  });
});
