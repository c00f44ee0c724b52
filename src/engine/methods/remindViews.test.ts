import { expect, it } from 'vitest';
import { errorOf, mosaicOf } from './remindViews';

it('says how far what comes back lies from what there was, as a share of its squared length', () => {
  const features = Float32Array.of(3, 4, 0);
  expect(errorOf({ features, back: Float32Array.of(3, 2, 1) })).toBe(5 / 25);
  expect(errorOf({ features, back: features })).toBe(0);
  expect(errorOf({ features: new Float32Array(2), back: new Float32Array(2) })).toBeNull();
  expect(errorOf(undefined)).toBeNull();
});

it('draws the channels of a map side by side, from 0 to the brightest', () => {
  // Two lines of one column, three channels: channel 0 is 0 and 3, channel 1 is 1 and 4, channel 2 is 2 and 5.
  const bytes = mosaicOf(Float32Array.of(0, 1, 2, 3, 4, 5), [2, 1, 3], 5);
  expect([...bytes]).toEqual([0, 51, 153, 204, 102, 0, 255, 0]);
});

it('draws a vector as a square, and of many channels as many as fit', () => {
  expect([...mosaicOf(Float32Array.of(1, 0, 1, 1), [1, 1, 4], 1)]).toEqual([255, 0, 255, 255]);
  expect(mosaicOf(new Float32Array(14 * 14 * 64), [14, 14, 64], 0)).toHaveLength(56 * 56);
});
