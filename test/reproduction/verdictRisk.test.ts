import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/core/statistics';
import { verdictOf } from '../../src/core/verdict';
import { normalStream, randomStream } from '../../src/engine/random';

describe('the risk of calling outside what chance explains', () => {
  const REPEATS = 20_000;

  it.each([
    [5, 1, 'none'],
    [10, 1, 'none'],
    [10, 5, 'none'],
    [5, 5, 'SD'],
    [5, 10, 'SEM'],
    [20, 5, 'SD'],
    [20, 20, 'SEM'],
  ] as const)('is about one in a hundred: %i seeds, %i published runs, spread: %s', (n, m, of) => {
    const normal = normalStream(randomStream(7, 'verdict', n, m));
    // Scatter of ten points: the least tolerance is nothing beside it.
    const runs = (count: number) => summarise(Array.from({ length: count }, () => 0.5 + 0.1 * normal()));
    let outside = 0;
    for (let i = 0; i < REPEATS; i++) {
      const [own, other] = [runs(n), runs(m)];
      const spread = of === 'none' ? {} : { spread: { of, value: of === 'SD' ? other.sd : other.sem } };
      const value = {
        measure: 'accuracy',
        value: other.mean,
        seeds: m,
        source: 'a table',
        sure: 'read',
        ...spread,
      } as const;
      if (verdictOf(own, value).kind === 'outside') outside++;
    }
    expect(outside / REPEATS).toBeLessThan(0.015);
  });
});
