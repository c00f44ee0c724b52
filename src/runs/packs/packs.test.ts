import { createHash } from 'node:crypto';
import {
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
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { packTar, unpackTar, type TarEntry } from 'modern-tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manifestFor } from '../testManifests';
import { mergeRuns } from './mergeRuns';
import { contentOf } from './packedFiles';
import { INDEX, isPlainPath, isPortable, type PackIndex } from './packIndex';
import { packRuns } from './packRuns';
import { unpackRuns } from './unpackRuns';

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'lethe-packs-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (...names: string[]) => join(root, ...names);
const runsOf = (workspace: string) => at(workspace, '.lethe', 'runs');

function write(file: string, text: string | Buffer): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** A run with a log, something an analysis found, and parameters. */
function writeRun(workspace: string, id: string, log = '{"type":"x"}\n'): void {
  const folder = join(runsOf(workspace), id);
  write(join(folder, 'run.json'), JSON.stringify({ ...manifestFor(), id }));
  write(join(folder, 'events.jsonl'), log);
  write(join(folder, 'analyses', 'cka.json'), '{}');
  write(join(folder, 'checkpoints', 'task-1.safetensors'), Buffer.alloc(3_000_000, 7));
  write(join(folder, 'process.json'), '{}');
  write(join(folder, 'queued'), '');
  symlinkSync('/etc/passwd', join(folder, 'link'));
}

async function pack(target = at('x.pack'), { withParameters = false, runs = ['a', 'b'] } = {}): Promise<PackIndex> {
  const from = write(at('from', 'x.lethe.json'), '{}');
  const beside = [{ path: 'x.lethe.json', from, content: await contentOf(from) }];
  return packRuns(target, { workspace: at('from'), experiment: 'X', runs, beside, withParameters });
}

const unpack = (file = at('x.pack'), workspace = 'into') =>
  unpackRuns(file, { workspace: at(workspace), besideAt: (path) => at(workspace, path) });

describe('a pack', () => {
  beforeEach(() => {
    writeRun('from', 'a');
    writeRun('from', 'b');
  });

  it('brings runs, what was found of them, and the experiment file to another folder, and no state of a machine', async () => {
    await pack();
    const { runs, beside } = await unpack();
    expect(runs).toEqual([
      { id: 'a', taken: 'added' },
      { id: 'b', taken: 'added' },
    ]);
    expect(beside).toEqual([{ file: at('into', 'x.lethe.json'), taken: 'added' }]);
    expect(readdirSync(join(runsOf('into'), 'a')).sort()).toEqual(['analyses', 'events.jsonl', 'run.json']);
    for (const name of ['run.json', 'events.jsonl'])
      expect(readFileSync(join(runsOf('into'), 'a', name))).toEqual(readFileSync(join(runsOf('from'), 'a', name)));
    expect(readFileSync(at('into', '.lethe', '.gitignore'), 'utf8')).toBe('*\n');
    // Nothing of the work is left.
    expect(readdirSync(runsOf('into')).sort()).toEqual(['a', 'b']);
  });

  it('tidies up after one that was killed long ago, and leaves one that may still be taken', async () => {
    await pack();
    const [old, young] = ['.taking-old', '.taking-young'].map((name) => join(runsOf('into'), name)) as [string, string];
    for (const folder of [old, young]) mkdirSync(folder, { recursive: true });
    utimesSync(old, new Date(0), new Date(0));
    await unpack();
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  it('puts nothing of itself through a link that a store came with', async () => {
    await pack();
    mkdirSync(join(at('into'), '.lethe'), { recursive: true });
    mkdirSync(at('elsewhere'));
    symlinkSync(at('elsewhere'), at('into', '.lethe', 'reports'));
    const besideAt = (path: string) => at('into', '.lethe', 'reports', path);
    await expect(unpackRuns(at('x.pack'), { workspace: at('into'), besideAt })).rejects.toThrow('it is a link');
    expect(readdirSync(at('elsewhere'))).toEqual([]);
  });

  it('has the parameters too where that is asked for', async () => {
    await pack(at('x.pack'), { withParameters: true });
    await unpack();
    const file = (workspace: string) => readFileSync(join(runsOf(workspace), 'a', 'checkpoints', 'task-1.safetensors'));
    expect(file('into').equals(file('from'))).toBe(true);
  });

  it('is the same to the byte for the same runs, and never written over a file', async () => {
    await pack(at('x.pack'), { runs: ['a', 'b'] });
    await pack(at('y.pack'), { runs: ['b', 'a'] });
    expect(readFileSync(at('x.pack')).equals(readFileSync(at('y.pack')))).toBe(true);
    await expect(pack()).rejects.toThrow('is there already');
  });

  it('taken twice changes nothing, and another run of the same id stays as it is', async () => {
    await pack();
    await unpack();
    expect((await unpack()).runs.map(({ taken }) => taken)).toEqual(['there', 'there']);
    write(join(runsOf('into'), 'b', 'events.jsonl'), 'mine\n');
    write(at('into', 'x.lethe.json'), '{ "mine": 1 }');
    const again = await unpack();
    expect(again.runs.map(({ taken }) => taken)).toEqual(['there', 'differs']);
    expect(again.beside.map(({ taken }) => taken)).toEqual(['differs']);
    expect(readFileSync(join(runsOf('into'), 'b', 'events.jsonl'), 'utf8')).toBe('mine\n');
    expect(readFileSync(at('into', 'x.lethe.json'), 'utf8')).toBe('{ "mine": 1 }');
  });

  it('is not made of a run that cannot be read, and no part of it is left', async () => {
    rmSync(join(runsOf('from'), 'a', 'run.json'));
    symlinkSync(at('from', 'x.lethe.json'), join(runsOf('from'), 'a', 'run.json'));
    await pack();
    await expect(unpack()).rejects.toThrow('a is no run');
    expect(existsSync(join(runsOf('into'), 'b'))).toBe(false);
  });
});

describe('a pack of somebody else', () => {
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const manifest = (id: string) => JSON.stringify({ ...manifestFor(), id });
  const filed = (path: string, text: string) => ({ path, bytes: Buffer.byteLength(text), sha256: sha(text) });
  const file = (name: string, body: string): TarEntry => ({ header: { name, size: Buffer.byteLength(body) }, body });

  interface Made {
    index?: unknown;
    entries?: TarEntry[];
  }
  async function taken({ index, entries }: Made): Promise<unknown> {
    const text = manifest('a');
    const usual = {
      ...{ lethe: 1, experiment: { name: 'X' }, beside: [] },
      runs: [{ id: 'a', files: [filed('run.json', text)] }],
    };
    const listed = JSON.stringify(index ?? usual);
    const tar = await packTar([file(INDEX, listed), ...(entries ?? [file('runs/a/run.json', text)])]);
    return unpack(write(at('hostile.pack'), gzipSync(tar)));
  }
  const indexOf = (id: string, path: string, text: string) => ({
    ...{ lethe: 1, experiment: { name: 'X' }, beside: [] },
    runs: [{ id, files: [filed(path, text)] }],
  });

  afterEach(() => {
    expect(existsSync(runsOf('into')) ? readdirSync(runsOf('into')) : []).toEqual([]);
    expect(readdirSync(root).filter((name) => !['into', 'hostile.pack'].includes(name))).toEqual([]);
  });

  it.each<[string, () => Made, string]>([
    ['a path that leads out', () => ({ index: indexOf('a', '../../x', 'x') }), 'Its index is none'],
    ['an id that leads out', () => ({ index: indexOf('../a', 'run.json', 'x') }), 'Its index is none'],
    ['an absolute path', () => ({ index: indexOf('a', '/tmp/x', 'x') }), 'Its index is none'],
    ['a marker of the queue', () => ({ index: indexOf('a', 'queued', 'x') }), 'Its index is none'],
    ['a hidden file', () => ({ index: indexOf('a', '.x', 'x') }), 'Its index is none'],
    ['an index of another version', () => ({ index: { lethe: 2 } }), 'Its index is none'],
    ['no index', () => ({ index: 'x' }), 'Its index is none'],
    [
      'a link',
      () => ({ entries: [{ header: { name: 'runs/a/run.json', type: 'symlink', linkname: '/etc/passwd', size: 0 } }] }),
      'is a symlink',
    ],
    ['other content', () => ({ entries: [file('runs/a/run.json', manifest('b'))] }), 'is not what its index says'],
    ['more bytes than listed', () => ({ entries: [file('runs/a/run.json', `${manifest('a')} `)] }), 'is not what'],
    [
      'what is not listed',
      () => ({ entries: [file('runs/a/run.json', manifest('a')), file('../evil', 'x')] }),
      'which it does not list',
    ],
    ['less than is listed', () => ({ entries: [] }), 'is not there where it is listed'],
    [
      'a run of another id',
      () => ({ index: indexOf('b', 'run.json', manifest('a')), entries: [file('runs/b/run.json', manifest('a'))] }),
      'b is no run',
    ],
    [
      'more than fits',
      () => ({
        index: {
          ...indexOf('a', 'run.json', 'x'),
          beside: [{ path: 'x', bytes: Number.MAX_SAFE_INTEGER, sha256: sha('') }],
        },
      }),
      'there is room for',
    ],
  ])('with %s is refused, and nothing of it is taken', async (_what, made, message) => {
    await expect(taken(made())).rejects.toThrow(message);
  });

  it('that is cut off, or none at all, is refused', async () => {
    const text = manifest('a').padEnd(100_000);
    const tar = await packTar([
      file(INDEX, JSON.stringify(indexOf('a', 'run.json', text))),
      file('runs/a/run.json', text),
    ]);
    const whole = gzipSync(tar, { level: 0 });
    await expect(unpack(write(at('hostile.pack'), whole.subarray(0, 50_000)))).rejects.toThrow(
      'is no pack, or is damaged',
    );
    await expect(unpack(write(at('hostile.pack'), 'text'))).rejects.toThrow('is no pack, or is damaged');
    await expect(unpack(at('none.pack'))).rejects.toThrow('There is no file');
  });
});

describe('stores', () => {
  it('are merged: what is new is copied, what is there is compared', async () => {
    for (const id of ['a', 'b', 'c']) writeRun('from', id);
    writeRun('into', 'b');
    writeRun('into', 'c', 'another\n');
    const told: string[] = [];
    await mergeRuns(at('from'), at('into'), ['a', 'b', 'c'], (id, taken) => told.push(`${id} ${taken}`));
    expect(told).toEqual(['a added', 'b there', 'c differs']);
    expect(existsSync(join(runsOf('into'), 'a', 'checkpoints', 'task-1.safetensors'))).toBe(true);
    expect(existsSync(join(runsOf('into'), 'a', 'queued'))).toBe(false);
    expect(readFileSync(join(runsOf('into'), 'c', 'events.jsonl'), 'utf8')).toBe('another\n');
    expect(readdirSync(runsOf('into')).sort()).toEqual(['a', 'b', 'c']);
  });
});

it('names in a pack mean the same on every system', () => {
  for (const path of ['run.json', 'analyses/landscape-0a.json', 'own/mine.ts', 'a/b/c/d/e'])
    expect(isPortable(path), path).toBe(true);
  for (const path of ['', 'a//b', 'a/../b', '..', 'a\\b', 'c:x', 'nul.txt', 'a.', 'a b', 'ä', 'a/b/c/d/e/f', '/a'])
    expect(isPlainPath(path), path).toBe(false);
});

it('an index comes first in the archive', async () => {
  writeRun('from', 'a');
  await pack(at('x.pack'), { runs: ['a'] });
  const [first] = await unpackTar(gunzipSync(readFileSync(at('x.pack'))));
  expect(first?.header.name).toBe(INDEX);
});
