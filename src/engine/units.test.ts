import { describe, expect, it } from 'vitest';
import { dormantShare, effectiveRank } from './units';

const activity = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  width: rows[0]?.length ?? 0,
  values: Float32Array.from(rows.flat()),
});

describe('dormant units', () => {
  it('are those that do at most a fortieth of what the units of their layer do on average', () => {
    // Means 1, 0, 0.02 and 3: on average 1.005, of which a fortieth is 0.025.
    expect(
      dormantShare(
        activity([
          [2, 0, 0.04, 3],
          [0, 0, 0, 3],
        ]),
      ),
    ).toBe(0.5);
    expect(
      dormantShare(
        activity([
          [2, 0, 0.04, 3],
          [0, 0, 0.02, 3],
        ]),
      ),
    ).toBe(0.25);
  });

  it('are all units of a silent layer, and none where all do the same', () => {
    expect(dormantShare(activity([[0, 0]]))).toBe(1);
    expect(dormantShare(activity([[5, 5, 5]]))).toBe(0);
  });
});

describe('the effective rank', () => {
  it('is the number of directions where all are as strong', () => {
    expect(
      effectiveRank(
        activity([
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ]),
      ),
    ).toBeCloseTo(3, 10);
    expect(
      effectiveRank(
        activity([
          [1, 0, 0, 0],
          [0, 1, 0, 0],
        ]),
      ),
    ).toBeCloseTo(2, 10);
    expect(
      effectiveRank(
        activity([
          [1, 0],
          [0, 1],
          [1, 0],
          [0, 1],
        ]),
      ),
    ).toBeCloseTo(2, 10);
  });

  it('is 1 where all examples look alike but for their strength, and 0 where a layer is silent', () => {
    expect(
      effectiveRank(
        activity([
          [1, 2],
          [2, 4],
          [3, 6],
        ]),
      ),
    ).toBeCloseTo(1, 6);
    expect(effectiveRank(activity([[0, 0]]))).toBe(0);
  });

  it('is exp of the entropy of the singular values', () => {
    // 3 and 1: exp(−¾ ln ¾ − ¼ ln ¼).
    const wanted = Math.exp(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25));
    expect(
      effectiveRank(
        activity([
          [3, 0],
          [0, 1],
        ]),
      ),
    ).toBeCloseTo(wanted, 10);
    expect(
      effectiveRank(
        activity([
          [0, 3, 0],
          [1, 0, 0],
        ]),
      ),
    ).toBeCloseTo(wanted, 10);
  });
});
