import { describe, expect, it } from 'vitest';
import { readIdx } from './idx';

/** Two matrices of 2 × 3 bytes. */
const file = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255];

describe('an IDX file', () => {
  it('is read as its dimensions and values', () => {
    const { dimensions, values } = readIdx(Uint8Array.from(file));
    expect(dimensions).toEqual([2, 2, 3]);
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]);
  });

  it('has dimensions of 32 bits, the largest byte first', () => {
    const bytes = new Uint8Array(8 + 66_000);
    bytes.set([0, 0, 8, 1, 0, 1, 0x01, 0xd0]);
    expect(readIdx(bytes).dimensions).toEqual([66_000]);
  });

  it('may lie within a larger buffer', () => {
    const larger = Uint8Array.from([99, 99, 99, ...file]);
    expect(readIdx(larger.subarray(3)).dimensions).toEqual([2, 2, 3]);
  });

  it('is refused when it is cut off at any byte, or longer than announced', () => {
    for (let length = 0; length < file.length; length++) {
      expect(() => readIdx(Uint8Array.from(file.slice(0, length))), `${length} bytes`).toThrow(RangeError);
    }
    expect(() => readIdx(Uint8Array.from([...file, 0]))).toThrow('13 values where 2 × 2 × 3 = 12 are announced');
  });

  it.each([
    ['magic', [1, 0, 8, 1, 0, 0, 0, 0]],
    ['type', [0, 0, 9, 1, 0, 0, 0, 0]],
  ])('is refused with another %s', (_, bytes) => {
    expect(() => readIdx(Uint8Array.from(bytes))).toThrow('not an IDX file of bytes');
  });
});
