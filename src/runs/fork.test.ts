import { describe, expect, it } from 'vitest';
import { compare, groupRuns } from '../core/comparison';
import { withForks } from '../core/forks';
import { legsOf } from '../core/legs';
import { manifestSchema, type OwnManifest } from '../core/manifest';
import type { Run } from '../core/run';
import { forkOf, forkSettings, planForks, type ForkAsked } from './fork';
import { planRuns } from './plan';
import { experimentOf, runOf } from './testManifests';
import { hashesOf } from './spec';

const experiment = experimentOf([{ method: 'ewc' }, [{ method: 'replay' }, { method: 'agem' }]], { bounds: false });
const manifests = planRuns(experiment, [], { backend: 'auto', file: 'a.lethe.json' }).create;
const runs = manifests.map((manifest) => runOf(manifest, 'done', { backend: 'native' }));
const [ewc, both] = ['ewc', 'replay+agem'].map((key) =>
  runs.find(({ manifest: { variant, seed } }) => variant.key === key && seed === 1),
) as [Run, Run];

const fork = (parent: Run, changes: ForkAsked['changes'], afterTask = 2): OwnManifest =>
  forkOf(parent, { afterTask, changes }, '9.9.9');
const refusal = (parent: Run, changes: ForkAsked['changes'], afterTask?: number): string => {
  try {
    fork(parent, changes, afterTask);
  } catch (error) {
    return (error as Error).message;
  }
  return 'not refused';
};

describe('a fork', () => {
  it('has the settings of its parent up to a task and others from there on, its seed and its backend', () => {
    const made = fork(ewc, { lambda: 10, 'training.learningRate': 0.01 });
    expect(manifestSchema.parse(JSON.parse(JSON.stringify(made)))).toMatchObject({ parent: { id: ewc.manifest.id } });
    expect(made).toMatchObject({ seed: 1, backend: 'native', version: '9.9.9', experiment: { file: 'a.lethe.json' } });
    expect(made.variant.label).toBe('EWC · after task 2: lambda 10, learningRate 0.01');
    const legs = legsOf(made).map(({ from, until, manifest: { spec } }) => ({
      ...{ from, until, rate: spec.training.learningRate, lambda: spec.methods[0]?.settings['lambda'] },
    }));
    expect(legs).toEqual([
      { from: 0, until: 2, rate: 0.001, lambda: 1e5 },
      { from: 2, until: undefined, rate: 0.01, lambda: 10 },
    ]);
  });

  it('has a hash that covers where it was forked and what was changed', () => {
    const hashes = [
      fork(ewc, { lambda: 10 }),
      fork(ewc, { lambda: 11 }),
      fork(ewc, { lambda: 10 }, 3),
      fork(ewc, { 'training.batchSize': 64 }),
      ewc.manifest,
    ].map(({ variant }) => variant.hash);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(fork(ewc, { lambda: 10 }).variant).toEqual(fork(ewc, { lambda: 10 }).variant);
  });

  it('of a fork keeps what was changed before, and replaces what comes after', () => {
    const first = runOf(fork(ewc, { lambda: 10 }, 2), 'done');
    const after = (made: OwnManifest) =>
      made.spec.changes?.map(({ afterTask, methods }) => [afterTask, methods[0]?.settings['lambda']]);
    expect(after(fork(first, { lambda: 7 }, 4))).toEqual([
      [2, 10],
      [4, 7],
    ]);
    expect(after(fork(first, { lambda: 7 }, 1))).toEqual([[1, 7]]);
    expect(fork(first, { samples: 50 }, 3).spec.changes?.at(-1)?.methods[0]?.settings).toMatchObject({
      lambda: 10,
      samples: 50,
    });
  });

  it('with epochs in place of iterations has these alone', () => {
    const training = fork(ewc, { 'training.iterations': 50 }).spec.changes?.[0]?.training;
    expect([training?.iterations, training?.epochs]).toEqual([50, undefined]);
  });

  it('names a setting with its method where two have one of the name', () => {
    expect(refusal(both, { perClass: 3 })).toBe('perClass may be that of replay or agem: say replay.perClass.');
    const [replay, agem] = fork(both, { 'agem.perClass': 3 }).spec.changes?.[0]?.methods ?? [];
    expect(agem?.settings).toEqual({ ...both.manifest.spec.methods[1]?.settings, perClass: 3 });
    expect(replay).toEqual(both.manifest.spec.methods[0]);
    expect(forkSettings(both.manifest as OwnManifest, 1).map(({ name }) => name)).toContain('agem.perClass');
    expect(forkSettings(ewc.manifest as OwnManifest, 1)[0]).toMatchObject({ name: 'lambda', value: 1e5 });
  });

  it('is refused with the reason where it cannot be', () => {
    expect([0, 5, 1.5].map((task) => refusal(ewc, { lambda: 1 }, task))).toEqual(
      ['0', '5', '1.5'].map((task) => `A run of 5 tasks can be forked after task 1 to 4, not after ${task}.`),
    );
    expect(refusal(ewc, { lambda: 1e5 })).toBe('Nothing is changed: such a fork would be the run itself.');
    expect(refusal(ewc, { lamda: 1 })).toContain('There is no setting lamda. Did you mean "lambda"?');
    expect(refusal(ewc, { lambda: -1 })).toBe('lambda: This must be at least 0; it is -1.');
    for (const name of ['network.hidden', 'stream.tasks', 'seed', 'data', 'evaluation.points', 'training.optimizer'])
      expect(refusal(ewc, { [name]: 1 })).toMatch(
        new RegExp(`^${name.replace('.', '\\.')} cannot be changed in a fork: `),
      );
    expect(refusal(ewc, { 'training.samplesPerTask': 10 })).toContain('which examples the tasks have');
    expect(refusal(ewc, { 'training.nesterov': true })).toContain('Nesterov');
    const foreign = runOf({ ...ewc.manifest, trainer: 'program', program: 'Avalanche' } as never, 'done');
    expect(refusal(foreign, { lambda: 1 })).toContain('is trained by Avalanche, not by Lethe');
  });

  it('is made once: one that is there or on its way is not made again', () => {
    const asked = { afterTask: 2, changes: { lambda: 10 } };
    const [made] = planForks([ewc], asked, runs).create;
    if (!made) throw new Error('nothing was planned');
    for (const [status, reused] of [
      ['done', 1],
      ['running', 1],
      ['failed', 0],
    ] as const)
      expect(planForks([ewc], asked, [...runs, runOf(made, status)]).reuse.length, status).toBe(reused);
  });
});

