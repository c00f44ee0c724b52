import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addDataCommand, downloadDataCommand, listDataCommand, removeDataCommand } from './dataCommands';
import { timeLeftOf } from './rate';
import type { Terminal } from './terminal';

let root = '';
let out: string[] = [];
let notes: string[] = [];
const terminal = {
  live: false,
  out: (line: string) => out.push(line),
  note: (line: string) => notes.push(line),
} as unknown as Terminal;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lethe-data-commands-'));
  vi.stubEnv('LETHE_DATA_DIR', join(root, 'data'));
  writeFileSync(join(root, 'a.csv'), `y,p\n${'a,1\nb,2\n'.repeat(10)}`);
  [out, notes] = [[], []];
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const add = (more = {}) => addDataCommand('mine', [join(root, 'a.csv')], more, terminal);
const json = () => out.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('lethe data', () => {
  it('lists known data sets and those of the user, and what is damaged', async () => {
    await add({ title: 'My own' });
    mkdirSync(join(root, 'data', 'broken'));
    writeFileSync(join(root, 'data', 'broken', 'dataset.json'), '{');
    out = [];
    expect(listDataCommand({}, terminal)).toBe(0);
    expect(out).toHaveLength(6);
    expect(out[0]).toMatch(/^mnist +✓ +MNIST +10 classes +28 × 28 × 1 +60000 \+ 10000 +ships with Lethe$/);
    expect(out[2]).toMatch(/^cifar-10 +– .* lethe data download cifar-10$/);
    expect(out[5]).toMatch(/^mine +✓ +My own +2 classes +1 × 1 × 1 +16 \+ 4 +.*CSV: /);
    expect(notes[0]).toContain('broken: its dataset.json is no JSON');
    out = [];
    listDataCommand({ json: true }, terminal);
    expect(json().map(({ name, present }) => [name, present])).toEqual([
      ['mnist', true],
      ['fashion-mnist', false],
      ['cifar-10', false],
      ['cifar-100', false],
      ['cifar-100-coarse', false],
      ['mine', true],
      ['broken', false],
    ]);
    expect(json()[2]).toMatchObject({ download: { bytes: 170_052_171 } });
    expect(json()[5]).toMatchObject({ classNames: ['a', 'b'], folder: join(root, 'data', 'mine') });
  });

  it('adds with words or with lines of JSON, and says what it is called', async () => {
    expect(await add()).toBe(0);
    expect(out.slice(0, 2)).toEqual(['Reading …', 'Writing …']);
    expect(out[2]).toMatch(/^mine: 16 training and 4 test examples of 2 classes, 1 × 1 × 1 bytes/);
    expect(out[3]).toBe('In an experiment file: "stream": { "dataset": "mine" }');
    out = [];
    expect(await add({ json: true })).toBe(2);
    expect(json().at(-1)).toMatchObject({
      type: 'error',
      message: expect.stringContaining('There is a data set "mine" already.'),
    });
    out = [];
    expect(await add({ json: true, replace: true })).toBe(0);
    expect(json().map(({ type }) => type)).toEqual(['progress', 'progress', 'data']);
    await expect(add()).rejects.toThrow('There is a data set "mine" already.');
  });

  it('removes, and says what becomes free', async () => {
    await add();
    out = [];
    expect(await removeDataCommand('mine', {}, terminal)).toBe(0);
    expect(out[0]).toMatch(/^mine is removed. .* are free again.$/);
    expect(existsSync(join(root, 'data', 'mine'))).toBe(false);
    for (const name of ['mine', '../data', 'mnist', ''])
      await expect(removeDataCommand(name, {}, terminal)).rejects.toThrow('There is no data set');
  });

  it('says size, address and licence before a download, and downloads nothing where nobody can be asked', async () => {
    vi.spyOn(process, 'stdin', 'get').mockReturnValue({ isTTY: false } as never);
    await expect(downloadDataCommand('cifar-10', {}, terminal)).rejects.toThrow('say --yes to download it');
    expect(out).toEqual([
      'CIFAR-10, 170 MB, from',
      '  https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
      'Described at https://www.cs.toronto.edu/~kriz/cifar.html. Licence: none stated; its authors ask to be cited.',
    ]);
    expect(existsSync(join(root, 'data'))).toBe(false);
    vi.restoreAllMocks();
  });

  it('downloads nothing when the answer is no', async () => {
    vi.spyOn(process, 'stdin', 'get').mockReturnValue({ isTTY: true } as never);
    const asking = { ...terminal, ask: () => Promise.resolve('n') } as unknown as Terminal;
    expect(await downloadDataCommand('fashion-mnist', {}, asking)).toBe(3);
    expect(existsSync(join(root, 'data'))).toBe(false);
    vi.restoreAllMocks();
  });
});

it('the time left counts what was done since the beginning of a phase, once that says something', () => {
  let now = 0;
  const left = timeLeftOf(() => now);
  expect(left('download', 500, 1000)).toBeUndefined();
  now = 1000;
  expect(left('download', 600, 1000)).toBeUndefined();
  now = 2000;
  expect(left('download', 700, 1000)).toBe(3);
  expect(left('download', 1000, 1000)).toBeUndefined();
  expect(left('read', 700, 1000)).toBeUndefined();
});
