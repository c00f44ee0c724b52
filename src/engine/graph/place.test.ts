import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeIn } from './place';

describe('the place of a stack that its author is told', () => {
  const noMap = () => undefined;
  const at = (...files: string[]) =>
    ['Error', ...files.map((file, i) => `    at fn${i} (${file}:${i + 1}:7)`)].join('\n');

  it.each([
    ['is not of a library or Node.js', ['/a/node_modules/x/y.js', 'node:internal/z', '/a/mine.js'], '/a/mine.js'],
    ['is not of the tracing', ['/a/src/engine/graph/place.ts', '/a/src/engine/graph/trace.ts', '/a/b.ts'], '/a/b.ts'],
    [
      'is of a method before the engine',
      ['/a/src/engine/networks/layers.ts', '/a/src/engine/methods/ewc.ts'],
      'ewc.ts',
    ],
    ['is outside of the engine before within', ['/a/src/engine/fisher.ts', '/home/me/mine.ts'], '/home/me/mine.ts'],
    ['is of the engine where there is no other', ['/a/src/engine/fisher.ts', '/a/src/engine/trainer.ts'], 'fisher.ts'],
    ['may have Windows names', ['C:\\a\\src\\engine\\graph\\trace.ts', 'C:\\my own\\mine.ts'], 'C:\\my own\\mine.ts'],
    ['may be a URL', ['file:///a/node_modules/x.js', 'file:///my%20own/mine.mjs'], '/my own/mine.mjs'],
  ])('%s', (_, files, file) => {
    const found = placeIn(at(...files), noMap);
    expect(found?.file.endsWith(file)).toBe(true);
  });

  it('may stand in a frame without a name, and is none where nothing is the author’s', () => {
    expect(placeIn('Error\n    at /a/b c.js:12:34', noMap)).toEqual({ file: '/a/b c.js', line: 12, column: 34 });
    expect(placeIn('Error\n    at async Promise.all (index 0)\n    at fn (native)', noMap)).toBeUndefined();
  });
});

describe('the place in a bundle that is minified', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'lethe-place-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  let said: Record<string, string> = {};

  const write = (file: string, ...lines: string[]) => {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), lines.join('\n'));
  };

  beforeAll(async () => {
    write('node_modules/library/index.js', 'export const kernel = (fn) => [fn()][0];');
    write(
      'src/engine/networks/layers.ts',
      `import { kernel } from 'library';`,
      `import { place } from '${path.resolve('src/engine/graph/place').replaceAll('\\', '/')}';`,
      `export const layer = () => kernel(place);`,
    );
    write(
      'src/engine/methods/mine.ts',
      `import { layer } from '../networks/layers';`,
      `// A line that is not in the bundle.`,
      `export const loss = () => {`,
      `  const found = layer();`,
      `  return found;`,
      `};`,
    );
    write(
      'src/engine/main.ts',
      `import { loss } from './methods/mine';`,
      `import { layer } from './networks/layers';`,
      `console.log(JSON.stringify({ ofMethod: loss(), ofEngine: layer() }));`,
    );
    const outfile = path.join(root, 'dist/train.js');
    const entryPoints = [path.join(root, 'src/engine/main.ts')];
    await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', minify: true, sourcemap: true });
    said = JSON.parse(execFileSync(process.execPath, [outfile], { encoding: 'utf8' })) as typeof said;
  }, 60_000);

  it('is the line that its author wrote', () => {
    expect(said['ofMethod']).toBe(' (src/engine/methods/mine.ts:4:17)');
    expect(said['ofEngine']).toMatch(/^ \(src\/engine\/networks\/layers\.ts:3:\d+\)$/);
  });
});
