import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AnalysisReader } from './analysisReader';

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
    expect(await read()).toEqual({ known: [], kept: 0 });
    rmSync(join(folder, 'analyses'), { recursive: true });
    rmSync(join(folder, 'checkpoints'), { recursive: true });
    expect(await read()).toEqual({ known: [], kept: 0 });
  });

  it.skipIf(process.platform === 'win32')('is not read through a link', async () => {
    parameters(0, 'a');
    const elsewhere = join(folder, 'elsewhere.json');
    writeFileSync(elsewhere, JSON.stringify(result('a')));
    symlinkSync(elsewhere, join(folder, 'analyses', 'probe.json'));
    expect((await read()).known).toEqual([]);
  });

  it('is read no longer when nobody wants it any more', async () => {
    parameters(0, 'a');
    keep(result('a'));
    await expect(new AnalysisReader().read(folder, AbortSignal.abort())).rejects.toThrow('aborted');
  });
});
