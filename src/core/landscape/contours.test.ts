import { describe, expect, it } from 'vitest';
import { contourOf, type Grid, type Ring } from './contours';

const grid = (columns: number, rows: number, at: (column: number, row: number) => number | null): Grid => ({
  columns,
  rows,
  values: Array.from({ length: columns * rows }, (_, i) => at(i % columns, Math.floor(i / columns))),
});

/** Twice the area that a ring goes round: positive where it lies to the left. */
const area = (ring: Ring): number =>
  ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length] as Ring[number];
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);
const total = (rings: readonly Ring[]) => rings.reduce((sum, ring) => sum + area(ring), 0);

describe('the lines of a level', () => {
  it('lie where a plane has the level, to the last bit', () => {
    const [ring] = contourOf(
      grid(5, 3, (column) => column),
      1.25,
    );
    const between = ring?.filter(([, y]) => y > 0 && y < 2).map(([x]) => x);
    expect(new Set(between)).toEqual(new Set([0, 1.25]));
    expect(area(ring ?? [])).toBe(1.25 * 2);
  });

  it('go round a bowl once, at a distance that is near its radius', () => {
    const rings = contourOf(
      grid(41, 41, (x, y) => (x - 20) ** 2 + (y - 20) ** 2),
      100,
    );
    expect(rings).toHaveLength(1);
    for (const [x, y] of rings[0] ?? []) expect(Math.hypot(x - 20, y - 20)).toBeCloseTo(10, 1);
    expect(total(rings)).toBeGreaterThan(0);
  });

  it('go round a hill the other way, and along the border of the grid', () => {
    const rings = contourOf(
      grid(9, 9, (x, y) => -((x - 4) ** 2 + (y - 4) ** 2)),
      -4,
    );
    expect(rings.map((ring) => Math.sign(area(ring))).sort()).toEqual([-1, 1]);
    // All of the grid but the hill, which is a square of side 4 with cut corners.
    expect(total(rings)).toBeGreaterThan(64 - 4 * Math.PI);
    expect(total(rings)).toBeLessThan(64 - 8);
  });

  it('are none where nothing is as low, and the border where everything is', () => {
    expect(
      contourOf(
        grid(3, 3, () => 2),
        1,
      ),
    ).toEqual([]);
    expect(
      total(
        contourOf(
          grid(4, 3, () => 1),
          1,
        ),
      ),
    ).toBe(3 * 2);
  });

  it('lead half-way to a point that has no number', () => {
    const rings = contourOf(
      grid(3, 3, (x, y) => (x === 1 && y === 1 ? null : 0)),
      1,
    );
    expect(total(rings)).toBe(4 - 0.5);
  });

  it('join two corners of a saddle where its middle is as low', () => {
    const saddle = (high: number) =>
      contourOf(
        grid(2, 2, (x, y) => (x === y ? 0 : high)),
        1,
      );
    expect([saddle(1.5).length, saddle(10).length]).toEqual([1, 2]);
  });
});