it('changes of a run.json that are not in the order of their tasks are refused', () => {
  const made = fork(ewc, { lambda: 10 });
  const [change] = made.spec.changes ?? [];
  const withChanges = (changes: readonly unknown[]) =>
    manifestSchema.safeParse({ ...made, spec: { ...made.spec, changes } }).error?.issues.map(({ message }) => message);
  expect(withChanges([change, change])).toEqual(['are not in the order of their tasks']);
  expect(withChanges([])?.length).toBe(1);
  expect(withChanges([{ ...change, afterTask: 0 }])?.length).toBe(1);
  expect(withChanges([{ ...change, methods: [] }])?.length).toBe(1);
});

describe('forks in a comparison', () => {
  const forked = ['1', '2'].flatMap((seed) => {
    const parent = runs.find(({ manifest: { variant, seed: own } }) => variant.key === 'ewc' && String(own) === seed);
    return parent ? [runOf(fork(parent, { lambda: 10 }), 'done', { backend: 'native' })] : [];
  });
  const ofFork = runOf({ ...fork(forked[0] as Run, { lambda: 3 }, 4), created: Date.now() + 1 }, 'done');
  const rowsWith = (all: readonly Run[]) => {
    const { experiment: compared, hashes } = withForks(experiment, all, hashesOf(experiment));
    return compare(groupRuns(compared, all, (key) => hashes.get(key) ?? '')).rows;
  };

  it('are rows of their own after those of the file, each of as many seeds as were forked', () => {
    const rows = rowsWith([ofFork, ...runs, ...forked]);
    expect(rows.map(({ label, seeds, seedsDone }) => [label, seeds, seedsDone]).slice(2)).toEqual([
      ['EWC · after task 2: lambda 10', 2, 2],
      ['EWC · after task 2: lambda 10 · after task 4: lambda 3', 1, 1],
    ]);
    expect(rows.map(({ fork: place }) => place?.of)).toEqual([undefined, undefined, 'ewc', rows[2]?.key]);
  });

  it('compete with nobody: who is best is said as it was without them', () => {
    const without = rowsWith(runs).map(({ rank }) => rank);
    expect(rowsWith([...runs, ...forked]).map(({ rank }) => rank)).toEqual([...without, undefined]);
  });

  it('that call themselves by the key of another variant are none', () => {
    const [first] = forked;
    const posing = (key: string) =>
      runOf({ ...first?.manifest, variant: { ...first?.manifest.variant, key } } as OwnManifest, 'done');
    const { variants } = withForks(
      experiment,
      [...runs, posing('ewc'), posing('replay+agem')],
      hashesOf(experiment),
    ).experiment;
    expect(variants).toEqual(experiment.variants);
  });

  it('are none of an experiment from whose runs they do not come', () => {
    const other = experimentOf([{ method: 'si' }], { bounds: false });
    expect(withForks(other, [...runs, ...forked], hashesOf(other)).experiment).toBe(other);
  });
});
