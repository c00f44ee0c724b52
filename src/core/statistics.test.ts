import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mean } from './mean';
import {
  pairedPermutationTest,
  smallestReachableP,
  standardDeviation,
  standardError,
  summarise,
  tInterval,
  tQuantile,
} from './statistics';

const accuracy = fc.integer({ min: 0, max: 10_000 }).map((images) => images / 10_000);

describe('mean and scatter', () => {
  it('match a sample worked out by hand', () => {
    // Mean 5; deviations −3 −1 −1 −1 0 0 2 4, squares sum to 32; n − 1 = 7.
    const sample = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(mean(sample)).toBe(5);
    expect(standardDeviation(sample)).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(standardError(sample)).toBeCloseTo(Math.sqrt(32 / 7 / 8), 12);
  });

  it('have no rounding noise when all values are equal', () => {
    expect(mean([0.1, 0.1, 0.1])).toBe(0.1);
    expect(standardDeviation([0.1, 0.1, 0.1])).toBe(0);
  });

  it('are undefined without values, and scatter also with only one', () => {
    expect(mean([])).toBeNaN();
    for (const scatter of [standardDeviation, standardError, tInterval]) {
      expect(scatter([])).toBeNaN();
      expect(scatter([0.9])).toBeNaN();
    }
  });

  it('are undefined when a value is', () => {
    expect(mean([0.9, NaN])).toBeNaN();
    expect(standardDeviation([0.9, NaN, 0.8])).toBeNaN();
  });
});

describe("quantile of Student's t", () => {
  // Printed tables give three decimals; the longer figures come from an independent implementation.
  it.each([
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 4, 2.776445105197794],
    [0.975, 5, 2.570581835636314],
    [0.975, 9, 2.262157162798205],
    [0.975, 30, 2.0422724563012378],
    [0.975, 200, 1.971896223633909],
    [0.995, 4, 4.604094871349992],
    [0.9, 3, 1.6377443536962097],
    [0.025, 7, -2.3646242515927853],
  ])('at %d with %d degrees of freedom is %d', (probability, degreesOfFreedom, expected) => {
    expect(Math.abs(tQuantile(probability, degreesOfFreedom) / expected - 1)).toBeLessThan(1e-12);
  });

  it('is the tangent for one degree of freedom and algebraic for two', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (p) => {
        expect(tQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 9);
        expect(tQuantile(p, 2)).toBeCloseTo((2 * p - 1) / Math.sqrt(2 * p * (1 - p)), 9);
      }),
    );
  });

  it('is 0 at one half and approaches the normal quantile', () => {
    expect(tQuantile(0.5, 4)).toBeCloseTo(0, 12);
    expect(tQuantile(0.975, 100_000)).toBeCloseTo(1.95998, 4);
  });

  it('refuses what has no quantile', () => {
    expect(() => tQuantile(1, 4)).toThrow(RangeError);
    expect(() => tQuantile(NaN, 4)).toThrow(RangeError);
    expect(() => tQuantile(0.975, 0)).toThrow(RangeError);
    expect(() => tQuantile(0.975, 2.5)).toThrow(RangeError);
  });
});

describe('summary over seeds', () => {
  it('gives the 95 % t interval of the mean', () => {
    // Five seeds, mean 0.92, s = √(0.001 / 4); t(0.975; 4) = 2.7764451.
    const summary = summarise([0.9, 0.91, 0.92, 0.93, 0.94]);
    expect(summary.n).toBe(5);
    expect(summary.mean).toBeCloseTo(0.92, 12);
    expect(summary.sd).toBeCloseTo(0.0158113883, 9);
    expect(summary.sem).toBeCloseTo(0.00707106781, 9);
    expect(summary.ci95).toBeCloseTo(2.7764451 * 0.00707106781, 8);
  });

  it('covers the true mean in 95 of 100 samples of a normal population', () => {
    // A fixed stream of normal numbers (Park & Miller's generator, Box & Muller's transform).
    let state = 20_240_501;
    const uniform = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const samples = 4000;
    let covered = 0;
    for (let sample = 0; sample < samples; sample++) {
      const { mean: centre, ci95 } = summarise([normal(), normal(), normal(), normal(), normal()]);
      if (Math.abs(centre) <= ci95) covered++;
    }
    // The standard error of the share is 0.0034; with 1.96 in place of t it would be about 0.88.
    expect(Math.abs(covered / samples - 0.95)).toBeLessThan(0.014);
  });

  it('of one seed has a mean and no interval', () => {
    expect(summarise([0.9])).toMatchObject({
      n: 1,
      mean: 0.9,
      sd: NaN,
      sem: NaN,
      ci95: NaN,
      median: 0.9,
      min: 0.9,
      max: 0.9,
    });
  });

  it('leaves undefined values out and says how many counted', () => {
    expect(summarise([NaN, 0.9, Infinity, 0.8])).toEqual(summarise([0.8, 0.9]));
    expect(summarise([NaN, 0.9, 0.8]).n).toBe(2);
    expect(summarise([NaN, NaN])).toMatchObject({
      n: 0,
      mean: NaN,
      sd: NaN,
      sem: NaN,
      ci95: NaN,
      median: NaN,
      min: NaN,
    });
  });

  it('has no interval below three seeds: two say nothing about it', () => {
    expect(summarise([0.8, 0.9])).toMatchObject({ n: 2, ci95: NaN });
    expect(summarise([0.8, 0.9]).sem).toBeCloseTo(0.05, 12);
    expect(summarise([0.8, 0.9, 1]).ci95).toBeGreaterThan(0);
  });

  it('has the median and the range', () => {
    expect(summarise([31, 4, 77])).toMatchObject({ median: 31, min: 4, max: 77 });
    expect(summarise([1, 4, 2, 3]).median).toBe(2.5);
  });

  it('does not depend on the order of the seeds, to the last bit', () => {
    const permutedPairs = fc
      .array(accuracy, { maxLength: 12 })
      .chain((values) =>
        fc.tuple(
          fc.constant(values),
          fc.shuffledSubarray(values, { minLength: values.length, maxLength: values.length }),
        ),
      );
    fc.assert(
      fc.property(permutedPairs, ([values, permuted]) => {
        expect(summarise(permuted)).toEqual(summarise(values));
      }),
    );
  });

  it('leaves its argument as it was', () => {
    const values = [0.9, 0.1, 0.5];
    summarise(values);
    expect(values).toEqual([0.9, 0.1, 0.5]);
  });
});

