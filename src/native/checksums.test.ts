import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checksumsOf, findDamage, type Checksums } from './checksums';

vi.mock('node:fs', { spy: true });

const LIBRARY = 'node_modules/engine/lib/library.so';
const MODULE = 'node_modules/engine/index.js';

describe('looking whether files are what was installed', () => {
  let folder = '';
  let wanted: Checksums = {};
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lethe-checksums-'));
    mkdirSync(join(folder, 'node_modules/engine/lib'), { recursive: true });
    writeFileSync(join(folder, LIBRARY), 'a library');
    writeFileSync(join(folder, MODULE), 'a module');
    for (const file of [LIBRARY, MODULE]) setBack(file);
    wanted = checksumsOf(folder);
    // File systems count time in steps of some milliseconds.
    await delay(20);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What is found, and how many files were read for it. */
  function look(place = folder) {
    vi.mocked(fs.openSync).mockClear();
    const why = findDamage(place, wanted);
    const opened = vi.mocked(fs.openSync).mock.calls.map(([file]) => String(file));
    return { why, read: opened.filter((file) => /\.(so|js)$/.test(file)).length };
  }

  /** Gives a file the time that all of them have. */
  const setBack = (file: string) => utimesSync(join(folder, file), 1, 1);

  it('reads them once, and again only when one has changed', () => {
    expect(look()).toEqual({ why: undefined, read: 2 });
    expect(look()).toEqual({ why: undefined, read: 0 });
    utimesSync(join(folder, LIBRARY), 2, 2);
    expect(look()).toEqual({ why: undefined, read: 2 });
    expect(look()).toEqual({ why: undefined, read: 0 });
  });

  it('reads them once again where they were copied to', () => {
    look();
    const copy = `${folder}-copy`;
    cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
    try {
      expect(look(copy)).toEqual({ why: undefined, read: 2 });
      expect(look(copy)).toEqual({ why: undefined, read: 0 });
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('reads them every time where nothing can be written', () => {
    mkdirSync(join(folder, 'seen.json'));
    for (let i = 0; i < 2; i++) expect(look()).toEqual({ why: undefined, read: 2 });
  });

  it.each(['', '{', 'null', '7', '{"state":1}'])('reads them again when what was noted is %j', (noted) => {
    look();
    writeFileSync(join(folder, 'seen.json'), noted);
    expect(look()).toEqual({ why: undefined, read: 2 });
  });

  const flipped = 'a librarx';
  const damages: [string, () => void, RegExp][] = [
    [
      'a byte is another one, at the same size, time and inode',
      () => {
        writeFileSync(join(folder, LIBRARY), flipped);
        setBack(LIBRARY);
      },
      /^the content of node_modules\/engine\/lib\/library\.so is not what was installed$/,
    ],
    [
      'another file of the same size and time stands there',
      () => {
        writeFileSync(join(folder, 'other'), flipped);
        setBack('other');
        renameSync(join(folder, 'other'), join(folder, LIBRARY));
      },
      /content of .*library\.so/,
    ],
    ['JavaScript is another', () => writeFileSync(join(folder, MODULE), 'b module'), /content of .*index\.js/],
    ['a file is cut off', () => truncateSync(join(folder, LIBRARY), 3), /library\.so has 3 bytes instead of 9/],
    ['a file is gone', () => rmSync(join(folder, MODULE)), /index\.js is missing/],
    [
      'a link stands for a file',
      () => {
        renameSync(join(folder, MODULE), join(folder, 'elsewhere.js'));
        symlinkSync(join(folder, 'elsewhere.js'), join(folder, MODULE));
      },
      /index\.js is no regular file/,
    ],
    [
      'a file stands for a folder',
      () => {
        rmSync(join(folder, 'node_modules/engine'), { recursive: true });
        writeFileSync(join(folder, 'node_modules/engine'), '');
      },
      /cannot be read \(ENOTDIR\)/,
    ],
    [
      'a module was added that would be found first',
      () => writeFileSync(join(folder, 'node_modules/engine/lib/library'), ''),
      /^node_modules\/engine\/lib\/library does not belong to it$/,
    ],
    [
      'a package was added',
      () => mkdirSync(join(folder, 'node_modules/engine/node_modules')),
      /^node_modules\/engine\/node_modules does not belong to it$/,
    ],
  ];
  it.each(damages)('finds the damage when %s', (_, damage, why) => {
    look();
    damage();
    expect(look().why).toMatch(why);
    expect(look()).toEqual({ why: expect.stringMatching(why), read: 0 });
  });

  it('finds them whole again when what was damaged is restored', () => {
    const whole = readFileSync(join(folder, MODULE));
    writeFileSync(join(folder, MODULE), 'b module');
    expect(look().why).toMatch(/content/);
    writeFileSync(join(folder, MODULE), whole);
    expect(look().why).toBeUndefined();
  });

  it('lets no module pass where none was installed', () => {
    wanted = {};
    expect(look().why).toBe('node_modules/engine does not belong to it');
  });

  it('follows no note that was made for other checksums', () => {
    look();
    wanted = { ...wanted, [MODULE]: { bytes: 8, sha256: '0'.repeat(64) } };
    expect(look().why).toMatch(/content of .*index\.js/);
    expect(existsSync(join(folder, 'seen.json'))).toBe(true);
  });
});
