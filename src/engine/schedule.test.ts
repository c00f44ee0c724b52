import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluationSteps, lossInterval, watchedSteps, waySteps } from './schedule';

const pointsOf = (steps: number, points: number, tasks = 5, dense?: number) =>
  [...evaluationSteps(steps, tasks, { points, samples: 1, ...(dense !== undefined && { dense }) })].sort(
    (a, b) => a - b,
  );

describe('the schedule of a task', () => {
  it('measures evenly and densely after the task switch', () => {
    expect(pointsOf(100, 4)).toEqual([1, 2, 4, 8, 16, 25, 50, 75, 100]);
  });

  it('has a point after each of the first steps, then after doubled numbers of steps, where that is asked for', () => {
    const first = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    expect(pointsOf(2000, 10, 5, 10).slice(0, 16)).toEqual([...first, 20, 40, 80, 160, 200, 400]);
    expect(pointsOf(94, 10, 5, 10)).toEqual([...first, 19, 28, 38, 47, 56, 66, 75, 85, 94]);
    expect(pointsOf(100, 4, 5, 0)).toEqual([25, 50, 75, 100]);
    expect(pointsOf(6, 2, 5, 10)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(pointsOf(100, 4, 101, 10)).toEqual([25, 50, 75, 100]);
    expect(pointsOf(100, 0, 5, 10)).toEqual([]);
  });

  it('looks at the first step, the last one, and others at equal ratios', () => {
    expect([...watchedSteps(2000, 3)]).toEqual([1, 45, 2000]);
    expect([...watchedSteps(2000, 1)]).toEqual([1]);
    expect([...watchedSteps(1, 3)]).toEqual([1]);
    expect([...watchedSteps(0, 3), ...watchedSteps(9, 0)]).toEqual([]);
  });

  it('ends with the last step and never leaves the task (property)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 500 }), (steps, points) => {
        const at = pointsOf(steps, points);
        expect(at.at(-1)).toBe(steps);
        expect(at[0]).toBe(1);
        expect(at.length).toBeLessThanOrEqual(points + 14);
        expect(at.every((step) => Number.isInteger(step) && step >= 1 && step <= steps)).toBe(true);
      }),
    );
  });

  it('logs the loss about fifty times, of every step when there are few', () => {
    expect(lossInterval(2000, 5)).toBe(40);
    expect(lossInterval(20, 5)).toBe(1);
    expect(lossInterval(1, 5)).toBe(1);
  });

  it('keeps parameters for the way evenly within a task and after its first step, not at its end', () => {
    const of = (steps: number, way?: number) => [...waySteps(steps, { points: 1, samples: 1, ...(way && { way }) })];
    expect(of(100, 3)).toEqual([1, 25, 50, 75]);
    expect(of(2, 5)).toEqual([1]);
    expect(of(100)).toEqual([]);
  });
});
