import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  averageAccuracy,
  averageIncrementalAccuracy,
  backwardTransfer,
  backwardTransferAll,
  forgetting,
  forgettingIncludingLast,
  forwardTransfer,
  learningAccuracy,
  omegaNew,
  plasticityLost,
  positiveBackwardTransfer,
  relativeForgetting,
  remembering,
  worstCaseForgetting,
} from './ofMatrix';
import type { AccuracyMatrix } from './matrix';
import { gapClosed, intransigence, omegaAll, omegaBase } from './ofBounds';

/** Three tasks; every expected value below is worked out by hand from these nine numbers. */
const matrix: AccuracyMatrix = [
  [0.9, 0.2, 0.1],
  [0.6, 0.8, 0.3],
  [0.7, 0.5, 0.95],
];

/** Every measure that needs nothing but the matrix. */
const ofMatrixAlone = {
  averageAccuracy,
  averageIncrementalAccuracy,
  forgetting,
  forgettingIncludingLast,
  worstCaseForgetting,
  relativeForgetting,
  backwardTransfer,
  backwardTransferAll,
  positiveBackwardTransfer,
  remembering,
  learningAccuracy,
  omegaNew,
};

const accuracy = fc.integer({ min: 0, max: 10_000 }).map((images) => images / 10_000);
const matrices = fc
  .integer({ min: 2, max: 6 })
  .chain((size) =>
    fc.array(fc.array(accuracy, { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
  );

describe('on a matrix worked out by hand', () => {
  it('averages the last row', () => {
    expect(averageAccuracy(matrix)).toBeCloseTo((0.7 + 0.5 + 0.95) / 3, 12);
  });

  it('averages the accuracy on the seen tasks over the course of the stream', () => {
    // Rows: 0.9; (0.6 + 0.8) / 2 = 0.7; 2.15 / 3.
    expect(averageIncrementalAccuracy(matrix)).toBeCloseTo((0.9 + 0.7 + 2.15 / 3) / 3, 12);
  });

  it('measures forgetting from the best earlier accuracy', () => {
    // Task 0: max(0.9, 0.6) − 0.7 = 0.2; task 1: max(0.2, 0.8) − 0.5 = 0.3.
    expect(forgetting(matrix)).toBeCloseTo(0.25, 12);
    expect(forgettingIncludingLast(matrix)).toBeCloseTo(0.25, 12);
    expect(worstCaseForgetting(matrix)).toBeCloseTo(0.3, 12);
  });

  it('measures the share of the best accuracy that is lost', () => {
    // Task 0: 0.2 of 0.9; task 1: 0.3 of 0.8.
    expect(relativeForgetting(matrix)).toBeCloseTo((0.2 / 0.9 + 0.3 / 0.8) / 2, 12);
    // A task that never got above 0 has no such share.
    expect(relativeForgetting([[0], [0, 0.8]])).toBeNaN();
  });

  it('takes backward transfer over the whole course apart', () => {
    expect(positiveBackwardTransfer(matrix)).toBe(0);
    expect(remembering(matrix)).toBeCloseTo(1 - 0.8 / 3, 12);
    const gained = [
      [0.5, 0],
      [0.7, 0.9],
    ];
    expect(positiveBackwardTransfer(gained)).toBeCloseTo(0.2, 12);
    expect(remembering(gained)).toBe(1);
  });

  it('measures backward transfer at the end, divided by T − 1 as in the paper of GEM', () => {
    // (0.7 − 0.9) + (0.5 − 0.8) = −0.5, over two tasks.
    expect(backwardTransfer(matrix)).toBeCloseTo(-0.25, 12);
  });

  it('measures backward transfer over all pairs', () => {
    // After task 1: 0.6 − 0.9 = −0.3; after task 2: −0.2 and −0.3; three pairs.
    expect(backwardTransferAll(matrix)).toBeCloseTo(-0.8 / 3, 12);
  });

  it('measures forward transfer against the untrained network', () => {
    // Task 1: 0.2 − 0.15 = 0.05; task 2: 0.3 − 0.05 = 0.25.
    expect(forwardTransfer(matrix, [0.1, 0.15, 0.05])).toBeCloseTo(0.15, 12);
  });

  it('measures how well each task was learned', () => {
    expect(learningAccuracy(matrix)).toBeCloseTo((0.9 + 0.8 + 0.95) / 3, 12);
    expect(omegaNew(matrix)).toBeCloseTo((0.8 + 0.95) / 2, 12);
    // 0.92 − 0.9 = 0.02; 0.9 − 0.8 = 0.1; 0.9 − 0.95 = −0.05.
    expect(intransigence(matrix, [0.92, 0.9, 0.9])).toBeCloseTo(0.07 / 3, 12);
  });
});

describe('where published definitions differ', () => {
  it('forgetting is not minus backward transfer when a task improved later and then dropped', () => {
    const improvedThenDropped = [
      [0.6, 0.1, 0.1],
      [0.9, 0.8, 0.1],
      [0.7, 0.8, 0.9],
    ];
    // Task 0 ends above where it was learned (+0.1) and yet below its best (0.2 lost); task 1 keeps its 0.8.
    expect(backwardTransfer(improvedThenDropped)).toBeCloseTo(0.05, 12);
    expect(forgetting(improvedThenDropped)).toBeCloseTo(0.1, 12);
  });

  it('forgetting of RWalk is negative when old tasks end at their best, the variant with the last row is 0', () => {
    const improving = [
      [0.6, 0.1, 0.1],
      [0.7, 0.8, 0.1],
      [0.9, 0.85, 0.9],
    ];
    // Task 0: 0.7 − 0.9; task 1: 0.8 − 0.85.
    expect(forgetting(improving)).toBeCloseTo(-0.125, 12);
    expect(forgettingIncludingLast(improving)).toBe(0);
  });

  it('forgetting of RWalk counts an accuracy from before the task was learned, the variant does not', () => {
    const knownBeforehand = [
      [0.9, 0.85, 0.1],
      [0.9, 0.8, 0.1],
      [0.9, 0.7, 0.9],
    ];
    // Task 1 stood at 0.85 before and at 0.8 after it was learned, and ends at 0.7; task 0 keeps its 0.9.
    expect(forgetting(knownBeforehand)).toBeCloseTo(0.15 / 2, 12);
    expect(forgettingIncludingLast(knownBeforehand)).toBeCloseTo(0.1 / 2, 12);
  });

  it('backward transfer over all pairs sees a loss that was regained, backward transfer at the end does not', () => {
    const regained = [
      [0.9, 0.1, 0.1],
      [0.3, 0.9, 0.1],
      [0.9, 0.9, 0.9],
    ];
    expect(backwardTransfer(regained)).toBe(0);
    // Only the pair (after task 1, task 0) differs: 0.3 − 0.9, over three pairs.
    expect(backwardTransferAll(regained)).toBeCloseTo(-0.2, 12);
  });
});

describe('while a run is in progress', () => {
  it.each(Object.entries(ofMatrixAlone))('%s ignores the tasks still to come', (_, measure) => {
    fc.assert(
      fc.property(matrices, fc.nat(5), (full, rows) => {
        const finished = full.slice(0, rows);
        const cut = finished.map((row) => row.slice(0, finished.length));
        expect(measure(finished)).toBe(measure(cut));
      }),
    );
  });

  it('has accuracies after the first task, but nothing to forget yet', () => {
    const first = matrix.slice(0, 1);
    expect(averageAccuracy(first)).toBe(0.9);
    expect(averageIncrementalAccuracy(first)).toBe(0.9);
    expect(learningAccuracy(first)).toBe(0.9);
    expect(intransigence(first, [1])).toBeCloseTo(0.1, 12);
    for (const measure of [
      forgetting,
      forgettingIncludingLast,
      worstCaseForgetting,
      backwardTransfer,
      backwardTransferAll,
      omegaNew,
    ]) {
      expect(measure(first)).toBeNaN();
    }
    expect(forwardTransfer(first, [0.1, 0.1, 0.1])).toBeNaN();
  });

  it.each(Object.entries(ofMatrixAlone))('%s is undefined before the first task', (_, measure) => {
    expect(measure([])).toBeNaN();
  });
});

describe('plasticity', () => {
  it('is lost by how much lower the last tenth of the tasks is than the first', () => {
    const online = Array.from({ length: 25 }, (_, task) => 1 - task / 100);
    expect(plasticityLost(online)).toBeCloseTo((1 + 0.99) / 2 - (0.77 + 0.76) / 2, 12);
    expect(plasticityLost([0.8, 0.1, 0.9])).toBeCloseTo(-0.1, 12);
  });

  it('is not known of a single task, nor where a task at one of the ends says nothing', () => {
    expect(plasticityLost([])).toBeNaN();
    expect(plasticityLost([0.9])).toBeNaN();
    expect(plasticityLost([0.9, NaN])).toBeNaN();
    expect(plasticityLost([0.9, NaN, 0.8])).toBeCloseTo(0.1, 12);
  });
});

describe('undefined entries', () => {
  const undefinedEverywhere = matrix.map((row) => row.map(() => NaN));

  it.each(Object.entries(ofMatrixAlone))('%s of an undefined matrix is undefined', (_, measure) => {
    expect(measure(undefinedEverywhere)).toBeNaN();
  });

  it('forward transfer and intransigence are undefined without their references', () => {
    expect(forwardTransfer(matrix, [0.1])).toBeNaN();
    expect(intransigence(matrix, [0.9])).toBeNaN();
  });

  it.each(Object.entries(ofMatrixAlone))('%s does not need accuracies on tasks not learned yet', (_, measure) => {
    const lower = matrix.map((row, i) => row.map((value, j) => (j <= i ? value : NaN)));
    const ragged = matrix.map((row, i) => row.slice(0, i + 1));
    expect(measure(lower)).toBeCloseTo(measure(matrix), 12);
    expect(measure(ragged)).toBeCloseTo(measure(matrix), 12);
  });

  it('an undefined accuracy on a learned task is not passed over', () => {
    const hole = [
      [0.9, 0.2, 0.1],
      [NaN, 0.8, 0.3],
      [0.7, 0.5, 0.95],
    ];
    expect(forgetting(hole)).toBeNaN();
    expect(forgettingIncludingLast(hole)).toBeNaN();
    expect(worstCaseForgetting(hole)).toBeNaN();
    expect(backwardTransferAll(hole)).toBeNaN();
    expect(averageAccuracy(hole)).not.toBeNaN();
  });

  it('a missing accuracy on a learned task counts as undefined, not as 0', () => {
    expect(averageAccuracy([[0.9, 0.2], [0.6]])).toBeNaN();
    expect(backwardTransfer([[], [0.6, 0.8]])).toBeNaN();
  });
});

describe('for any accuracies', () => {
  it('accuracies stay between 0 and 1, differences between −1 and 1', () => {
    fc.assert(
      fc.property(matrices, (any) => {
        for (const measure of [averageAccuracy, averageIncrementalAccuracy, learningAccuracy]) {
          expect(measure(any)).toBeGreaterThanOrEqual(-1e-12);
          expect(measure(any)).toBeLessThanOrEqual(1 + 1e-12);
        }
        for (const measure of [forgetting, worstCaseForgetting, backwardTransfer, backwardTransferAll]) {
          expect(Math.abs(measure(any))).toBeLessThanOrEqual(1 + 1e-12);
        }
        expect(forgettingIncludingLast(any)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('forgetting is at least minus backward transfer, and the worst task at least the average one', () => {
    fc.assert(
      fc.property(matrices, (any) => {
        expect(forgetting(any)).toBeGreaterThanOrEqual(-backwardTransfer(any) - 1e-12);
        expect(worstCaseForgetting(any)).toBeGreaterThanOrEqual(forgetting(any) - 1e-12);
      }),
    );
  });

  it('average accuracy is learning accuracy plus (T − 1)/T of backward transfer', () => {
    fc.assert(
      fc.property(matrices, (any) => {
        const T = any.length;
        expect(learningAccuracy(any) + ((T - 1) / T) * backwardTransfer(any)).toBeCloseTo(averageAccuracy(any), 10);
      }),
    );
  });
});

describe('beside definitions written out', () => {
  const best = (a: readonly (readonly number[])[], j: number) => {
    let most = -Infinity;
    for (let l = 0; l < a.length - 1; l++) most = Math.max(most, a[l]?.[j] ?? NaN);
    return most;
  };

  it('all measures of a matrix are what loops over their formulas come to', () => {
    fc.assert(
      fc.property(matrices, (a) => {
        const T = a.length;
        const value = (i: number, j: number) => a[i]?.[j] ?? NaN;
        let [acc, aia, f, relative, bwt, pairs, all] = [0, 0, 0, 0, 0, 0, 0];
        for (let j = 0; j < T; j++) acc += value(T - 1, j) / T;
        for (let i = 0; i < T; i++) for (let j = 0; j <= i; j++) aia += value(i, j) / (i + 1) / T;
        for (let j = 0; j < T - 1; j++) {
          f += (best(a, j) - value(T - 1, j)) / (T - 1);
          relative += (best(a, j) - value(T - 1, j)) / best(a, j) / (T - 1);
          bwt += (value(T - 1, j) - value(j, j)) / (T - 1);
        }
        for (let i = 1; i < T; i++)
          for (let j = 0; j < i; j++) {
            pairs += value(i, j) - value(j, j);
            all++;
          }
        expect(averageAccuracy(a)).toBeCloseTo(acc, 10);
        expect(averageIncrementalAccuracy(a)).toBeCloseTo(aia, 10);
        expect(forgetting(a)).toBeCloseTo(f, 10);
        if (Number.isFinite(relative)) expect(relativeForgetting(a)).toBeCloseTo(relative, 8);
        expect(backwardTransfer(a)).toBeCloseTo(bwt, 10);
        expect(backwardTransferAll(a)).toBeCloseTo(pairs / all, 10);
        expect(positiveBackwardTransfer(a)).toBeCloseTo(Math.max(0, pairs / all), 10);
        expect(remembering(a)).toBeCloseTo(1 - Math.abs(Math.min(0, pairs / all)), 10);
      }),
    );
  });

  it('Ω and intransigence are what loops come to', () => {
    fc.assert(
      fc.property(matrices, matrices, (a, other) => {
        const T = a.length;
        const reference = a.map((row, t) => row.map((_, j) => 0.1 + (other[t]?.[j] ?? 0.5)));
        let [omega, base] = [0, 0];
        for (let t = 0; t < T; t++) {
          let [own, offline] = [0, 0];
          for (let j = 0; j <= t; j++) {
            own += a[t]?.[j] ?? NaN;
            offline += reference[t]?.[j] ?? NaN;
          }
          omega += own / offline / T;
          if (t > 0) base += (a[t]?.[0] ?? NaN) / (reference[t]?.[0] ?? NaN) / (T - 1);
        }
        expect(omegaAll(a, reference)).toBeCloseTo(omega, 10);
        expect(omegaBase(a, reference)).toBeCloseTo(base, 10);
      }),
    );
  });
});

describe('Ω', () => {
  const joint = [0.9, 0.8, 1];
  const reference = [joint, joint, joint];

  it('is the accuracy on what was seen beside that of the reference, mean over rows', () => {
    // Rows: 0.9 / 0.9; 0.7 / 0.85; (2.15 / 3) / 0.9.
    expect(omegaAll(matrix, reference)).toBeCloseTo((1 + 0.7 / 0.85 + 2.15 / 3 / 0.9) / 3, 12);
    // First task after tasks 1 and 2: 0.6 / 0.9 and 0.7 / 0.9.
    expect(omegaBase(matrix, reference)).toBeCloseTo(1.3 / 1.8, 12);
  });

  it('is undefined without a reference, and where that gets nothing right', () => {
    expect(omegaAll(matrix, [])).toBeNaN();
    expect(omegaBase(matrix, [[0], [0], [0]])).toBeNaN();
  });
});

describe('gap closed', () => {
  it('is the share of the way from none to joint', () => {
    expect(gapClosed(0.2, 0.2, 0.98)).toBe(0);
    expect(gapClosed(0.98, 0.2, 0.98)).toBe(1);
    expect(gapClosed(0.59, 0.2, 0.98)).toBeCloseTo(0.5, 12);
  });

  it('may leave the range from 0 to 1', () => {
    expect(gapClosed(0.1, 0.2, 0.7)).toBeCloseTo(-0.2, 12);
    expect(gapClosed(0.8, 0.2, 0.7)).toBeCloseTo(1.2, 12);
  });

  it('is undefined where joint training is not better than doing nothing, or a bound is missing', () => {
    expect(gapClosed(0.98, 0.98, 0.9805)).toBeNaN();
    expect(gapClosed(0.98, 0.98, 0.98)).toBeNaN();
    expect(gapClosed(0.98, 0.98, 0.9)).toBeNaN();
    expect(gapClosed(NaN, 0.2, 0.98)).toBeNaN();
    expect(gapClosed(0.5, NaN, 0.98)).toBeNaN();
    expect(gapClosed(0.5, 0.2, NaN)).toBeNaN();
  });
});
