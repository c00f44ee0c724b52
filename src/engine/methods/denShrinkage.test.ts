import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../backend/testBackends';
import { groupThreshold, softThreshold } from './denShrinkage';

beforeAll(() => openTestBackend());

describe('the proximal step of an L1 norm', () => {
  const shrunk = (x: readonly number[], threshold: number) => [
    ...softThreshold(tf.tensor1d([...x]), threshold).dataSync(),
  ];

  it('goes towards 0 by the threshold, and is 0 to the bit where it would pass it', () => {
    expect(shrunk([2, -2, 0.25, -0.25, 0.5, -0.5, 0], 0.5)).toEqual([1.5, -1.5, 0, 0, 0, 0, 0]);
    expect(shrunk([2, -3, 0.1], 0)).toEqual([2, -3, Math.fround(0.1)]);
  });

  it('is where ½ (z − x)² + threshold · |z| is least', () => {
    const grid = Array.from({ length: 4001 }, (_, i) => (i - 2000) / 1000);
    for (const x of [-1.7, -0.4, -0.05, 0.2, 0.31, 1.2]) {
      const costs = grid.map((z) => 0.5 * (z - x) ** 2 + 0.3 * Math.abs(z));
      const [found = NaN] = shrunk([x], 0.3);
      expect(Math.abs(found - (grid[costs.indexOf(Math.min(...costs))] ?? NaN))).toBeLessThan(1e-3);
    }
  });
});

describe('the proximal step of a group lasso', () => {
  it('shortens what takes part of a column by the threshold, or takes all of it away; the rest stays to the bit', () => {
    const weights = tf.tensor2d([3, 0.2, 7, 4, 0.1, 0.3, 5, 0.1, 0.9], [3, 3]);
    const takesPart = tf.tensor2d([1, 1, 0, 1, 1, 0, 0, 1, 0], [3, 3]);
    const [a, b, c] = groupThreshold(weights, takesPart, 1).arraySync();
    // (3, 4) is 5 long, and becomes 4 long; (0.2, 0.1, 0.1) is shorter than 1.
    expect([a?.[0], b?.[0]].map((value) => value?.toFixed(6))).toEqual(['2.400000', '3.200000']);
    expect([a?.[1], b?.[1], c?.[1]]).toEqual([0, 0, 0]);
    expect([c?.[0], a?.[2], b?.[2], c?.[2]]).toEqual([5, 7, Math.fround(0.3), Math.fround(0.9)]);
  });

  it('leaves a column of zeros as it is', () => {
    const zeros = tf.zeros<tf.Rank.R2>([2, 2]);
    expect([...groupThreshold(zeros, tf.ones([2, 2]), 0.1).dataSync()]).toEqual([0, 0, 0, 0]);
  });
});
