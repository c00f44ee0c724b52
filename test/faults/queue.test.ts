import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { threadsFor } from '../../src/runs/idleCores';
import type { RunChange, RunStore } from '../../src/runs/index';
import { acquireLock } from '../../src/runs/lock';
import { fakePlace, fakeRun, keepersOf, processes, until } from './fakeTraining';

const place = fakePlace();

const statusOf = async (store: RunStore, id: string) => (await store.get(id))?.status;
const becomes = (store: RunStore, id: string, status: string) =>
  until(async () => (await statusOf(store, id)) === status);
const runFile = (id: string, name: string) => join(place.workspace.folder, '.lethe/runs', id, name);
const submit = (store: RunStore, ...create: ReturnType<typeof fakeRun>[]) => store.submit({ create, resume: [] });

describe('the queue', () => {
  it('runs everything once, never more at a time than allowed, and leaves no keeper behind', async () => {
    const store = place.workspace.store({ parallel: 2 });
    const runs = Array.from({ length: 6 }, () => fakeRun('quick'));
    await submit(store, ...runs);
    let most = 0;
    await until(async () => {
      const listed = await store.list();
      most = Math.max(most, listed.filter((run) => run.status === 'running').length);
      return listed.every((run) => run.status === 'done');
    });
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2);
    expect(runs.map((run) => place.workspace.starts(run.id).length)).toEqual(runs.map(() => 1));
    await until(() => keepersOf(place.workspace.folder).length === 0);
  });

  it.each([
    // Where nobody asked, one that is alone has the idle cores too.
    [{}, String(threadsFor(fakeRun('quick'), { cores: availableParallelism(), taken: 0, beginning: 1 }))],
    [{ threads: 1 }, '1'],
    [{ threads: 3 }, '3'],
  ])('gives each run as many threads as were asked for: %o', async (options, threads) => {
    const store = place.workspace.store(options);
    const run = fakeRun('quick');
    await submit(store, run);
    await becomes(store, run.id, 'done');
    expect(place.workspace.threads(run.id)).toBe(threads);
  });

  it('starts runs in the order of the plan', async () => {
    const store = place.workspace.store({ parallel: 1 });
    const runs = [fakeRun('quick'), fakeRun('quick'), fakeRun('quick')].reverse();
    await submit(store, ...runs);
    await until(async () => (await store.list()).every((run) => run.status === 'done'));
    const begun = (await store.list()).map((run) => ({ id: run.manifest.id, at: run.state.firstAt ?? 0 }));
    expect(begun.sort((a, b) => a.at - b.at).map((run) => run.id)).toEqual(runs.map((run) => run.id));
  });

  it('never runs a run twice when many keepers start at once', async () => {
    const store = place.workspace.store({ parallel: 3 });
    const runs = Array.from({ length: 8 }, () => fakeRun('quick'));
    const keepers = () =>
      Array.from({ length: 6 }, () =>
        spawn(process.execPath, [join(place.dist, 'keeper.js'), join(place.workspace.folder, '.lethe')], {
          stdio: 'ignore',
        }),
      );
    await store.checkWritable();
    const before = keepers();
    await submit(store, ...runs);
    const started = [...before, ...keepers()];
    await until(async () => (await store.list()).every((run) => run.status === 'done'), 20_000);
    expect(runs.map((run) => place.workspace.starts(run.id).length)).toEqual(runs.map(() => 1));
    await until(() => started.every((keeper) => keeper.exitCode !== null), 15_000);
  }, 40_000);

  it('goes on after its keeper was killed, and runs nothing twice', async () => {
    const store = place.workspace.store({ parallel: 1 });
    const [slow, next] = [fakeRun('slow'), fakeRun('quick')];
    await submit(store, slow, next);
    await becomes(store, slow.id, 'running');
    for (const pid of keepersOf(place.workspace.folder)) process.kill(pid, 'SIGKILL');
    await until(() => keepersOf(place.workspace.folder).length === 0);
    expect(await statusOf(store, slow.id)).toBe('running');
    expect(await statusOf(store, next.id)).toBe('queued');
    const watching = store.watch(() => undefined);
    await until(() => keepersOf(place.workspace.folder).length > 0);
    // The new keeper counts the run it did not start itself.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await statusOf(store, next.id)).toBe('queued');
    expect(await store.stop(slow.id)).toBe('stopped');
    await becomes(store, next.id, 'done');
    watching.dispose();
    expect([place.workspace.starts(slow.id).length, place.workspace.starts(next.id).length]).toEqual([1, 1]);
  }, 20_000);

  it('starts a run whose keeper died between claiming and starting it', async () => {
    const store = place.workspace.store();
    const run = fakeRun('quick');
    const lock = await acquireLock(join(place.workspace.folder, '.lethe/keeper'));
    await submit(store, run);
    // As a keeper leaves it: claimed, no process.
    renameSync(runFile(run.id, 'queued'), runFile(run.id, 'claimed'));
    await lock?.release();
    expect(await statusOf(store, run.id)).toBe('queued');
    const other = fakeRun('quick');
    await submit(store, other);
    await becomes(store, run.id, 'done');
    expect(place.workspace.starts(run.id)).toHaveLength(1);
  });

  it('follows the last submitter in how many runs there may be at a time', async () => {
    await submit(place.workspace.store({ parallel: 1 }), fakeRun('slow'), fakeRun('slow'));
    const store = place.workspace.store({ parallel: 3 });
    await submit(store, fakeRun('slow'));
    await until(async () => (await store.list()).every((run) => run.status === 'running'));
    await store.stopAll((await store.list()).map((run) => run.manifest.id));
    expect((await store.list()).map((run) => run.status)).toEqual(['stopped', 'stopped', 'stopped']);
  });

  it('says in the log of a run why its process cannot be started', async () => {
    const store = place.workspace.store({ node: '/no/such/node' });
    const run = fakeRun('quick');
    await submit(store, run);
    await becomes(store, run.id, 'failed');
    expect((await store.get(run.id))?.state.error).toMatch(/could not be started: .*ENOENT/);
  });
});

