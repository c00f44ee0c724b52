/** Workers of a batch with real training processes, without a cluster: what they are told of others is made up. */
import { spawn } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/events';
import type { Run } from '../../src/core/run';
import { planBatch, readBatchStates, startWorkers, stopBatch } from '../../src/runs/batches/batches';
import { readBatch, type Batch } from '../../src/runs/batches/batchFile';
import { claimFor } from '../../src/runs/batches/claims';
import { Worker, type WorkerTimes } from '../../src/runs/batches/worker';
import { beat, workersOf } from '../../src/runs/batches/workerFile';
import { ExecutorError, type Executor, type JobState } from '../../src/runs/executors/executor';
import type { RunStore } from '../../src/runs/index';
import { identityOf } from '../../src/runs/liveness';
import { recordOwnProcess } from '../../src/runs/ownProcesses';
import { writeProcessFile } from '../../src/runs/processFile';
import { fakeDist, fakeRun, keepersOf, processes, until, Workspace, type Behaviour } from './fakeTraining';

let dist = '';
beforeAll(async () => {
  dist = await fakeDist();
}, 60_000);
afterAll(() => {
  // Nothing that a test started may be left.
  expect(processes().filter(({ args }) => args.includes(dist))).toEqual([]);
  rmSync(dist, { recursive: true, force: true });
});

/** A cluster that takes every job and starts no worker by itself; tests say what runs. */
class MadeUp implements Executor {
  readonly name = 'slurm';
  readonly running = new Map<string, JobState>();
  /** The batch of each job. */
  readonly names = new Map<string, string>();
  readonly cancelled: string[] = [];
  answers = true;
  /** What the cluster is called that is asked from here, and another that jobs are given to. */
  here: string | undefined;
  other: string | undefined;
  cluster = () => Promise.resolve(this.here);
  check = () => Promise.resolve(undefined);
  start = (batch: Batch) => {
    this.names.set('7', batch.id);
    this.running.set('7', { running: new Set([0]), waiting: batch.workers - 1 });
    return Promise.resolve({ job: '7', ...(this.other !== undefined && { cluster: this.other }) });
  };
  look = (jobs: readonly string[]) =>
    Promise.resolve(this.answers ? new Map([...this.running].filter(([job]) => jobs.includes(job))) : undefined);
  find = (batch: string) =>
    Promise.resolve(this.answers ? [...this.running.keys()].filter((job) => this.names.get(job) === batch) : undefined);
  cancel = (_batch: string, jobs: readonly string[], which: string) => {
    this.cancelled.push(`${which} ${jobs.join(' ')}`);
    if (which === 'all') this.running.clear();
    return Promise.resolve();
  };
  again = () => Promise.resolve();
}

const stateDir = process.env['LETHE_STATE_DIR'];
let workspace: Workspace;
let store: RunStore;
let cluster: MadeUp;
beforeEach(() => {
  workspace = new Workspace(dist);
  store = workspace.store({ stopTimeout: 3000 });
  cluster = new MadeUp();
});
afterEach(() => workspace.dispose());

const storePath = () => path.join(workspace.folder, '.lethe');
const request = { experiment: 'Test', workers: 2, parallel: 1, threads: 1, seconds: 3600, devices: {}, options: [] };
const times: WorkerTimes = { look: 50, beat: 100, silence: 1000, longestSilence: 60_000, parting: 2000 };

/** A batch that nobody has started workers for. */
async function planned(...behaviours: Behaviour[]): Promise<{ batch: Batch; ids: string[] }> {
  const create = behaviours.map((behaviour) => fakeRun(behaviour));
  const { batch } = await planBatch(store, () => plan(create), request, cluster);
  if (!batch) throw new Error('no batch');
  return { batch, ids: create.map(({ id }) => id) };
}

const started = (batch: Batch) =>
  startWorkers(batch, request, cluster, { node: process.execPath, dist, store: storePath() });

async function batchOf(...behaviours: Behaviour[]): Promise<{ batch: Batch; ids: string[] }> {
  const { batch, ids } = await planned(...behaviours);
  await started(batch);
  return { batch, ids };
}
const plan = (create: ReturnType<typeof fakeRun>[]) => ({ create, resume: [], reuse: [] });
const reused = (ids: readonly string[]) => (runs: readonly Run[]) => ({
  ...plan([]),
  reuse: runs.filter(({ manifest }) => ids.includes(manifest.id)),
});
const workerOf = (batch: Batch, index = 0, more: Partial<WorkerTimes> = {}, until?: number) =>
  new Worker(
    storePath(),
    batch,
    { seat: { job: '7', index, restarts: 1 }, ...(until !== undefined && { until }) },
    cluster,
    { node: process.execPath, dist },
    { ...times, ...more },
  );
