/**
 * Batches whose workers, training and command line run on machines of their own, and see the store over a network that is
 * slow and answers wrongly (network/networkFolder.ts). The kernel makes the machines: it takes root, and /dev/fuse.
 */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build, type BuildOptions } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunManifest } from '../../src/core/manifest';
import { putBackLost } from '../../src/runs/batches/lostRuns';
import { readLog } from '../../src/runs/eventLog';
import { manifestFor } from '../../src/runs/testManifests';
import { writeCommand } from '../madeUpSlurm';
import { buildPrograms } from '../attack/programs';
import { processes, until } from './fakeTraining';
import { buildMachine, Machine, machinesCanBeMade, type Said } from './network/machines';
import type { Network } from './network/networkFolder';

/** Another seed is another network: `LETHE_TEST_SEED=7 npm run test:network`. */
const seed = Number(process.env['LETHE_TEST_SEED'] ?? 1);
/** What workers wait for (network/worker.ts) is longer than this by as much as it is in the product. */
const network: Network = {
  ...{ files: 1500, folders: 3000, writes: 1500, answer: 2 },
  ...{ lostAnswer: 0.04, stale: 0.004, ahead: 37_000 },
};
/** Commands and workers that fail for the network's sake are given again so often. */
const MOST_ROUNDS = 5;

/** Whole batches take minutes, and a machine that has nothing else to do. */
const isAsked = process.env['LETHE_TEST_NETWORK'] === '1';

/** What training says of its life, past the network. */
interface Told {
  readonly run: string;
  readonly token: string;
  readonly host: string;
  readonly what: string;
}

interface BatchLine {
  readonly id: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly failures: readonly { readonly reason: string; readonly ids: readonly string[] }[];
}

