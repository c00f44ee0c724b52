import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseExperimentFile } from './experimentFile';

const TEXT = '{ "name": "x", "methods": [{ "method": "ewc" }] }';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-experiment-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('an experiment file', () => {
  it('is read and parsed, through a link too', async () => {
    writeFileSync(at('a.lethe.json'), `\uFEFF${TEXT}`);
    symlinkSync(at('a.lethe.json'), at('link.lethe.json'));
    for (const name of ['a.lethe.json', 'link.lethe.json'])
      expect(await parseExperimentFile(at(name))).toMatchObject({ experiment: { name: 'x' }, problems: [] });
  });

  it('that is gone is none', async () => {
    expect(await parseExperimentFile(at('gone.lethe.json'))).toBeUndefined();
  });

  const unreadable: [what: string, make: (file: string) => void, reason: string][] = [
    ['a folder', (file) => mkdirSync(file), 'it is a folder'],
    ['a FIFO', (file) => execFileSync('mkfifo', [file]), 'it is no regular file'],
    ['a link to an endless device', (file) => symlinkSync('/dev/zero', file), 'it is no regular file'],
    ['a link to itself', (file) => symlinkSync(file, file), 'it is a link that leads nowhere or in a circle'],
    ['a link to nothing', (file) => symlinkSync(at('gone'), file), 'it is a link that leads nowhere or in a circle'],
    ['too large', (file) => writeFileSync(file, TEXT.padEnd(1_000_001)), 'it is larger than 1 MB'],
    ['no text', (file) => writeFileSync(file, Buffer.from([0xff, 0xfe, 0x7b, 0])), 'it is no text in UTF-8'],
  ];
  it.skipIf(process.platform === 'win32').each(unreadable)(
    'that is %s has that as its one problem',
    async (_what, make, reason) => {
      make(at('bad.lethe.json'));
      const parsed = await parseExperimentFile(at('bad.lethe.json'));
      expect(parsed?.problems).toEqual([
        expect.objectContaining({ severity: 'error', message: `This file cannot be read: ${reason}.` }),
      ]);
      expect(parsed?.experiment).toBeUndefined();
    },
  );
});
