import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installEngine } from '../src/native/install';
import packageLock from '../src/native/packageLock.json';
import type { Wheel } from '../src/native/wheel';

interface LockedPackage {
  readonly version: string;
  readonly integrity: string;
}

/** The packages that are asked for, and their places. */
const { '': _manifest, ...byPlace } = packageLock.packages;
const locked = Object.entries<LockedPackage & { name?: string }>(byPlace);

const npm = find('npm');
const python = find('python3');
const hasPip = python !== undefined && succeeds(python, ['-m', 'pip', '--version']);

describe.skipIf(process.platform === 'win32')('a mirror that serves something else', () => {
  let folder = '';
  let root = '';
  let mirror: Server;
  let address = '';
  /** Answers a path with a body. */
  let answer: (path: string) => string | Buffer | undefined;
  let asked: string[] = [];
  /** Made by whatever is run of what the mirror serves. */
  let evidence = '';

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lethe-mirror-'));
    root = join(folder, 'engine');
    evidence = join(folder, 'was-run');
    asked = [];
    mirror = createServer(({ url = '' }, response) => {
      const path = decodeURIComponent(url);
      asked.push(path);
      const body = answer(path);
      response.writeHead(body === undefined ? 404 : 200, {
        'content-type': typeof body === 'string' ? typeOf(body) : '',
      });
      response.end(body);
    });
    await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
    mkdirSync(join(folder, 'bin'));
    mkdirSync(join(folder, 'dist'));
    writeFileSync(
      join(folder, 'dist', 'train.js'),
      `require('node:fs').writeFileSync(${JSON.stringify(evidence)}, '')`,
    );
    // What the environment can say to npm, pip and the script of tfjs-node.
    const settings = {
      PATH: join(folder, 'bin'),
      CXX: '',
      NO_PROXY: '127.0.0.1',
      no_proxy: '127.0.0.1',
      npm_config_noproxy: '127.0.0.1',
      npm_config_registry: `${address}/`,
      npm_config_cache: join(folder, 'npm-cache'),
      npm_config_fetch_retries: '0',
      npm_config_ignore_scripts: 'false',
      npm_config_package_lock: 'false',
      npm_config_prefer_offline: 'true',
      npm_config_strict_ssl: 'false',
      npm_config_TFJS_NODE_BASE_URI: `${address}/tensorflow/`,
      npm_config_TFJS_NODE_CDN_STORAGE: `${address}/tensorflow/`,
      TFJS_NODE_BASE_URI: `${address}/tensorflow/`,
      TFJS_NODE_CDN_STORAGE: `${address}/tensorflow/`,
      CDN_STORAGE: `${address}/tensorflow/`,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_INDEX_URL: `${address}/simple`,
      PIP_EXTRA_INDEX_URL: `${address}/simple`,
      PIP_FIND_LINKS: '',
      PIP_NO_BINARY: ':all:',
      PIP_RETRIES: '0',
    };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    program('g++', 'exit 0');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await new Promise((resolve) => mirror.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const program = (name: string, body: string) =>
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\nPATH=/bin:/usr/bin\n${body}\n`, { mode: 0o755 });

  /** Every script of it leaves the evidence. */
  function packageWithScripts(name: string): Buffer {
    const content = join(folder, 'package');
    mkdirSync(content, { recursive: true });
    const run = `touch ${evidence}`;
    const scripts = { preinstall: run, install: run, postinstall: run, prepare: run };
    writeFileSync(join(content, 'package.json'), JSON.stringify({ name, version: '4.22.0', scripts }));
    const archive = join(folder, 'package.tgz');
    execFileSync('tar', ['-czf', archive, '-C', folder, 'package'], { env: { PATH: '/bin:/usr/bin' } });
    return readFileSync(archive);
  }

  const install = (wheel?: Wheel) =>
    installEngine({
      dist: join(folder, 'dist'),
      root,
      ...(wheel && { wheel }),
      refused: undefined,
      signal: new AbortController().signal,
      consent: () => Promise.resolve(true),
      onProgress: () => undefined,
    });

  function expectNothing() {
    expect(existsSync(evidence)).toBe(false);
    expect(readdirSync(root).filter((name) => name !== 'lock')).toEqual([]);
    expect(asked.filter((path) => path.startsWith('/tensorflow'))).toEqual([]);
  }

  const claims: [string, (entry: LockedPackage, other: Buffer) => string][] = [
    ['which says so', (_, other) => `sha512-${createHash('sha512').update(other).digest('base64')}`],
    ['which says it is the right one', ({ integrity }) => integrity],
  ];
  it.skipIf(npm === undefined).each(claims)(
    'to npm, %s, is refused and nothing of it is run',
    async (_, claim) => {
      program('npm', `exec "${process.execPath}" "${realpathSync(npm ?? '')}" "$@"`);
      program('python3', 'exit 0');
      const archive = packageWithScripts('@tensorflow/tfjs-node');
      answer = (path) => {
        if (path.endsWith('.tgz')) return archive;
        const name = path.slice(1);
        const versions = locked
          .filter(([place, entry]) => (entry.name ?? place.split('node_modules/').at(-1)) === name)
          .map(([, entry]) => {
            const dist = { tarball: `${address}/${name}/-/other.tgz`, integrity: claim(entry, archive) };
            return [entry.version, { name, version: entry.version, hasInstallScript: true, dist }] as const;
          });
        return JSON.stringify({ name, versions: Object.fromEntries(versions) });
      };
      await expect(install()).rejects.toMatchObject({
        fault: 'damaged download',
        message: expect.stringMatching(/^The packages that npm has got are not the expected ones: a checksum differs/),
      });
      expect(asked.length).toBeGreaterThan(0);
      expectNothing();
    },
    60_000,
  );

  const wheel: Wheel = {
    requirement: 'tensorflow-cpu==0',
    python: '311',
    abi: 'cp311',
    platform: 'any',
    bytes: 5,
    sha256: createHash('sha256').update('wheel').digest('hex'),
    libraries: {},
    headers: [],
  };
  const offers: [string, string, string, RegExp][] = [
    ['another file', 'tensorflow_cpu-0-cp311-cp311-any.whl', 'damaged download', /checksum of the package is not the/],
    ['a source package, whose set-up pip would run', 'tensorflow-cpu-0.tar.gz', 'download', /No matching distribution/],
  ];
  it.skipIf(!hasPip).each(offers)(
    'to pip, %s, is refused and nothing of it is run',
    async (_, file, fault, message) => {
      program('npm', 'mkdir -p node_modules/@tensorflow/tfjs-node');
      program('python3', `exec "${python ?? ''}" "$@"`);
      answer = (path) => {
        if (path.endsWith(file)) return Buffer.from('whale');
        if (!path.startsWith('/simple/tensorflow-cpu')) return undefined;
        return `<!DOCTYPE html><html><body><a href="/files/${file}#sha256=${wheel.sha256}">${file}</a></body></html>`;
      };
      await expect(install(wheel)).rejects.toMatchObject({ fault, message: expect.stringMatching(message) });
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter((path) => path.endsWith('.tar.gz'))).toEqual([]);
      expectNothing();
    },
    60_000,
  );
});

const typeOf = (body: string) => (body.startsWith('<') ? 'text/html' : 'application/json');

/** A program of this machine. */
function find(name: string): string | undefined {
  const places = (process.env['PATH'] ?? '').split(delimiter);
  return places.map((place) => join(place, name)).find((file) => existsSync(file));
}

function succeeds(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
