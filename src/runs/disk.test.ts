import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done, entriesOf, lstat, OpenFile } from './disk';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-disk-'));
  writeFileSync(join(folder, 'file'), 'some text');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const place = () =>
  done(
    () => 'here',
    () => Promise.resolve('elsewhere'),
  );

const spend = (milliseconds: number) => {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
};

async function read(): Promise<unknown> {
  const file = await OpenFile.open(join(folder, 'file'), 0);
  const buffer = Buffer.alloc(20);
  const count = await file.read(buffer, 2, 10, 5);
  const { size } = await file.stat();
  await file.close();
  const entries = await entriesOf(folder);
  const { size: looked } = await lstat(join(folder, 'file'));
  const missing = await lstat(join(folder, 'none')).catch((error: unknown) => (error as NodeJS.ErrnoException).code);
  return [buffer.toString('utf8', 2, 2 + count), size, looked, missing, entries.map((entry) => entry.name)];
}

describe('operations on a disk', () => {
  it('are left to other threads while it is slow, and done here again later, with the same results', async () => {
    // Another test's pause may have made the disk look slow.
    for (let i = 0; i < 5000 && (await place()) === 'elsewhere'; i++);
    const here = await read();
    expect(here).toEqual(['text', 9, 9, 'ENOENT', ['file']]);
    await done(
      () => spend(5),
      () => Promise.resolve(),
    );
    expect(await place()).toBe('elsewhere');
    expect(await read()).toEqual(here);
    let operations = 0;
    while ((await place()) === 'elsewhere') operations += 1;
    expect(operations).toBeGreaterThan(100);
  });

  it('that fail slowly count as slow too', async () => {
    for (let i = 0; i < 5000 && (await place()) === 'elsewhere'; i++);
    const fail = () => {
      spend(5);
      throw new Error('no');
    };
    await expect(done(fail, place)).rejects.toThrow('no');
    expect(await place()).toBe('elsewhere');
  });
});
