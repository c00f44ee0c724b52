import { expect, it, vi } from 'vitest';
import { Kept, onceOf } from './kept';

it('keeps a list for as long as it has the same entries', () => {
  const kept = new Kept<readonly object[]>();
  const [a, b] = [{}, {}];
  const first = kept.of('list', [a, b]);
  expect(kept.of('list', [a, b])).toBe(first);
  expect(kept.of('other', [a, b])).not.toBe(first);
  const shorter = kept.of('list', [a]);
  expect(shorter).toEqual([a]);
  expect(kept.of('list', [b])).not.toBe(shorter);
});

it('keeps an object for as long as it has the same fields', () => {
  const kept = new Kept<{ readonly runs: object; readonly seeds?: number }>();
  const runs = {};
  const first = kept.of('x', { runs, seeds: 2 });
  expect(kept.of('x', { runs, seeds: 2 })).toBe(first);
  expect(kept.of('x', { runs })).toEqual({ runs });
  expect(kept.of('x', { runs: {} })).not.toBe(first);
});

it('asks once for each object, whatever the answer', () => {
  const make = vi.fn((of: { n: number }) => (of.n > 0 ? of.n : undefined));
  const once = onceOf(make);
  const [none, one] = [{ n: 0 }, { n: 1 }];
  expect([once(none), once(one), once(none), once(one)]).toEqual([undefined, 1, undefined, 1]);
  expect(make).toHaveBeenCalledTimes(2);
});
