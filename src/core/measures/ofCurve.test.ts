import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noFacts, withPoint, type CurveFacts, type FactPoint } from './curveFacts';
import {
  averageAnytimeAccuracy,
  learningCurveArea,
  minimumAccuracy,
  recoverySteps,
  stabilityGap,
  windowedForgetting,
  windowedPlasticity,
  worstCaseAccuracy,
} from './ofCurve';

const point = (task: number, step: number, ...accuracy: (number | null)[]): FactPoint => {
  return { task, step, accuracy, taskAware: accuracy };
};
const factsOf = (points: readonly FactPoint[]): CurveFacts => points.reduce(withPoint, noFacts());

/** Two tasks of 200 steps; every expected value below is worked out by hand from these numbers. */
const facts = factsOf([
  point(0, 1, 0.2),
  point(0, 100, 0.8),
  point(0, 200, 0.9),
  point(1, 1, 0.7, 0.1),
  point(1, 50, 0.4, 0.5),
  point(1, 120, 0.3, 0.7),
  point(1, 160, 0.88, 0.8),
  point(1, 200, 0.6, 0.9),
]);
const matrix = [
  [0.92, 0.05],
  [0.61, 0.91],
];

describe('on two curves worked out by hand', () => {
  it('anytime accuracy: each point counts for the steps since the one before', () => {
    const area = 0.2 * 1 + 0.8 * 99 + 0.9 * 100 + 0.4 * 1 + 0.45 * 49 + 0.5 * 70 + 0.84 * 40 + 0.75 * 40;
    expect(averageAnytimeAccuracy(facts)).toBeCloseTo(area / 400, 12);
  });

  it('min-ACC and WC-ACC: the lowest of the old task, and the last row of the newest', () => {
    expect(minimumAccuracy(facts)).toBeCloseTo(0.3, 12);
    expect(worstCaseAccuracy(facts, matrix)).toBeCloseTo(0.91 / 2 + 0.3 / 2, 12);
  });

  it('windowed forgetting and plasticity: largest drop and rise of each task', () => {
    // Task 0: 0.9 → 0.3, and 0.2 → 0.9; task 1 only rises: 0.1 → 0.9.
    expect(windowedForgetting(facts)).toBeCloseTo(0.6 / 2, 12);
    expect(windowedPlasticity(facts)).toBeCloseTo((0.7 + 0.8) / 2, 12);
  });

  it('the stability gap is looked for in the first 100 steps, the recovery up to the next switch', () => {
    expect(stabilityGap(facts)).toBeCloseTo(0.9 - 0.4, 12);
    // 95 % of 0.9 is 0.855: the lowest was at step 120, and 0.88 at step 160.
    expect(recoverySteps(facts)).toBe(160);
  });

  it('no recovery is none, and none is needed where nothing falls', () => {
    expect(recoverySteps(factsOf([point(0, 9, 0.9), point(1, 9, 0.2, 0.9)]))).toBeNaN();
    expect(recoverySteps(factsOf([point(0, 9, 0.9), point(1, 9, 0.89, 0.9)]))).toBe(0);
    expect(stabilityGap(factsOf([point(0, 9, 0.9), point(1, 101, 0.2, 0.9)]))).toBeNaN();
  });

  it('LCA needs a point after each of the first ten steps', () => {
    const early = (task: number, from: number) =>
      Array.from({ length: 10 }, (_, b) => point(task, b + 1, ...Array<number>(task).fill(0.5), from + 0.05 * b));
    const dense = factsOf([...early(0, 0.2), ...early(1, 0.3)]);
    // Of task 0: 0.1, then 0.2 … 0.65; of task 1: 0.05 from the row before, then 0.3 … 0.75.
    const first = (0.1 + 10 * 0.425) / 11;
    const second = (0.05 + 10 * 0.525) / 11;
    expect(learningCurveArea(dense, matrix, [0.1, 0.2])).toBeCloseTo((first + second) / 2, 12);
    expect(learningCurveArea(facts, matrix, [0.1, 0.2])).toBeNaN();
    expect(learningCurveArea(dense, matrix, [])).toBeNaN();
  });
});

