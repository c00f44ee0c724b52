import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENGINE_VERSION } from '../../native/location';
import { openBackend } from './backend';

const wasm = join('node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');

describe('the engine a run trains on', () => {
  let root = '';
  let folder = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'lethe-load-'));
    folder = join(root, ENGINE_VERSION);
    vi.stubEnv('LETHE_ENGINE_DIR', root);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  });

  /** An engine whose record says that its addon has so many bytes. It has five. */
  function engineWith(bytes: number): void {
    mkdirSync(folder);
    writeFileSync(join(folder, 'addon.node'), 'wrong');
    const record = { version: ENGINE_VERSION, binding: 'addon.node', files: { 'addon.node': bytes } };
    writeFileSync(join(folder, 'engine.json'), JSON.stringify(record));
  }

  it('is WebAssembly where a file of the installed one is cut off, and says so', async () => {
    engineWith(9);
    const backend = await openBackend('auto', wasm);
    expect(backend.name).toBe('wasm');
    expect(backend.why).toMatch(
      /^native TensorFlow is damaged in .*: addon\.node has 5 bytes instead of 9; "lethe engine install" makes it anew$/,
    );
  });

  it('is WebAssembly where the installed one is half a folder', async () => {
    mkdirSync(folder);
    expect((await openBackend('auto', wasm)).why).toMatch(/damaged in .*: engine\.json is missing or unreadable/);
  });

  it('is WebAssembly where the installed one is whole but no library', async () => {
    engineWith(5);
    const backend = await openBackend('auto', wasm);
    expect(backend.name).toBe('wasm');
    expect(backend.why).toMatch(
      /^native TensorFlow in .* cannot be loaded: .*; "lethe engine remove" and then "lethe engine install" makes it anew$/,
    );
  });

  /** A build whose training process does this; returns its folder of `.wasm` files. */
  function buildWith(train: string): string {
    mkdirSync(join(root, 'dist'));
    writeFileSync(join(root, 'dist', 'train.js'), train);
    symlinkSync(resolve(wasm), join(root, 'dist', 'wasm'));
    return join(root, 'dist', 'wasm');
  }

  it('is WebAssembly where the installed one ends every process that loads it', async () => {
    engineWith(5);
    const backend = await openBackend('auto', buildWith("process.kill(process.pid, 'SIGSEGV')"));
    expect(backend.name).toBe('wasm');
    expect(backend.why).toMatch(
      /^native TensorFlow in .* ends the process that loads it \(SIGSEGV\); "lethe engine remove" and then .* makes it anew$/,
    );
  });

  it('is WebAssembly where the installed one does not work, with its own words', async () => {
    engineWith(5);
    const backend = await openBackend('auto', buildWith("throw new Error('the product is 3 instead of 4')"));
    expect(backend.why).toMatch(/^native TensorFlow in .* does not work: .*the product is 3 instead of 4/);
  });

  it('is WebAssembly where a module of the installed one is empty', async () => {
    const modules = join(folder, 'node_modules', '@tensorflow', 'tfjs-node', 'dist');
    mkdirSync(modules, { recursive: true });
    for (const name of ['register_all_kernels.js', 'nodejs_kernel_backend.js']) writeFileSync(join(modules, name), '');
    writeFileSync(join(folder, 'addon.js'), 'exports.TF_Version = "2";');
    const record = { version: ENGINE_VERSION, binding: 'addon.js', files: {} };
    writeFileSync(join(folder, 'engine.json'), JSON.stringify(record));
    const backend = await openBackend('auto', wasm);
    expect(backend.name).toBe('wasm');
    expect(backend.why).toMatch(
      /^native TensorFlow does not work \(.*\); "lethe engine remove" and then "lethe engine install" makes it anew$/,
    );
  });

  it('is tried by another process once, until its files change', async () => {
    engineWith(5);
    const log = join(root, 'tried');
    const build = buildWith(`require('node:fs').appendFileSync(${JSON.stringify(log)}, process.argv[2] + ' ')`);
    for (let i = 0; i < 2; i++) await openBackend('auto', build);
    expect(readFileSync(log, 'utf8')).toBe('--self-test ');
    rmSync(join(folder, 'addon.node'));
    writeFileSync(join(folder, 'addon.node'), 'other');
    await openBackend('auto', build);
    expect(readFileSync(log, 'utf8')).toBe('--self-test --self-test ');
    expect(readdirSync(folder).filter((name) => name.startsWith('works-'))).toHaveLength(2);
  });

  it('is WebAssembly where nothing is installed, and the user learns how to change that', async () => {
    const backend = await openBackend('auto', wasm);
    expect(backend.name).toBe('wasm');
    expect(backend.why).toMatch(/^native TensorFlow is (not installed; "lethe engine install" installs it|for Linux)/);
  });

  it('is WebAssembly where a file stands in place of its folder', async () => {
    writeFileSync(folder, 'no folder');
    const backend = await openBackend('auto', wasm);
    expect(backend.name).toBe('wasm');
    expect(backend.why).toMatch(/^native TensorFlow is damaged in /);
  });

  it('is what was asked for by name', async () => {
    expect(await openBackend('wasm', wasm)).toMatchObject({ name: 'wasm', why: 'asked for by name', threads: 1 });
  });

  it('is an error that says why when the damaged one is asked for by name', async () => {
    engineWith(9);
    await expect(openBackend('native', wasm)).rejects.toThrow(
      /asked for does not work here: native TensorFlow is damaged in/,
    );
  });
});
