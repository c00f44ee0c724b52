import { describe, expect, it } from 'vitest';
import { markup } from './markup';
import { lineChart } from './charts';
import { curvesOf } from './series';
import { experimentOf, reportOf, sixMethods } from './testRuns';

const [group] = reportOf(experimentOf(sixMethods)).groups;
const runs = group?.runs ?? [];
const drawn = (of: typeof runs) => markup`${lineChart(curvesOf(of, 'accuracy'), [], [], 'a chart')}`.text;
const linesOf = (of: typeof runs) => drawn(of).match(/class="line /g)?.length;

/** Without what was measured of the first task at one evaluation of the third, in so many of the runs. */
const without = (count: number) =>
  runs.map((run, i) => {
    if (i >= count) return run;
    const curve = run.state.curve.map((point) =>
      point.task === 2 && point.step === 20
        ? { ...point, tasks: [1, 2], accuracy: point.accuracy.slice(1), taskAware: point.taskAware.slice(1) }
        : point,
    );
    return { ...run, state: { ...run.state, curve } };
  });

describe('the line of a task', () => {
  it('is one where every evaluation has measured it, from the first step of the task on', () => {
    expect(linesOf(runs)).toBe(5);
  });

  it('has a gap where no seed has measured it', () => {
    expect(linesOf(without(runs.length))).toBe(6);
  });

  it('goes on where another seed has measured it', () => {
    expect(linesOf(without(runs.length - 1))).toBe(5);
  });
});
