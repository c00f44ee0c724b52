import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listFiles, PackageManager } from '@vscode/vsce';
import { describe, expect, it, onTestFinished } from 'vitest';
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
    expect(sizes['train.js.map']).toBeLessThanOrEqual(2600 * KB);
    expect((await readFile('.vscodeignore', 'utf8')).split('\n')).toContain('!dist/train.js.map');
  });

  it('the Python client ships, without its tests, and so does the program that is an example of it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lethe-package-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    // What others make there is no part of it: folders of Python and of what builds packages.
    const made = /\.venv|\.egg-info|(^|\/)(build|__pycache__)(\/|$)/;
    for (const part of ['.vscodeignore', 'package.json', 'README.md', 'LICENSE', 'clients', 'examples'])
      await cp(part, path.join(folder, part), { recursive: true, filter: (source) => !made.test(source) });
    for (const one of [
      '.venv/x.py',
      'build/lib/lethe/x.py',
      'src/lethe/__pycache__/x.pyc',
      'src/x.egg-info/PKG-INFO',
    ]) {
      await mkdir(path.join(folder, 'clients/python', path.dirname(one)), { recursive: true });
      await writeFile(path.join(folder, 'clients/python', one), '');
    }
    const files = await listFiles({ cwd: folder, packageManager: PackageManager.None });
    const shipped = files.filter((file) => /^(clients|examples\/program)\//.test(file));
    expect(shipped).toEqual(
      expect.arrayContaining([
        'clients/python/pyproject.toml',
        'clients/python/wheel_maker.py',
        'clients/python/README.md',
        'clients/python/fallback/lethe.py',
        'clients/python/src/lethe/__init__.py',
        'clients/python/src/lethe/py.typed',
        'clients/python/src/lethe/integrations/avalanche.py',
        'clients/python/examples/lora.py',
        'examples/program/softmax.lethe.json',
        'examples/program/softmax.py',
      ]),
    );
    expect(shipped.filter((file) => made.test(file) || file.includes('/tests/'))).toEqual([]);
    expect(shipped.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThanOrEqual(400 * KB);
  });

  it.skipIf(!existsSync(PACKAGE))('the package, with the data of MNIST, has at most 25 MB', () => {
    expect(statSync(PACKAGE).size).toBeLessThanOrEqual(25 * KB * KB);
  });
});
