// Data sets at their full size, through the built command line: the real Fashion-MNIST, and CIFAR's format.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addData, type Known } from '../../src/data/add';
import { sourceFileOf } from '../../src/data/files';
import { datasets } from '../../src/core/datasets';
import { originals } from '../../src/core/originals';
import { whyNoNative } from '../../src/engine/backend/testBackends';
import { loadDataset } from '../../src/engine/data/index';
import { cifarArchive } from '../../scripts/make-cifar.mjs';
import { fashionMnist } from './fashionMnist';

const isBuilt = existsSync('dist/cli.js');
const SLOW = 600_000;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-full-'));
  mkdirSync(join(folder, '.git'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const root = () => join(folder, 'data');
async function lethe(...words: readonly string[]): Promise<string> {
  const env = { ...process.env, LETHE_DATA_DIR: root() };
  const { stdout } = await promisify(execFile)(process.execPath, [resolve('dist/cli.js'), ...words], {
    cwd: folder,
    env,
  });
  return stdout;
}

/** Trains an experiment with the command line. @returns the lines that it prints as JSON */
async function run(experiment: object): Promise<Record<string, unknown>[]> {
  const file = join(folder, 'a.lethe.json');
  writeFileSync(file, JSON.stringify({ name: 'x', seeds: 1, bounds: false, ...experiment }));
  const out = await lethe('run', file, '--json', '--no-report');
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
const accuracyOf = (lines: readonly Record<string, unknown>[]) =>
  (lines.at(-1) as { rows: { measures: { accuracy: { mean: number } } }[] }).rows[0]?.measures.accuracy.mean ?? 0;

describe.skipIf(!isBuilt)('Fashion-MNIST', () => {
  it('the real one is known by its content, kept, and trained on', { timeout: SLOW }, async ({ skip }) => {
    const found = await fashionMnist();
    if ('reason' in found) return skip(found.reason);
    expect(await lethe('data', 'add', 'fashion-mnist', found.folder)).toContain('its content has the known checksum');
    const { train, test, checksums } = loadDataset('fashion-mnist', '', root());
    expect([train.count, test.count, checksums]).toEqual([60_000, 10_000, datasets['fashion-mnist'].files]);
    expect(train.labels.reduce((sum, label) => sum + Number(label === 9), 0)).toBe(6000);
    const lines = await run({
      stream: { dataset: 'fashion-mnist', tasks: 5, scenario: 'task' },
      network: { hidden: [50] },
      training: { iterations: 60 },
      methods: [{ method: 'replay' }],
    });
    expect(accuracyOf(lines)).toBeGreaterThan(0.85);
  });

  it('with one byte changed is refused', { timeout: SLOW }, async ({ skip }) => {
    const found = await fashionMnist();
    if ('reason' in found) return skip(found.reason);
    const { unpacked } = await import('../../src/data/files');
    for (const name of Object.keys(originals['fashion-mnist'].unpacked ?? {})) {
      const packed = join(found.folder, `${name}.gz`);
      const bytes = await unpacked(readFileSync(existsSync(packed) ? packed : join(found.folder, name)), name);
      if (name.startsWith('t10k-images')) bytes[5000] = (bytes[5000] ?? 0) ^ 1;
      writeFileSync(join(folder, name), bytes);
    }
    await expect(lethe('data', 'add', 'fashion-mnist', folder)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/t10k-images-idx3-ubyte is not that of Fashion-MNIST: .* expected 5b4141f0afba…/),
    });
  });
});

describe("CIFAR-10's format at its full size", () => {
  it('is read, refused when a byte differs from the hash, and trained on', { timeout: SLOW }, async ({ skip }) => {
    const archive = await cifarArchive('cifar-10');
    const file = join(folder, 'cifar-10-binary.tar.gz');
    writeFileSync(file, archive);
    const { bytes, md5, sha256 } = sourceFileOf('cifar-10-binary.tar.gz', archive);
    const original = originals['cifar-10'];
    const [real] = original.files;
    if (!real) throw new Error('no file');
    // As if what the script made were the original.
    const known: Known = {
      facts: datasets['cifar-10'],
      original: { ...original, files: [{ ...real, bytes, md5, sha256 }] },
    };
    const record = await addData('cifar-10', [file], { root: root() }, known);
    expect(record).toMatchObject({
      train: 50_000,
      test: 10_000,
      shape: [32, 32, 3],
      source: { identifiedBy: 'archive' },
    });
    await expect(addData('cifar-10', [file], { root: root(), replace: true })).rejects.toThrow(
      /is not the original of CIFAR-10: its SHA-256 is .*, expected c4a38c50a1bc…/,
    );
    archive[archive.length >> 1] = (archive[archive.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, archive);
    await expect(addData('cifar-10', [file], { root: root(), replace: true }, known)).rejects.toThrow(
      `expected ${sha256.slice(0, 12)}…`,
    );
    if (!isBuilt || whyNoNative() !== undefined) return skip(whyNoNative() ?? 'nothing is built');
    const lines = await run({
      stream: { dataset: 'cifar-10', tasks: 2, scenario: 'task' },
      network: { kind: 'cnn', conv: [8, 16], hidden: [32] },
      training: { iterations: 100, batchSize: 32 },
      evaluation: { points: 1, samples: 100 },
      methods: [{ method: 'none' }],
    });
    expect(accuracyOf(lines)).toBeGreaterThan(0.3);
  });
});
