import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSeeds } from './experimentFile';
import { folderInWords, recordedPath, workspaceOf } from './places';

describe('the workspace folder of a file', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'lethe-places-'));
    mkdirSync(join(root, 'a/b'), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is the nearest one above that has a store or is a repository', () => {
    mkdirSync(join(root, '.git'));
    expect(workspaceOf(join(root, 'a/b'), undefined)).toBe(root);
    mkdirSync(join(root, 'a/.lethe'));
    expect(workspaceOf(join(root, 'a/b'), undefined)).toBe(join(root, 'a'));
  });

  it('knows a linked worktree, whose .git is a file', () => {
    writeFileSync(join(root, 'a/.git'), 'gitdir: elsewhere');
    expect(workspaceOf(join(root, 'a/b'), undefined)).toBe(join(root, 'a'));
  });

  it("is the file's own folder where there is none, and the one given where one is", () => {
    expect(workspaceOf(join(root, 'a/b'), undefined)).toBe(join(root, 'a/b'));
    expect(workspaceOf(join(root, 'a/b'), join(root, 'x'))).toBe(join(root, 'x'));
  });
});

describe('paths', () => {
  it('are recorded relative to the workspace folder', () => {
    expect(recordedPath('/w', '/w/examples/split.lethe.json')).toBe('examples/split.lethe.json');
  });

  it('are told in a sentence without a lone full stop', () => {
    expect(folderInWords(process.cwd())).toBe('this folder');
    expect(folderInWords(join(process.cwd(), 'runs'))).toBe('runs');
  });
});

describe('--seeds', () => {
  it('is a number of seeds or a list', () => {
    expect(parseSeeds('3')).toEqual([1, 2, 3]);
    expect(parseSeeds('1, 5,5')).toEqual([1, 5]);
    expect(parseSeeds('7,')).toEqual([7]);
  });

  it.each(['', 'x', '1,x', '0', '-1', '1.5', '99999', '4294967296,'])('refuses "%s"', (text) => {
    expect(() => parseSeeds(text)).toThrow(/--seeds/);
  });
});
