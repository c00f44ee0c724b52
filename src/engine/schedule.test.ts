import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluationSteps, lossInterval } from './schedule';

const pointsOf = (steps: number, points: number, tasks = 5) =>
  [...evaluationSteps(steps, tasks, { points, samples: 1 })].sort((a, b) => a - b);

describe('the schedule of a task', () => {
  it('measures evenly and densely after the task switch', () => {
    expect(pointsOf(100, 4)).toEqual([1, 2, 4, 8, 16, 25, 50, 75, 100]);
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
});
