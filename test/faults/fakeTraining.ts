import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { OwnManifest } from '../../src/core/manifest';
import { RunStore, type RunStoreOptions } from '../../src/runs/index';
import { manifestFor } from '../../src/runs/testManifests';

/**
 * A training process that follows the protocol and trains nothing. What it does depends on the last word of the
 * variant's label:
 * `quick` ends at once, `lasting` after a while, `slow` goes on until it is stopped, `deaf` never stops, `crash` dies without an end,
 * `unable` fails before it has started, with a stack trace on stderr,
 * `torn` dies in the middle of a line, `parting` ends at once and, where it is given another run, without a word, `checkpoint` logs a checkpoint and goes on until it is stopped.
 * `leaving` leaves at its first start as one that is not wanted any more, and ends at once at the next.
 * One that is asked to take more runs takes them when it is done.
 */
const script = String.raw`
const fs = require('node:fs'), path = require('node:path'), os = require('node:os');
const takesMore = process.argv.includes('--and-more');
function train({ folder, token, resume }) {
  const { variant } = JSON.parse(fs.readFileSync(path.join(folder, 'run.json'), 'utf8'));
  const log = (event) => fs.appendFileSync(path.join(folder, 'events.jsonl'), JSON.stringify({ at: Date.now(), ...event }) + '\n');
  fs.appendFileSync(path.join(folder, 'starts.txt'), process.pid + (resume ? ' resume' : '') + '\n');
  fs.writeFileSync(path.join(folder, 'threads.txt'), process.env.TF_NUM_INTRAOP_THREADS);
  process.stdout.write('training ' + variant.label + '\n');
  const key = variant.label.split(' · ')[0].split(' ').at(-1);
  if (key === 'unable') {
    console.error(new Error('No native engine'));
    log({ type: 'ended', status: 'failed', error: 'No native engine', token });
    process.exit(1);
  }
  const self = { pid: process.pid, host: os.hostname(), token };
  if (resume) log({ type: 'resumed', task: 1, step: 0, ...self });
  else log({ type: 'started', schema: 1, ...self, backend: { name: 'cpu', version: '0', why: 'for a test', processor: 'any' },
    tasks: [{ name: 'a', classes: [0], train: 1, test: 1 }, { name: 'b', classes: [1], train: 1, test: 1 }], steps: [1, 1] });
  const row = (task) => log({ type: 'task-end', task, accuracy: [1, 1], taskAware: [1, 1], memoryBytes: 0 });
  const end = (status, code) => {
    if (status === 'done') [0, 1].forEach(row);
    log({ type: 'ended', status, token, seconds: 0 });
    if (code !== 0 || !takesMore || !process.connected) process.exit(code);
    const leave = () => process.exit(0);
    process.once('disconnect', leave);
    process.once('message', (next) => {
      if (key === 'parting') process.exit(0);
      process.off('disconnect', leave);
      process.send('taken', undefined, undefined, () => {});
      train(next);
    });
    process.send('free', undefined, undefined, () => {});
  };
  if (key === 'quick' || key === 'parting') setTimeout(() => end('done', 0), 150);
  if (key === 'leaving') {
    const isFirst = fs.readFileSync(path.join(folder, 'starts.txt'), 'utf8').trim().split('\n').length === 1;
    setTimeout(() => (isFirst ? process.exit(4) : end('done', 0)), 150);
  }
  if (key === 'crash') { process.stderr.write('Out of cheese\n'); process.exit(1); }
  if (key === 'torn') { fs.appendFileSync(path.join(folder, 'events.jsonl'), '{"type":"step","at":1,"ta'); process.exit(1); }
  if (key === 'checkpoint' && !resume) log({ type: 'checkpoint', task: 1, step: 0, file: 'x.safetensors', sha256: '0' });
  if (key === 'checkpoint' && resume) return end('done', 0);
  const stop = () => fs.existsSync(path.join(folder, 'stop'));
  if (key === 'lasting') setTimeout(() => end('done', 0), 1500);
  if (['slow', 'checkpoint'].includes(key)) setInterval(() => { if (stop()) end('stopped', 3); }, 20);
  if (key === 'deaf') { process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); setInterval(() => {}, 1000); }
}
const token = process.argv[process.argv.indexOf('--token') + 1];
train({ folder: process.argv[2], token, resume: process.argv.includes('--resume') });
`;

