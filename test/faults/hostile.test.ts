import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../src/runs/liveness';
import { ownProcessOf, recordOwnProcess } from '../../src/runs/ownProcesses';
import { fakePlace, fakeRun, keepersOf, until } from './fakeTraining';

const posix = process.platform !== 'win32';
const place = fakePlace();
let victim: ChildProcess | undefined;
afterEach(() => {
  victim?.kill('SIGKILL');
  victim = undefined;
});

const runsFolder = () => join(place.workspace.folder, '.lethe/runs');
const runFolder = (id: string) => join(runsFolder(), id);
const started = (more: object = {}) => ({
  type: 'started',
  at: 1,
  schema: 1,
  backend: { name: 'numpy', version: '2' },
  tasks: [{ name: 'a', classes: [0], train: 1, test: 1 }],
  steps: [1],
  ...more,
});
const log = (...events: object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');

/** A run folder as it may come with a cloned repository. */
function plant(id: string, files: Record<string, string> = {}, manifest: object = {}): string {
  mkdirSync(runFolder(id), { recursive: true });
  const all = { 'run.json': JSON.stringify({ ...fakeRun('quick'), id, ...manifest }), ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(runFolder(id), name), text);
  return runFolder(id);
}

/** A process that has nothing to do with Lethe, leading a group of its own. */
async function stranger(): Promise<number> {
  victim = spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
  await once(victim, 'spawn');
  return victim.pid ?? 0;
}
const lives = () => victim?.exitCode === null && victim.signalCode === null;

async function lethe(...args: string[]) {
  const child = spawn(process.execPath, [join(place.dist, 'cli.js'), ...args], { cwd: place.workspace.folder });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

describe.skipIf(!posix)('a run folder that names a process', () => {
  const files = async (pid: number) => ({
    'events.jsonl': log(started({ pid })),
    'process.json': JSON.stringify({ token: 't', at: 1, process: { ...(await identityOf(pid)), pid } }),
  });

  it('cannot have it ended: neither by stop, nor by force, nor by a keeper', async () => {
    const pid = await stranger();
    const folder = plant('hostile', await files(pid));
    const store = place.workspace.store({ stopTimeout: 100 });
    expect((await store.get('hostile'))?.status).toBe('running');
    expect(await store.stop('hostile')).toBe('asked');
    expect(await store.end('hostile')).toBe('asked');
    expect(existsSync(join(folder, 'stop'))).toBe(true);
    // A keeper that works on something else beside it.
    const run = fakeRun('quick');
    await store.submit({ create: [run], resume: [] });
    await until(async () => (await store.get(run.id))?.status === 'done');
    await until(() => keepersOf(place.workspace.folder).length === 0);
    expect(lives()).toBe(true);
    const { code, output } = await lethe('stop', 'hostile');
    expect(output).toMatch(/hostile: asked to stop, which it has not done yet/);
    expect(code).toBe(1);
    expect(lives()).toBe(true);
  });

  it.each([1, 0, -1, process.pid])('%i is not signalled', async (pid) => {
    plant('hostile', { ...(await files(process.pid)), 'events.jsonl': log(started({ pid })) });
    const record = join(runFolder('hostile'), 'process.json');
    writeFileSync(record, readFileSync(record, 'utf8').replace(/"pid":\d+/, `"pid":${pid}`));
    await stranger();
    const store = place.workspace.store({ stopTimeout: 50 });
    expect(['asked', 'not running']).toContain(await store.stop('hostile'));
    expect(lives()).toBe(true);
  });

  it('is no evidence even beside a record of an earlier start of the same folder', async () => {
    const pid = await stranger();
    const folder = plant('hostile', await files(pid));
    const gone = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(gone, 'spawn');
    const own = { folder, token: 'earlier', process: await identityOf(gone.pid ?? 0) };
    await recordOwnProcess({ ...own, process: { ...own.process, pid: own.process.pid } });
    gone.kill('SIGKILL');
    await once(gone, 'exit');
    expect(await place.workspace.store({ stopTimeout: 50 }).stop('hostile')).not.toBe('stopped');
    expect(lives()).toBe(true);
  });
});

describe('a record of who was started', () => {
  it.each([1, 0, -5, 2 ** 31, 1.5])('with the pid %d is none', async (pid) => {
    const folder = plant('some');
    await recordOwnProcess({ folder, token: 't', process: { ...(await identityOf(process.pid)), pid } });
    expect(await ownProcessOf(folder)).toBeUndefined();
  });
});

describe('the id in run.json', () => {
  it.each(['../../../victim', 'other', '/etc', '..', ''])('%j makes the run a damaged one', async (id) => {
    plant('planted', { 'events.jsonl': log(started(), { type: 'ended', at: 2, status: 'done' }) }, { id });
    const store = place.workspace.store();
    expect(await store.list()).toEqual([]);
    expect((await store.damaged())[0]).toMatchObject({ id: 'planted' });
    const { code, output } = await lethe('verify', 'planted');
    expect(code).toBe(2);
    expect(output).not.toMatch(/^ {4}at /m);
  });

  it('of a copied run folder names the original, which nothing happens to', async () => {
    plant('original', { 'events.jsonl': log(started(), { type: 'ended', at: 2, status: 'done' }) });
    cpSync(runFolder('original'), runFolder('copy'), { recursive: true });
    const store = place.workspace.store();
    expect((await store.list()).map((run) => run.manifest.id)).toEqual(['original']);
    expect(await store.damaged()).toEqual([
      { id: 'copy', reason: expect.stringMatching(/its id is "original", but the folder's name is the run's id/) },
    ]);
  });
});

describe.skipIf(!posix)('one bad run folder', () => {
  const bad: Record<string, (folder: string) => void> = {
    'whose run.json is a folder': (folder) => mkdirSync(join(folder, 'run.json')),
    'whose log is a folder': (folder) => mkdirSync(join(folder, 'events.jsonl')),
    'whose process.json is a folder': (folder) => mkdirSync(join(folder, 'process.json')),
    'whose run.json is a link to an endless device': (folder) => symlinkSync('/dev/zero', join(folder, 'run.json')),
    'whose log is a link in a circle': (folder) => symlinkSync('events.jsonl', join(folder, 'events.jsonl')),
    'whose log is a FIFO': (folder) => spawnSync('mkfifo', [join(folder, 'events.jsonl')]),
    'whose run.json is a FIFO': (folder) => spawnSync('mkfifo', [join(folder, 'run.json')]),
    'whose marker is a link': (folder) => symlinkSync('/etc/passwd', join(folder, 'queued')),
    'whose run.json is huge': (folder) => spawnSync('truncate', ['-s', '4G', join(folder, 'run.json')]),
    'whose log is huge': (folder) => spawnSync('truncate', ['-s', '4T', join(folder, 'events.jsonl')]),
  };

  it.each(Object.entries(bad))('%s fails for itself, with its reason', async (_what, spoil) => {
    plant('good', { 'events.jsonl': log(started(), { type: 'ended', at: 2, status: 'done' }) });
    plant('bad', { 'events.jsonl': log(started()) });
    const name = /run\.json|events\.jsonl|process\.json/.exec(_what.replace('log', 'events.jsonl'))?.[0];
    if (name) rmSync(join(runFolder('bad'), name), { force: true });
    spoil(runFolder('bad'));
    const store = place.workspace.store();
    expect((await store.list()).map((run) => run.manifest.id)).toEqual(['good']);
    const [damaged] = await store.damaged();
    expect(damaged).toMatchObject({ id: 'bad', reason: expect.stringMatching(/it is|not JSON/) });
    const { code, output } = await lethe('list');
    expect(code).toBe(0);
    expect(output).toMatch(/^good .*\n[^]*^bad: /m);
    expect(output).not.toMatch(/^ {4}at /m);
  });

  it('that is a link out of the store is not followed', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'lethe-outside-'));
    plant('good', { 'events.jsonl': log(started(), { type: 'ended', at: 2, status: 'done' }) });
    writeFileSync(join(outside, 'run.json'), JSON.stringify({ ...fakeRun('quick'), id: 'linked' }));
    writeFileSync(join(outside, 'queued'), '{}');
    symlinkSync(outside, runFolder('linked'));
    const store = place.workspace.store();
    const run = fakeRun('quick');
    await store.submit({ create: [run], resume: [] });
    await until(async () => (await store.get(run.id))?.status === 'done');
    await until(() => keepersOf(place.workspace.folder).length === 0);
    expect(readdirSync(outside).sort()).toEqual(['queued', 'run.json']);
    expect(await store.damaged()).toEqual([{ id: 'linked', reason: 'linked: it is a link' }]);
    await expect(store.stop('linked')).rejects.toMatchObject({ fault: 'damaged run' });
    rmSync(outside, { recursive: true });
  });
});

