import { describe, expect, it } from 'vitest';
import type { PublishedValue } from './protocols/protocol';
import { summarise, type Summary } from './statistics';
import { semOf, spreadText, verdictOf } from './verdict';

/** A mean over seeds with its standard deviation, both in per cent. */
const ours = (mean: number, sd: number, n: number): Summary => ({
  n,
  mean: mean / 100,
  sd: sd / 100,
  sem: sd / 100 / Math.sqrt(n),
  ci95: NaN,
  median: NaN,
  min: NaN,
  max: NaN,
});
const published = (value: number, more: Partial<PublishedValue> = {}): PublishedValue => ({
  measure: 'accuracy',
  value: value / 100,
  source: 'a table',
  sure: 'read',
  ...more,
});
const sem = (value: number, seeds = 20): Partial<PublishedValue> => ({
  spread: { of: 'SEM', value: value / 100 },
  seeds,
});
const sd = (value: number, seeds?: number): Partial<PublishedValue> => ({
  spread: { of: 'SD', value: value / 100 },
  ...(seeds !== undefined && { seeds }),
});
const kind = (mean: Summary, value: PublishedValue) => verdictOf(mean, value).kind;

describe('the numbers that the rule was made for', () => {
  const none = published(84.32, sem(0.99));

  it('five seeds that lie close together by chance do not make a disagreement', () => {
    expect(kind(ours(91, 2.9, 5), none)).toBe('too few seeds');
  });

  it('twenty of the same show that there is none', () => {
    expect(kind(ours(86.9, 5.5, 20), none)).toBe('agrees');
  });

  it('the scatter of the published runs counts, too', () => {
    expect(kind(ours(44.5, 6, 60), published(48.47, sd(5.03, 5)))).toBe('agrees');
    // Were that mean exact, as many seeds would tell it from ours.
    expect(kind(ours(44.5, 6, 60), published(48.47, sem(0.01, 5)))).toBe('outside');
  });
});

describe('the verdict', () => {
  it('agrees up to 1.5 points, however little seeds scatter', () => {
    expect(kind(ours(98.1, 0.05, 5), published(96.7, sem(0.02)))).toBe('agrees');
    expect(kind(ours(98.1, 0.05, 5), published(96.5, sem(0.02)))).toBe('outside');
  });

  it('is the same on both sides of the value', () => {
    for (const by of [0.5, 3, 30]) {
      const [above, below] = [kind(ours(50 + by, 1, 8), published(50)), kind(ours(50 - by, 1, 8), published(50))];
      expect(above).toBe(below);
    }
    expect(verdictOf(ours(40, 1, 8), published(50))).toMatchObject({ difference: expect.closeTo(-0.1, 12) as number });
  });

  it('says nothing of fewer than five seeds, however far apart', () => {
    for (const n of [1, 2, 4]) expect(kind(ours(20, 0.1, n), published(98))).toBe('too few seeds');
    expect(kind(summarise([0.98]), published(98))).toBe('too few seeds');
  });

  it('on a value that nobody read in its source is that alone', () => {
    for (const mean of [20, 98])
      expect(kind(ours(mean, 0.1, 20), published(98, { sure: 'unverified' }))).toBe('unverified');
  });

  it('takes a value without a spread for one that scatters as ours does', () => {
    // Of one run, were 2 · √(4²/16 + 4²) = 8.2 points.
    expect(verdictOf(ours(60, 4, 16), published(52))).toMatchObject({ kind: 'agrees' });
    expect(verdictOf(ours(60, 4, 16), published(52, { seeds: 16 }))).not.toMatchObject({ kind: 'agrees' });
  });

  it('comes to an end with more seeds: what is between becomes one or the other', () => {
    const value = published(50, sem(0.5));
    const kinds = [5, 10, 100, 1000].map((n) => kind(ours(54, 6, n), value));
    expect(kinds[0]).toBe('agrees');
    expect(kinds.at(-1)).toBe('outside');
    expect(kinds).toEqual([...kinds].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
  });
  const order = ['agrees', 'too few seeds', 'outside'];

  it('takes the spread of a single run for one of which nothing more is known', () => {
    expect(kind(ours(60, 1, 10), published(50, sd(1, 1)))).toBe('outside');
    expect(kind(ours(60, 1, 10), published(50, sd(1)))).toBe('outside');
  });

  it('never calls outside what is within the tolerance', () => {
    for (const n of [5, 6, 20, 200])
      for (const scatter of [0, 0.1, 3, 20])
        for (const other of [0.01, 1, 10]) {
          const { tolerance } = verdictOf(ours(50, scatter, n), published(50, sem(other))) as { tolerance: number };
          expect(kind(ours(50 + 99 * tolerance, scatter, n), published(50, sem(other)))).toBe('agrees');
        }
  });
});

describe('a published spread', () => {
  it('becomes a standard error by what it is', () => {
    expect(semOf(published(50, sem(1)))).toBeCloseTo(0.01, 12);
    expect(semOf(published(50, sd(4, 16)))).toBeCloseTo(0.01, 12);
    expect(semOf(published(50, sd(4)))).toBeCloseTo(0.04, 12);
    const interval = { spread: { of: 'CI95', value: 0.02776445 }, seeds: 5 } as const;
    expect(semOf(interval)).toBeCloseTo(0.01, 8);
    expect(semOf({ spread: interval.spread })).toBeCloseTo(0.02776445 / 1.96, 12);
    expect(semOf(published(50))).toBeUndefined();
  });

  it('is said with what it is', () => {
    expect(spreadText({ of: 'SEM', value: 0.0052 })).toBe('0.52 (SEM)');
    expect(spreadText({ of: 'CI95', value: 0.01 })).toBe('1.00 (95 %)');
  });
});
