/**
 * Batches on a real Slurm, with real workers, and the fake training process: `npm run test:slurm`, as root, where slurm-wlm
 * and munge are installed. Skipped elsewhere, and in `npm test`: Slurm waits two minutes before it starts a job again.
 */
import { execFile, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fakeDist, processes } from '../faults/fakeTraining';
import { Cluster, slurmIsThere } from './cluster';

describe.skipIf(!slurmIsThere)('a batch on Slurm', () => {
  const cluster = new Cluster();
  let dist = '';
  let folder = '';

  beforeAll(async () => {
    dist = await fakeDist();
    await cluster.start();
  }, 120_000);
  afterAll(async () => {
    await cluster.stop();
    rmSync(dist, { recursive: true, force: true });
  }, 60_000);
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lethe-batch-'));
  });
  afterEach(async () => {
    await cluster.say('scancel', '--user=root');
    await cluster.until(async () => (await cluster.say('squeue', '--noheader')) === '');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }, 120_000);

  const at = (...names: string[]) => path.join(folder, ...names);
  const experiment = (behaviours: readonly string[], seeds = 1) =>
    writeFileSync(
      at('x.lethe.json'),
      JSON.stringify({
        ...{ name: 'Batch', seeds, bounds: false, stream: { tasks: 2 } },
        // Labels alone make no other run.
        methods: behaviours.map((behaviour, i) => ({ method: 'ewc', lambda: i + 1, label: `A ${behaviour}` })),
      }),
    );

  function lethe(...args: string[]) {
    let child: ChildProcess | undefined;
    const ended = new Promise<{ code: number; text: string }>((resolve) => {
      const env = { ...cluster.env, LETHE_STATE_DIR: at('state') };
      child = execFile(
        process.execPath,
        [path.join(dist, 'cli.js'), ...args],
        { cwd: folder, env },
        (error, out, err) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, text: out + err }),
      );
    });
    return Object.assign(ended, { child: child as ChildProcess });
  }
  const submit = (...more: string[]) =>
    lethe('run', 'x.lethe.json', '--no-report', '--on', 'slurm', '--workers', '4', '--yes', ...more);

  const runNames = () => (existsSync(at('.lethe/runs')) ? readdirSync(at('.lethe/runs')) : []).sort();
  const inRun = (name: string, file: string) => {
    const whole = at('.lethe/runs', name, file);
    return existsSync(whole) ? readFileSync(whole, 'utf8') : '';
  };
  const startsOf = (name: string) =>
    inRun(name, 'starts.txt')
      .trim()
      .split('\n')
      .filter((line) => line !== '');
  const hasBegun = () =>
    Promise.resolve(runNames().length > 0 && runNames().every((name) => startsOf(name).length > 0));
  const status = async () => {
    const { text } = await lethe('batch', '--json');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; counts: Record<string, number>; failures: unknown[] });
  };
  const isDone = async (runs: number) =>
    (await status()).reduce((sum, { counts }) => sum + (counts['done'] ?? 0), 0) === runs;
  const workersOf = () =>
    processes().filter(({ args }) => args.includes('worker.js') && args.includes(folder) && !args.includes('srun'));
  const trainings = () => processes().filter(({ args }) => args.includes('train.js') && args.includes(folder));

  it('is drained by its workers, each run started once, and waited for', async () => {
    experiment(['quick'], 12);
    const { code, text } = await submit();
    expect(text).toMatch(/batch-\d{8}-\d{6}-[0-9a-f]{4}: 12 runs for job \d+ of Slurm\./);
    expect(code).toBe(0);
    expect(runNames().map((name) => startsOf(name).length)).toEqual(Array(12).fill(1));
    // Nothing that belongs to a worker stays.
    expect(
      runNames().flatMap((name) => readdirSync(at('.lethe/runs', name)).filter((file) => /^claimed|queued/.test(file))),
    ).toEqual([]);
    const again = await submit();
    expect(again.text).toContain('12 there already');
    expect(await status()).toHaveLength(1);
  }, 120_000);

  it('goes on when the command is interrupted, and is found again by the same command', async () => {
    experiment(['slow'], 2);
    const waiting = submit();
    await cluster.until(hasBegun);
    waiting.child.kill('SIGINT');
    const { code, text } = await waiting;
    expect([code, text]).toEqual([3, expect.stringContaining('"lethe batch" says how they stand')]);
    expect(trainings()).toHaveLength(2);
    const { text: again } = await submit('--detach');
    expect(again).toContain('2 there already');
    const [batch] = await status();
    expect((await lethe('stop', batch?.id ?? '')).text).toContain(': stopped');
    expect((await status())[0]?.counts).toMatchObject({ stopped: 2, queued: 0, running: 0 });
    expect(trainings()).toEqual([]);
    // What is left of them the keeper of this machine takes, if it is asked to.
    await cluster.until(async () => (await cluster.say('squeue', '--noheader')) === '');
  }, 120_000);

  it('goes on from its checkpoint when a job is put back into the queue of Slurm', async () => {
    experiment(['checkpoint']);
    await submit('--detach', '--workers', '1');
    await cluster.until(
      async () => (await hasBegun()) && inRun(runNames()[0] ?? '', 'events.jsonl').includes('checkpoint'),
    );
    const job = (await cluster.say('squeue', '--noheader', '--array', '--format=%i')).trim();
    await cluster.say('scontrol', 'requeue', job);
    await cluster.until(() => isDone(1), 240);
    const [run = ''] = runNames();
    expect(startsOf(run)).toEqual([expect.not.stringContaining('resume'), expect.stringContaining('resume')]);
  }, 300_000);

  it('asks for its place again when its time is up, and goes on', async () => {
    experiment(['checkpoint']);
    await submit('--detach', '--workers', '1', '--time', '1m');
    await cluster.until(() => isDone(1), 400);
    const [run = ''] = runNames();
    expect(startsOf(run)).toHaveLength(2);
  }, 450_000);

  it('survives the death of workers, of training and of the controller', async () => {
    experiment(['quick', 'checkpoint', 'crash'], 6);
    await submit('--detach');
    await cluster.until(() => Promise.resolve(trainings().length > 0));
    // Slurm itself forgets jobs of which it has not saved yet that they began.
    await delay(8000);
    await cluster.killController(2000);
    const [victim] = workersOf();
    if (victim) process.kill(victim.pid, 'SIGKILL');
    for (const { pid } of trainings()) process.kill(pid, 'SIGKILL');
    // Others begin runs meanwhile, of which some go on until they are stopped.
    await delay(5000);
    const [batch] = await status();
    expect((await lethe('stop', batch?.id ?? '')).text).toContain(': stopped');
    expect(trainings()).toEqual([]);
    // What was lost with its worker, killed or stopped is queued again by the same command.
    await submit();
    const done = runNames().filter((name) => inRun(name, 'events.jsonl').includes('"status":"done"'));
    expect(done).toHaveLength(12);
  }, 600_000);

  it('loses none of 300 short runs, whatever is killed on the way', async () => {
    experiment(['quick'], 300);
    await submit('--detach');
    for (let kills = 0; kills < 6; kills++) {
      await delay(3000);
      // The training of a worker lives on, and its run is taken over all the same. One of the four workers is left.
      const [victim] = kills % 2 === 0 ? trainings() : workersOf();
      if (victim) process.kill(victim.pid, 'SIGKILL');
    }
    await cluster.killController(1000);
    const isOver = async () => {
      const [batch] = await status();
      return (batch?.counts['queued'] ?? 1) + (batch?.counts['running'] ?? 1) === 0;
    };
    await cluster.until(isOver, 400);
    // Of what failed for want of a process a new run is made: it had no checkpoint to go on from.
    await submit();
    const runs = runNames().map((name) => ({
      seed: (JSON.parse(inRun(name, 'run.json')) as { seed: number }).seed,
      ends: [...inRun(name, 'events.jsonl').matchAll(/"status":"(\w+)"/g)].map(([, status]) => status),
      starts: startsOf(name).length,
    }));
    const done = runs.filter(({ ends }) => ends.includes('done'));
    expect(new Set(done.map(({ seed }) => seed)).size).toBe(300);
    expect(done.filter(({ ends }) => ends.length > 1)).toEqual([]);
    expect(done).toHaveLength(300);
    const rest = runs.filter(({ ends }) => !ends.includes('done'));
    expect(rest.map(({ ends }) => ends)).toEqual(rest.map(() => ['failed']));
    expect(rest.length).toBeLessThanOrEqual(3);
    expect(runs.filter(({ starts }) => starts > 2)).toEqual([]);
  }, 900_000);

  it('says why nothing can be started', async () => {
    experiment(['quick']);
    const { code, text } = await submit('--sbatch=--partition=nowhere');
    expect(code).toBe(2);
    expect(text).toContain(
      'Slurm refused the batch: invalid partition specified: nowhere; Batch job submission failed: ',
    );
    const [batch] = await status();
    expect(batch?.counts).toMatchObject({ queued: 1 });
    // The same command, put right, starts workers for what waits.
    const put = await submit();
    expect(put.code).toBe(0);
    expect(await isDone(1)).toBe(true);
  }, 120_000);

  it('is not made while the controller is away, and needs no word of it once it is over', async () => {
    experiment(['quick']);
    await submit();
    // Slurm forgets that jobs have ended where it has not saved it yet.
    await delay(8000);
    const isBack = cluster.killController(30_000);
    const { code, text } = await submit();
    expect(code).toBe(2);
    expect(text).toMatch(/: Slurm does not answer: Slurmctld\(primary\) at \S+ is DOWN\.\n/);
    expect((await lethe('batch')).text).toMatch(/^batch-\S+ {2}Batch: 1 run on lethe-tests \(1 done\)\n$/);
    await isBack;
    expect(runNames()).toHaveLength(1);
  }, 120_000);

  it('says how many of its workers wait for a machine, and why', async () => {
    experiment(['slow'], 2);
    // All that the node has, for one worker.
    await submit('--detach', '--sbatch=--cpus-per-task=8');
    const said = async () => (await lethe('batch')).text;
    await cluster.until(async () => (await said()).endsWith('\n    1 worker, 1 waits for a machine (Resources)\n'));
    const [batch] = await status();
    expect((await lethe('stop', batch?.id ?? '')).text).toContain(': stopped');
  }, 120_000);

  it('of two commands at once makes no run twice', async () => {
    experiment(['quick'], 8);
    const both = await Promise.all([submit(), submit()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(runNames().map((name) => startsOf(name).length)).toEqual(Array(8).fill(1));
  }, 120_000);
});
