import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type * as promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** What is said of changes: nothing, that they failed and they did, or that they failed and they happened. */
const network = vi.hoisted((): { answer: 'right' | 'refused' | 'lost' } => ({ answer: 'right' }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  const failure = (code: string) => Object.assign(new Error(code), { code });
  return {
    ...real,
    rename: async (from: string, to: string) => {
      if (network.answer === 'refused') throw failure('EIO');
      await real.rename(from, to);
      if (network.answer === 'lost') throw failure('ENOENT');
    },
    mkdir: async (folder: string) => {
      await real.mkdir(folder);
      if (network.answer === 'lost') throw failure('EEXIST');
    },
  };
});

const { makeOwnFolder, moveOwn, readJson, writeWhole } = await import('./files');

let folder = '';
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-files-'));
  network.answer = 'right';
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('over a network whose answers are lost', () => {
  it('a rename that happened is none that failed', async () => {
    network.answer = 'lost';
    writeFileSync(at('a'), 'text');
    await moveOwn(at('a'), at('b'));
    await writeWhole(at('b'), 'other text');
    expect(readdirSync(folder)).toEqual(['b']);
    expect(readFileSync(at('b'), 'utf8')).toBe('other text');
  });

  it('a rename that was refused has failed, and what stood there stands', async () => {
    network.answer = 'refused';
    writeFileSync(at('a'), 'text');
    writeFileSync(at('b'), 'old');
    await expect(moveOwn(at('a'), at('b'))).rejects.toThrow('EIO');
    await expect(writeWhole(at('b'), 'new')).rejects.toThrow('EIO');
    expect(readFileSync(at('b'), 'utf8')).toBe('old');
  });

  it('a rename of what is not there has failed', async () => {
    await expect(moveOwn(at('a'), at('b'))).rejects.toThrow('ENOENT');
  });

  it('a folder that was just made is one’s own, and one with something in it is not', async () => {
    network.answer = 'lost';
    await makeOwnFolder(at('own'));
    expect(existsSync(at('own'))).toBe(true);
    network.answer = 'right';
    mkdirSync(at('of others'));
    writeFileSync(at('of others/run.json'), '');
    await expect(makeOwnFolder(at('of others'))).rejects.toThrow('EEXIST');
    writeFileSync(at('file'), '');
    await expect(makeOwnFolder(at('file'))).rejects.toThrow('EEXIST');
  });
});

it('JSON of what is no file is nothing', async () => {
  expect(await readJson(at('none'), 10)).toBeUndefined();
  expect(await readJson(folder, 10)).toBeUndefined();
});
