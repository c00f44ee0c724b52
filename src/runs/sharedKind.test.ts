import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunManifest } from '../core/manifest';
import { kindOf } from './sharedKind';
import { manifestFor } from './testManifests';

let dist = '';
beforeEach(() => {
  dist = mkdtempSync(join(tmpdir(), 'lethe-kind-'));
  writeFileSync(join(dist, 'train.js'), 'one');
});
afterEach(() => rmSync(dist, { recursive: true, force: true }));

const kind = (manifest: RunManifest | undefined, { node = 'node', threads = 1 } = {}) =>
  kindOf(manifest, { node, dist, threads });

describe('what runs need to share a process', () => {
  it('is the same for other seeds and variants', async () => {
    expect(await kind(manifestFor({ key: 'ewc', seed: 2 }))).toBe(await kind(manifestFor()));
  });

  it('is another for another backend, other threads, other data, another Node.js, and when Lethe is updated', async () => {
    const manifest = manifestFor();
    const kinds = [
      await kind(manifest),
      await kind({ ...manifest, backend: 'wasm' }),
      await kind(manifest, { threads: 2 }),
      await kind(manifest, { node: 'another' }),
      await kind({ ...manifest, spec: { ...manifest.spec, data: { mnist: { 'train-images.npy': 'ab' } } } }),
    ];
    writeFileSync(join(dist, 'train.js'), 'another');
    expect(new Set([...kinds, await kind(manifest)]).size).toBe(6);
  });

  it('is nothing where a run is trained with code of the user’s own, by a program, or cannot be read', async () => {
    const manifest = manifestFor();
    const own = { ...manifest, spec: { ...manifest.spec, own: [] } } as unknown as RunManifest;
    const byProgram = { ...manifest, trainer: 'program' } as unknown as RunManifest;
    expect(await Promise.all([own, byProgram, undefined].map((one) => kind(one)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
