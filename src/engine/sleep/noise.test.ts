import { describe, expect, it } from 'vitest';
import { createNoise, drawWindow, type NoiseSource } from './noise';

const source = (change: Partial<NoiseSource>): NoiseSource => ({
  meanImage: new Float32Array(784).fill(1),
  windowSize: 11,
  maxRate: 500,
  dt: 0.001,
  random: seeded(7),
  ...change,
});

describe('drawWindow', () => {
  it('reaches every place from 0 to 17 of a 28-pixel image with an 11-pixel window, evenly, and no other', () => {
    const random = seeded(1);
    const rows = new Array<number>(28).fill(0);
    const columns = new Array<number>(28).fill(0);
    for (let draw = 0; draw < 36000; draw++) {
      const { row, column } = drawWindow(28, 11, random);
      rows[row] = (rows[row] ?? 0) + 1;
      columns[column] = (columns[column] ?? 0) + 1;
    }
    for (const counts of [rows, columns]) {
      // 2000 expected, standard deviation 43
      for (const count of counts.slice(0, 18)) expect(Math.abs(count - 2000)).toBeLessThan(220);
      expect(counts.slice(18).every((count) => count === 0)).toBe(true);
    }
  });

  it('draws row and column independently', () => {
    const random = seeded(2);
    const seen = new Set<number>();
    for (let draw = 0; draw < 5000; draw++) {
      const { row, column } = drawWindow(28, 11, random);
      seen.add(row * 18 + column);
    }
    expect(seen.size).toBe(18 * 18);
  });
});

describe('createNoise', () => {
  it('lets exactly the 11 × 11 window spike when every probability is 1', () => {
    const random = seeded(3);
    const places = seeded(3);
    const noise = createNoise(source({ random }));
    const active = new Int32Array(784);
    for (let step = 0; step < 50; step++) {
      const count = noise(active);
      const { row, column } = drawWindow(28, 11, places);
      for (let draw = 0; draw < 121; draw++) places();
      const expected = Array.from({ length: 121 }, (_, i) => (row + Math.floor(i / 11)) * 28 + column + (i % 11));
      expect([...active.subarray(0, count)]).toEqual(expected);
    }
  });

  it('spikes with probability min(1, 2 · dt · maxRate · brightness)', () => {
    const brightness = [0, 0.1, 0.5, 0.9, 1];
    const meanImage = Float32Array.from(brightness);
    const noise = createNoise(source({ meanImage, windowSize: null, maxRate: 800, random: seeded(4) }));
    const active = new Int32Array(5);
    const spikes = [0, 0, 0, 0, 0];
    const steps = 40000;
    for (let step = 0; step < steps; step++) {
      const count = noise(active);
      for (let k = 0; k < count; k++) spikes[active[k] ?? 0] = (spikes[active[k] ?? 0] ?? 0) + 1;
    }
    const shares = spikes.map((count) => count / steps);
    // 1.6 · brightness; 0.9 and 1 are beyond certainty
    expect(shares[0]).toBe(0);
    expect(shares[1]).toBeCloseTo(0.16, 2);
    expect(shares[2]).toBeCloseTo(0.8, 2);
    expect(shares[3]).toBe(1);
    expect(shares[4]).toBe(1);
  });

  it('keeps dark pixels silent even when the generator returns 0', () => {
    const noise = createNoise(source({ meanImage: new Float32Array(784), random: () => 0 }));
    expect(noise(new Int32Array(784))).toBe(0);
  });

  it('shows all channels of a pixel together', () => {
    const meanImage = new Float32Array(4 * 4 * 3).fill(1);
    const noise = createNoise(source({ meanImage, channels: 3, windowSize: 2, random: () => 0 }));
    const active = new Int32Array(48);
    const count = noise(active);
    expect([...active.subarray(0, count)]).toEqual([0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17]);
  });

  it('refuses a window that has no place', () => {
    expect(() => createNoise(source({ meanImage: new Float32Array(783) }))).toThrow('square');
    expect(() => createNoise(source({ meanImage: new Float32Array(100) }))).toThrow('does not fit');
  });
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
