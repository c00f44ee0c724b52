import { build } from 'esbuild';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundles, forShipping } from '../esbuild.config.mjs';

const KB = 1024;
const PACKAGE = 'lethe.vsix';

/** Output file → its bytes as shipped. Nothing is written. */
async function sizesOf(entry) {
  const options = bundles.find(({ entryPoints }) => entryPoints.includes(entry));
  const { metafile } = await build({ ...forShipping(options), write: false, metafile: true });
  return Object.fromEntries(Object.entries(metafile.outputs).map(([file, { bytes }]) => [path.basename(file), bytes]));
}

describe('what ships stays small', () => {
  it('the dashboard needs at most 300 KB of script and style', async () => {
    const sizes = await sizesOf('webview/main.ts');
    expect(Object.keys(sizes).sort()).toEqual(['dashboard.css', 'dashboard.js']);
    expect(Object.values(sizes).reduce((sum, bytes) => sum + bytes)).toBeLessThanOrEqual(300 * KB);
  });

  it('VS Code loads at most 250 KB to activate the extension', async () => {
    const sizes = await sizesOf('src/extension.ts');
    expect(sizes['extension.js']).toBeLessThanOrEqual(250 * KB);
  });

  it('training says in which line a step cannot be compiled: its source map ships, without the sources', async () => {
    const sizes = await sizesOf('src/engine/main.ts');
    expect(Object.keys(sizes).sort()).toEqual(['train.js', 'train.js.map']);
    expect(sizes['train.js.map']).toBeLessThanOrEqual(2000 * KB);
    expect((await readFile('.vscodeignore', 'utf8')).split('\n')).toContain('!dist/train.js.map');
  });

  it.skipIf(!existsSync(PACKAGE))('the package, with the data of MNIST, has at most 25 MB', () => {
    expect(statSync(PACKAGE).size).toBeLessThanOrEqual(25 * KB * KB);
  });
});
