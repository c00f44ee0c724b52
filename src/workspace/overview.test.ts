import { describe, expect, it } from 'vitest';
import type { Run } from '../core/run';
import { experimentOf, runOf, sixMethods } from '../report/testRuns';
import { overviewOf, runProgress, variantProgress, variantResult, variantTrouble } from './overview';

const experiment = experimentOf(sixMethods);
const FILE = 'examples/split-mnist.lethe.json';
const variant = (key: string) => {
  const found = experiment.variants.find((v) => v.key === key);
  if (!found) throw new Error(`no ${key}`);
  return found;
};
const done = (key: string, seed: number) => runOf(experiment, variant(key), seed);
const earlier = (run: Run): Run => ({
  ...run,
  manifest: { ...run.manifest, variant: { ...run.manifest.variant, hash: 'before' } },
});
const inTraining = (key: string, seed: number): Run => {
  const run = runOf(experiment, variant(key), seed, 'running');
  const times = { firstAt: 0, lastAt: 60_000, stepsDone: 300, stepsPlanned: 500, task: 2, work: undefined };
  return { ...run, state: { ...run.state, status: 'running', ...times } };
};
const queued = (key: string, seed: number): Run => ({ ...runOf(experiment, variant(key), seed, 'queued') });
const of = (key: string, runs: readonly Run[]) => {
  const found = overviewOf(experiment, FILE, runs, (v) => v.key).variants.find((v) => v.variant.key === key);
  if (!found) throw new Error(`no overview of ${key}`);
  return found;
};
const everySeed = (key: string) => [1, 2, 3].map((seed) => done(key, seed));

describe('the result of a variant', () => {
  it('is absent before any run is done', () => {
    expect(of('ewc', []).state).toBe('new');
    expect(variantResult(of('ewc', []))).toBeUndefined();
    expect(variantResult(of('ewc', [inTraining('ewc', 1)]))).toBeUndefined();
  });

  it('says accuracy, forgetting and the share of the gap between the bounds', () => {
    const overview = of('replay', ['none', 'joint', 'replay'].flatMap(everySeed));
    expect(overview.state).toBe('done');
    expect(variantResult(overview)).toMatch(/^\d+\.\d ± \d+\.\d % · forgets \d+\.\d % · closes \d+ %$/);
  });

  it('says of how many seeds it is when some are missing', () => {
    const overview = of('ewc', [done('ewc', 1)]);
    expect(overview.state).toBe('partial');
    expect(variantResult(overview)).toMatch(/\(1\/3 seeds\)$/);
  });

  it('leaves out seeds whose runs are done without their whole result', () => {
    const cut = (run: Run): Run => ({ ...run, state: { ...run.state, rows: run.state.rows.slice(1) } });
    const some = of('ewc', [done('ewc', 1), cut(done('ewc', 2)), done('ewc', 3)]);
    expect(some.state).toBe('partial');
    expect(variantResult(some)).toMatch(/\(2\/3 seeds\)$/);
    expect(variantResult(of('ewc', everySeed('ewc').map(cut)))).toBe('done without whole results');
  });

  it('is the task-aware one, and says so, for a method that must be told the task', () => {
    expect(variantResult(of('packnet', everySeed('packnet')))).toMatch(/% task-aware · forgets /);
  });

  it('is marked as stale when only runs with other settings exist, and then claims no share of the gap', () => {
    const bounds = ['none', 'joint'].flatMap(everySeed);
    const overview = of('replay', [...bounds, ...everySeed('replay').map(earlier)]);
    expect(overview.state).toBe('stale');
    expect(variantResult(overview)).toMatch(
      /forgets [\d.]+ % \(stale: its settings have changed since: 3 earlier runs\)$/,
    );
  });

  it('is not made of runs with seeds that the file does not ask for', () => {
    const mixed = of('replay', [earlier(done('replay', 1)), earlier(done('replay', 7))]);
    expect(mixed.stale).toMatchObject({ runs: 1, row: { seedsDone: 1 } });
    expect(variantResult(of('replay', [earlier(done('replay', 7))]))).toBeUndefined();
  });

  it('is not stale as soon as one run has the present settings', () => {
    const overview = of('replay', [...everySeed('replay').map(earlier), done('replay', 2)]);
    expect(overview.state).toBe('partial');
    expect(overview.stale).toBeUndefined();
    expect(overview.older).toHaveLength(3);
  });

  it('is not taken from runs of another file', () => {
    const elsewhere = everySeed('replay').map((run) => ({
      ...earlier(run),
      manifest: { ...earlier(run).manifest, experiment: { name: 'x', file: 'other.lethe.json' } },
    }));
    expect(of('replay', elsewhere).state).toBe('new');
  });
});

describe('the progress of a variant', () => {
  it('is that of the run that is furthest, after the seeds that are done', () => {
    const overview = of('ewc', [done('ewc', 1), inTraining('ewc', 2), queued('ewc', 3)]);
    expect(overview.state).toBe('running');
    expect(variantProgress(overview)).toMatch(/^1\/3 seeds · task 3\/5 · .* left$/);
  });

  it('says when all of its runs will be done, not only the one that is furthest', () => {
    const alone = of('ewc', [inTraining('ewc', 1)]);
    expect(variantProgress(alone)).toBe('0/3 seeds · task 3/5 · 40 s left');
    const waiting = of('ewc', [inTraining('ewc', 1), queued('ewc', 2)]);
    expect(variantProgress(waiting)).toBe('0/3 seeds · task 3/5 · 2 min 30 s left');
  });

  it('is that it waits when nothing of it runs', () => {
    const overview = of('ewc', [queued('ewc', 1)]);
    expect(overview.state).toBe('queued');
    expect(variantProgress(overview)).toBe('0/3 seeds · queued');
  });
});

describe('a run', () => {
  const run = inTraining('ewc', 1);

  it('at work besides training names it and how far it is', () => {
    expect(runProgress({ ...run, state: { ...run.state, work: { name: 'sleep', done: 0.4 } } })).toBe(
      'task 3/5 · sleep 40 % · 40 s left',
    );
  });

  it('without any event yet is starting', () => {
    const state = { ...run.state, started: undefined, stepsDone: 0 };
    expect(runProgress({ ...run, state })).toBe('starting');
  });

  it('that failed says why, in one line', () => {
    const failed: Run = { ...run, status: 'failed', state: { ...run.state, error: 'NaN loss at step 7\nat f()' } };
    expect(variantTrouble(of('ewc', [failed]))?.text).toBe('failed: NaN loss at step 7');
  });

  it('that crashed says where', () => {
    expect(variantTrouble(of('ewc', [{ ...run, status: 'crashed' }]))?.text).toBe('crashed at task 3/5');
  });
});
