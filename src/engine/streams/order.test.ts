import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataOrder } from './order';

const order = (seed = 1, place = 0, batch = 5) => new DataOrder(23, batch, seed, [place]);
const steps = (source: DataOrder, count: number) => Array.from({ length: count }, (_, step) => [...source.batch(step)]);

describe('the order of examples', () => {
  it('meets no example twice in an epoch, in whole batches only', () => {
    const batches = steps(order(), 8);
    for (const epoch of [batches.slice(0, 4), batches.slice(4)]) {
      expect(epoch.map((batch) => batch.length)).toEqual([5, 5, 5, 5]);
      expect(new Set(epoch.flat()).size).toBe(20);
      for (const place of epoch.flat()) expect(place >= 0 && place < 23).toBe(true);
    }
  });

  it('meets each example exactly once in an epoch that batches fill', () => {
    const whole = new DataOrder(20, 5, 1, [0]);
    expect(
      steps(whole, 4)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 20 }, (_, place) => place));
  });

  it('is another one in every epoch, seed and place', () => {
    const first = steps(order(), 4).flat();
    expect(steps(order(), 8).slice(4).flat()).not.toEqual(first);
    expect(steps(order(2), 4).flat()).not.toEqual(first);
    expect(steps(order(1, 1), 4).flat()).not.toEqual(first);
    expect(steps(order(), 4).flat()).toEqual(first);
  });

  it('drops other examples in other epochs', () => {
    const met = new Set(steps(order(), 40).flat());
    expect(met.size).toBe(23);
  });

  it('asked for any step is as in sequence (property)', () => {
    const sequence = steps(order(), 40);
    fc.assert(
      fc.property(fc.array(fc.nat(39), { minLength: 1, maxLength: 20 }), (asked) => {
        const source = order();
        for (const step of asked) expect([...source.batch(step)]).toEqual(sequence[step]);
      }),
    );
  });

  it('makes one batch of fewer examples than a batch holds', () => {
    const source = order(1, 0, 64);
    expect(source.batchSize).toBe(23);
    expect(new Set(source.batch(3)).size).toBe(23);
  });
});
