import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  ftruncateSync,
  writeSync,
  closeSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseExperiment } from '../core/parse';
import { readNamedFile, readNamedFiles } from './contents';
import { planRuns } from './plan';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-contents-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** One tensor of so many float32 zeros, as a file with a hole where they are. */
function writeWeights(name: string, count: number, values = Buffer.alloc(0)): string {
  const header = JSON.stringify({ 'layer1.weights': { dtype: 'F32', shape: [count], data_offsets: [0, 4 * count] } });
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(header.length));
  const file = openSync(at(name), 'w');
  writeSync(file, Buffer.concat([start, Buffer.from(header), values]));
  ftruncateSync(file, 8 + header.length + 4 * count);
  closeSync(file);
  return at(name);
}

const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
const experiment = (more = {}) =>
  JSON.stringify({
    name: 'x',
    network: { weights: 'a.safetensors' },
    methods: [{ method: 'ewc' }, { method: 'ewc', network: { weights: 'b.safetensors' } }],
    ...more,
  });

describe('a file of weights', () => {
  it('is known by its content, and by its new one when it has changed', async () => {
    const file = writeWeights('a.safetensors', 100_000);
    expect(await readNamedFile({ name: 'a.safetensors', as: 'weights' }, file)).toEqual({
      kind: 'read',
      sha256: sha256(file),
    });
    const before = sha256(file);
    writeWeights('a.safetensors', 100_000, Buffer.from([1]));
    // Of the same size: the time tells.
    utimesSync(file, 1, 1);
    expect(sha256(file)).not.toBe(before);
    expect(await readNamedFile({ name: 'a.safetensors', as: 'weights' }, file)).toEqual({
      kind: 'read',
      sha256: sha256(file),
    });
  });

  it('that is gone is missed, and known again when it is back', async () => {
    const file = writeWeights('a.safetensors', 10);
    expect(await readNamedFile({ name: 'a', as: 'weights' }, file)).toMatchObject({ kind: 'read' });
    rmSync(file);
    expect(await readNamedFile({ name: 'a', as: 'weights' }, file)).toMatchObject({ kind: 'faulty' });
    writeWeights('a.safetensors', 10);
    expect(await readNamedFile({ name: 'a', as: 'weights' }, file)).toMatchObject({ kind: 'read' });
  });

  const unusable: [what: string, make: (file: string) => void, reason: string][] = [
    ['missing', () => undefined, 'there is no such file'],
    ['a folder', (file) => mkdirSync(file), 'it is a folder'],
    ['a FIFO', (file) => execFileSync('mkfifo', [file]), 'it is no regular file'],
    ['a link to an endless device', (file) => symlinkSync('/dev/zero', file), 'it is no regular file'],
    ['empty', (file) => writeFileSync(file, ''), 'the file is cut off'],
    [
      'a zip archive, as torch.save writes it',
      (file) => writeFileSync(file, 'PK\u0003\u0004'.padEnd(200)),
      'the file is cut off in its header',
    ],
    [
      'shorter than its header says',
      (file) => writeFileSync(file, readFileSync(writeWeights('whole', 10)).subarray(0, -1)),
      'the file is cut off in "layer1.weights"',
    ],
    ['larger than 512 MB', (file) => void execFileSync('truncate', ['-s', '513M', file]), 'it is larger than 537 MB'],
  ];
  it.skipIf(process.platform === 'win32').each(unusable)(
    'that is %s is said to be, with what was expected',
    async (_what, make, reason) => {
      make(at('w'));
      expect(await readNamedFile({ name: './w', as: 'weights' }, at('w'))).toEqual({
        kind: 'faulty',
        message: `The weights "./w" cannot be used: ${reason}. A file of the safetensors format with the weights of this network is expected at ${at('w')}.`,
      });
    },
  );

  it('of the largest size holds up nothing while it is read', async () => {
    const file = writeWeights('large.safetensors', (512 * 1024 * 1024) / 4 - 1000);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const found = await readNamedFile({ name: 'large', as: 'weights' }, file);
    delay.disable();
    expect(found.kind).toBe('read');
    // In one piece it takes about a second; the rest is for a busy machine.
    expect(delay.max / 1e6).toBeLessThan(250);
    const started = performance.now();
    expect(await readNamedFile({ name: 'large', as: 'weights' }, file)).toEqual(found);
    expect(performance.now() - started).toBeLessThan(100);
  }, 60_000);
});

describe('an experiment that names files of weights', () => {
  it('has each fault at the place that names it, and none once the files are there', async () => {
    const text = experiment();
    const wrong = parseExperiment(text, undefined, undefined, await readNamedFiles(text, at('x.lethe.json')));
    expect(wrong.experiment).toBeUndefined();
    expect(wrong.problems.map(({ path, severity }) => [path, severity])).toEqual([
      [['network', 'weights'], 'error'],
      [['methods', 1, 'network', 'weights'], 'error'],
    ]);
    const [first, second] = wrong.problems.map(({ offset, length }) => text.slice(offset, offset + length));
    expect([first, second]).toEqual(['"a.safetensors"', '"b.safetensors"']);

    for (const name of ['a.safetensors', 'b.safetensors']) writeWeights(name, name === 'a.safetensors' ? 10 : 20);
    const right = parseExperiment(text, undefined, undefined, await readNamedFiles(text, at('x.lethe.json')));
    expect(right.problems).toEqual([]);
    const contents = Object.fromEntries(right.experiment?.variants.map(({ key, contents: own }) => [key, own]) ?? []);
    expect(contents).toMatchObject({
      none: { 'a.safetensors': sha256(at('a.safetensors')) },
      ewc: { 'a.safetensors': sha256(at('a.safetensors')) },
      'ewc-2': { 'b.safetensors': sha256(at('b.safetensors')) },
    });
  });

  it('is not planned before they were read', () => {
    const { experiment: unread } = parseExperiment(experiment());
    expect(unread).toBeDefined();
    expect(() => unread && planRuns(unread, [], { backend: 'auto' })).toThrow('a.safetensors was not read');
  });
});
