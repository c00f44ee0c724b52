import { build as bundle } from 'esbuild';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checksumsOf } from '../../native/checksums';
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

  /** Makes what is in the folder an installed engine. */
  function seal(binding: string): void {
    rmSync(join(folder, 'engine.json'), { force: true });
    const record = { version: ENGINE_VERSION, tensorflow: '2', binding, files: checksumsOf(folder) };
    writeFileSync(join(folder, 'engine.json'), JSON.stringify(record));
  }

  /** An engine whose addon is a text. */
  function engineWith(addon: string): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'addon.node'), addon);
    seal('addon.node');
  }

  /** An engine of JavaScript, with these modules of tfjs-node. */
  function engineOf(modules: Readonly<Record<string, string>>): string {
    const dist = join(folder, 'node_modules', '@tensorflow', 'tfjs-node', 'dist');
    mkdirSync(dist, { recursive: true });
    for (const [name, code] of Object.entries(modules)) writeFileSync(join(dist, name), code);
    writeFileSync(join(folder, 'addon.js'), 'exports.TF_Version = "2";');
    seal('addon.js');
    return dist;
  }

  it('is WebAssembly where a file of the installed one is cut off, and says so', async () => {
    engineWith('not so short');
    writeFileSync(join(folder, 'addon.node'), 'short');
    const backend = await openBackend('auto', wasm);
    expect(backend.name).toBe('wasm');
    expect(backend.why).toMatch(
      /^native TensorFlow is damaged in .*: addon\.node has 5 bytes instead of 12; "lethe engine install" makes it anew$/,
    );
  });

  it('is WebAssembly where a byte of the installed one is another, and nothing of it is loaded', async () => {
    const evidence = join(root, 'was-run');
    const modules = { 'register_all_kernels.js': '//', 'nodejs_kernel_backend.js': '//' };
    const dist = engineOf(modules);
    expect((await openBackend('auto', wasm)).why).toMatch(/does not work/);
    const other = `require('node:fs').writeFileSync(${JSON.stringify(evidence)}, '')`;
    writeFileSync(join(dist, 'register_all_kernels.js'), other);
    expect((await openBackend('auto', wasm)).why).toMatch(/register_all_kernels\.js has \d+ bytes instead of 2/);
    writeFileSync(join(dist, 'register_all_kernels.js'), '/*');
    expect((await openBackend('auto', wasm)).why).toMatch(
      /^native TensorFlow is damaged in .*: the content of .*register_all_kernels\.js is not what was installed; /,
    );
    writeFileSync(join(dist, 'register_all_kernels.js'), '//');
    writeFileSync(join(dist, 'register_all_kernels'), other);
    expect((await openBackend('auto', wasm)).why).toMatch(/dist\/register_all_kernels does not belong to it/);
    expect(existsSync(evidence)).toBe(false);
  });

  it('is no package that lies where Node.js would find it: nobody has checked it', async () => {
    const evidence = join(root, 'was-run');
    const found = join(root, 'node_modules', '@tensorflow', 'tfjs-node');
    mkdirSync(found, { recursive: true });
    writeFileSync(join(found, 'index.js'), `require('node:fs').writeFileSync(${JSON.stringify(evidence)}, '')`);
    const script = join(root, 'train.js');
    await bundle({
      entryPoints: ['src/engine/main.ts'],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'cjs',
    });
    const { stderr, status } = spawnSync(process.execPath, [script, '--self-test'], { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/native TensorFlow (is not installed|is for Linux)/);
    expect(existsSync(evidence)).toBe(false);
  });

  it.each([
    { told: '', found: '1' },
    { told: '0', found: '0' },
  ])('finds oneDNN turned on, unless the environment says otherwise ("$told")', async ({ told, found }) => {
    vi.stubEnv('TF_ENABLE_ONEDNN_OPTS', told);
    const evidence = join(root, 'was-told');
    const note = `require('node:fs').writeFileSync(${JSON.stringify(evidence)}, process.env.TF_ENABLE_ONEDNN_OPTS)`;
    engineOf({ 'register_all_kernels.js': note, 'nodejs_kernel_backend.js': '//' });
    await openBackend('auto', wasm);
    expect(readFileSync(evidence, 'utf8')).toBe(found);
  });

  it('is WebAssembly where the installed one is half a folder', async () => {
    mkdirSync(folder);
    expect((await openBackend('auto', wasm)).why).toMatch(/damaged in .*: engine\.json is missing or unreadable/);
  });

  it('is WebAssembly where the installed one is whole but no library', async () => {
    engineWith('wrong');
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
    engineWith('wrong');
    const backend = await openBackend('auto', buildWith("process.kill(process.pid, 'SIGSEGV')"));
    expect(backend.name).toBe('wasm');
    expect(backend.why).toMatch(
      /^native TensorFlow in .* ends the process that loads it \(SIGSEGV\); "lethe engine remove" and then .* makes it anew$/,
    );
  });

  it('is WebAssembly where the installed one does not work, with its own words', async () => {
    engineWith('wrong');
    const backend = await openBackend('auto', buildWith("throw new Error('the product is 3 instead of 4')"));
    expect(backend.why).toMatch(/^native TensorFlow in .* does not work: .*the product is 3 instead of 4/);
  });

  it('is WebAssembly where a module of the installed one is empty', async () => {
    engineOf({ 'register_all_kernels.js': '', 'nodejs_kernel_backend.js': '' });
    const backend = await openBackend('auto', wasm);
    expect(backend.name).toBe('wasm');
    expect(backend.why).toMatch(
      /^native TensorFlow does not work \(.*\); "lethe engine remove" and then "lethe engine install" makes it anew$/,
    );
  });

  it('is tried by another process once, until another one is installed', async () => {
    engineWith('wrong');
    const log = join(root, 'tried');
    const build = buildWith(`require('node:fs').appendFileSync(${JSON.stringify(log)}, process.argv[2] + ' ')`);
    for (let i = 0; i < 2; i++) await openBackend('auto', build);
    expect(readFileSync(log, 'utf8')).toBe('--self-test ');
    utimesSync(join(folder, 'addon.node'), 1, 1);
    await openBackend('auto', build);
    expect(readFileSync(log, 'utf8')).toBe('--self-test ');
    engineWith('other');
    await openBackend('auto', build);
    expect(readFileSync(log, 'utf8')).toBe('--self-test --self-test ');
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
    engineWith('wrong');
    writeFileSync(join(folder, 'addon.node'), 'wrong too');
    await expect(openBackend('native', wasm)).rejects.toThrow(
      /asked for does not work here: native TensorFlow is damaged in/,
    );
  });
});
