import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileFault, openRegularFile, readTextFile } from './regularFile';

const LIMIT = 1000;
const follow = { follow: true };
const noLinks = { follow: false };

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-regular-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function faultOf(file: string, options = follow, limit = LIMIT): Promise<FileFault> {
  const fault = await readTextFile(file, limit, options).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(FileFault);
  return fault as FileFault;
}

describe('a regular file', () => {
  it.each(['', 'x', 'Größe 漢字 🙂', 'x'.repeat(LIMIT)])('is read whole, up to the limit (%#)', async (text) => {
    writeFileSync(at('file'), text);
    expect(await readTextFile(at('file'), 4 * LIMIT, noLinks)).toBe(text);
    expect(await readTextFile(at('file'), Buffer.byteLength(text), follow)).toBe(text);
  });

  it('with a byte order mark is read without it', async () => {
    writeFileSync(at('file'), '\uFEFFtext');
    expect(await readTextFile(at('file'), LIMIT, noLinks)).toBe('text');
  });

  it('of one byte more than the limit is refused', async () => {
    writeFileSync(at('file'), 'x'.repeat(1_000_001));
    expect((await faultOf(at('file'), follow, 1_000_000)).reason).toBe('it is larger than 1 MB');
  });

  it('that is no text is refused', async () => {
    writeFileSync(at('file'), Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    expect((await faultOf(at('file'))).reason).toBe('it is no text in UTF-8');
  });

  it('that is not there is told from one that cannot be read', async () => {
    const fault = await faultOf(at('missing'));
    expect(fault).toMatchObject({ reason: 'there is no such file', code: 'ENOENT', isMissing: true });
    expect(fault.message).toBe(`${at('missing')}: there is no such file`);
    writeFileSync(at('file'), '');
    expect(await faultOf(join(at('file'), 'inside'))).toMatchObject({ code: 'ENOTDIR', isMissing: true });
    expect((await faultOf(at('x'.repeat(300)))).reason).toBe('its name is too long');
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('of another user is refused', async () => {
    writeFileSync(at('file'), 'secret');
    chmodSync(at('file'), 0);
    expect(await faultOf(at('file'))).toMatchObject({ reason: 'permission denied', isMissing: false });
  });

  it.runIf(process.platform === 'linux')(
    'whose size says nothing is read to its end, and no further than the limit',
    async () => {
      expect(await readTextFile('/proc/self/status', 1_000_000, noLinks)).toContain(`Pid:\t${process.pid}`);
      expect((await faultOf('/proc/self/status', noLinks, 10)).reason).toBe('it is larger than 10 B');
    },
  );
});

describe('what is no regular file', () => {
  it('is refused when it is a folder', async () => {
    mkdirSync(at('folder'));
    for (const options of [follow, noLinks])
      expect((await faultOf(at('folder'), options)).reason).toBe('it is a folder');
  });

  it.skipIf(process.platform === 'win32')('is refused at once when it is a FIFO that nobody writes to', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    symlinkSync(at('fifo'), at('link'));
    for (const [file, options] of [
      [at('fifo'), follow],
      [at('fifo'), noLinks],
      [at('link'), follow],
    ] as const)
      expect((await faultOf(file, options)).reason).toBe('it is no regular file');
  });

  it.skipIf(process.platform === 'win32')('is refused when it is a device without end', async () => {
    symlinkSync('/dev/zero', at('zero'));
    expect((await faultOf(at('zero'))).reason).toBe('it is no regular file');
  });
});

describe.skipIf(process.platform === 'win32')('a link', () => {
  beforeEach(() => {
    writeFileSync(at('file'), 'text');
    symlinkSync(at('file'), at('link'));
    symlinkSync(at('gone'), at('dangling'));
    symlinkSync(at('b'), at('a'));
    symlinkSync(at('a'), at('b'));
  });

  it('to a file is followed only where that is asked for', async () => {
    expect(await readTextFile(at('link'), LIMIT, follow)).toBe('text');
    expect(await faultOf(at('link'), noLinks)).toMatchObject({ reason: 'it is a link', isMissing: false });
  });

  it.each(['dangling', 'a'])('that leads nowhere or in a circle is a fault, not a missing file (%s)', async (name) => {
    expect(await faultOf(at(name))).toMatchObject({
      reason: 'it is a link that leads nowhere or in a circle',
      isMissing: false,
    });
    expect(await faultOf(at(name), noLinks)).toMatchObject({ reason: 'it is a link', isMissing: false });
  });

  it('in a circle on the way to a file is a fault', async () => {
    expect((await faultOf(join(at('a'), 'file'))).reason).toBe('a link on the way to it leads in a circle');
  });
});

describe('opening', () => {
  it('hands over the file, and closes what it refuses', async () => {
    writeFileSync(at('file'), 'text');
    const { opened, stats } = await openRegularFile(at('file'), noLinks);
    const buffer = Buffer.alloc(10);
    expect(await opened.read(buffer, 0, 10, 1)).toBe(3);
    expect(buffer.toString('utf8', 0, 3)).toBe('ext');
    expect(stats.size).toBe(4);
    await opened.close();
    await expect(openRegularFile(folder, noLinks)).rejects.toThrow('it is a folder');
  });
});
