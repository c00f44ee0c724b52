import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadedWith, outputsOf } from './shippedParts.mjs';

const KB = 1000;
const PACKAGE = 'lethe.vsix';

/** Output file → its bytes as shipped. */
async function sizesOf(entry) {
  const outputs = Object.entries(await outputsOf(entry));
  return Object.fromEntries(outputs.map(([file, { bytes }]) => [path.basename(file), bytes]));
}

describe('what ships stays small', () => {
  it('the dashboard needs at most 300 KB of script and style to show its answer, and each section little more', async () => {
    const outputs = await outputsOf('webview/main.ts');
    const styles = Object.keys(outputs).filter((file) => file.endsWith('.css'));
    expect(styles, 'a part that is loaded later brings no style along').toEqual(['dist/webview/dashboard.css']);
    const bytesOf = (files) => files.reduce((sum, file) => sum + outputs[file].bytes, 0);
    const atOnce = [...loadedWith('dist/webview/dashboard.js', outputs), 'dist/webview/dashboard.css'];
    expect(bytesOf(atOnce)).toBeLessThanOrEqual(300 * KB);
    for (const section of ['curves', 'why', 'inside', 'landscape']) {
      const [file] = Object.entries(outputs).find(
        ([, { entryPoint }]) => entryPoint === `webview/sections/${section}.ts`,
      );
      const more = loadedWith(file, outputs).filter((part) => !atOnce.includes(part));
      expect(bytesOf(more), section).toBeLessThanOrEqual(150 * KB);
    }
  });

  it('VS Code loads at most 300 KB to activate the extension, and the rest when it is needed', async () => {
    const outputs = await outputsOf('src/extension.ts');
    const atOnce = loadedWith('dist/extension.js', outputs);
    const bytes = atOnce.reduce((sum, file) => sum + outputs[file].bytes, 0);
    expect(bytes).toBeLessThanOrEqual(300 * KB);
    const inputs = atOnce.flatMap((file) => Object.keys(outputs[file].inputs));
    expect(inputs).toContain('src/extension.ts');
    for (const later of [
      'src/report/html.ts',
      'src/commands/index.ts',
      'src/editor/lenses.ts',
      'src/views/treeModel.ts',
      'src/views/runLog.ts',
      'src/runs/store.ts',
      'src/workspace/overview.ts',
      'src/core/comparison.ts',
      'src/core/measures/table.ts',
    ]) {
      expect(inputs).not.toContain(later);
      expect(Object.values(outputs).some((one) => later in one.inputs)).toBe(true);
    }
  });

  it('training says in which line a step cannot be compiled: its source map ships, without the sources', async () => {
    const sizes = await sizesOf('src/engine/main.ts');
    expect(Object.keys(sizes).sort()).toEqual(['train.js', 'train.js.map']);
    expect(sizes['train.js.map']).toBeLessThanOrEqual(2500 * KB);
    expect((await readFile('.vscodeignore', 'utf8')).split('\n')).toContain('!dist/train.js.map');
  });

  it.skipIf(!existsSync(PACKAGE))('the package, with the data of MNIST, has at most 25 MB', () => {
    expect(statSync(PACKAGE).size).toBeLessThanOrEqual(25 * KB * KB);
  });
});
