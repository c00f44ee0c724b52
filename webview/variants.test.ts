import { describe, expect, it } from 'vitest';
import { compare } from '../src/core/comparison';
import type { DashboardView } from '../src/core/messages';
import type { LiveRun } from './liveRuns';
import { progressOf } from './progress';
import { ended, run, started, taskEnd } from './testRuns';
import { overallProgress, variantsOf } from './variants';

const keys = ['none', 'ewc', 'replay'];
const view: DashboardView = {
  name: 'x',
  seeds: [1, 2, 3],
  trusted: true,
  variants: keys.map((key) => ({ key, label: key, methods: [key], differs: [], hash: `hash-${key}` })),
};
const done = (key: string, seed: number, kept: number) =>
  run(`${key}-${seed}`, [started(), taskEnd(0, [1, 0]), taskEnd(1, [kept, 1]), ended()], 'done', seed, key);
const begun = (key: string, seed: number) =>
  run(`${key}-${seed}`, [started(), taskEnd(0, [1, 0])], 'running', seed, key);
const first = [
  ...keys.flatMap((key, i) => [done(key, 1, 0.2 * i), done(key, 2, 0.25 * i)]),
  ...keys.map((key) => begun(key, 3)),
];
const variantsWith = (runs: readonly LiveRun[]) =>
  variantsOf({ view, runs: new Map(runs.map((one) => [one.manifest.id, one])), seq: 1 });
const changed = (runs: readonly LiveRun[]) => {
  const before = variantsWith(first);
  return variantsWith(runs).filter((variant, i) => variant !== before[i]);
};
const withRun = (other: LiveRun) => first.map((one) => (one.manifest.id === other.manifest.id ? other : one));

describe('a variant of which nothing is new', () => {
  it('is the same object as last time', () => {
    expect(changed([...first])).toEqual([]);
  });

  it('stays so while a run of another goes on, which keeps its row', () => {
    const before = variantsWith(first);
    const [ewc, ...others] = changed(withRun(begun('ewc', 3)));
    expect([ewc?.key, others]).toEqual(['ewc', []]);
    expect(ewc?.row).toBe(before[1]?.row);
    expect(ewc?.progress).not.toBe(before[1]?.progress);
  });

  it('has the rows and the progress that are computed from nothing, whatever came before', () => {
    for (const runs of [first, withRun(done('ewc', 3, 0.9)), withRun(done('none', 3, 0.4)), first]) {
      const variants = variantsWith(runs);
      const groups = variants.map(({ key, label, runs: own }) => ({
        ...{ key, label, methods: [key], differs: [], seeds: 3, runs: own },
      }));
      expect(variants.map(({ row }) => row)).toEqual(compare(groups).rows);
      expect(variants.map(({ progress }) => progress)).toEqual(groups.map((group) => progressOf([...group.runs], 3)));
    }
  });
});

it('all of them together are as far as their runs', () => {
  const running = first.filter(({ status }) => status === 'running').length;
  expect(overallProgress(variantsWith(first))).toMatchObject({
    planned: 9,
    done: 6,
    running,
    task: { index: 0, of: 2 },
  });
});