describe.skipIf(!machinesCanBeMade)('a batch on machines that share a store over a slow network', () => {
  let base = '';
  const distOf = (training: 'script' | 'real') => path.join(base, training);
  beforeAll(async () => {
    base = mkdtempSync(path.join(tmpdir(), 'lethe-network-'));
    const entry = (name: string) => path.join(__dirname, 'network', `${name}.ts`);
    const options = {
      ...{ bundle: true, platform: 'node', target: 'node20', mainFields: ['module', 'main'], logLevel: 'error' },
    } satisfies BuildOptions;
    const cli = path.join(__dirname, '../../src/cli/main.ts');
    const entryPoints = { worker: entry('worker'), train: entry('training'), cli };
    await build({ entryPoints, outdir: distOf('script'), ...options });
    const shipped = path.join(base, 'shipped');
    await buildPrograms(shipped);
    mkdirSync(distOf('real'));
    for (const name of readdirSync(shipped))
      if (name !== 'worker.js') symlinkSync(path.join(shipped, name), path.join(distOf('real'), name));
    await build({ entryPoints: { worker: entry('worker') }, outdir: distOf('real'), ...options });
    await buildMachine(base);
  }, 120_000);
  afterAll(() => {
    expect(processes().filter(({ args }) => args.includes(base))).toEqual([]);
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(base);
    rmSync(base, { recursive: true, force: true });
  });

  let folder = '';
  let machines: Machine[] = [];
  const at = (...names: string[]) => path.join(folder, ...names);
  beforeEach(() => {
    folder = mkdtempSync(path.join(base, 'place-'));
    for (const name of ['server', 'place', 'slurm']) mkdirSync(at(name));
    for (const name of ['told.jsonl', 'running.txt']) writeFileSync(at(name), '');
    writeSlurm();
  });
  afterEach(async () => {
    for (const machine of machines) await machine.kill();
    machines = [];
  });

  /** A cluster that numbers jobs, and says of them what a file says. */
  function writeSlurm(): void {
    const commands = {
      sbatch: `[ "$1" = --version ] && exit
job=$(($(cat ${at('job')} 2>/dev/null || echo 6) + 1))
cat > /dev/null; echo $job > ${at('job')}; echo $job`,
      squeue: `case "$*" in *%K*) cat ${at('running.txt')};; *format*) cut -d'|' -f1 ${at('running.txt')};; esac`,
      scontrol: '[ "$1" = show ] && echo "ClusterName = made-up"; exit 0',
      scancel: 'exit 0',
    };
    for (const [name, text] of Object.entries(commands)) writeCommand(at('slurm', name), text);
  }
  const say = (job: string, running: readonly number[]) =>
    writeFileSync(at('running.txt'), running.map((index) => `${job}|${index}|RUNNING|lethe-x|None\n`).join(''));

  async function machine(name: string, its = network): Promise<Machine> {
    const folders = { dist: base, server: at('server'), place: at('place') };
    const made = await Machine.start(name, folders, seed * 1000 + machines.length, its);
    machines.push(made);
    return made;
  }
  const start = (on: Machine, command: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    on.spawn(at('place'), [process.execPath, ...command], {
      PATH: `${at('slurm')}:${process.env['PATH']}`,
      LETHE_STATE_DIR: at('place', 'home', 'state'),
      LETHE_CACHE_DIR: at('place', 'home', 'cache'),
      LETHE_TEST_TOLD: at('told.jsonl'),
      ...more,
    });

  /** The command line as people use it: what failed for the network's sake they give again. */
  async function lethe(on: Machine, dist: string, ...args: string[]): Promise<Said> {
    for (let tries = 1; ; tries++) {
      const said = await start(on, [path.join(dist, 'cli.js'), ...args]).said;
      if (said.code === 0 || tries === MOST_ROUNDS) return said;
      console.log(`lethe ${args.join(' ')}: ${said.text}`);
    }
  }
  const linesOf = <Line>(text: string): Line[] =>
    text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []));
  const lastBatch = async (on: Machine, dist: string): Promise<BatchLine> => {
    const { text } = await lethe(on, dist, 'batch', '--json');
    const last = linesOf<BatchLine>(text).at(-1);
    if (!last) throw new Error(`There is no batch: ${text}`);
    return last;
  };

  const runs = () => readdirSync(at('server/.lethe/runs')).filter((name) => !name.startsWith('.'));
  const namesIn = (run: string) => readdirSync(at('server/.lethe/runs', run)).sort();
  const inRun = (run: string, name: string) =>
    namesIn(run).includes(name) ? readFileSync(at('server/.lethe/runs', run, name), 'utf8') : '';
  const logOf = (run: string) => at('server/.lethe/runs', run, 'events.jsonl');
  const told = () => linesOf<Told>(readFileSync(at('told.jsonl'), 'utf8'));

  /** Whether a machine has a run, and its training has begun. */
  function trainsOn(run: string, host: string): boolean {
    if (!namesIn(run).some((name) => name.startsWith('claimed.'))) return false;
    return inRun(run, 'process.json').includes(`"host":"${host}"`);
  }

  /** Workers of a batch on so many machines, of which the second is killed when so many runs have begun. */
  async function work(dist: string, count: number, killAfter = Infinity): Promise<string[]> {
    const job = readFileSync(at('job'), 'utf8').trim();
    const indices = Array.from({ length: count }, (_, index) => index);
    say(job, indices);
    const { id } = await lastBatch(machines[0] as Machine, dist);
    const hosts: Machine[] = [];
    for (const index of indices) hosts.push(await machine(`${job}-${index}`));
    const workers = hosts.map((host, index) =>
      start(host, [path.join(dist, 'worker.js'), at('place', '.lethe'), id], {
        ...{ SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: String(index), SLURM_RESTART_COUNT: '0' },
      }),
    );
    if (killAfter < Infinity) {
      const begun = () => runs().filter((run) => namesIn(run).includes('events.jsonl'));
      await until(() => begun().length >= killAfter && begun().some((run) => trainsOn(run, `${job}-1`)), 60_000);
      await hosts[1]?.kill();
      say(
        job,
        indices.filter((index) => index !== 1),
      );
    }
    const said = await Promise.all(workers.map((worker) => worker.said));
    say(job, []);
    return said.filter((_, index) => index !== 1 || killAfter === Infinity).map(({ code, text }) => `${code} ${text}`);
  }

  /** Has an experiment trained by workers until all is done, as somebody would. @returns how often that took new workers */
  async function train(dist: string, experiment: object, { workers = 4, killAfter = 0 }): Promise<number> {
    const login = await machine('login');
    writeFileSync(at('server', 'x.lethe.json'), JSON.stringify(experiment));
    const run = ['run', 'x.lethe.json', '--no-report', '--on', 'slurm', '--workers', String(workers), '--yes'];
    for (let rounds = 1; ; rounds++) {
      const submitted = await lethe(login, dist, ...run, '--detach');
      expect(submitted.code, submitted.text).toBe(0);
      // It follows the logs of all runs meanwhile.
      const follower = start(login, [path.join(dist, 'cli.js'), ...run]);
      const said = await work(dist, workers, rounds === 1 ? killAfter : undefined);
      for (const one of said) expect(one).toMatch(/^0 (.*\n)*done\n$/);
      const followed = await follower.said;
      if (followed.code === 0) return rounds;
      console.log(followed.text);
      // A run may fail where its files could not be read, and says so. Nobody may be left to take up what was the killed
      // machine's. Else all are done.
      const { failures } = await lastBatch(await machine('looks'), dist);
      for (const { reason, ids } of failures) {
        if (/EIO|ESTALE|-116|i\/o error|exit code/.test(reason)) continue;
        const hosts = ids.map((id) => /"host":"[^"]*"/.exec(inRun(id, 'process.json'))?.[0]);
        expect([reason, hosts]).toEqual([expect.stringMatching(/^(crashed|lost)$/), ids.map(() => '"host":"7-1"')]);
      }
      expect(rounds).toBeLessThan(MOST_ROUNDS);
    }
  }

  /** All are done, each machine says so, and nothing is left but what the killed one had open or was writing. */
  async function expectDone(dist: string, count: number): Promise<void> {
    const [login] = machines;
    const other = await machine('other');
    await delay(network.folders);
    for (const on of [other, login as Machine]) {
      const { counts } = await lastBatch(on, dist);
      expect(Object.entries(counts).filter(([status, of]) => status !== 'done' && of > 0)).toEqual([]);
      // One that failed was made again.
      const listed = linesOf<{ status: string }>((await lethe(on, dist, 'list', '--json')).text);
      const statuses = listed.map(({ status }) => status).filter((status) => status !== 'failed');
      expect(statuses).toEqual(Array<string>(count).fill('done'));
    }
    expect(runs().length).toBeGreaterThanOrEqual(count);
    for (const run of runs()) {
      expect(
        namesIn(run).filter((name) => /^(queued|claimed|stop)/.test(name) && !name.endsWith('.tmp')),
        run,
      ).toEqual([]);
    }
    const batches = at('server/.lethe/batches');
    const seats = readdirSync(batches).flatMap((id) => {
      const workers = path.join(batches, id, 'workers');
      const whole = readdirSync(workers).filter((name) => !name.endsWith('.tmp') && !isSilly(name));
      return whole.map((name) => seatIn(readFileSync(path.join(workers, name), 'utf8')));
    });
    // Where it was the last to do anything nobody is left to clear away the sign of life of the killed one.
    expect(seats.filter((seat) => seat !== '7-1')).toEqual([]);
    expect(readdirSync(at('server/.lethe/runs')).filter((name) => name.startsWith('.') && !isSilly(name))).toEqual([]);
  }

  /** The rows of the accuracy matrix of each run, by what it was asked for. */
  async function accuraciesIn(store: string): Promise<object> {
    const rows: Record<string, object> = {};
    for (const run of readdirSync(store).filter((name) => !name.startsWith('.'))) {
      const { variant, seed: own } = JSON.parse(readFileSync(path.join(store, run, 'run.json'), 'utf8')) as RunManifest;
      const { events, malformed } = await readLog(path.join(store, run, 'events.jsonl'), true);
      expect(malformed).toBeLessThanOrEqual(1);
      const last = events.at(-1);
      if (last?.type === 'ended' && last.status === 'failed') continue;
      expect(last).toMatchObject({ type: 'ended', status: 'done' });
      // What came after the checkpoint that a run went on from was made again.
      rows[`${variant.key} ${own}`] = Object.fromEntries(
        events.flatMap((event) => (event.type === 'task-end' ? [[event.task, event.accuracy]] : [])),
      );
    }
    return rows;
  }

  const seatIn = (text: string): string => {
    const { job, index } = JSON.parse(text) as { job: string; index: number };
    return `${job}-${index}`;
  };
  const isSilly = (name: string) => name.startsWith('.nfs');

  it.runIf(isAsked)(
    'does each run once, though a machine is killed, and every machine says so in the end',
    async () => {
      const methods = Array.from({ length: 24 }, (_, i) => ({ method: 'ewc', lambda: i + 1, label: `A ${i}` }));
      const experiment = { name: 'Network', seeds: 1, bounds: false, stream: { tasks: 5 }, methods };
      const dist = distOf('script');
      const rounds = await train(dist, experiment, { killAfter: 8 });
      await expectDone(dist, 24);
      const all = told();
      let more = 0;
      for (const run of runs().filter((run) => inRun(run, 'events.jsonl').includes('"status":"done"'))) {
        const own = all.filter((one) => one.run === run);
        const tokens = own.filter(({ what }) => what === 'begun').map(({ token }) => token);
        const whole = readFileSync(logOf(run), 'utf8');
        const story = `${run}\n${own.map((one) => JSON.stringify(one)).join('\n')}\n${whole}`;
        // It ended once, in the last of its lives, and those before were over: killed, failed or left.
        expect(
          own.filter(({ what }) => what === 'done').map(({ token }) => token),
          story,
        ).toEqual(tokens.slice(-1));
        const order = own.map(({ token }) => tokens.indexOf(token));
        expect(order, story).toEqual([...order].sort((a, b) => a - b));
        // No two lives wrote at a time.
        const authors = [...whole.matchAll(/"by":"([0-9a-f]+)"/g)].map(([, by]) => by);
        const changes = authors.filter((by, i) => by !== authors[i - 1]);
        expect(new Set(changes).size, story).toBe(changes.length);
        const { events, malformed } = await readLog(logOf(run), true);
        const ends = events.filter((event) => event.type === 'ended' && event.status === 'done');
        expect(ends, story).toHaveLength(1);
        // A killed machine leaves half a line where it had sent half of it.
        const killed = own.filter(({ host, what }) => what === 'begun' && host === '7-1').length;
        expect(malformed, story).toBeLessThanOrEqual(killed);
        more += tokens.length - 1;
      }
      console.log(`${rounds} rounds, ${more} more lives`);
    },
    180_000,
  );

  it('goes on in a log that a machine which was cut off and comes back does not write into', async () => {
    const run = at('server/run');
    mkdirSync(run);
    const log = path.join(run, 'events.jsonl');
    const step = (at: number) => JSON.stringify({ type: 'step', at, task: 0, step: at, loss: 1 });
    writeFileSync(log, `${step(1)}\n`);
    writeFileSync(path.join(run, 'run.json'), JSON.stringify(manifestFor({ key: 'ewc', seed: 1, id: 'run' })));
    const [lost, next] = ['a', 'b'].map((letter) => letter.repeat(24)) as [string, string];
    writeFileSync(path.join(run, `claimed.${lost}`), JSON.stringify({ at: 1, batch: 'batch-20260101-000000-0000' }));
    const cutOff = await machine('cut-off', { ...network, writes: 3_600_000, stale: 0 });
    // What it wrote it has not sent, and does so when it is told to.
    const script = `const fs = require('node:fs'), file = fs.openSync('run/events.jsonl', 'a');
fs.writeSync(file, ${JSON.stringify(`${step(2)}\n${step(3)}\n`)});
fs.writeFileSync(process.env.LETHE_TEST_TOLD, 'written');
const wait = () => fs.readFileSync(process.env.LETHE_TEST_TOLD, 'utf8') === 'back' ? fs.fsyncSync(file) : setTimeout(wait, 50);
wait();`;
    const training = start(cutOff, ['-e', script]);
    await until(() => readFileSync(at('told.jsonl'), 'utf8') === 'written');
    expect(await putBackLost([run], () => true, next)).toBe(true);
    appendFileSync(log, `${step(4)}\n${step(5)}\n`);
    writeFileSync(at('told.jsonl'), 'back');
    await training.said;
    const { events, malformed } = await readLog(log, true);
    expect(malformed).toBe(0);
    expect(events.map((event) => event.at)).toEqual([1, 4, 5]);
    expect(readdirSync(run).filter((name) => !isSilly(name))).toEqual(['events.jsonl', 'queued', 'run.json']);
  });

  it.runIf(isAsked)(
    'trains as without one: real training, and the same numbers',
    async () => {
      const experiment = {
        ...{ name: 'Tiny', stream: { tasks: 2 }, seeds: 2, bounds: false, network: { hidden: [4] } },
        ...{ training: { iterations: 40, batchSize: 4, samplesPerTask: 20 }, evaluation: { points: 1, samples: 10 } },
        methods: ['none', 'ewc'].map((method) => ({ method })),
      };
      const dist = distOf('real');
      await train(dist, experiment, { workers: 2, killAfter: 2 });
      await expectDone(dist, 4);
      const here = at('here');
      mkdirSync(here);
      writeFileSync(path.join(here, 'x.lethe.json'), JSON.stringify(experiment));
      const env = { ...process.env, LETHE_STATE_DIR: at('state'), LETHE_CACHE_DIR: at('cache') };
      execFileSync(process.execPath, [path.join(dist, 'cli.js'), 'run', 'x.lethe.json', '--no-report'], {
        cwd: here,
        env,
      });
      const stores = [at('server/.lethe/runs'), path.join(here, '.lethe/runs')];
      const [there, plain] = await Promise.all(stores.map(accuraciesIn));
      expect(there).toEqual(plain);
    },
    180_000,
  );
});
