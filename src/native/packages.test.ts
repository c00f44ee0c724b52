import { describe, expect, it } from 'vitest';
import packageLock from './packageLock.json';

const { '': manifest, ...packages } = packageLock.packages;

describe('the packages of the engine', () => {
  it('are there, tfjs-node in the version that is used', () => {
    expect(manifest.dependencies['@tensorflow/tfjs-node']).toBe('4.22.0');
    expect(packages['node_modules/@tensorflow/tfjs-node'].version).toBe('4.22.0');
  });

  it.each(Object.entries(packages))('have a checksum and no address of their own: %s', (_, entry) => {
    expect(entry.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    expect(entry).not.toHaveProperty('resolved');
  });
});
