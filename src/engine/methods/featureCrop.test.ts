import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../backend/testBackends';
import { randomStream } from '../random';
import { drawnCrop, resized, resizing } from './featureCrop';

beforeAll(() => openTestBackend());

describe('a crop', () => {
  it('lies within the map, keeps the least share of it or more, and reaches every place', () => {
    const random = randomStream(1, 'crop');
    const seen = new Set<string>();
    for (let i = 0; i < 2000; i++) {
      const { top, left, height, width } = drawnCrop(7, 7, 2 / 7, random);
      expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
      expect(Math.max(top + height, left + width)).toBeLessThanOrEqual(7);
      // Sides are rounded to pixels.
      expect((height + 0.5) * (width + 0.5)).toBeGreaterThan(14);
      expect(height / width).toBeLessThanOrEqual(5 / 3);
      for (let y = top; y < top + height; y++) for (let x = left; x < left + width; x++) seen.add(`${y} ${x}`);
    }
    expect(seen.size).toBe(49);
  });

  it('of the whole share is the map itself', () => {
    const random = randomStream(1, 'whole');
    for (let i = 0; i < 50; i++) expect(drawnCrop(5, 5, 1, random)).toEqual({ top: 0, left: 0, height: 5, width: 5 });
  });
});

describe('resizing', () => {
  it('is bilinear with pixels as squares, and does not look beyond the crop', () => {
    // PyTorch's interpolate([1, 3], size=4, mode='linear', align_corners=False) is [1, 1.5, 2.5, 3].
    const shares = resizing(1, 2, 4);
    const values = [9, 1, 3, 7];
    const found = [0, 1, 2, 3].map((to) =>
      values.reduce((sum, value, from) => sum + value * (shares[to * 4 + from] as number), 0),
    );
    expect(found).toEqual([1, 1.5, 2.5, 3]);
    expect([...resizing(0, 3, 3)]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it('takes each map of a batch by its own crop, heights and widths, all channels alike', () => {
    const maps = tf.reshape<tf.Rank.R4>(tf.range(0, 24), [2, 2, 3, 2]);
    const down = tf.tensor2d([...resizing(1, 1, 2), ...resizing(0, 2, 2)], [2, 4]);
    const across = tf.tensor2d([...resizing(0, 3, 3), ...resizing(2, 1, 3)], [2, 9]);
    const found = resized(maps, down, across);
    expect(found.shape).toEqual([2, 2, 3, 2]);
    // The first has its lower line twice, the second its last column three times.
    expect([...found.dataSync()]).toEqual([
      ...[6, 7, 8, 9, 10, 11, 6, 7, 8, 9, 10, 11],
      ...[16, 17, 16, 17, 16, 17, 22, 23, 22, 23, 22, 23],
    ]);
  });
});
