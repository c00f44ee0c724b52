import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnTasks, gridOf, matrixColumns, matrixRows } from './grid';
import { isStation, keepsParameters, lossesPerTask, measuredAfter, pointsPerTask } from './measuredTasks';

const evaluation = { points: 10, samples: 200 };
const count = fc.integer({ min: 1, max: 50 });

describe('the tasks that a row measures', () => {
  it('are all, those seen, or the newest and a spread', () => {
    expect(measuredAfter(3, evaluation)).toBeUndefined();
    expect(measuredAfter(3, { ...evaluation, matrixTasks: 'all' })).toBeUndefined();
    expect(measuredAfter(3, { ...evaluation, matrixTasks: 'seen' })).toEqual([0, 1, 2, 3]);
    expect(measuredAfter(3, { ...evaluation, matrixTasks: 1 })).toEqual([3]);
    expect(measuredAfter(3, { ...evaluation, matrixTasks: 4 })).toEqual([0, 1, 2, 3]);
    expect(measuredAfter(9, { ...evaluation, matrixTasks: 4 })).toEqual([0, 4, 8, 9]);
    expect(measuredAfter(499, { ...evaluation, matrixTasks: 20 })).toEqual([
      0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 480, 499,
    ]);
  });

  it('are never more than asked for, have the newest, and leave nothing out to take it up again (property)', () => {
    fc.assert(
      fc.property(count, fc.integer({ min: 1, max: 300 }), (matrixTasks, tasks) => {
        const left = new Set<number>();
        for (let task = 0; task < tasks; task++) {
          const measured = measuredAfter(task, { ...evaluation, matrixTasks }) ?? [];
          expect(measured.length).toBeLessThanOrEqual(matrixTasks);
          expect(measured.at(-1)).toBe(task);
          expect(measured.filter((one) => left.has(one))).toEqual([]);
          for (let one = 0; one <= task; one++) if (!measured.includes(one)) left.add(one);
        }
      }),
    );
  });
});

describe('what is said and kept of a task', () => {
  it('is as it always was in a stream of up to 100 tasks', () => {
    expect([lossesPerTask(100), pointsPerTask(100, { ...evaluation, points: 500 })]).toEqual([50, 500]);
    expect(Array.from({ length: 100 }, (_, task) => isStation(task, 100)).every(Boolean)).toBe(true);
    expect(keepsParameters(evaluation, 17, 100)).toBe(true);
  });

  it('is bounded over the stream in a longer one (property)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 101, max: 1000 }), fc.integer({ min: 0, max: 500 }), (tasks, points) => {
        expect(tasks * lossesPerTask(tasks)).toBeLessThanOrEqual(5000);
        expect(tasks * pointsPerTask(tasks, { ...evaluation, points })).toBeLessThanOrEqual(2000);
        const stations = Array.from({ length: tasks }, (_, task) => isStation(task, tasks));
        expect(stations.filter(Boolean).length).toBeLessThanOrEqual(101);
        expect(stations.at(-1)).toBe(true);
      }),
    );
    expect(pointsPerTask(500, { ...evaluation, points: 0 })).toBe(0);
  });

  it('are the parameters after the last task, or after every so many', () => {
    const kept = (keep: 'all' | 'last' | number) =>
      [0, 1, 2, 3, 4, 5, 6].filter((task) => keepsParameters({ ...evaluation, keep }, task, 7));
    expect(kept('all')).toHaveLength(7);
    expect(kept('last')).toEqual([6]);
    expect(kept(3)).toEqual([2, 5, 6]);
  });
});

describe('what is drawn of many tasks', () => {
  it('is all of a few and a grid of many', () => {
    expect(drawnTasks(36)).toHaveLength(36);
    expect(drawnTasks(500)).toEqual([0, 64, 128, 192, 256, 320, 384, 448]);
    expect(matrixColumns(40)).toHaveLength(40);
    expect(matrixColumns(500)).toHaveLength(16);
    expect(matrixRows(500, [0, 1, 31, 32, 33])).toEqual([0, 32, 33]);
  });

  it('is among what a finer grid has, and among what rows of the matrix measure (property)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), count, count, (tasks, a, b) => {
        const [coarse, fine] = [gridOf(tasks, Math.min(a, b)), gridOf(tasks, Math.max(a, b))];
        expect(coarse.every((task) => fine.includes(task))).toBe(true);
      }),
    );
    const measured = measuredAfter(499, { ...evaluation, matrixTasks: 20 }) ?? [];
    expect(drawnTasks(500).every((task) => measured.includes(task))).toBe(true);
    expect(matrixColumns(500).every((task) => measured.includes(task))).toBe(true);
  });
});
