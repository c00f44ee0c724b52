import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RunStore } from '../../src/runs/index';
import { fakeDist, fakeRun, until, Workspace } from './fakeTraining';

let dist = '';
let workspace: Workspace;
beforeAll(async () => {
  dist = await fakeDist();
});
afterAll(() => rmSync(dist, { recursive: true, force: true }));
beforeEach(() => {
  workspace = new Workspace(dist);
});
afterEach(() => workspace.dispose());

const runFolder = (id: string) => join(workspace.folder, '.lethe/runs', id);

/** A run folder as any program may write it. */
function write(id: string, files: Record<string, string>): void {
  mkdirSync(runFolder(id), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(runFolder(id), name), text);
}

describe('a store', () => {
  it('is empty where nothing was run', async () => {
    const store = workspace.store();
    expect(await store.list()).toEqual([]);
    expect(await store.get('x')).toBeUndefined();
    expect(existsSync(join(workspace.folder, '.lethe'))).toBe(false);
  });

  it('keeps its runs out of version control', async () => {
    await workspace.store().checkWritable();
    expect(readFileSync(join(workspace.folder, '.lethe/.gitignore'), 'utf8')).toBe('*\n');
  });

  it('shows runs with missing files as what they are', async () => {
    const manifest = fakeRun('quick');
    write('bare', { 'run.json': JSON.stringify({ ...manifest, id: 'bare' }) });
    write('broken', { 'run.json': '{"lethe": 2,', 'events.jsonl': '' });
    write('alien', { 'run.json': '{"lethe": 99}' });
    write('none', { 'events.jsonl': '{"type":"started"}\n' });
    writeFileSync(join(workspace.folder, '.lethe/runs/stray.txt'), 'not a folder');
    const store = workspace.store();
    expect((await store.list()).map((run) => [run.manifest.id, run.status])).toEqual([['bare', 'crashed']]);
    const damaged = await store.damaged();
    expect(damaged.map((run) => run.id).sort()).toEqual(['alien', 'broken', 'none', 'stray.txt']);
    expect(damaged.find((run) => run.id === 'broken')?.reason).toBe('run.json is not JSON');
    expect(damaged.find((run) => run.id === 'none')?.reason).toBe('run.json is missing');
    expect(damaged.find((run) => run.id === 'alien')?.reason).toBe(
      'run.json is of version 99, and this version of Lethe reads version 2',
    );
    expect(await store.outputTail('bare', 10)).toBe('');
  });

  it('leaves it to another program to go on with its runs', async () => {
    const started = { type: 'started', at: 1, schema: 1, backend: { name: 'numpy', version: '2' }, steps: [1] };
    const tasks = [{ name: 'a', classes: [0], train: 1, test: 1 }];
    const log = [
      { ...started, tasks },
      { type: 'ended', at: 2, status: 'stopped' },
    ];
    write('foreign', {
      'run.json': JSON.stringify({ ...fakeRun('quick'), id: 'foreign', trainer: 'program' }),
      'events.jsonl': log.map((event) => `${JSON.stringify(event)}\n`).join(''),
    });
    await expect(workspace.store().resume('foreign')).rejects.toMatchObject({ fault: 'cannot resume' });
    expect(existsSync(join(runFolder('foreign'), 'queued'))).toBe(false);
    // Who trains is what run.json says, whatever the backend is called.
    write('own', {
      'run.json': JSON.stringify({ ...fakeRun('quick'), id: 'own' }),
      'events.jsonl': log.map((event) => `${JSON.stringify(event)}\n`).join(''),
    });
    await workspace.store().resume('own');
    expect(existsSync(join(runFolder('own'), 'queued')) || existsSync(join(runFolder('own'), 'claimed'))).toBe(true);
  });

  it('shows a run of a program that names no process as running until its end', async () => {
    const started = { type: 'started', at: 1, schema: 1, backend: { name: 'numpy', version: '2' }, steps: [1] };
    const tasks = [{ name: 'a', classes: [0], train: 1, test: 1 }];
    const log = `${JSON.stringify({ ...started, tasks })}\n`;
    write('foreign', { 'run.json': JSON.stringify({ ...fakeRun('quick'), id: 'foreign' }), 'events.jsonl': log });
    const store = workspace.store();
    expect((await store.get('foreign'))?.status).toBe('running');
    writeFileSync(join(runFolder('foreign'), 'events.jsonl'), `${log}{"type":"ended","at":2,"status":"done"}\n`);
    expect((await store.get('foreign'))?.status).toBe('done');
  });

  it('shows a run of a program whose process is gone as crashed', async () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const event = {
      type: 'started',
      at: 1,
      schema: 1,
      pid: gone,
      backend: { name: 'numpy', version: '2' },
      steps: [1],
    };
    const tasks = [{ name: 'a', classes: [0], train: 1, test: 1 }];
    write('foreign', {
      'run.json': JSON.stringify({ ...fakeRun('quick'), id: 'foreign' }),
      'events.jsonl': `${JSON.stringify({ ...event, tasks })}\n`,
    });
    expect((await workspace.store().get('foreign'))?.status).toBe('crashed');
  });

  it('lists 200 runs quickly once it has read them', async () => {
    const step = (n: number) => JSON.stringify({ type: 'step', at: n, task: 0, step: n, loss: 1 });
    const log = Array.from({ length: 200 }, (_, n) => `${step(n)}\n`).join('');
    for (let i = 0; i < 200; i++) {
      const manifest = { ...fakeRun('quick'), id: `run-${i}` };
      write(manifest.id, {
        'run.json': JSON.stringify(manifest),
        'events.jsonl': `${log}{"type":"ended","at":9,"status":"done"}\n`,
      });
    }
    const store = workspace.store();
    expect(await store.list()).toHaveLength(200);
    const before = performance.now();
    await store.list();
    // The budget is 300 ms on a machine of its own; this one has to hold beside other tests.
    expect(performance.now() - before).toBeLessThan(1500);
  });
});