describe('stopping', () => {
  it('asks first', async () => {
    const store = place.workspace.store();
    const run = fakeRun('slow');
    await submit(store, run);
    await becomes(store, run.id, 'running');
    expect(await store.stop(run.id)).toBe('stopped');
    expect((await store.get(run.id))?.state.status).toBe('stopped');
  });

  it('ends a run that does not follow by force after the time-out, and shows it as stopped', async () => {
    const store = place.workspace.store({ stopTimeout: 300 });
    const run = fakeRun('deaf');
    await submit(store, run);
    await until(() => place.workspace.starts(run.id).length === 1);
    await becomes(store, run.id, 'running');
    const before = Date.now();
    expect(await store.stop(run.id)).toBe('forced');
    expect(Date.now() - before).toBeGreaterThanOrEqual(300);
    expect(await statusOf(store, run.id)).toBe('stopped');
    const pid = place.workspace.starts(run.id)[0];
    expect(processes().some((other) => String(other.pid) === pid)).toBe(false);
  });

  it('is done by the keeper when the window that asked is gone', async () => {
    const store = place.workspace.store({ stopTimeout: 300 });
    const run = fakeRun('deaf');
    await submit(store, run);
    await becomes(store, run.id, 'running');
    writeFileSync(runFile(run.id, 'stop'), '');
    await becomes(store, run.id, 'stopped');
  });

  it('cancels a queued run, which then never starts', async () => {
    const store = place.workspace.store({ parallel: 1 });
    const [slow, waiting] = [fakeRun('slow'), fakeRun('quick')];
    await submit(store, slow, waiting);
    await becomes(store, slow.id, 'running');
    expect(await store.stop(waiting.id)).toBe('cancelled');
    expect(await statusOf(store, waiting.id)).toBe('stopped');
    await store.stop(slow.id);
    await until(() => keepersOf(place.workspace.folder).length === 0);
    expect(place.workspace.starts(waiting.id)).toEqual([]);
  });

  it('says that there is no such run', async () => {
    await expect(place.workspace.store().stop('nothing')).rejects.toThrow(/There is no run nothing/);
  });
});

