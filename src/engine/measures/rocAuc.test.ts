import { describe, expect, it } from 'vitest';
import { HeadScores, rocAuc } from './rocAuc';

/** By definition, pair by pair. */
function byPairs(positives: readonly number[], negatives: readonly number[]): number {
  const worth = (p: number, n: number) => (p > n ? 1 : p === n ? 0.5 : 0);
  const won = positives.flatMap((p) => negatives.map((n) => worth(p, n)));
  return won.reduce((sum: number, one) => sum + one, 0) / won.length;
}

const area = (positives: readonly number[], negatives: readonly number[]) =>
  rocAuc(Float64Array.from(positives), Float64Array.from(negatives));

describe('the area under the ROC curve', () => {
  it('is the share of pairs that are in order, a tie counting half', () => {
    // The example of scikit-learn's documentation: labels 0, 0, 1, 1.
    expect(area([0.35, 0.8], [0.1, 0.4])).toBe(0.75);
    expect(area([1, 2], [0])).toBe(1);
    expect(area([0], [1, 2])).toBe(0);
    expect(area([3, 3, 3], [3, 3])).toBe(0.5);
    expect(area([2, 1], [1, 0])).toBe(0.875);
  });

  it('is that of all pairs, with many ties, zeros of both signs and infinities among the scores', () => {
    const scores = (seed: number, n: number) =>
      Array.from(
        { length: n },
        (_, i) => [(((i * 7919 + seed) % 23) - 11) / 4, -0, Infinity, -Infinity][i % 9] ?? i % 5,
      );
    const [positives, negatives] = [scores(3, 61), scores(8, 240)];
    expect(area(positives, negatives)).toBe(byPairs(positives, negatives));
  });

  it('is undefined without a pair, and where a score is no number', () => {
    expect([area([], [1]), area([1], []), area([1, NaN], [0]), area([1], [NaN, 0])]).toEqual([NaN, NaN, NaN, NaN]);
  });
});

describe('the mean over the outputs of a task', () => {
  /** Four outputs, of which two are the task's. */
  const scoresOf = (scoring: 'as it is' | 'softmax', rows: readonly (readonly number[])[]) => {
    const scores = new HeadScores([1, 3], 4, scoring);
    for (const row of rows) scores.add(Float32Array.from(row));
    return scores;
  };
  const rows = [
    [9, 5, 9, 1],
    [9, 1, 9, 0],
    [9, 2, 9, 4],
    [9, 1, 9, 5],
  ];
  const targets = Int32Array.of(1, 1, 3, 3);

  it('takes each output of its head against the rest, whatever other outputs say', () => {
    expect(scoresOf('as it is', rows).meanRocAuc(targets)).toBe(
      (byPairs([5, 1], [2, 1]) + byPairs([4, 5], [1, 0])) / 2,
    );
  });

  it('scores by the share of the softmax among its head, also where shares round to 0 or 1', () => {
    const share = (a: number, b: number) => 1 / (1 + Math.exp(b - a));
    const first = byPairs([share(5, 1), share(1, 0)], [share(2, 4), share(1, 5)]);
    expect(scoresOf('softmax', rows).meanRocAuc(targets)).toBe(first);
    const far = [
      [0, -2000, 0, 0],
      [0, -1000, 0, 0],
    ];
    expect(scoresOf('softmax', far).meanRocAuc(Int32Array.of(3, 1))).toBe(1);
  });

  it('is undefined where there is no example of one of its classes', () => {
    expect(scoresOf('as it is', rows.slice(0, 2)).meanRocAuc(targets.subarray(0, 2))).toBeNaN();
  });

  it('hands the outputs through', () => {
    const found = Float32Array.of(1, 2, 3, 4);
    expect(new HeadScores([0], 4, 'as it is').add(found)).toBe(found);
  });
});
