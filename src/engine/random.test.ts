import { describe, expect, it } from 'vitest';
import { normalStream, randomStream, sample, samplePlaces, shuffle } from './random';

const take = (random: () => number, n: number) => Array.from({ length: n }, random);

describe('named random streams', () => {
  it('repeat for the same seed, name and place, and differ when any of them does', () => {
    const first = take(randomStream(1, 'order', 2), 5);
    expect(take(randomStream(1, 'order', 2), 5)).toEqual(first);
    for (const other of [randomStream(2, 'order', 2), randomStream(1, 'noise', 2), randomStream(1, 'order', 3)]) {
      expect(take(other, 5)).not.toEqual(first);
    }
  });

  it('are uniform: mean 1/2, variance 1/12, no correlation between neighbouring streams', () => {
    const n = 20_000;
    const a = take(randomStream(7, 'a'), n);
    const b = take(randomStream(8, 'a'), n);
    const mean = a.reduce((s, x) => s + x, 0) / n;
    const variance = a.reduce((s, x) => s + (x - mean) ** 2, 0) / n;
    const covariance = a.reduce((s, x, i) => s + (x - 0.5) * ((b[i] ?? 0) - 0.5), 0) / n;
    expect(mean).toBeCloseTo(0.5, 1.9);
    expect(variance).toBeCloseTo(1 / 12, 2);
    expect(Math.abs(covariance)).toBeLessThan(0.003);
  });

  it('give standard normal numbers', () => {
    const values = take(normalStream(randomStream(3, 'normal')), 20_000);
    const mean = values.reduce((s, x) => s + x, 0) / values.length;
    const variance = values.reduce((s, x) => s + x * x, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(variance).toBeCloseTo(1, 1);
  });

  it('shuffle into every order equally often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = shuffle([0, 1, 2], randomStream(seed, 'shuffle')).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('sample without replacement', () => {
    const drawn = sample(
      Int32Array.from({ length: 50 }, (_, i) => i),
      20,
      randomStream(1, 's'),
    );
    expect(new Set(drawn).size).toBe(20);
    expect(sample(new Int32Array([4, 5]), 9, randomStream(1, 's')).length).toBe(2);
  });
});

it('places are drawn as a sample of the list of all places is, of many and of few', () => {
  for (const [n, count] of [
    [1000, 7],
    [1000, 600],
    [5, 5],
    [5, 9],
    [1, 0],
    [0, 3],
  ] as const) {
    const places = Int32Array.from({ length: n }, (_, place) => place);
    for (let seed = 0; seed < 20; seed++)
      expect(samplePlaces(n, count, randomStream(seed, 'x'))).toEqual(sample(places, count, randomStream(seed, 'x')));
  }
});