describe('a crash', () => {
  it('shows with the tail of the output', async () => {
    const store = place.workspace.store();
    const run = fakeRun('crash');
    await submit(store, run);
    await becomes(store, run.id, 'crashed');
    expect(await store.outputTail(run.id, 1)).toBe('Out of cheese');
    expect(await store.outputTail(run.id, 5)).toBe('training crash\nOut of cheese');
  });

  it('is what a killed training process is', async () => {
    const store = place.workspace.store();
    const run = fakeRun('slow');
    await submit(store, run);
    await until(() => place.workspace.starts(run.id).length === 1);
    await becomes(store, run.id, 'running');
    process.kill(Number(place.workspace.starts(run.id)[0]), 'SIGKILL');
    await becomes(store, run.id, 'crashed');
  });

  it('in the middle of a line leaves the line as unreadable and everything else', async () => {
    const store = place.workspace.store();
    const run = fakeRun('torn');
    await submit(store, run);
    await becomes(store, run.id, 'crashed');
    expect((await store.get(run.id))?.state).toMatchObject({ malformed: 1, stepsPlanned: 2 });
    expect(await store.eventsOf(run.id)).toMatchObject({ malformed: 1, events: [{ type: 'started' }] });
    // Going on starts a new line, so that nothing more is lost.
    await store.resume(run.id);
    await until(async () => (await store.eventsOf(run.id)).events.length === 2);
    expect(readFileSync(runFile(run.id, 'events.jsonl'), 'utf8').split('\n')[1]).toBe('{"type":"step","at":1,"ta');
  });

  it('of one run does not touch the others', async () => {
    const store = place.workspace.store({ parallel: 1 });
    const [crash, quick] = [fakeRun('crash'), fakeRun('quick')];
    await submit(store, crash, quick);
    await becomes(store, quick.id, 'done');
    expect(await statusOf(store, crash.id)).toBe('crashed');
  });
});

describe('resuming', () => {
  it('goes on from the checkpoint after a stop, also when two windows ask', async () => {
    const store = place.workspace.store();
    const run = fakeRun('checkpoint');
    await submit(store, run);
    await until(async () => (await store.get(run.id))?.state.checkpoint !== undefined);
    await store.stop(run.id);
    expect(existsSync(runFile(run.id, 'stop'))).toBe(true);
    await Promise.all([store.resume(run.id), place.workspace.store().resume(run.id)]);
    await becomes(store, run.id, 'done');
    expect(place.workspace.starts(run.id).map((line) => line.includes('resume'))).toEqual([false, true]);
    expect((await store.get(run.id))?.state.resumes).toBe(1);
    await expect(store.resume(run.id)).rejects.toThrow(/is done/);
  });
});

describe('resuming a queued run', () => {
  it('starts a keeper where there is none, and nothing where one is at work', async () => {
    const run = fakeRun('slow');
    const lock = await acquireLock(join(place.workspace.folder, '.lethe/keeper'));
    await submit(place.workspace.store(), run);
    // The keeper that was to start it finds another at work, and leaves.
    await until(() => keepersOf(place.workspace.folder).length === 0);
    const store = place.workspace.store();
    expect([await store.resume(run.id), keepersOf(place.workspace.folder)]).toEqual([false, []]);
    await lock?.release();
    expect(await store.resume(run.id)).toBe(true);
    await becomes(store, run.id, 'running');
    expect(await store.resume(run.id)).toBe(false);
    await store.stop(run.id);
    expect(place.workspace.starts(run.id)).toHaveLength(1);
  });
});

describe('watching', () => {
  it('gives every event of a run once, numbered, and every change of its status', async () => {
    const store = place.workspace.store();
    const changes: RunChange[] = [];
    const watching = place.workspace.store().watch((batch) => changes.push(...batch));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const run = fakeRun('quick');
    await submit(store, run);
    await until(() => changes.at(-1)?.run?.status === 'done');
    watching.dispose();
    const { events } = await store.eventsOf(run.id);
    expect(changes.flatMap((change) => change.events)).toEqual(events);
    expect(changes.map((change) => change.isNew)).toEqual(changes.map((_, i) => i === 0));
    let next = 0;
    for (const change of changes) {
      expect(change.firstIndex).toBe(next);
      next += change.events.length;
    }
  });

  it('says nothing of what was there before, and tells when a run is removed', async () => {
    const store = place.workspace.store();
    const run = fakeRun('quick');
    await submit(store, run);
    await becomes(store, run.id, 'done');
    const changes: RunChange[] = [];
    const watching = store.watch((batch) => changes.push(...batch));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(changes).toEqual([]);
    rmSync(join(place.workspace.folder, '.lethe/runs', run.id), { recursive: true });
    await until(() => changes.length > 0);
    expect(changes).toEqual([{ id: run.id, events: [], firstIndex: 0, isNew: false }]);
    watching.dispose();
  });
});