describe('a folder that cannot be written', () => {
  const refused = async (store: RunStore) => {
    const run = fakeRun('quick');
    const error: unknown = await store.submit({ create: [run], resume: [] }).catch((thrown: unknown) => thrown);
    return error;
  };

  it('is said before anything starts when a file stands in the way', async () => {
    writeFileSync(join(workspace.folder, '.lethe'), 'a file');
    expect(await refused(workspace.store())).toMatchObject({
      name: 'RunStoreError',
      fault: 'not writable',
      message: expect.stringMatching(
        /cannot be written to .*\.lethe: a file stands where a folder is needed.*Nothing was started/,
      ),
    });
  });

  const asNobody = process.platform === 'linux' && process.getuid?.() === 0;
  it.skipIf(!asNobody)('is said before anything starts when it belongs to somebody else (needs root to try)', () => {
    const script = join(dist, 'submit.js');
    spawnSync(
      join(__dirname, '../../node_modules/.bin/esbuild'),
      ['src/runs/index.ts', '--bundle', '--platform=node', '--main-fields=module,main', `--outfile=${script}`],
      { cwd: join(__dirname, '../..') },
    );
    spawnSync('chmod', ['755', dist, workspace.folder]);
    const program = `
      const { RunStore } = require(${JSON.stringify(script)});
      new RunStore(${JSON.stringify(workspace.folder)}, { dist: ${JSON.stringify(dist)} })
        .submit({ create: [], resume: [] }).catch((error) => console.log(error.name, error.message));`;
    const { stdout } = spawnSync(process.execPath, ['-e', program], { uid: 65534, gid: 65534, encoding: 'utf8' });
    expect(stdout).toMatch(
      /^RunStoreError Runs cannot be written to .*: permission denied \(EACCES\)\. Nothing was started\./,
    );
    expect(readdirSync(workspace.folder)).toEqual([]);
  });
});

describe('a full disk', () => {
  const mounted = (() => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
    const folder = new Workspace('').folder;
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    return status === 0 ? folder : undefined;
  })();
  afterAll(() => {
    if (!mounted) return;
    spawnSync('umount', ['-l', mounted]);
    rmSync(mounted, { recursive: true, force: true });
  });

  const BLOCK = 4096;
  const fill = (folder: string, leave: number) => {
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(join(folder, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - leave)));
  };

  it.skipIf(!mounted)(
    'is said before anything starts, and leaves no half-written run (needs root to mount)',
    async () => {
      const folder = mounted ?? '';
      const store = new RunStore(folder, { dist, parallel: 1 });
      await store.checkWritable();
      fill(folder, 16_384);
      const create = Array.from({ length: 20 }, () => fakeRun('quick'));
      await expect(store.submit({ create, resume: [] })).rejects.toMatchObject({ fault: 'disk full' });
      expect(readdirSync(join(folder, '.lethe/runs'))).toEqual([]);
      rmSync(join(folder, 'filler'));
      const run = fakeRun('quick');
      await store.submit({ create: [run], resume: [] });
      await until(async () => (await store.get(run.id))?.status === 'done');
    },
  );

  it.skipIf(!mounted)(
    'while training ends the run, whose log keeps what was written (needs root to mount)',
    async () => {
      const folder = mounted ?? '';
      const store = new RunStore(folder, { dist, parallel: 1 });
      const run = fakeRun('slow');
      await store.submit({ create: [run], resume: [] });
      await until(async () => (await store.get(run.id))?.state.started !== undefined);
      const log = join(folder, '.lethe/runs', run.id, 'events.jsonl');
      // Up to the end of its block, so that not one event more fits the log.
      const blank = BLOCK - (statSync(log).size % BLOCK);
      appendFileSync(log, `${' '.repeat(blank - 1)}\n`);
      const written = readFileSync(log, 'utf8');
      fill(folder, 0);
      // It dies of the event it cannot log. The marker takes no room, and says that it was asked to end.
      expect(await store.stop(run.id)).toBe('stopped');
      expect(await store.get(run.id)).toMatchObject({ status: 'stopped', state: { status: 'running', malformed: 0 } });
      expect(readFileSync(log, 'utf8')).toBe(written);
      rmSync(join(folder, 'filler'));
      expect((await store.get(run.id))?.status).toBe('stopped');
    },
  );
});
