import path from 'node:path';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { firstDifference } from '../../src/core/difference';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { ToyRuns } from '../../src/engine/contractCheck/toyRun';
import { digestAfter, numbersOf, ofType, type ToySpec } from './toyRuns';

/** A run whose settings change after a task is up to there, bit for bit, the run it was forked from. */

const runs = new ToyRuns(() => openTestBackend());
afterAll(() => runs.removeFolders());

const logOf = (folder: string) => readFileSync(path.join(folder, 'events.jsonl'), 'utf8');

/** Methods that keep something for later, each with a setting that may be another one from a task on. */
const forks: Record<
  string,
  { readonly at: ToySpec; readonly methods?: ToySpec['methods']; readonly training?: object }
> = {
  'EWC, lambda': { at: { methods: { ewc: { lambda: 10 } } }, methods: { ewc: { lambda: 1e5 } } },
  'SI, c': { at: { methods: { si: { c: 0.1 } } }, methods: { si: { c: 50 } } },
  'DER, alpha': {
    at: { methods: { der: { size: 20, batchSize: 8, alpha: 0.1 } } },
    methods: { der: { size: 20, batchSize: 8, alpha: 3 } },
  },
  'A-GEM, the step size': {
    at: { methods: { agem: { perClass: 3 } } },
    training: { learningRate: 0.03 },
  },
  'none, twice the steps in smaller batches': { at: {}, training: { iterations: 12, batchSize: 8 } },
};

describe.each(Object.entries(forks))('a fork: %s', (_name, { at, methods, training }) => {
  const change = { ...(methods && { methods }), ...(training && { training: training as Record<string, unknown> }) };
  const forked: ToySpec = { ...at, changes: [{ afterTask: 2, ...change }] };

  it('is its parent up to there, and another one from there on', async () => {
    const [parent, fork] = [await runs.run(at), await runs.run(forked)];
    expect([parent.status, fork.status]).toEqual(['done', 'done']);
    expect(firstDifference(logOf(parent.folder), logOf(fork.folder), 2)).toBeUndefined();
    expect(firstDifference(logOf(parent.folder), logOf(fork.folder))).toBeDefined();
    const digests = [0, 1, 2].map((task) => [parent, fork].map(({ folder }) => digestAfter(folder, task)));
    expect(digests.map(([a, b]) => a === b)).toEqual([true, true, false]);
    expect(ofType(fork.events, 'task-end').map(({ task }) => task)).toEqual([0, 1, 2]);
  });
});

describe('a fork', () => {
  it('comes to the same when it is stopped or killed before, at and after the fork', async () => {
    const forked: ToySpec = { methods: { si: { c: 0.1 } }, changes: [{ afterTask: 1, methods: { si: { c: 50 } } }] };
    const whole = await runs.run(forked);
    const expected = numbersOf(whole);
    const ends = [0.15, 0.3, 0.35, 0.4, 0.8].map((share) => Math.ceil(share * whole.asked));
    for (const [i, chance] of ends.entries()) {
      const { folder } = await runs.run(forked, i % 2 ? { stopAt: chance } : { killAt: chance });
      expect(numbersOf(await runs.run(forked, { resume: folder })), `at chance ${chance}`).toEqual(expected);
    }
  });

  it('without a change is its parent to the end', async () => {
    const at: ToySpec = { methods: { ewc: {} } };
    const fork = await runs.run({ ...at, changes: [{ afterTask: 1 }] });
    expect(numbersOf(fork)).toEqual(numbersOf(await runs.run(at)));
  });

  it('of a fork has its changes one after the other', async () => {
    const one: ToySpec = {
      methods: { ewc: { lambda: 1 } },
      changes: [{ afterTask: 1, methods: { ewc: { lambda: 1e4 } } }],
    };
    const two = { ...one, changes: [...(one.changes ?? []), { afterTask: 2, training: { learningRate: 0.1 } }] };
    const [first, second] = [await runs.run(one), await runs.run(two)];
    expect(firstDifference(logOf(first.folder), logOf(second.folder), 2)).toBeUndefined();
    expect(digestAfter(first.folder, 2)).not.toBe(digestAfter(second.folder, 2));
  });

  it('says in its first event how many steps all of its tasks have', async () => {
    const { events } = await runs.run({ changes: [{ afterTask: 1, training: { iterations: 9 } }] });
    expect(ofType(events, 'started')[0]?.steps).toEqual([6, 9, 9]);
    expect(ofType(events, 'warning')).toEqual([]);
  });

  it('that cannot go on with what its parent leaves is refused before its first step', async () => {
    const spec: ToySpec = {
      methods: { der: { size: 20, batchSize: 8 } },
      changes: [{ afterTask: 1, methods: { der: { size: 30, batchSize: 8 } } }],
    };
    await expect(runs.run(spec)).rejects.toThrow(/^A setting cannot be changed after task 1: .*\(.+\)\.$/);
    await expect(runs.run({ changes: [{ afterTask: 1, training: { optimizer: 'sgd' } }] })).rejects.toThrow(
      /the state of the optimiser/,
    );
    await expect(runs.run({ changes: [{ afterTask: 3 }] })).rejects.toThrow(
      'run.json changes settings after task 3, and there are 3 tasks.',
    );
  });
});
