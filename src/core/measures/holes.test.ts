import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueOn, entriesOf } from '../measured';
import {
  averageAccuracy,
  averageIncrementalAccuracy,
  backwardTransfer,
  backwardTransferAll,
  basisOf,
  forgetting,
  forgettingIncludingLast,
  forwardTransfer,
  learningAccuracy,
  onlineAccuracy,
  worstCaseForgetting,
} from './ofMatrix';
import { HOLE, type AccuracyMatrix } from './matrix';
import { intransigence } from './ofBounds';

/** Four tasks; what is expected below is worked out by hand. Task 1 was left out from the last row on, the future always. */
const matrix: AccuracyMatrix = [
  [0.9, HOLE, HOLE, HOLE],
  [0.6, 0.8, HOLE, HOLE],
  [0.7, HOLE, 0.9, HOLE],
  [0.5, HOLE, 0.6, 0.95],
];

describe('measures of a matrix with holes', () => {
  it('go over what was measured', () => {
    expect(averageAccuracy(matrix)).toBeCloseTo((0.5 + 0.6 + 0.95) / 3, 12);
    expect(averageIncrementalAccuracy(matrix)).toBeCloseTo((0.9 + 0.7 + 0.8 + (0.5 + 0.6 + 0.95) / 3) / 4, 12);
    expect(forgetting(matrix)).toBeCloseTo((0.4 + 0.3) / 2, 12);
    expect(forgettingIncludingLast(matrix)).toBeCloseTo((0.4 + 0.3) / 2, 12);
    expect(worstCaseForgetting(matrix)).toBeCloseTo(0.4, 12);
    expect(backwardTransfer(matrix)).toBeCloseTo((-0.4 - 0.3) / 2, 12);
    expect(backwardTransferAll(matrix)).toBeCloseTo((-0.3 - 0.2 - 0.4 - 0.3) / 4, 12);
    expect(learningAccuracy(matrix)).toBeCloseTo((0.9 + 0.8 + 0.9 + 0.95) / 4, 12);
    expect(intransigence(matrix, [0.8, HOLE, 0.8, 0.8])).toBeCloseTo((-0.1 - 0.1 - 0.15) / 3, 12);
  });

  it('are undefined where nothing of theirs was measured', () => {
    expect(forwardTransfer(matrix, [0.1, 0.1, 0.1, 0.1])).toBeNaN();
    expect(averageAccuracy([[HOLE]])).toBeNaN();
    expect(
      forgetting([
        [HOLE, HOLE],
        [0.5, 0.5],
      ]),
    ).toBeNaN();
  });

  it('stay undefined where what was measured is', () => {
    expect(averageAccuracy([[0.5], [NaN, HOLE]])).toBeNaN();
    expect(
      forgetting([
        [0.9, HOLE],
        [NaN, 0.5],
      ]),
    ).toBeNaN();
    // A row that is only short says nothing of why.
    expect(averageAccuracy([[0.5], [0.5]])).toBeNaN();
  });

  it('say of how many of how many terms they are the mean', () => {
    expect(basisOf(matrix, [0.1, 0.1, 0.1, 0.1])).toEqual({
      accuracy: { terms: 3, of: 4 },
      forgetting: { terms: 2, of: 3 },
      backwardTransfer: { terms: 2, of: 3 },
      forwardTransfer: { terms: 0, of: 3 },
      learningAccuracy: { terms: 4, of: 4 },
    });
  });

  it('never take a hole for a number: another accuracy there changes nothing (property)', () => {
    const accuracy = fc.double({ min: 0, max: 1, noNaN: true });
    const withMask = fc
      .integer({ min: 2, max: 6 })
      .chain((size) =>
        fc.tuple(
          fc.array(fc.array(accuracy, { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
          fc.array(fc.array(fc.boolean(), { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
        ),
      );
    fc.assert(
      fc.property(withMask, ([values, mask]) => {
        const holed = values.map((row, i) => row.map((value, j) => (mask[i]?.[j] ? value : HOLE)));
        const last = holed.at(-1)?.filter((value) => value !== HOLE) ?? [];
        const expected = last.reduce((sum, value) => sum + value, 0) / last.length;
        if (last.length === 0) expect(averageAccuracy(holed)).toBeNaN();
        else expect(averageAccuracy(holed)).toBeCloseTo(expected, 10);
        expect(basisOf(holed).accuracy.terms).toBe(last.length);
      }),
    );
  });
});

it('the online accuracy is the mean over tasks, undefined where one has none', () => {
  expect(onlineAccuracy([0.9, 0.7])).toBeCloseTo(0.8, 12);
  expect(onlineAccuracy([0.9, NaN])).toBeNaN();
});

it('an accuracy is found by its task', () => {
  const measured = { tasks: [0, 4, 7], accuracy: [0.1, null, 0.3], taskAware: [0.4, 0.5, 0.6] };
  expect([0, 1, 4, 7, 8].map((task) => valueOn(measured, 'accuracy', task))).toEqual([
    0.1,
    undefined,
    null,
    0.3,
    undefined,
  ]);
  expect(entriesOf(measured, 'taskAware')).toEqual([
    [0, 0.4],
    [4, 0.5],
    [7, 0.6],
  ]);
  const first = { accuracy: [0.1, 0.2], taskAware: [0.3, 0.4] };
  expect([0, 1, 2].map((task) => valueOn(first, 'accuracy', task))).toEqual([0.1, 0.2, undefined]);
});
