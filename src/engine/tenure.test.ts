import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as regularFile from './regularFile';

/** Errors that reading a file meets, one after the other, before it succeeds. */
const faults = vi.hoisted(() => ({ left: [] as Error[] }));
vi.mock('./regularFile', async (original) => {
  const real = await original<typeof regularFile>();
  const readRegular: typeof real.readRegular = (...asked) => {
    const fault = faults.left.pop();
    if (fault) throw fault;
    return real.readRegular(...asked);
  };
  return { ...real, readRegular };
});

const { Superseded, Tenure } = await import('./tenure');

let folder = '';
const file = () => path.join(folder, 'process.json');
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-tenure-'));
  writeFileSync(file(), JSON.stringify({ token: 'mine', at: 1, host: 'here' }));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** A clock that goes on by so much whenever one looks at it. */
function steps(milliseconds: number): () => number {
  let now = 0;
  return () => (now += milliseconds);
}

const confirm = (token?: string) => () => new Tenure(folder, token).confirm();

describe('a process that was started with a token', () => {
  it('waits until process.json names it', async () => {
    rmSync(file());
    const begun = new Tenure(folder, 'mine').begin();
    setTimeout(() => writeFileSync(file(), '{"token":"mine"}'), 100);
    await expect(begun).resolves.toBeUndefined();
  });

  it('leaves when process.json never names it', async () => {
    vi.spyOn(performance, 'now').mockImplementation(steps(1000));
    await expect(new Tenure(folder, 'other').begin()).rejects.toThrow(Superseded);
  });

  it('stays where process.json cannot be read for a moment, and does not where it is gone', () => {
    const error = (code: string, errno: number) => Object.assign(new Error(code), { code, errno });
    faults.left = [error('Unknown system error -116', -116), error('EIO', -5)];
    expect(confirm('mine')).not.toThrow();
    faults.left = [error('ENOENT', -2)];
    expect(confirm('mine')).toThrow(Superseded);
    expect(faults.left).toEqual([]);
  });

  it('notices at the next sign of life that another process was started', () => {
    const tenure = new Tenure(folder, 'mine');
    tenure.confirm();
    expect(() => tenure.giveSign()).not.toThrow();
    writeFileSync(`${file()}.new`, '{"token":"other"}');
    renameSync(`${file()}.new`, file());
    expect(() => tenure.giveSign()).toThrow(Superseded);
  });

  it('trains as long as process.json holds it', () => {
    expect(confirm('mine')).not.toThrow();
  });

  it.each<[string, () => void]>([
    ['holds another', () => writeFileSync(file(), '{"token":"other"}')],
    ['holds none', () => writeFileSync(file(), '{"pid":7}')],
    ['holds no text', () => writeFileSync(file(), '{"token":["mine"]}')],
    ['is no object', () => writeFileSync(file(), 'null')],
    ['is no JSON', () => writeFileSync(file(), '{"token":"mi')],
    ['is gone', () => rmSync(file())],
    ['is gone with the run folder', () => rmSync(folder, { recursive: true })],
    ['is far too large', () => writeFileSync(file(), `{"token":"mine","x":"${'x'.repeat(70_000)}"}`)],
    [
      'is a folder',
      () => {
        rmSync(file());
        mkdirSync(file());
      },
    ],
    [
      'is a link to a file that holds it',
      () => {
        writeFileSync(path.join(folder, 'elsewhere'), '{"token":"mine"}');
        rmSync(file());
        symlinkSync(path.join(folder, 'elsewhere'), file());
      },
    ],
  ])('leaves when process.json %s', (_, change) => {
    change();
    expect(confirm('mine')).toThrow(Superseded);
  });

  it('shows that it lives by the time of process.json, every ten seconds at most', () => {
    let time = 50_000;
    vi.spyOn(performance, 'now').mockImplementation(() => time);
    const tenure = new Tenure(folder, 'mine');
    const touched = () => {
      utimesSync(file(), 1, 1);
      tenure.giveSign();
      return statSync(file()).mtimeMs > 1000;
    };
    expect(touched()).toBe(true);
    time += 9_999;
    expect(touched()).toBe(false);
    time += 2;
    expect(touched()).toBe(true);
  });

  it('does not let another process seem alive', () => {
    writeFileSync(file(), '{"token":"other"}');
    utimesSync(file(), 1, 1);
    expect(() => new Tenure(folder, 'mine').giveSign()).toThrow(Superseded);
    expect(statSync(file()).mtimeMs).toBe(1000);
  });

  it('does not let another process seem alive whose token was written into the same file', () => {
    vi.spyOn(performance, 'now').mockImplementation(steps(10_000));
    const tenure = new Tenure(folder, 'mine');
    tenure.giveSign();
    writeFileSync(file(), '{"token":"other"}');
    utimesSync(file(), 1, 1);
    expect(() => tenure.giveSign()).toThrow(Superseded);
    expect(statSync(file()).mtimeMs).toBe(1000);
  });
});

describe('a process that was started without a token', () => {
  it('trains whatever there is, and touches nothing', () => {
    utimesSync(file(), 1, 1);
    new Tenure(folder).giveSign();
    expect(statSync(file()).mtimeMs).toBe(1000);
    rmSync(file());
    expect(confirm()).not.toThrow();
  });
});