describe.skipIf(!posix)('a store that is a link', () => {
  it.each(['.lethe', '.lethe/runs', '.lethe/planning', '.lethe/keeper'])('%s is not written through', async (name) => {
    const outside = mkdtempSync(join(tmpdir(), 'lethe-outside-'));
    writeFileSync(join(outside, '.gitignore'), 'mine\n');
    writeFileSync(join(outside, 'settings.json'), '{}');
    if (name !== '.lethe') mkdirSync(join(place.workspace.folder, '.lethe'));
    symlinkSync(outside, join(place.workspace.folder, name));
    writeFileSync(
      join(place.workspace.folder, 'x.lethe.json'),
      JSON.stringify({ name: 'x', seeds: 1, bounds: false, methods: [{ method: 'none', label: 'quick' }] }),
    );
    if (name === '.lethe/keeper') {
      // The keeper says so in its own output; the run stays queued and can be cancelled.
      const store = place.workspace.store();
      await store.submit({ create: [fakeRun('quick')], resume: [] });
      const printed = () => readFileSync(join(place.workspace.folder, '.lethe/keeper.log'), 'utf8');
      await until(() => printed().includes('it is a link'));
    } else {
      const { code, output } = await lethe('run', 'x.lethe.json', '--out', '.');
      expect(output).toMatch(/Runs cannot be written to .*it is a link, and Lethe follows no links there/);
      expect(code).toBe(2);
    }
    expect(readdirSync(outside).sort()).toEqual(['.gitignore', 'settings.json']);
    expect(readFileSync(join(outside, '.gitignore'), 'utf8')).toBe('mine\n');
    rmSync(join(place.workspace.folder, name));
    rmSync(outside, { recursive: true });
  });
});