export type Behaviour =
  'quick' | 'lasting' | 'slow' | 'deaf' | 'crash' | 'unable' | 'torn' | 'parting' | 'checkpoint' | 'leaving';

/** A `dist` folder with the real keeper and command line, and the fake training process. */
export async function fakeDist(): Promise<string> {
  const dist = mkdtempSync(join(tmpdir(), 'lethe-dist-'));
  writeFileSync(join(dist, 'train.js'), script);
  await build({
    entryPoints: {
      keeper: join(__dirname, '../../src/runs/keeper.ts'),
      worker: join(__dirname, '../../src/runs/worker.ts'),
      cli: join(__dirname, '../../src/cli/main.ts'),
    },
    outdir: dist,
    bundle: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return dist;
}

/** A workspace folder of its own; `dispose` ends what still runs in it and removes it. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'lethe-test-'));
  private readonly stores: RunStore[] = [];

  constructor(private readonly dist: string) {}

  store(options: Partial<RunStoreOptions> = {}): RunStore {
    const store = new RunStore(this.folder, { dist: this.dist, parallel: 2, ...options });
    this.stores.push(store);
    return store;
  }

  /** Pids with which the fake training process of a run was started, in order. */
  starts(id: string): string[] {
    try {
      return readFileSync(join(this.folder, '.lethe/runs', id, 'starts.txt'), 'utf8')
        .trim()
        .split('\n');
    } catch {
      return [];
    }
  }

  /** How many threads a run's process was told to use; empty before it was started. */
  threads(id: string): string {
    const file = join(this.folder, '.lethe/runs', id, 'threads.txt');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  async dispose(): Promise<void> {
    const store = this.store();
    const runs = await store.list().catch(() => []);
    await Promise.all(runs.filter((run) => run.status === 'queued').map((run) => store.end(run.manifest.id)));
    await Promise.all(runs.filter((run) => run.status === 'running').map((run) => store.end(run.manifest.id)));
    // A keeper sees within a second that nothing is left.
    await until(() => keepersOf(this.folder).length === 0, 5000).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What the tests of a file have: a `dist` folder for all of them, and a workspace for each. */
export interface FakePlace {
  readonly dist: string;
  readonly workspace: Workspace;
}

/** Called at the top of a file of tests, before what else these do before and after each. Nothing that they started may be left. */
export function fakePlace(): FakePlace {
  let dist = '';
  let workspace: Workspace | undefined;
  beforeAll(async () => {
    dist = await fakeDist();
  });
  afterAll(() => {
    expect(processes().filter(({ args }) => args.includes(dist))).toEqual([]);
    rmSync(dist, { recursive: true, force: true });
  });
  beforeEach(() => {
    workspace = new Workspace(dist);
  });
  afterEach(() => workspace?.dispose());
  return {
    get dist() {
      return dist;
    },
    get workspace() {
      if (!workspace) throw new Error('There is a workspace while a test runs alone.');
      return workspace;
    },
  };
}

/** Pids of living keepers of a workspace folder, as their presence files say. */
export function keepersOf(folder: string): number[] {
  return processes().flatMap(({ pid, args }) =>
    args.includes('keeper.js') && args.includes(join(folder, '.lethe')) ? [pid] : [],
  );
}

export function processes(): { pid: number; args: string }[] {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,stat=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, stat, args] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid && args && !stat?.startsWith('Z') ? [{ pid: Number(pid), args }] : [];
  });
}

let made = 0;

export function fakeRun(behaviour: Behaviour, seed = 1): OwnManifest {
  made += 1;
  return manifestFor({ key: behaviour, seed, id: `${String(made).padStart(3, '0')}-${behaviour}`, created: made });
}

/** Waits until something holds. Rejects after the time-out. */
export async function until(holds: () => boolean | Promise<boolean>, milliseconds = 10_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`did not happen within ${milliseconds} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