describe('exact paired permutation test', () => {
  /** The definition, pattern by pattern, in whole numbers. */
  function byEnumeration(differences: readonly number[]): number {
    const observed = Math.abs(differences.reduce((sum, difference) => sum + difference, 0));
    let extreme = 0;
    for (let signs = 0; signs < 2 ** differences.length; signs++) {
      const sum = differences.reduce((total, d, index) => total + ((signs >> index) & 1 ? d : -d), 0);
      if (Math.abs(sum) >= observed) extreme++;
    }
    return extreme / 2 ** differences.length;
  }

  it('matches a case worked out by hand', () => {
    // Differences 1, 2, −1 sum to 2. Of the eight sums ±1±2±1, which are ±4, ±2 (twice each) and 0 (twice), six reach 2.
    expect(pairedPermutationTest([2, 4, 1], [1, 2, 2])).toBe(6 / 8);
  });

  it('agrees with plain enumeration, ties included', () => {
    const differences = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 11 });
    fc.assert(
      fc.property(differences, (d) => {
        // As accuracies in units of one image of ten thousand, which are not exact in binary.
        const a = d.map((difference) => (9000 + difference) / 10_000);
        const b = d.map(() => 0.9);
        expect(pairedPermutationTest(a, b)).toBe(byEnumeration(d));
      }),
    );
  });

  it('is 2 / 2ⁿ when a wins on every seed: 0.0625 with five, 0.03125 with six', () => {
    const gains = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(gains, (gain) => {
        const a = gain.map((points) => 0.8 + points / 10_000);
        const b = gain.map(() => 0.8);
        expect(pairedPermutationTest(a, b)).toBe(2 / 2 ** gain.length);
        expect(smallestReachableP(gain.length)).toBe(2 / 2 ** gain.length);
      }),
    );
    expect(smallestReachableP(5)).toBe(0.0625);
    expect(smallestReachableP(6)).toBe(0.03125);
    expect(smallestReachableP(1)).toBe(1);
    expect(smallestReachableP(0)).toBeNaN();
  });

  it('stays in (0, 1], and does not depend on which method comes first or on the order of the seeds', () => {
    const pairs = fc.array(fc.tuple(accuracy, accuracy), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(pairs, (values) => {
        const a = values.map(([x]) => x);
        const b = values.map(([, y]) => y);
        const p = pairedPermutationTest(a, b);
        expect(p).toBeGreaterThanOrEqual(smallestReachableP(values.length));
        expect(p).toBeLessThanOrEqual(1);
        expect(pairedPermutationTest(b, a)).toBe(p);
        expect(pairedPermutationTest([...a].reverse(), [...b].reverse())).toBe(p);
      }),
    );
  });

  it('finds no difference between equal results, rounding aside', () => {
    expect(pairedPermutationTest([0.9, 0.8], [0.9, 0.8])).toBe(1);
    expect(pairedPermutationTest([0.1 + 0.2, 0.8], [0.3, 0.8])).toBe(1);
  });

  it('is not fooled by equal differences that rounding made unequal', () => {
    // Each difference is +0.1 or −0.1: the sum is 0.1, which every pattern of three reaches.
    expect(pairedPermutationTest([0.3, 0.4, 0.7], [0.2, 0.5, 0.6])).toBe(1);
  });

  it('leaves pairs with an undefined value out', () => {
    expect(pairedPermutationTest([0.9, NaN, 0.9, 0.9], [0.8, 0.8, 0.7, NaN])).toBe(0.5);
    expect(pairedPermutationTest([NaN], [0.8])).toBeNaN();
    expect(pairedPermutationTest([], [])).toBeNaN();
  });

  it('remains exact with more seeds than can be enumerated one by one, up to 36', () => {
    const seeds = (count: number) => Array.from({ length: count }, (_, seed) => 0.5 + seed / 1000);
    const worse = (count: number) => seeds(count).map((value) => value - 0.1);
    expect(pairedPermutationTest(seeds(36), worse(36))).toBe(2 ** -35);
    expect(pairedPermutationTest(seeds(37), worse(37))).toBeNaN();
  });

  it('refuses lists that cannot be paired', () => {
    expect(() => pairedPermutationTest([0.9], [])).toThrow(RangeError);
  });
});
