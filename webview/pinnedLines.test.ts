import { describe, expect, it } from 'vitest';
import { noCurves, type Curves } from './curves';
import { pinnedOn } from './pinnedLines';
import { afterPause, timelineOf, type AxisUnit } from './timeline';

/** Two tasks of so many steps, measured in the middle and at the end of each; a second a step. */
function curves(steps: number): Curves {
  const places = Float64Array.of(steps / 2, steps, 1.5 * steps, 2 * steps);
  return {
    ...noCurves,
    ...{ places, seconds: Float32Array.from(places), taskCount: 2 },
    stretches: [
      { task: 0, from: 0, to: steps },
      { task: 1, from: steps, to: 2 * steps },
    ],
  };
}

const timeline = (own: Curves, unit: AxisUnit) => timelineOf({ ...own, unit });

describe('the lines of the one that others are compared with', () => {
  it('lie at the same share of the same task, however many steps it has', () => {
    const own = curves(100);
    const { xs } = pinnedOn(curves(40), timeline(own, 'steps'));
    expect([...xs].map(Math.round)).toEqual([50, 100, 150, 200]);
  });

  it('keep to the axis of the chart where that has room for pauses', () => {
    const own: Curves = {
      ...curves(100),
      pauses: [{ task: 0, step: 100, isLast: true, names: ['sleep'], from: 100, seconds: 5 }],
    };
    const axis = timeline(own, 'steps');
    const { xs } = pinnedOn(curves(100), axis);
    expect(axis.xOf(afterPause(100))).toBeGreaterThan(100);
    expect(Math.round(xs[1] ?? 0)).toBe(100);
    expect(xs[3]).toBeCloseTo(axis.whole);
  });

  it('lie at their own seconds on an axis of seconds', () => {
    const { xs } = pinnedOn(curves(40), timeline(curves(100), 'seconds'));
    expect([...xs]).toEqual([20, 40, 60, 80]);
  });
});
