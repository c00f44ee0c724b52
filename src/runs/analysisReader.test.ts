import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AnalysisReader } from './analysisReader';
import { FileFault } from './regularFile';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-run-'));
  mkdirSync(join(folder, 'checkpoints'));
  mkdirSync(join(folder, 'analyses'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const parameters = (task: number, text: string) =>
  writeFileSync(join(folder, 'checkpoints', `task-${task + 1}.safetensors`), text);
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const result = (...texts: string[]) => ({
  ...{ lethe: 1, analysis: 'probe', revision: 1, settings: {}, backend: 'wasm' },
  checkpoints: texts.map((text, task) => ({ task, sha256: hashOf(text) })),
  rows: [{ after: 0, of: 0, values: { accuracy: 0.5, drop: 0, slope: 0 } }],
});
const keep = (found: unknown, name = 'probe') =>
  writeFileSync(join(folder, 'analyses', `${name}.json`), typeof found === 'string' ? found : JSON.stringify(found));
const read = (reader = new AnalysisReader()) => reader.read(folder, new AbortController().signal);

describe('what has been measured on kept parameters', () => {
  it('is read with what is drawn of it, and how many parameters there are', async () => {
    parameters(0, 'a');
    parameters(1, 'b');
    // Checkpoints to go on from are none that were kept after a task.
    writeFileSync(join(folder, 'checkpoints', 'latest.safetensors'), 'c');
    keep(result('a', 'b'));
    const { known, kept } = await read();
    expect(kept).toBe(2);
    expect(known).toMatchObject([
      { analysis: 'probe', isStale: false, courses: [{ name: 'probeAccuracy' }, { name: 'probeDrop' }] },
    ]);
  });

  it('is stale when parameters have changed since, also behind the back of one who has read them', async () => {
    parameters(0, 'a');
    keep(result('a'));
    const reader = new AnalysisReader();
    expect((await read(reader)).known[0]?.isStale).toBe(false);
    parameters(0, 'another');
    expect((await read(reader)).known[0]?.isStale).toBe(true);
  });

  it('is nothing where there is no folder, no JSON, no result, or one of something else', async () => {
    keep('{', 'cka');
    keep({ lethe: 1 }, 'sharpness');
    keep(result('a'), 'barrier');
    expect(await read()).toEqual({ known: [], several: [], kept: 0 });
    rmSync(join(folder, 'analyses'), { recursive: true });
    rmSync(join(folder, 'checkpoints'), { recursive: true });
    expect(await read()).toEqual({ known: [], several: [], kept: 0 });
  });

  it.skipIf(process.platform === 'win32')('is not read through a link', async () => {
    parameters(0, 'a');
    const elsewhere = join(folder, 'elsewhere.json');
    writeFileSync(elsewhere, JSON.stringify(result('a')));
    symlinkSync(elsewhere, join(folder, 'analyses', 'probe.json'));
    expect((await read()).known).toEqual([]);
  });

  it('is listed where it is of several runs, with what it is about, and read by its name', async () => {
    parameters(0, 'a');
    const path = {
      ...{ lethe: 1, analysis: 'path', revision: 2, settings: {}, backend: 'wasm', distance: 1, shares: [0, 1] },
      ends: [0, 1].map(() => ({ run: basename(folder), task: 0, sha256: hashOf('a') })),
      profiles: [{ way: 'line', of: 1, loss: [0.5, null], accuracy: [1, 1], barrier: 0, at: 0 }],
    };
    keep(path, 'path-0123456789ab');
    keep({ ...path, shares: [0, 0.5, 1] }, 'path-0123456789ac');
    keep(path, 'path-else');
    utimesSync(join(folder, 'analyses', 'path-0123456789ab.json'), 1_800_000_000, 1_800_000_000);
    const { several } = await read();
    expect(several).toEqual([
      {
        ...{ name: 'path-0123456789ab', at: 1_800_000_000_000, analysis: 'path', isStale: false },
        ...{ runs: [basename(folder)], tasks: [1] },
        through: [0, 1].map(() => ({ run: basename(folder), task: 0 })),
      },
    ]);
    expect(await new AnalysisReader().readSeveral(folder, 'path-0123456789ab')).toEqual(path);
    for (const name of ['path-0123456789ac', 'path-else', '../path-0123456789ab'])
      await expect(new AnalysisReader().readSeveral(folder, name)).rejects.toBeInstanceOf(FileFault);
    parameters(0, 'another');
    expect((await read()).several[0]?.isStale).toBe(true);
  });

  it('is of several runs stale where one of them is gone, and looks for none beyond its own store', async () => {
    parameters(0, 'a');
    const ends = (run: string) => [basename(folder), run].map((of) => ({ run: of, task: 0, sha256: hashOf('a') }));
    const path = { lethe: 1, analysis: 'path', revision: 2, settings: {}, backend: 'wasm', distance: 1 };
    const rest = { shares: [0], profiles: [] };
    keep({ ...path, ...rest, ends: ends('gone') }, 'path-000000000000');
    keep({ ...path, ...rest, ends: ends(`../${basename(tmpdir())}/${basename(folder)}`) }, 'path-000000000001');
    expect((await read()).several.map(({ isStale }) => isStale)).toEqual([true, true]);
  });

  it('is read no longer when nobody wants it any more', async () => {
    parameters(0, 'a');
    keep(result('a'));
    await expect(new AnalysisReader().read(folder, AbortSignal.abort())).rejects.toThrow('aborted');
  });
});
