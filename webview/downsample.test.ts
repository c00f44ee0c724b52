import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downsample } from './downsample';

const value = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
const columns = fc
  .integer({ min: 1, max: 400 })
  .chain((n) =>
    fc.record({
      x: fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: n, maxLength: n }),
      y: fc.array(fc.array(value, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 3 }),
    }),
  )
  .map(({ x, y }) => ({ x: [...x].sort((a, b) => a - b), y }));
const defined = (list: readonly (number | null)[]) => list.filter((item) => item !== null);

describe('downsampling', () => {
  it('gives at most two points a pixel', () => {
    fc.assert(
      fc.property(columns, fc.integer({ min: 1, max: 60 }), (data, pixels) => {
        expect(downsample(data, pixels).x.length).toBeLessThanOrEqual(Math.max(2 * pixels, 1));
      }),
    );
  });

  it('keeps the smallest and the largest value of every column', () => {
    fc.assert(
      fc.property(columns, fc.integer({ min: 1, max: 60 }), (data, pixels) => {
        const { y } = downsample(data, pixels);
        data.y.forEach((column, k) => {
          const [before, after] = [defined(column), defined(y[k] ?? [])];
          expect([Math.min(...after), Math.max(...after)]).toEqual([Math.min(...before), Math.max(...before)]);
        });
      }),
    );
  });

  it('keeps the columns as long as the axis, and the axis ascending from its first to its last point', () => {
    fc.assert(
      fc.property(columns, fc.integer({ min: 1, max: 60 }), (data, pixels) => {
        const { x, y } = downsample(data, pixels);
        expect([x[0], x.at(-1)]).toEqual([data.x[0], data.x.at(-1)]);
        expect([...x].sort((a, b) => a - b)).toEqual(x);
        for (const column of y) expect(column).toHaveLength(x.length);
      }),
    );
  });

  it('does not touch what is short enough', () => {
    const data = { x: [1, 2, 3], y: [[0, 1, null]] };
    expect(downsample(data, 2)).toEqual(data);
  });

  it('takes a part of the columns alone, in full where that is short enough, and knows what is no number', () => {
    const x = Float64Array.from({ length: 1000 }, (_, i) => i);
    const data = { x, y: [x.map((i) => (i % 2 === 0 ? NaN : i))] };
    expect(downsample(data, 4, { from: 10, to: 15 })).toEqual({
      x: [10, 11, 12, 13, 14],
      y: [[null, 11, null, 13, null]],
    });
    const thinned = downsample(data, 4, { from: 100, to: 900 });
    expect([thinned.x[0], thinned.x.at(-1), thinned.y[0]?.[0], thinned.y[0]?.at(-1)]).toEqual([100, 899, 101, 899]);
  });

  it('keeps the order of a spike within a pixel', () => {
    const x = Array.from({ length: 100 }, (_, i) => i);
    const spike = x.map((i) => (i === 3 ? 1 : i === 7 ? 0 : 0.5));
    expect(downsample({ x, y: [spike] }, 2).y[0]?.slice(0, 2)).toEqual([1, 0]);
  });
});
