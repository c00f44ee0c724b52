import { describe, expect, it } from 'vitest';
import { layerScales } from './scales';

describe('layerScales', () => {
  it('divides each scale by the previous factor, not by the previous scale', () => {
    // s = 2, 8, 6 → f = 2, 8 / 2 = 4, 6 / 4 = 1.5 → alpha = 12 / f
    expect(layerScales([2, 1, 0.5], [1, 8, 6], 12)).toEqual([6, 3, 8]);
  });

  it('is of the same network whatever the unit of its inputs: first currents are as strong, and later scales the same', () => {
    // Inputs four times as large and first weights a quarter; weights count most in the first pair, activations in the second.
    for (const activations of [
      [1, 8],
      [4, 8],
    ]) {
      const [first = NaN, second] = layerScales([2, 1], activations, 12);
      expect(layerScales([0.5, 1], activations, 12, 4)).toEqual([4 * first, second]);
    }
  });

  it('takes the larger of the largest weight and the largest activation', () => {
    expect(layerScales([0.5], [4], 1)).toEqual([0.25]);
    expect(layerScales([4], [0.5], 1)).toEqual([0.25]);
  });

  it('refuses a layer without anything positive, and one that diverged', () => {
    expect(() => layerScales([1, -0.1], [1, 0], 1)).toThrow('layer 2');
    expect(() => layerScales([Number.NaN], [1], 1)).toThrow(RangeError);
    expect(() => layerScales([Infinity], [1], 1)).toThrow(RangeError);
  });

  it('refuses lists of different length', () => {
    expect(() => layerScales([1, 1], [1], 1)).toThrow(RangeError);
  });
});