const namesIn = (id: string) => readdirSync(store.folderOf(id)).sort();
const markersIn = (id: string) => namesIn(id).filter((name) => /^(queued|claimed)/.test(name));
const statusOf = async (id: string) => (await store.get(id))?.status;
function eventsOf(id: string): RunEvent[] {
  const file = path.join(store.folderOf(id), 'events.jsonl');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.filter(Boolean).map((line) => JSON.parse(line) as RunEvent);
}

/** A worker that was killed: its sign of life grows old. */
async function deadWorker(batch: Batch, id: string, age: number, restarts = 1): Promise<string> {
  const token = 'dead'.padEnd(24, '0');
  const seat = { job: '7', index: 1, restarts };
  await beat(storePath(), batch.id, { ...seat, token, process: await identityOf(process.pid), started: Date.now() });
  const then = new Date(Date.now() - age);
  utimesSync(path.join(storePath(), 'batches', batch.id, 'workers', `${token}.json`), then, then);
  expect(await claimFor(store.folderOf(id), token, batch.id)).toBe(true);
  return token;
}

describe('a batch', () => {
  it('waits for its workers alone: no keeper starts it', async () => {
    const { ids } = await batchOf('quick', 'quick');
    const here = fakeRun('quick');
    await store.submit(plan([here]));
    await until(async () => (await statusOf(here.id)) === 'done');
    await until(() => keepersOf(workspace.folder).length === 0);
    expect(await Promise.all(ids.map(statusOf))).toEqual(['queued', 'queued']);
    await expect(store.resume(ids[0] ?? '')).rejects.toThrow('waits for the workers of batch-');
  });

  it('is drained by several workers, each run started once, and nothing of them stays', async () => {
    const { batch, ids } = await batchOf(...Array<Behaviour>(9).fill('quick'));
    expect(await Promise.all([workerOf(batch, 0).work(), workerOf(batch, 1).work()])).toEqual(['done', 'done']);
    expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 'done'));
    expect(ids.map((id) => workspace.starts(id).length)).toEqual(ids.map(() => 1));
    expect(ids.flatMap(markersIn)).toEqual([]);
    expect(await workersOf(storePath(), batch.id)).toEqual([]);
  });

  it('says of a run whose process died how it ended, and goes on with the others', async () => {
    const { batch, ids } = await batchOf('crash', 'torn', 'unable', 'quick');
    await workerOf(batch).work();
    expect(await Promise.all(ids.map(statusOf))).toEqual(['failed', 'failed', 'failed', 'done']);
    const [state] = await readBatchStates(store, cluster);
    expect(state?.failures.map(({ reason, ids: own }) => [reason, own.length])).toEqual([
      ['The training process was ended with exit code 1; what it printed is in output.log.', 2],
      ['No native engine', 1],
    ]);
    expect(state?.counts).toMatchObject({ done: 1, failed: 3, queued: 0 });
  });

  it('has a run go on whose process left in error: the folder still named its start', async () => {
    const { batch, ids } = await batchOf('leaving', 'quick');
    const [id = ''] = ids;
    await workerOf(batch).work();
    expect(await Promise.all(ids.map(statusOf))).toEqual(['done', 'done']);
    expect(workspace.starts(id)).toHaveLength(2);
    expect(ids.flatMap(markersIn)).toEqual([]);
  });

  it('is waited with for a process of an earlier start that is about to leave, by the only worker there is', async () => {
    const { batch, ids } = await batchOf('quick');
    const [id = ''] = ids;
    const earlier = spawn('sleep', ['1']);
    const token = 'earlier'.padEnd(24, '0');
    await recordOwnProcess({ folder: store.folderOf(id), token, process: await identityOf(earlier.pid ?? NaN) });
    expect(await workerOf(batch).work()).toBe('done');
    expect(earlier.exitCode).toBe(0);
    expect(await statusOf(id)).toBe('done');
    expect(markersIn(id)).toEqual([]);
  });

  it('puts back what a worker has when it has to leave, to go on elsewhere from its checkpoint', async () => {
    const { batch, ids } = await batchOf('checkpoint', 'deaf', 'quick');
    const [kept = '', deaf = '', last = ''] = ids;
    const first = workerOf({ ...batch, parallel: 2 }, 0, { parting: 300 });
    const end = first.work();
    await until(() =>
      [kept, deaf].every(
        (id) => workspace.starts(id).length === 1 && existsSync(path.join(store.folderOf(id), 'process.json')),
      ),
    );
    await until(() => eventsOf(kept).some(({ type }) => type === 'checkpoint') && eventsOf(deaf).length > 0);
    first.leave();
    expect(await end).toBe('sent away');
    expect([kept, deaf, last].map(markersIn)).toEqual([['queued'], ['queued'], ['queued']]);
    expect(await statusOf(kept)).toBe('queued');
    const next = workerOf({ ...batch, runs: [kept, last] });
    await next.work();
    expect(await statusOf(kept)).toBe('done');
    expect(workspace.starts(kept)[1]).toContain('resume');
    await stopBatch(store, batch, cluster);
    expect(await statusOf(deaf)).toBe('stopped');
  });

  it('begins no run for which there is no time', async () => {
    const { batch, ids } = await batchOf('quick', 'quick', 'quick');
    // The first is begun all the same: nothing is known of how long one takes.
    const worker = workerOf(batch, 0, {}, Date.now() + 1);
    expect(await worker.work()).toBe('time is up');
    const statuses = await Promise.all(ids.map(statusOf));
    expect(statuses).toContain('queued');
    expect(statuses[0]).toBe('done');
  });

  it('is taken over from a worker that says nothing any more and that the cluster does not know', async () => {
    const { batch, ids } = await batchOf('quick', 'quick');
    const [lost = '', other = ''] = ids;
    const token = await deadWorker(batch, lost, 30_000);
    const workers = path.join(storePath(), 'batches', batch.id, 'workers');
    // It was giving a sign of life when it died.
    writeFileSync(path.join(workers, `${token}.json.12-0a0b0c0d.tmp`), '');
    await workerOf(batch).work();
    expect(await Promise.all([lost, other].map(statusOf))).toEqual(['done', 'done']);
    expect(readdirSync(workers)).toEqual([]);
  });

  it.each([
    ['the cluster knows', 30_000, true, new Set([0, 1])],
    ['was heard of just now', 0, true, new Set([0])],
    ['nobody can be asked about, before long', 30_000, false, new Set([0])],
  ])('is not taken over from a worker that %s', async (_, age, answers, running) => {
    const { batch, ids } = await batchOf('quick', 'quick');
    const [held = ''] = ids;
    const token = await deadWorker(batch, held, age);
    cluster.answers = answers;
    cluster.running.set('7', { running, waiting: 0 });
    // Longer than a busy machine takes until it looks for it.
    const worker = workerOf(batch, 0, { silence: 20_000 });
    const timer = setTimeout(() => worker.leave(), 3000);
    await worker.work();
    clearTimeout(timer);
    expect(markersIn(held)).toEqual([`claimed.${token}`]);
  });

  it('is taken over at once by the same place, started again', async () => {
    const { batch, ids } = await batchOf('quick');
    await deadWorker(batch, ids[0] ?? '', 0, 0);
    await workerOf(batch, 1).work();
    expect(await statusOf(ids[0] ?? '')).toBe('done');
  });

  it('fails a run that was lost again and again and got no further', async () => {
    const { batch, ids } = await batchOf('quick');
    const [id = ''] = ids;
    // It began once, and starts after that have said nothing.
    const started = { type: 'started', at: 1, schema: 1, token: 'first', backend: { name: 'cpu', version: '0' } };
    const tasks = ['a', 'b'].map((name) => ({ name, classes: [0], train: 1, test: 1 }));
    const line = JSON.stringify({ ...started, tasks, steps: [1, 1] });
    writeFileSync(path.join(store.folderOf(id), 'events.jsonl'), `${line}\n`);
    const gone = { ...(await identityOf(process.pid)), pid: 2 ** 22 };
    for (let lost = 1; lost <= 3; lost++) {
      await writeProcessFile(store.folderOf(id), { token: `start-${lost}`, at: 1, process: gone });
      await deadWorker(batch, id, 30_000);
      await planBatch(store, () => plan([]), request, new MadeUp());
    }
    expect(await statusOf(id)).toBe('failed');
    expect((await store.get(id))?.state.error).toContain('lost with the worker that trained it 3 times');
  });

  it('fails a run that never reaches a checkpoint in the time of a worker, and says so', async () => {
    const { batch, ids } = await batchOf('slow');
    const [id = ''] = ids;
    for (let time = 1; time <= 3; time++) {
      const worker = workerOf(batch, 0, { parting: 200 }, Date.now() + 60_000);
      const work = worker.work();
      await until(() => workspace.starts(id).length === time);
      worker.leave();
      expect(await work).toBe('time is up');
    }
    expect(await statusOf(id)).toBe('failed');
    expect((await store.get(id))?.state.error).toContain("its worker's time was up 3 times");
  });

  it('is left alone by a worker on which nothing can be started', async () => {
    const { batch, ids } = await batchOf(...Array<Behaviour>(6).fill('unable'));
    expect(await workerOf(batch).work()).toBe('cannot start');
    const statuses = await Promise.all(ids.map(statusOf));
    expect(statuses.filter((status) => status === 'failed')).toHaveLength(3);
    expect(statuses.filter((status) => status === 'queued')).toHaveLength(3);
  });

  it('that came from somebody else starts nothing, and its runs wait in a batch of one’s own', async () => {
    const { batch, ids } = await batchOf('quick', 'quick');
    process.env['LETHE_STATE_DIR'] = path.join(workspace.folder, 'of-another-user');
    try {
      const again = await planBatch(store, reused(ids), request, cluster);
      expect(again.batch?.id).not.toBe(batch.id);
      expect(again.batch?.runs).toEqual(ids);
      expect(await workerOf(batch).work()).toBe('done');
      expect(ids.map((id) => workspace.starts(id))).toEqual([[], []]);
    } finally {
      process.env['LETHE_STATE_DIR'] = stateDir;
    }
  });

  it('never reaches out of the store, whatever its files say', async () => {
    const { batch, ids } = await batchOf('quick');
    const file = path.join(storePath(), 'batches', batch.id, 'batch.json');
    const whole = JSON.parse(readFileSync(file, 'utf8')) as Batch;
    for (const id of ['../../x', '/etc', 'a/b', '.hidden', 'a\nb', '']) {
      writeFileSync(file, JSON.stringify({ ...whole, runs: [id] }));
      expect(await readBatch(storePath(), batch.id)).toBeUndefined();
    }
    writeFileSync(file, JSON.stringify(whole));
    const elsewhere = path.join(workspace.folder, 'elsewhere');
    renameSync(store.folderOf(ids[0] ?? ''), elsewhere);
    symlinkSync(elsewhere, store.folderOf(ids[0] ?? ''));
    await workerOf(batch).work();
    expect(readdirSync(elsewhere).sort()).toEqual(['queued', 'run.json']);
    const workers = path.join(storePath(), 'batches', batch.id, 'workers');
    rmSync(workers, { recursive: true });
    symlinkSync(workspace.folder, workers);
    const identity = { process: await identityOf(process.pid), token: 'a'.repeat(24), started: 1 };
    await expect(beat(storePath(), batch.id, { job: '7', index: 0, restarts: 0, ...identity })).rejects.toThrow('link');
  });

  it('leaves what the keeper of this machine goes by as it was', async () => {
    await store.submit(plan([fakeRun('quick')]));
    const before = readFileSync(path.join(storePath(), 'queue.json'), 'utf8');
    await batchOf('quick');
    expect(readFileSync(path.join(storePath(), 'queue.json'), 'utf8')).toBe(before);
  });

  it('that is stopped stays stopped, although its worker leaves meanwhile', async () => {
    const { batch, ids } = await batchOf('slow');
    const [id = ''] = ids;
    const worker = workerOf(batch);
    const work = worker.work();
    await until(() => workspace.starts(id).length === 1 && existsSync(path.join(store.folderOf(id), 'process.json')));
    // A job is over when its worker is.
    void work.then(() => cluster.running.clear());
    cluster.cancel = () => Promise.resolve();
    const stopping = stopBatch(store, batch, cluster);
    worker.leave();
    expect(await stopping).toEqual([]);
    await work;
    expect(await statusOf(id)).toBe('stopped');
    expect(markersIn(id)).toEqual([]);
  });

  it('is stopped: what waits is taken out, what trains stops, and its workers are cancelled where they do not follow', async () => {
    const { batch, ids } = await batchOf('slow', 'quick', 'quick');
    const [slow = ''] = ids;
    const work = workerOf({ ...batch, runs: [slow] }).work();
    await until(() => workspace.starts(slow).length === 1);
    expect(await stopBatch(store, batch, cluster)).toEqual([]);
    expect(await Promise.all(ids.map(statusOf))).toEqual(['stopped', 'stopped', 'stopped']);
    expect(cluster.cancelled).toEqual(['waiting 7']);
    expect(await work).toBe('done');
    expect(ids.flatMap(markersIn)).toEqual([]);
  });

  it('whose workers are all gone is stopped too', async () => {
    const { batch, ids } = await batchOf('quick');
    await deadWorker(batch, ids[0] ?? '', 30_000);
    expect(await stopBatch(store, batch, cluster)).toEqual([]);
    expect(await statusOf(ids[0] ?? '')).toBe('stopped');
    expect(cluster.cancelled).toEqual(['waiting 7', 'all 7']);
  }, 60_000);

  it('whose command was ended while it started the workers is stopped with them', async () => {
    const { batch } = await planned('slow');
    const { start } = cluster;
    // The cluster has the job, and nobody hears of it.
    cluster.start = async (asked) => {
      await start(asked);
      return new Promise<never>(() => undefined);
    };
    void started(batch);
    await until(() => cluster.running.size > 0);
    expect((await readBatchStates(store, cluster))[0]?.workers).toEqual({ running: 1, waiting: 0 });
    expect(await stopBatch(store, batch, cluster)).toEqual([]);
    expect(cluster.cancelled).toEqual(['waiting 7']);
  });

  it('that the cluster gave a job without saying so is stopped with it', async () => {
    const { batch } = await planned('slow');
    const { start } = cluster;
    cluster.start = async (asked) => {
      await start(asked);
      throw new ExecutorError('sbatch: Socket timed out on send/recv operation');
    };
    await expect(started(batch)).rejects.toThrow('timed out');
    await stopBatch(store, batch, cluster);
    expect(cluster.cancelled).toEqual(['waiting 7']);
  });

  it('that the cluster refused has no job of another one’s number', async () => {
    const { batch } = await planned('slow');
    cluster.start = () => Promise.reject(new ExecutorError('no such partition'));
    cluster.running.set('9', { running: new Set(), waiting: 1 });
    await expect(started(batch)).rejects.toThrow('no such partition');
    expect((await readBatchStates(store, cluster))[0]?.workers).toEqual({ running: 0, waiting: 0 });
    await stopBatch(store, batch, cluster);
    expect(cluster.cancelled).toEqual(['waiting ']);
  });

  it('whose workers are gone goes into a new one by the same plan, on its terms', async () => {
    const { batch, ids } = await batchOf('quick', 'quick');
    await deadWorker(batch, ids[0] ?? '', 30_000);
    cluster.running.clear();
    const again = await planBatch(store, reused(ids), { ...request, seconds: 7200 }, cluster);
    expect(again.batch).toMatchObject({ runs: ids, seconds: 7200 });
    expect(ids.map(markersIn)).toEqual([['queued'], ['queued']]);
    await workerOf(again.batch as Batch).work();
    expect(await Promise.all(ids.map(statusOf))).toEqual(['done', 'done']);
  });

  it('of another cluster is not taken for one whose workers are gone, and is left to that', async () => {
    cluster.here = 'one';
    cluster.other = 'two';
    const { batch, ids } = await planned('quick', 'quick');
    expect(batch.cluster).toBe('one');
    await started(batch);
    expect(await readBatch(storePath(), batch.id)).toEqual({ ...batch, cluster: 'two' });
    cluster.running.clear();
    await deadWorker(batch, ids[0] ?? '', 30_000);
    const [state] = await readBatchStates(store, cluster);
    expect(state).toMatchObject({ isElsewhere: true, counts: { queued: 2 } });
    expect(state?.workers).toBeUndefined();
    expect((await planBatch(store, reused(ids), request, cluster)).batch).toBeUndefined();
    expect(markersIn(ids[0] ?? '')[0]).toMatch(/^claimed/);
    // Nor where the one that is asked does not say its name.
    cluster.here = undefined;
    expect((await planBatch(store, reused(ids), request, cluster)).batch).toBeUndefined();
    // There it is known that its workers are gone.
    cluster.here = 'two';
    expect((await planBatch(store, reused(ids), request, cluster)).batch?.runs).toEqual(ids);
  });

  it('that has workers is waited for, and makes no other', async () => {
    const { ids } = await batchOf('quick', 'quick');
    const again = await planBatch(store, reused(ids), request, cluster);
    expect(again.batch).toBeUndefined();
  });
});
