import { describe, expect, it } from 'vitest';
import type { Curves, TaskCurve } from '../curves';
import { betweenPanels } from './betweenSteps';

const task = (index: number, ...mean: number[]): TaskCurve => {
  const column = Float32Array.from(mean);
  return { task: index, mean: column, low: column, high: column };
};
/** Two tasks of ten steps, a sleep after each. */
const curves = (...names: string[]): Curves => ({
  ...{ places: Float64Array.of(10, 10.5, 20, 20.5), seconds: new Float32Array(4), of: 4 },
  ...{ taskCount: 2, seeds: 1, joint: false, named: [], switches: [] },
  tasks: [task(0, 0.9, 0.8, 0.25, 0.5), task(1, NaN, NaN, 0.75, 0.625)],
  stretches: [
    { task: 0, from: 0, to: 10 },
    { task: 1, from: 10, to: 20 },
  ],
  pauses: [
    { task: 0, step: 10, isLast: true, names, from: 0, seconds: 1 },
    { task: 1, step: 20, isLast: true, names, from: 0, seconds: 1 },
  ],
});

describe('what is done between the steps', () => {
  it('is drawn with the accuracy before and after it, on old tasks and on the newest one', () => {
    const [panel] = betweenPanels([{ key: 'src', label: 'Sleep', seeds: [1], curves: curves('sleep') }]);
    const [sequence] = panel?.sequences ?? [];
    const shown = sequence?.views.map(({ task: after, view }) => [
      after,
      view.kind === 'layers' ? view.layers.map(({ name, value }) => [name, value]) : [],
    ]);
    expect(shown).toEqual([
      [
        0,
        [
          ['newest, before', expect.closeTo(0.9)],
          ['newest, after', expect.closeTo(0.8)],
        ],
      ],
      [
        1,
        [
          ['newest, before', 0.75],
          ['newest, after', 0.625],
          ['old tasks, before', 0.25],
          ['old tasks, after', 0.5],
        ],
      ],
    ]);
  });

  it('stands side by side where it is the same, and is left out where the network is only looked at', () => {
    const variant = (key: string, ...names: string[]) => ({ key, label: key, seeds: [1], curves: curves(...names) });
    const panels = betweenPanels([
      variant('a', 'sleep'),
      variant('b', 'fisher'),
      variant('c', 'scale', 'sleep'),
      variant('d', 'sleep'),
    ]);
    expect(panels.map(({ sequences }) => sequences.map(({ label }) => label))).toEqual([['a', 'd'], ['c']]);
  });
});
