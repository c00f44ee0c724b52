import { describe, expect, it } from 'vitest';
import type { LandscapePoint, LandscapeResult } from '../analyses/landscape';
import { seenFrom, surfacesOf } from './space';

const axis = [0, 1, 2];
const landscape = (old: (number | null)[], latest: (number | null)[]): LandscapeResult => ({
  ...{ lethe: 1, analysis: 'landscape', revision: 2, settings: {}, backend: 'cpu', every: 1 },
  plane: { kind: 'trajectory', through: [], lengths: [1, 1], cosine: 0 },
  ...{ x: axis, y: axis, points: [], way: [] },
  surfaces: [old, latest].map((loss, of) => ({ of, loss, accuracy: loss.map(() => 0.5) })),
});
const flat = (value: number) => axis.flatMap(() => axis.map(() => value));

describe('two surfaces in space', () => {
  it('stand one above the other, on one scale', () => {
    const { facets, above } = surfacesOf(landscape(flat(1), flat(3)), 'loss');
    expect(facets.length).toBe(8);
    const heights = [0, 1].map((which) => above(which, 1, 1)?.[2] ?? NaN);
    // What the new task loses is as high as its surface is.
    expect((heights[0] ?? 0) > (heights[1] ?? 0)).toBe(true);
    expect(facets.map(({ badness }) => badness)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  it('have a place above each of the plane, between its points too, and none beside it', () => {
    const slope = axis.flatMap(() => [...axis]);
    const { above } = surfacesOf(landscape(slope, flat(10)), 'loss');
    const at = (x: number) => above(0, x, 0.5)?.[2] ?? NaN;
    expect(at(0.5) - at(0)).toBeCloseTo(at(1) - at(0.5), 12);
    expect(at(1)).toBeGreaterThan(at(0));
    expect(above(0, 2, 2)).toBeDefined();
    expect(above(0, 2.1, 0)).toBeUndefined();
  });

  it('are as high as what is worst where there is no number', () => {
    const { facets } = surfacesOf(landscape([null, ...flat(0).slice(1)], flat(1)), 'loss');
    expect(facets[0]?.badness).toBe(0.25);
  });

  it('have checkpoints of the plane on them, and others at their own number over or under it', () => {
    const point = (distance: number, losses: (number | null)[]): LandscapePoint => ({
      ...{ run: 'a', task: 0, sha256: '', x: 1, y: 1, distance, arrows: [], cosine: null },
      measured: losses.map((loss, of) => ({ of, loss, accuracy: 0.5 })),
    });
    const [low, high] = [point(0.5, [0, 2]), point(0.5, [4, null])];
    const { stand, above, facets } = surfacesOf({ ...landscape(flat(1), flat(3)), points: [low, high] }, 'loss');
    const height = (which: number, of: LandscapePoint) => stand(which, of)?.own?.[2] ?? NaN;
    const ground = (which: number) => above(which, 1, 1)?.[2] ?? NaN;
    expect(stand(0, low)).toMatchObject({ isOff: true, foot: above(0, 1, 1) });
    // The scale begins at what is best, off the plane too: 0 of 3.
    expect(facets[0]?.badness).toBeCloseTo(1 / 3, 12);
    expect(height(0, low)).toBeLessThan(ground(0));
    expect(height(1, low)).toBeLessThan(ground(1));
    expect(height(0, high)).toBeGreaterThan(ground(0));
    // What has no number is at the top, as on a surface, which the new task's is already.
    expect(height(1, high)).toBe(ground(1));
    // On the plane its place is the surface; what was not measured of it has no height.
    expect(stand(0, point(0.01, [0, 2]))).toEqual({ isOff: false, foot: above(0, 1, 1) });
    expect(stand(0, point(0.5, []))).toEqual({ isOff: true, foot: above(0, 1, 1) });
    expect(stand(0, { ...low, x: 3 })).toBeUndefined();
  });

  it('are seen from above as they lie, and from the side as high as they are', () => {
    const above = { turn: 0, tilt: Math.PI / 2 };
    const [left, right] = [seenFrom(above, [-1, 0, 0]), seenFrom(above, [1, 0, 0.5])];
    expect([left.x, left.y]).toEqual([-right.x, expect.closeTo(right.y, 12)]);
    const side = { turn: 0, tilt: 0 };
    expect(seenFrom(side, [0, 0, 1]).y).toBeLessThan(seenFrom(side, [0, 0, 0]).y);
    expect(seenFrom(side, [0, -1, 0]).depth).toBeGreaterThan(seenFrom(side, [0, 1, 0]).depth);
    expect(seenFrom({ turn: Math.PI, tilt: 0 }, [1, 0, 0]).x).toBeCloseTo(-seenFrom(side, [1, 0, 0]).x, 12);
  });
});