describe('a run whose process cannot be looked for', () => {
  const elsewhere = (id: string, minutes: number) => {
    plant(id, {
      'events.jsonl': log(started({ host: 'elsewhere.invalid', pid: 1 }), {
        type: 'checkpoint',
        at: 2,
        task: 1,
        step: 0,
        file: 'x',
        sha256: '0',
      }),
    });
    const then = Date.now() / 1000 - 60 * minutes;
    utimesSync(join(runFolder(id), 'events.jsonl'), then, then);
  };

  it('runs while it gives signs of life, and is lost when it has given none for long', async () => {
    elsewhere('young', 9);
    elsewhere('old', 11);
    const store = place.workspace.store();
    expect((await store.get('young'))?.status).toBe('running');
    expect((await store.get('old'))?.status).toBe('lost');
    const now = Date.now() / 1000;
    utimesSync(join(runFolder('old'), 'events.jsonl'), now, now);
    expect((await store.get('old'))?.status).toBe('running');
  });

  it('is not lost because of a clock: a time to come is no long silence', async () => {
    elsewhere('future', -60);
    expect((await place.workspace.store().get('future'))?.status).toBe('running');
  });

  const file = () => {
    const path = join(place.workspace.folder, 'x.lethe.json');
    const methods = [{ method: 'none', label: 'quick' }];
    writeFileSync(path, JSON.stringify({ name: 'x', seeds: 1, bounds: false, methods }));
    return path;
  };

  /** As if the only run of the experiment had been started on another machine. */
  const move = (id: string, minutes: number) => {
    const path = join(runFolder(id), 'events.jsonl');
    const [first = ''] = readFileSync(path, 'utf8').split('\n');
    const event = { ...(JSON.parse(first) as object), host: 'elsewhere.invalid' };
    writeFileSync(path, log(event, { type: 'checkpoint', at: 2, task: 1, step: 0, file: 'x', sha256: '0' }));
    const record = JSON.parse(readFileSync(join(runFolder(id), 'process.json'), 'utf8')) as { process: object };
    const process = { ...record.process, host: 'elsewhere.invalid', machine: 'other', boot: 'other' };
    writeFileSync(join(runFolder(id), 'process.json'), JSON.stringify({ ...record, process }));
    const then = Date.now() / 1000 - 60 * minutes;
    for (const name of ['events.jsonl', 'process.json']) utimesSync(join(runFolder(id), name), then, then);
  };

  it('and is lost is neither waited for nor gone on with by lethe run, only when asked', async () => {
    expect((await lethe('run', file(), '--out', '.')).code).toBe(0);
    const [id = ''] = readdirSync(runsFolder());
    move(id, 30);
    const again = await lethe('run', file(), '--out', '.');
    expect(again.output).toMatch(/1 run \(1 to run\)/);
    expect(again.code).toBe(0);
    expect((await place.workspace.store().get(id))?.status).toBe('lost');
    expect((await lethe('resume', id)).output).toMatch(/queued to go on/);
    await until(async () => (await place.workspace.store().get(id))?.status === 'done');
  });

  it('is waited for only until the user has enough', async () => {
    expect((await lethe('run', file(), '--out', '.')).code).toBe(0);
    const [id = ''] = readdirSync(runsFolder());
    move(id, 1);
    const child = spawn(process.execPath, [join(place.dist, 'cli.js'), 'run', file(), '--out', '.'], {
      cwd: place.workspace.folder,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until(() => output.includes('1 there already'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(child.exitCode).toBeNull();
    child.kill('SIGTERM');
    const [code] = (await once(child, 'close')) as [number];
    expect(output).toMatch(/asked to stop, which it has not done yet/);
    expect(code).toBe(3);
  }, 30_000);
});

describe('several commands at once', () => {
  it('plan the same runs once', async () => {
    const path = join(place.workspace.folder, 'x.lethe.json');
    const methods = ['a', 'b', 'c'].map((label, i) => ({
      method: 'none',
      label: `${label} quick`,
      training: { learningRate: 0.01 * (i + 1) },
      ...(label === 'a' ? {} : { network: { hidden: [10 + i] } }),
    }));
    writeFileSync(path, JSON.stringify({ name: 'x', seeds: 2, bounds: false, methods }));
    const called = await Promise.all([1, 2, 3].map(() => lethe('run', path, '--out', '.', '--no-report')));
    expect(readdirSync(runsFolder())).toHaveLength(6);
    expect(called.filter(({ output }) => output.includes('(6 to run)'))).toHaveLength(1);
  }, 40_000);
});

describe('a command that was killed between queueing its runs and starting a keeper', () => {
  it('leaves runs that the next one gets started', async () => {
    const path = join(place.workspace.folder, 'x.lethe.json');
    const methods = [{ method: 'none', label: 'quick' }];
    writeFileSync(path, JSON.stringify({ name: 'x', seeds: 1, bounds: false, methods }));
    expect((await lethe('run', path, '--out', '.', '--no-report')).code).toBe(0);
    const [id = ''] = readdirSync(runsFolder());
    await until(() => keepersOf(place.workspace.folder).length === 0);
    // As the command leaves it: everything is queued, and no keeper was ever there.
    for (const name of readdirSync(runFolder(id))) if (name !== 'run.json') rmSync(join(runFolder(id), name));
    writeFileSync(join(runFolder(id), 'queued'), '{"at":1}');
    const { code, output } = await lethe('run', path, '--out', '.', '--no-report');
    expect(output).toMatch(/1 there already/);
    expect(code).toBe(0);
    expect(place.workspace.starts(id)).toHaveLength(1);
  });
});

describe('a clock that is set back', () => {
  it('does not make a run that goes on look stopped', async () => {
    const store = place.workspace.store();
    const run = fakeRun('checkpoint');
    await store.submit({ create: [run], resume: [] });
    await until(async () => (await store.get(run.id))?.state.checkpoint !== undefined);
    expect(await store.stop(run.id)).toBe('stopped');
    // Everything so far was logged by a clock that went an hour fast.
    const path = join(runFolder(run.id), 'events.jsonl');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/"at":(\d+)/g, (_, at) => `"at":${Number(at) + 3_600_000}`),
    );
    const seen: (string | undefined)[] = [];
    const watching = store.watch((changes) => seen.push(...changes.map((change) => change.run?.status)));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await store.resume(run.id);
    await until(async () => (await store.get(run.id))?.status === 'done');
    await until(() => seen.includes('done'));
    watching.dispose();
    expect(seen).not.toContain('stopped');
  });
});

describe('a run folder that is deleted while it trains', () => {
  it('does not come back, and the command that waits says so and fails', async () => {
    const path = join(place.workspace.folder, 'x.lethe.json');
    const methods = [{ method: 'none', label: 'slow' }];
    writeFileSync(path, JSON.stringify({ name: 'x', seeds: 1, bounds: false, methods }));
    const running = lethe('run', path, '--out', '.');
    await until(async () => (await place.workspace.store().list()).some((run) => run.state.started !== undefined));
    const [id = ''] = readdirSync(runsFolder());
    const own = await ownProcessOf(runFolder(id));
    rmSync(runFolder(id), { recursive: true });
    const { code, output } = await running;
    expect(output).toMatch(/was removed before it was done/);
    expect(code).toBe(1);
    if (own) process.kill(own.process.pid, 'SIGKILL'); // What stands in for training here does not leave by itself.
    expect(existsSync(runFolder(id))).toBe(false);
  });
});

describe('queue.json', () => {
  it('does not say which program trains', async () => {
    const store = place.workspace.store();
    await store.checkWritable();
    const evil = join(place.workspace.folder, 'evil.sh');
    writeFileSync(evil, `#!/bin/sh\ntouch ${join(place.workspace.folder, 'owned')}\n`);
    chmodSync(evil, 0o755);
    const settings = { parallel: 1, threads: 1, stopTimeout: 100, node: evil, dist: place.workspace.folder };
    writeFileSync(join(place.workspace.folder, '.lethe/queue.json'), JSON.stringify(settings));
    plant('queued', { queued: '{"at":1}' });
    const keeper = spawn(process.execPath, [join(place.dist, 'keeper.js'), join(place.workspace.folder, '.lethe')]);
    await once(keeper, 'exit');
    expect(place.workspace.starts('queued')).toHaveLength(1);
    expect(existsSync(join(place.workspace.folder, 'owned'))).toBe(false);
  });
});
