import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { optionalDependencies } from '../../package.json';
import { engineRoot } from './location';
import { packages } from './packageLock.json';
import { unsupported } from './support';

describe('where the engine is kept', () => {
  it('is the folder that LETHE_ENGINE_DIR names, else the cache of the user', () => {
    expect(engineRoot({ LETHE_ENGINE_DIR: '/x' }, 'linux')).toBe('/x');
    expect(engineRoot({ XDG_CACHE_HOME: '/cache' }, 'linux')).toBe(join('/cache', 'lethe', 'engine'));
    expect(engineRoot({ XDG_CACHE_HOME: '' }, 'linux')).toBe(join(homedir(), '.cache', 'lethe', 'engine'));
    expect(engineRoot({}, 'darwin')).toBe(join(homedir(), 'Library', 'Caches', 'lethe', 'engine'));
    expect(engineRoot({ LOCALAPPDATA: '/local' }, 'win32')).toBe(join('/local', 'lethe', 'engine'));
  });
});

describe('whether a machine can have the engine', () => {
  it('is a yes on Linux with glibc on x64', () => expect(unsupported('linux', 'x64', '2.36')).toBeUndefined());

  it.each([
    ['darwin', 'arm64', '', /darwin on arm64/],
    ['win32', 'x64', '', /win32 on x64/],
    ['linux', 'arm64', '2.36', /linux on arm64/],
    ['linux', 'x64', '', /another C library/],
    ['linux', 'x64', '2.12', /glibc 2\.17 or newer, and this is 2\.12/],
  ])('is a no with the reason on %s %s, glibc %s', (platform, arch, glibc, reason) => {
    expect(unsupported(platform, arch, glibc)).toMatch(reason);
    expect(unsupported(platform, arch, glibc)).toMatch(/WebAssembly/);
  });
});

it('tfjs-node is of the version that the package names', () => {
  expect(packages['node_modules/@tensorflow/tfjs-node'].version).toBe(optionalDependencies['@tensorflow/tfjs-node']);
});
