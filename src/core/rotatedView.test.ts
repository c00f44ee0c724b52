import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rotatedView } from './rotatedView';
import recorded from './testRotations.json';

const sourcesOf = (height: number, width: number, degrees: number, channels = 1) => [
  ...rotatedView([height, width, channels], degrees),
];

/** The first digits of the SHA-256 of the sources of all pixels, −1 for none, row after row. */
const digestOf = (sources: readonly number[]) => createHash('sha256').update(sources.join()).digest('hex').slice(0, 16);

/**
 * Recorded with Pillow (version in the file): an image of mode "I" of the values 1, 2, 3, … was turned by
 * `Image.rotate(angle)` with its defaults, and 1 taken from each value.
 */
describe('a rotation is that of Pillow, bit for bit', () => {
  it.each(Object.entries(recorded.views))('of images of %s pixels', (size, views) => {
    const [height = NaN, width = NaN] = size.split('x').map(Number);
    expect(Object.keys(views).length).toBeGreaterThan(40);
    for (const [degrees, digest] of Object.entries(views))
      expect(digestOf(sourcesOf(height, width, Number(degrees))), degrees).toBe(digest);
  });

  it('of a small image by 30 degrees, whose corners come from outside', () => {
    expect(sourcesOf(4, 5, 30)).toEqual([-1, 2, 3, 9, 9, 1, 6, 7, 13, 14, 5, 6, 12, 13, 18, 10, 10, 16, 17, -1]);
  });
});

describe('a rotation', () => {
  it('is counter-clockwise', () => {
    expect(sourcesOf(2, 2, 90)).toEqual([1, 3, 0, 2]);
    expect(sourcesOf(2, 2, -90)).toEqual([2, 0, 3, 1]);
  });

  it('by whole turns leaves everything where it is', () => {
    const asTheyLie = Array.from({ length: 12 }, (_, i) => i);
    for (const degrees of [0, 360, -720]) expect(sourcesOf(3, 4, degrees)).toEqual(asTheyLie);
  });

  it('moves the channels of a pixel together', () => {
    const grey = sourcesOf(5, 5, 33);
    expect(sourcesOf(5, 5, 33, 3)).toEqual(
      grey.flatMap((pixel) => [0, 1, 2].map((channel) => (pixel < 0 ? -1 : 3 * pixel + channel))),
    );
  });
});
