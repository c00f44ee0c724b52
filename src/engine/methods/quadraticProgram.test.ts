import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream, normalStream } from '../random';
import { leastOverBound } from './quadraticProgram';

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** Gauss with pivots; undefined where there is no single solution. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | undefined {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    const pivot = rows.slice(column).reduce((best, row, i) => {
      const before = Math.abs(rows[best]?.[column] ?? 0);
      return Math.abs(row[column] ?? 0) > before ? column + i : best;
    }, column);
    [rows[column], rows[pivot]] = [rows[pivot] as number[], rows[column] as number[]];
    const lead = rows[column]?.[column] ?? 0;
    if (Math.abs(lead) < 1e-12) return undefined;
    rows.forEach((row, i) => {
      if (i === column) return;
      const factor = (row[column] ?? 0) / lead;
      rows[i] = row.map((value, k) => value - factor * (rows[column]?.[k] ?? 0));
    });
  }
  return rows.map((row, i) => (row[n] ?? 0) / (row[i] ?? NaN));
}

/** The least value over all active sets: entries of the set are at the bound, the gradient over the others is 0. */
function bruteForce(matrix: readonly (readonly number[])[], linear: readonly number[], bound: number) {
  const n = linear.length;
  let best: { value: number; v: number[] } | undefined;
  for (let set = 0; set < 1 << n; set++) {
    const free = linear.map((_, i) => i).filter((i) => (set >> i) & 1);
    const right = free.map(
      (i) =>
        -(linear[i] ?? 0) -
        bound *
          dot(
            matrix[i] ?? [],
            linear.map((_, j) => (free.includes(j) ? 0 : 1)),
          ),
    );
    const found = solved(
      free.map((i) => free.map((j) => matrix[i]?.[j] ?? 0)),
      right,
    );
    if (!found || found.some((value) => value < bound)) continue;
    const v = linear.map((_, i) => (free.includes(i) ? (found[free.indexOf(i)] ?? NaN) : bound));
    const value =
      dot(
        v,
        matrix.map((row) => dot(row, v)),
      ) /
        2 +
      dot(linear, v);
    if (!best || value < best.value) best = { value, v };
  }
  if (!best) throw new Error('no active set');
  return best;
}

/** G Gᵀ and G g of random gradients, in more dimensions than there are rows, so that the program has one solution. */
function programOf(seed: number, rows: number, dimensions: number, ridge = 0) {
  const normal = normalStream(randomStream(seed, 'program'));
  const vector = () => Array.from({ length: dimensions }, normal);
  const [g, all] = [vector(), Array.from({ length: rows }, vector)];
  const matrix = all.map((a, i) => all.map((b, j) => dot(a, b) + (i === j ? ridge : 0)));
  return { g, all, matrix, linear: all.map((a) => dot(a, g)) };
}

describe('a quadratic program over a bound', () => {
  it('has the solution of the best of all active sets', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(0, 0.5, 2),
        fc.constantFrom(0, 1e-3),
        (seed, rows, bound, ridge) => {
          const { matrix, linear } = programOf(seed, rows, rows + 2, ridge);
          const found = leastOverBound(
            matrix,
            linear,
            bound,
            linear.map(() => 1e-10),
          );
          const { v } = bruteForce(matrix, linear, bound);
          found.forEach((value, i) => expect(value).toBeCloseTo(v[i] ?? NaN, 6));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('keeps its conditions: v at least the bound, a slope of 0 where it is above, and of 0 or more where it is there', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), fc.constantFrom(0, 0.5), (seed, rows, bound) => {
        const { matrix, linear } = programOf(seed, rows, rows + 5);
        const v = leastOverBound(
          matrix,
          linear,
          bound,
          linear.map(() => 1e-10),
        );
        v.forEach((value, i) => {
          const slope = dot(matrix[i] ?? [], v) + (linear[i] ?? 0);
          const scale = 1e-7 * (1 + (matrix[i]?.[i] ?? 0));
          expect(value).toBeGreaterThanOrEqual(bound);
          expect(slope).toBeGreaterThanOrEqual(-scale);
          if (value > bound) expect(Math.abs(slope)).toBeLessThan(scale);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('comes to an end where rows depend on each other, or are none, with all conditions kept', () => {
    for (let seed = 0; seed < 200; seed++) {
      const { g, all } = programOf(seed, 6, 3);
      const rows = [...all, all[0] ?? [], [0, 0, 0]];
      const matrix = rows.map((a) => rows.map((b) => dot(a, b)));
      const linear = rows.map((a) => dot(a, g));
      const v = leastOverBound(
        matrix,
        linear,
        0,
        linear.map(() => 1e-9),
      );
      const taken = g.map(
        (value, k) =>
          value +
          dot(
            v,
            rows.map((row) => row[k] ?? 0),
          ),
      );
      for (const row of rows) expect(dot(row, taken)).toBeGreaterThanOrEqual(-1e-6);
    }
  });
});
