import { describe, expect, it } from 'vitest';
import { experimentOf, runOf } from '../report/testRuns';
import { besideOf, reachOf, settingsFor, taskChoiceOf } from './landscapeChoice';

const runsOf = (
  methods: readonly Readonly<Record<string, unknown>>[],
  more: Readonly<Record<string, unknown>> = {},
) => {
  const experiment = experimentOf(
    JSON.stringify({ name: 'x', stream: { dataset: 'mnist', tasks: 5 }, seeds: 1, methods, ...more }),
  );
  const listed = experiment.variants.filter(({ entry }) => entry !== undefined);
  return listed.map((variant) => ({ folder: '/w', run: runOf(experiment, variant, 1, 'done') }));
};

describe('what is drawn beside a checkpoint', () => {
  const runs = runsOf([
    { method: 'none' },
    { method: 'ogd' },
    { method: 'ewc', network: { hidden: [30] } },
    { method: 'gpm', network: { init: 'he-uniform', dropout: 0.1 } },
  ]);
  const [none, ogd, , gpm] = runs as [(typeof runs)[0], (typeof runs)[0], (typeof runs)[0], (typeof runs)[0]];

  it('is of runs with the same network, whatever their method, after the same task', () => {
    for (const plane of ['gradients', 'random'] as const)
      expect(besideOf(runs, plane, [{ of: none, task: 0 }])).toEqual([
        { of: ogd, task: 0 },
        { of: gpm, task: 0 },
      ]);
  });

  it('is all that other runs kept where three checkpoints span the plane', () => {
    const chosen = [
      { of: none, task: 0 },
      { of: none, task: 1 },
      { of: ogd, task: 4 },
    ] as const;
    expect(besideOf(runs, 'checkpoints', [...chosen])).toEqual([{ of: gpm }]);
  });

  it('is nothing that was not kept', () => {
    const last = runsOf([{ method: 'none' }, { method: 'ogd' }], { evaluation: { keep: 'last' } });
    const [of] = last as [(typeof last)[0]];
    expect(besideOf(last, 'gradients', [{ of, task: 0 }])).toEqual([]);
    expect(besideOf(last, 'gradients', [{ of, task: 4 }])).toHaveLength(1);
  });
});

describe('settings of a landscape', () => {
  const [of] = runsOf([{ method: 'none' }]) as [ReturnType<typeof runsOf>[0]];

  it('have the tasks that the analysis takes by itself, and the others to choose from', () => {
    expect(taskChoiceOf([{ of, task: 0 }], {})).toEqual({
      ...{ old: 1, new: 2 },
      ...{ olds: [1, 2, 3, 4, 5], news: [2, 3, 4, 5] },
    });
    // That after which the latest were kept; a run without a task means its last.
    expect(taskChoiceOf([{ of, task: 1 }, { of }], {})).toMatchObject({ old: 1, new: 5 });
    expect(taskChoiceOf([{ of, task: 2 }], { old: 2, new: 4 })).toMatchObject({ old: 2, new: 4, news: [1, 3, 4, 5] });
  });

  it('offer as old no task that is, or leaves no, new one', () => {
    expect(taskChoiceOf([{ of, task: 4 }], {})?.olds).toEqual([1, 2, 3, 4]);
    expect(taskChoiceOf([{ of, task: 4 }], { new: 2 })?.olds).toEqual([1, 3, 4, 5]);
  });

  it('have no tasks to choose from where there are but two', () => {
    const [two] = runsOf([{ method: 'none' }], { stream: { dataset: 'mnist', tasks: 2 } });
    expect(two && taskChoiceOf([{ of: two, task: 0 }], {})).toBeUndefined();
  });

  it('take a reach as it is typed', () => {
    expect(['', ' 4 ', '0,5', '1e1'].map(reachOf)).toEqual([undefined, 4, 0.5, 10]);
    for (const wrong of ['0', '-1', 'far', 'Infinity']) expect(reachOf(wrong)).toBeNaN();
  });

  it('name what differs from the defaults alone', () => {
    expect(settingsFor('gradients', {})).toBe('{"plane":"gradients"}');
    expect(settingsFor('random', { old: 2, reach: 4 })).toBe('{"plane":"random","old":2,"reach":4}');
  });
});
