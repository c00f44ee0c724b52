import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fakeDist } from './fakeTraining';

/** A command that takes longer waits for something that never comes. */
const PATIENCE = 20_000;

let dist = '';
let folder = '';
beforeAll(async () => {
  dist = await fakeDist();
});
afterAll(() => {
  rmSync(dist, { recursive: true, force: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Exit code and words of a command about an experiment file. */
function lethe(command: string, file: string) {
  const { status, stdout, stderr, signal } = spawnSync(process.execPath, [join(dist, 'cli.js'), command, file], {
    cwd: folder,
    encoding: 'utf8',
    timeout: PATIENCE,
  });
  return { status, signal, said: stdout + stderr };
}

const commands = ['run', 'check'];
const hostile: [what: string, make: (file: string) => void, said: string][] = [
  ['there is none', () => undefined, 'there is no such file'],
  ['it is a folder', (file) => mkdirSync(file), 'it is a folder; give the experiment file in it'],
  ['it is a FIFO', (file) => execFileSync('mkfifo', [file]), 'it is no regular file'],
  ['it is linked to an endless device', (file) => symlinkSync('/dev/zero', file), 'it is no regular file'],
  ['it is linked to itself', (file) => symlinkSync(file, file), 'it is a link that leads nowhere or in a circle'],
  ['it is too large', (file) => writeFileSync(file, '{}'.padEnd(1_000_001)), 'it is larger than 1 MB'],
  ['it is no text', (file) => writeFileSync(file, Buffer.from([0x7b, 0xff])), 'it is no text in UTF-8'],
];

describe.skipIf(process.platform === 'win32')('an experiment file that cannot be read', () => {
  it.each(hostile)('ends each command at once with 2 and one line that says why: %s', (_what, make, said) => {
    const file = join(folder, 'x.lethe.json');
    make(file);
    for (const command of commands)
      expect(lethe(command, file)).toEqual({ status: 2, signal: null, said: `lethe: ${file}: ${said}\n` });
  });
});

describe('an experiment file beyond measure', () => {
  it.each([
    ['20 kB of brackets', '['.repeat(20_000), 'Brackets are nested more than 64 deep here'],
    ['200,000 wrong seeds', `{ "name": "x", "seeds": [${'"a",'.repeat(200_000)}] }`, 'more than 100,000 words'],
    ['a key called __proto__', '{ "__proto__": { "name": "x" } }', 'Unknown key "__proto__".'],
  ])('is a problem at its place, and ends with 2 (%s)', (_what, text, said) => {
    const file = join(folder, 'x.lethe.json');
    writeFileSync(file, text);
    const ended = lethe('check', file);
    expect(ended).toMatchObject({ status: 2, signal: null });
    expect(ended.said).toContain(said);
    expect(ended.said).toMatch(/^.*x\.lethe\.json:1:\d+: error: /);
    expect(ended.said).not.toMatch(/\n {4}at /);
  });
});
