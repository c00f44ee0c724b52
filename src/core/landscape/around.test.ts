import { describe, expect, it } from 'vitest';
import type { LandscapePoint, LandscapeResult } from '../analyses/landscape';
import { distancesOf, drawnSlopes, neighbourhoodsOf, slopesOf, valueAt } from './around';
import { pictureOf } from './picture';

const axis = Array.from({ length: 41 }, (_, i) => -1 + i / 20);
/** Loss rises with the square of the distance from the middle: the sharper, the faster. */
const surfacesOf = (sharpness: number) =>
  [0, 1].map((of) => {
    const loss = axis.flatMap((y) => axis.map((x) => 0.1 + (of + 1) * sharpness * (x * x + y * y)));
    return { of, loss, accuracy: loss.map((value) => Math.exp(-value)) };
  });
const point = (run: string): LandscapePoint => ({
  ...{ run, task: 1, sha256: '', x: 5, y: 5, distance: 9, measured: [], cosine: 0 },
  arrows: [{ of: 0, x: 1, y: 0, norm: 1, share: 1 }],
});
const at = (run: string) => ({ run, task: 1, sha256: '' });
const result: LandscapeResult = {
  ...{ lethe: 1, analysis: 'landscape', revision: 4, settings: {}, backend: 'cpu', every: 1 },
  plane: { kind: 'random', through: [at('sharp'), at('flat')], lengths: [1, 1], cosine: 0 },
  ...{ x: axis, y: axis, surfaces: surfacesOf(10), way: [], points: [point('sharp'), point('flat')] },
  around: [{ ...at('flat'), lengths: [2, 2], surfaces: surfacesOf(2) }],
};

describe('minima side by side', () => {
  it('are landscapes of their own, each with its checkpoint in the middle, and made once', () => {
    const found = neighbourhoodsOf(result);
    expect(found.map(({ centre }) => centre.run)).toEqual(['sharp', 'flat']);
    expect(found.map(({ result: { points } }) => points.map(({ x, y, arrows }) => [x, y, arrows.length]))).toEqual([
      [[0, 0, 0]],
      [[0, 0, 0]],
    ]);
    expect(neighbourhoodsOf(result)).toBe(found);
    const { around: _, ...alone } = result;
    expect(neighbourhoodsOf(alone)).toEqual([]);
  });

  it('have lines at the same levels when they are drawn on one scale', () => {
    const found = neighbourhoodsOf(result);
    const scale = found.flatMap((one) => one.result.surfaces);
    const options = {
      measure: 'loss',
      side: 200,
      shown: [1],
      after: 1,
      levelText: String,
      offText: String,
      markText: () => '',
    } as const;
    const levelsOn = (own: LandscapeResult, common?: typeof scale) =>
      pictureOf(own, { ...options, scale: common }).contours.map(({ level }) => level);
    const [sharp, flat] = found.map((one) => levelsOn(one.result, scale));
    expect(flat).toEqual(sharp);
    expect(flat).toContain(20);
    // By itself it would have others.
    expect(found.slice(1).flatMap((one) => levelsOn({ ...one.result }))).not.toContain(20);
  });

  it('rise with the distance as their loss does, on average over a circle', () => {
    const slopes = slopesOf(result, 'loss');
    expect(slopes.map(({ centre, which }) => [centre.run, which])).toEqual([
      ['sharp', 0],
      ['sharp', 1],
      ['flat', 0],
      ['flat', 1],
    ]);
    const distances = distancesOf(result);
    expect([distances[0], distances.at(-1)]).toEqual([0, 1]);
    slopes.forEach(({ values, centre, which }) => {
      const sharpness = (centre.run === 'sharp' ? 10 : 2) * (which + 1);
      expect(values[0]).toBeCloseTo(0.1, 9);
      // Between the points of the grid it is interpolated, a little high where it is curved.
      values.forEach((value, i) => {
        const exact = 0.1 + sharpness * (distances[i] ?? NaN) ** 2;
        expect((value ?? NaN) - exact).toBeGreaterThan(-1e-9);
        expect((value ?? NaN) - exact).toBeLessThan(sharpness * 0.05 ** 2);
      });
      expect(valueAt(values, 0.5)).toBe(values[10]);
    });
  });

  it('have gaps where a loss is not finite', () => {
    const holed = { ...result, surfaces: result.surfaces.map((one) => ({ ...one, loss: one.loss.with(0, null) })) };
    // The corner lies beyond the circle; the middle of an edge lies on it.
    expect(slopesOf(holed, 'loss')[0]?.values).not.toContain(null);
    const onEdge = { ...result, surfaces: result.surfaces.map((one) => ({ ...one, loss: one.loss.with(20, null) })) };
    expect(slopesOf(onEdge, 'loss')[0]?.values.at(-1)).toBeNull();
  });

  it('are drawn on one scale, which that of the steepest fills', () => {
    const { slopes, ticks, reach } = drawnSlopes(result, { measure: 'loss', shown: [0, 1] }, 200, 100);
    expect(reach).toBe(1);
    expect(slopes.map(({ place }) => place)).toEqual([0, 0, 1, 1]);
    expect(ticks[0]).toEqual({ value: 0, y: 100 });
    const ends = slopes.map(({ marks }) => marks.at(-1)?.y ?? NaN);
    expect(ends[1]).toBeLessThan(ends[3] ?? NaN);
    expect(Math.min(...ends)).toBeGreaterThanOrEqual(0);
    expect(drawnSlopes(result, { measure: 'accuracy', shown: [1] }, 200, 100).ticks.at(-1)?.value).toBe(1);
  });
});
