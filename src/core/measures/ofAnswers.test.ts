import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classWithinTask,
  meanInterference,
  negativeFlips,
  positiveFlips,
  recencyBias,
  recencyOf,
  rowShares,
  takenForTasks,
  taskInference,
  type AnswerCounts,
} from './ofAnswers';

/** Three tasks after the last one; what is expected is worked out by hand. */
const counts: AnswerCounts = {
  task: 2,
  examples: [100, 50, 200],
  right: [20, 25, 190],
  ownTask: [40, 30, 200],
  newest: [50, 10, 200],
};

describe('the decomposition', () => {
  it('has the task inferred, and the class within it', () => {
    expect(taskInference(counts)).toBeCloseTo((0.4 + 0.6 + 1) / 3, 12);
    expect(classWithinTask(counts)).toBeCloseTo((0.2 + 0.5 + 0.95) / 2, 12);
  });

  it('follows from where the answers of a row went, and so does the recency bias', () => {
    const shares = rowShares(counts);
    expect((shares?.right ?? NaN) + (shares?.otherClass ?? NaN)).toBeCloseTo(taskInference(counts), 12);
    expect(shares && recencyOf(shares)).toBeCloseTo(recencyBias(counts), 12);
    const { ownTask: _own, ...shared } = counts;
    expect(rowShares(shared)).toBeUndefined();
  });

  it('of tasks that were measured in part is of those', () => {
    const part: AnswerCounts = { task: 6, tasks: [0, 4, 6, 8], ...{ examples: [10, 10, 10, 10], right: [1, 2, 9, 0] } };
    const told = { ...part, ownTask: [2, 4, 9, 0], newest: [8, 6, 9, 3] };
    expect(rowShares(told)).toMatchObject({ task: 6, tested: 3 });
    expect(
      recencyOf(rowShares(told) ?? { ...{ task: 0, tested: 0, right: 0, otherClass: 0, newest: 0, otherTask: 0 } }),
    ).toBeCloseTo(0.7, 12);
  });

  it('is the accuracy exactly (property)', () => {
    const task = fc
      .tuple(fc.integer({ min: 1, max: 500 }), fc.nat(1000), fc.nat(1000))
      .map(([n, a, b]) => ({ n, own: 1 + (a % n), right: b % (1 + (a % n)) }));
    fc.assert(
      fc.property(fc.array(task, { minLength: 1, maxLength: 8 }), (tasks) => {
        const found: AnswerCounts = {
          task: tasks.length - 1,
          examples: tasks.map(({ n }) => n),
          right: tasks.map(({ right }) => right),
          ownTask: tasks.map(({ own }) => own),
        };
        const accuracy = tasks.reduce((sum, { n, right }) => sum + right / n, 0) / tasks.length;
        expect(taskInference(found) * classWithinTask(found)).toBeCloseTo(accuracy, 12);
      }),
    );
  });

  it('leaves out tasks still to come, and what was not tested', () => {
    const early = { task: 0, examples: [100, 50], right: [90, 0], ownTask: [95, 0] };
    expect(taskInference(early)).toBe(0.95);
    const some = { ...counts, tasks: [0, 2, 3], task: 2 };
    expect(taskInference(some)).toBeCloseTo((0.4 + 0.6) / 2, 12);
  });

  it('is undefined where tasks share outputs, and where a log has no counts', () => {
    const { ownTask: _own, newest: _newest, ...shared } = counts;
    for (const measure of [taskInference, classWithinTask, recencyBias]) {
      expect(measure(undefined)).toBeNaN();
      expect(measure(shared)).toBeNaN();
    }
  });
});

describe('what tasks are taken for', () => {
  const listed = {
    ...{ task: 1, examples: [10, 4], right: [3, 4], ownTask: [5, 4] },
    cells: { task: [0, 0, 0, 1], takenTask: [0, 0, 1, 1], count: [3, 2, 5, 4] },
  };

  it('is a share of the examples of each', () => {
    expect(takenForTasks(listed, 3)).toEqual([
      [0.5, 0.5, 0],
      [0, 1, 0],
      [NaN, NaN, NaN],
    ]);
    expect(takenForTasks({ ...listed, tasks: [0, 2] }, 3)?.[1]).toEqual([NaN, NaN, NaN]);
  });

  it('is unknown where not all answers are listed, or no task is inferred', () => {
    expect(takenForTasks({ ...listed, unlisted: 1 }, 3)).toBeUndefined();
    expect(takenForTasks({ ...listed, ownTask: undefined }, 3)).toBeUndefined();
  });
});

it('the recency bias is that of the old tasks', () => {
  expect(recencyBias(counts)).toBeCloseTo((0.5 + 0.2) / 2, 12);
  expect(recencyBias({ ...counts, task: 0, examples: [9], ownTask: [9], right: [9], newest: [9] })).toBeNaN();
});

it('flips and interference are means of what the log says', () => {
  const rows = [
    { task: 1, lost: 0.5, regained: 0 },
    { task: 2, lost: 0.3, regained: 0.1 },
  ];
  expect([negativeFlips(rows), positiveFlips(rows)]).toEqual([0.4, 0.05]);
  expect(negativeFlips([])).toBeNaN();
  const steps = [0.25, null, -0.75].map((cosine, step) => ({ task: 1, step, cosine }));
  expect(meanInterference(steps)).toBe(-0.25);
  expect(meanInterference([{ task: 1, step: 1, cosine: null }])).toBeNaN();
});
