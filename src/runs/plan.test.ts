import { describe, expect, it } from 'vitest';
import type { Run, RunStatus } from '../core/run';
import { foldEvents, type RunState } from '../core/runModel';
import { planRuns } from './plan';
import { experimentOf, runOf } from './testManifests';

const experiment = experimentOf([{ method: 'ewc' }, { method: 'replay' }]);
const everything = planRuns(experiment, [], { backend: 'auto' });
const checkpoint = { task: 1, step: 0, file: 'x' };

/** All runs of the experiment, with one status. */
const all = (status: RunStatus, state: Partial<RunState> = {}): Run[] =>
  everything.create.map((manifest) => runOf(manifest, status, state));

describe('planRuns', () => {
  it('creates every variant with every seed, seed by seed so that comparisons fill evenly', () => {
    expect(everything.create.map((run) => [run.variant.key, run.seed])).toEqual([
      ...['none', 'joint', 'ewc', 'replay'].map((key) => [key, 1]),
      ...['none', 'joint', 'ewc', 'replay'].map((key) => [key, 2]),
    ]);
    expect(new Set(everything.create.map((run) => run.id)).size).toBe(8);
  });

  it('takes a convolutional network for longer than a small fully connected one', () => {
    const methods = [
      { method: 'ewc', network: { hidden: [50] } },
      { method: 'replay', network: { kind: 'cnn' } },
    ];
    const { create } = planRuns(experimentOf(methods), [], { backend: 'auto' });
    expect(create.map((run) => run.variant.key).slice(4, 6)).toEqual(['replay', 'none']);
  });

  it('starts the longest runs of later seeds first, so that none is left to run alone at the end', () => {
    const withSleep = experimentOf([{ method: 'ewc' }, { method: 'sleep' }]);
    const { create } = planRuns(withSleep, [], { backend: 'auto' });
    expect(create.map((run) => run.variant.key)).toEqual([
      'none',
      'joint',
      'ewc',
      'sleep',
      'sleep',
      'none',
      'joint',
      'ewc',
    ]);
  });

  it('keeps to the keys and seeds asked for', () => {
    const { create } = planRuns(experiment, [], { backend: 'auto', keys: ['ewc'], seeds: [7] });
    expect(create.map((run) => [run.variant.key, run.seed])).toEqual([['ewc', 7]]);
  });

  it.each(['done', 'running', 'queued'] as const)('takes runs that are %s as they are', (status) => {
    const plan = planRuns(experiment, all(status), { backend: 'auto' });
    expect([plan.create.length, plan.resume.length, plan.reuse.length]).toEqual([0, 0, 8]);
  });

  it.each(['stopped', 'crashed', 'failed'] as const)('resumes runs that are %s and have a checkpoint', (status) => {
    const plan = planRuns(experiment, all(status, { checkpoint }), { backend: 'auto' });
    expect([plan.create.length, plan.resume.length, plan.reuse.length]).toEqual([0, 8, 0]);
  });

  it('starts anew what another program left unfinished: its checkpoints are its own', () => {
    const stopped = all('stopped', { checkpoint }).map((run): Run => ({
      ...run,
      manifest: { ...run.manifest, trainer: 'program' },
    }));
    const plan = planRuns(experiment, stopped, { backend: 'auto' });
    expect([plan.create.length, plan.resume.length]).toEqual([everything.create.length, 0]);
  });

  it('starts anew what came to no checkpoint', () => {
    expect(planRuns(experiment, all('crashed'), { backend: 'auto' }).create).toHaveLength(8);
  });

  it('begins what was stopped before it began, in the folder that it has', () => {
    const begun = foldEvents([
      {
        ...{ type: 'started', at: 1, schema: 1, backend: { name: 'wasm', version: '4' }, steps: [10] },
        tasks: [{ name: '0', classes: [0, 1], train: 100, test: 100 }],
      },
    ]);
    const [first, ...others] = everything.create;
    if (!first) throw new Error('no run');
    const runs = [runOf(first, 'stopped', begun), ...others.map((manifest) => runOf(manifest, 'stopped'))];
    const plan = planRuns(experiment, runs, { backend: 'auto' });
    expect([plan.create.length, plan.resume.length, plan.reuse.length]).toEqual([1, 7, 0]);
    expect(plan.create[0]?.variant.key).toBe(first.variant.key);
  });

  it('prefers a run with a checkpoint to a later one that never began', () => {
    const [manifest] = everything.create;
    if (!manifest) throw new Error('no run');
    const waited = runOf({ ...manifest, id: 'later', created: manifest.created + 1 }, 'stopped');
    const runs = [waited, runOf(manifest, 'stopped', { checkpoint })];
    const { resume } = planRuns(experiment, runs, { backend: 'auto', keys: ['none'], seeds: [1] });
    expect(resume.map((run) => run.manifest.id)).toEqual([manifest.id]);
  });

  it('prefers a done run to a later stopped one', () => {
    const [manifest] = everything.create;
    if (!manifest) throw new Error('no run');
    const later = runOf({ ...manifest, id: 'later', created: manifest.created + 1 }, 'stopped', { checkpoint });
    const plan = planRuns(experiment, [runOf(manifest, 'done'), later], {
      backend: 'auto',
      keys: ['none'],
      seeds: [1],
    });
    expect(plan.reuse.map((run) => run.manifest.id)).toEqual([manifest.id]);
    expect(plan.resume).toEqual([]);
  });

  it('runs again what is done without a whole result, whatever checkpoint it has', () => {
    for (const state of [{ rows: [] }, { rows: [], checkpoint }]) {
      const plan = planRuns(experiment, all('done', state), { backend: 'auto' });
      expect([plan.create.length, plan.resume.length, plan.reuse.length]).toEqual([8, 0, 0]);
    }
  });

  it('runs everything again when asked to', () => {
    expect(planRuns(experiment, all('done'), { backend: 'auto', fresh: true }).create).toHaveLength(8);
  });

  it('takes no run of another backend when one is named', () => {
    const plan = planRuns(experiment, all('done', { backend: 'wasm' }), { backend: 'cpu' });
    expect(plan.create).toHaveLength(8);
    expect(planRuns(experiment, all('done', { backend: 'cpu' }), { backend: 'cpu' }).reuse).toHaveLength(8);
  });
});
