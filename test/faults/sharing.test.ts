import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OwnManifest } from '../../src/core/manifest';
import type { RunStore } from '../../src/runs/index';
import { ownProcessOf } from '../../src/runs/ownProcesses';
import { fakePlace, fakeRun, keepersOf, processes, until } from './fakeTraining';

const place = fakePlace();

const statusOf = async (store: RunStore, { id }: OwnManifest) => (await store.get(id))?.status;
const becomes = (store: RunStore, run: OwnManifest, status: string) =>
  until(async () => (await statusOf(store, run)) === status, 20_000);
const submit = (store: RunStore, ...create: OwnManifest[]) => store.submit({ create, resume: [] });
const folderOf = ({ id }: OwnManifest) => join(place.workspace.folder, '.lethe/runs', id);
/** Processes that were started for a run; one where nothing went wrong. */
const pidsOf = ({ id }: OwnManifest) => place.workspace.starts(id);
const training = () => processes().filter(({ args }) => args.includes(join(place.dist, 'train.js')));

/** Runs that a process trains one after another, as far as it gets. */
async function inTurn(...runs: OwnManifest[]): Promise<RunStore> {
  const store = place.workspace.store({ parallel: 1, threads: 1 });
  await submit(store, ...runs);
  return store;
}

describe('runs that share a process', () => {
  it('are trained by one after another, which ends when there is no more', async () => {
    const runs = [fakeRun('quick'), fakeRun('quick'), fakeRun('lasting')];
    const [first, , last] = runs as [OwnManifest, OwnManifest, OwnManifest];
    const store = await inTurn(...runs);
    await becomes(store, last, 'running');
    // Whoever would end the first run by force finds no process of it.
    expect(await ownProcessOf(folderOf(first))).toBeUndefined();
    expect((await ownProcessOf(folderOf(last)))?.process.pid).toBe(Number(pidsOf(last)[0]));
    await becomes(store, last, 'done');
    for (const run of runs) expect(pidsOf(run)).toEqual(pidsOf(first));
    await until(() => training().length === 0, 2000);
  }, 60_000);

  it('are as many at a time as were asked for', async () => {
    const runs = Array.from({ length: 5 }, () => fakeRun('quick'));
    const store = place.workspace.store({ parallel: 2, threads: 1 });
    await submit(store, ...runs);
    await until(async () => (await store.list()).every((run) => run.status === 'done'), 20_000);
    expect(runs.map((run) => pidsOf(run).length)).toEqual(runs.map(() => 1));
    expect(new Set(runs.flatMap(pidsOf)).size).toBeLessThan(runs.length);
  }, 60_000);

  it('need the same backend', async () => {
    const runs = [fakeRun('quick'), { ...fakeRun('quick'), backend: 'cpu' as const }, fakeRun('quick')];
    const store = await inTurn(...runs);
    await until(async () => (await store.list()).every((run) => run.status === 'done'), 20_000);
    expect(new Set(runs.flatMap(pidsOf)).size).toBe(3);
  }, 60_000);

  it('killed in the second, hurt that one alone, and the third has another process', async () => {
    const [first, second, third] = [fakeRun('quick'), fakeRun('slow'), fakeRun('quick')];
    const store = await inTurn(first, second, third);
    await becomes(store, second, 'running');
    expect(pidsOf(second)).toEqual(pidsOf(first));
    process.kill(Number(pidsOf(second)[0]), 'SIGKILL');
    await becomes(store, third, 'done');
    expect([await statusOf(store, first), await statusOf(store, second)]).toEqual(['done', 'crashed']);
    expect(pidsOf(third)).not.toEqual(pidsOf(first));
  }, 60_000);

  it.each([
    ['slow', 'stopped'],
    ['deaf', 'forced'],
  ] as const)(
    'stopped in the second (%s), end that one alone',
    async (behaviour, how) => {
      const [first, second, third] = [fakeRun('quick'), fakeRun(behaviour), fakeRun('quick')];
      const store = place.workspace.store({ parallel: 1, threads: 1, stopTimeout: 500 });
      await submit(store, first, second, third);
      await becomes(store, second, 'running');
      expect(pidsOf(second)).toEqual(pidsOf(first));
      expect(await store.stop(second.id)).toBe(how);
      await becomes(store, third, 'done');
      expect([await statusOf(store, first), await statusOf(store, second)]).toEqual(['done', 'stopped']);
      expect(pidsOf(third)).not.toEqual(pidsOf(first));
    },
    60_000,
  );

  it('are trained by another where one ends in the moment in which it is given the next', async () => {
    const [first, second, third] = [fakeRun('parting'), fakeRun('quick'), fakeRun('quick')];
    const store = await inTurn(first, second, third);
    await becomes(store, third, 'done');
    expect(await statusOf(store, second)).toBe('done');
    expect([first, second, third].map((run) => pidsOf(run).length)).toEqual([1, 1, 1]);
    expect(pidsOf(second)).not.toEqual(pidsOf(first));
    expect(pidsOf(third)).toEqual(pidsOf(second));
  }, 60_000);

  it('with a second that fails, leave the third to another process', async () => {
    const [first, second, third] = [fakeRun('quick'), fakeRun('unable'), fakeRun('quick')];
    const store = await inTurn(first, second, third);
    await becomes(store, third, 'done');
    expect([await statusOf(store, first), await statusOf(store, second)]).toEqual(['done', 'failed']);
    expect(pidsOf(second)).toEqual(pidsOf(first));
    expect(pidsOf(third)).not.toEqual(pidsOf(first));
  }, 60_000);

  it('go on when their keeper is killed: the one that is trained to its end, the next by the next keeper', async () => {
    const [first, second, third] = [fakeRun('quick'), fakeRun('lasting'), fakeRun('quick')];
    const store = await inTurn(first, second, third);
    await becomes(store, second, 'running');
    for (const pid of keepersOf(place.workspace.folder)) process.kill(pid, 'SIGKILL');
    const watching = store.watch(() => undefined);
    await becomes(store, third, 'done');
    watching.dispose();
    expect([await statusOf(store, first), await statusOf(store, second)]).toEqual(['done', 'done']);
    expect([first, second, third].map((run) => pidsOf(run).length)).toEqual([1, 1, 1]);
    expect(pidsOf(third)).not.toEqual(pidsOf(second));
    await until(() => training().length === 0, 2000);
  }, 60_000);

  it('end with their run when their keeper is killed in the middle of it', async () => {
    const [first, second] = [fakeRun('quick'), fakeRun('lasting')];
    const store = await inTurn(first, second);
    await becomes(store, second, 'running');
    for (const pid of keepersOf(place.workspace.folder)) process.kill(pid, 'SIGKILL');
    await becomes(store, second, 'done');
    await until(() => training().length === 0, 2000);
  }, 60_000);
});