describe('what is not known', () => {
  const all = [
    averageAnytimeAccuracy,
    minimumAccuracy,
    windowedForgetting,
    windowedPlasticity,
    stabilityGap,
    recoverySteps,
  ];

  it('is undefined: without points, and where an accuracy on a task seen is', () => {
    for (const measure of all) {
      expect(measure(undefined)).toBeNaN();
      expect(measure(noFacts())).toBeNaN();
      expect(measure(factsOf([point(0, 1, 0.5), point(1, 1, 0.5, null), point(1, 2, 0.5, 0.5)]))).toBeNaN();
    }
  });

  it('is passed over where a point leaves a task out', () => {
    const holed = factsOf([
      { task: 0, step: 10, accuracy: [0.9], taskAware: [0.9], tasks: [0] },
      { task: 1, step: 10, accuracy: [0.5, 0.8], taskAware: [0.5, 0.8], tasks: [0, 1] },
      { task: 2, step: 10, accuracy: [0.4, 0.7], taskAware: [0.4, 0.7], tasks: [0, 2] },
    ]);
    expect(minimumAccuracy(holed)).toBeCloseTo(0.4, 12);
    expect(averageAnytimeAccuracy(holed)).toBeCloseTo((0.9 + 0.65 + 0.55) / 3, 12);
    // Switch to task 1: 0.9 − 0.5; to task 2: of task 0 alone, 0.5 − 0.4.
    expect(stabilityGap(holed)).toBeCloseTo(0.25, 12);
  });

  it('accuracies on tasks still to come play no part: joint training measures them too', () => {
    const ahead = factsOf([point(0, 5, 0.9, 0.1), point(1, 5, 0.8, 0.7)]);
    const seen = factsOf([point(0, 5, 0.9), point(1, 5, 0.8, 0.7)]);
    expect(ahead).toEqual(seen);
  });

  it('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
  });
});

describe('beside definitions written out', () => {
  const accuracy = fc.integer({ min: 0, max: 100 }).map((n) => n / 100);
  /** Points of three tasks of 130 steps, a different number of them in each. */
  const courses = fc
    .tuple(...[0, 1, 2].map(() => fc.uniqueArray(fc.integer({ min: 1, max: 130 }), { minLength: 1, maxLength: 25 })))
    .chain((steps) => {
      const places = steps.flatMap((own, task) => [...own].sort((a, b) => a - b).map((step) => ({ task, step })));
      return fc
        .array(fc.tuple(accuracy, accuracy, accuracy), { minLength: places.length, maxLength: places.length })
        .map((values) => places.map(({ task, step }, i) => point(task, step, ...(values[i] ?? []).slice(0, task + 1))));
    });

  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const onTask = (points: readonly FactPoint[], j: number) =>
    points.filter(({ task }) => task >= j).map((p) => p.accuracy[j] ?? NaN);
  const largest = (values: readonly number[], sign: number) => {
    let most = 0;
    for (let from = 0; from < values.length; from++)
      for (let to = from + 1; to < Math.min(values.length, from + 10); to++)
        most = Math.max(most, sign * ((values[to] ?? NaN) - (values[from] ?? NaN)));
    return most;
  };

  it('agree on any curves (property)', () => {
    fc.assert(
      fc.property(courses, (points) => {
        const found = factsOf(points);
        let [area, steps] = [0, 0];
        points.forEach(({ task, step, accuracy: values }, i) => {
          const before = points[i - 1];
          const weight = before?.task === task ? step - before.step : step;
          area += weight * meanOf(values.map((value) => value ?? NaN));
          steps += weight;
        });
        expect(averageAnytimeAccuracy(found)).toBeCloseTo(area / steps, 10);
        const lowest = [0, 1].map((j) =>
          Math.min(...points.filter(({ task }) => task > j).map((p) => p.accuracy[j] ?? NaN)),
        );
        expect(minimumAccuracy(found)).toBeCloseTo(meanOf(lowest), 10);
        const curves = [0, 1, 2].map((j) => onTask(points, j)).filter((curve) => curve.length > 1);
        if (curves.length > 0) {
          expect(windowedForgetting(found)).toBeCloseTo(meanOf(curves.map((curve) => largest(curve, -1))), 10);
          expect(windowedPlasticity(found)).toBeCloseTo(meanOf(curves.map((curve) => largest(curve, 1))), 10);
        }
        const gaps = [1, 2].map((k) => {
          const old = ({ accuracy: values }: FactPoint) => meanOf(values.slice(0, k).map((value) => value ?? NaN));
          const before = points.findLast(({ task }) => task === k - 1) as FactPoint;
          const after = points.filter(({ task, step }) => task === k && step <= 100).map(old);
          return after.length === 0 ? NaN : old(before) - Math.min(...after);
        });
        if (gaps.some(Number.isNaN)) expect(stabilityGap(found)).toBeNaN();
        else expect(stabilityGap(found)).toBeCloseTo(meanOf(gaps), 10);
      }),
    );
  });
});
