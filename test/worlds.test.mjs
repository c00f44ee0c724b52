import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');

/** World → what TypeScript makes of its file: options, and the files that are checked in it. */
function readConfig(file) {
  const { config, error } = ts.readConfigFile(path.join(root, file), ts.sys.readFile);
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  return { config, ...ts.parseJsonConfigFileContent(config, ts.sys, root) };
}
const { config, options: shared } = readConfig('tsconfig.json');
const worlds = Object.fromEntries(
  config.references.map(({ path: file }) => [path.basename(file).split('.')[1], readConfig(file)]),
);

describe('the worlds of the code', () => {
  it('every TypeScript file is checked in one of them, and in no second one', () => {
    const all = Object.values(worlds).flatMap(({ fileNames }) => fileNames);
    const folders = ['src', 'webview', 'test', 'bench', 'scripts'];
    const files = ts.sys.readDirectory(root, ['.ts', '.mts'], ['test/artifacts', 'test/theia/installed'], folders);
    expect(all.sort()).toEqual(files.sort());
  });

  it.each(Object.keys(worlds))('%s is compiled by the rules of all, which esbuild reads too', (world) => {
    const own = new Set(['lib', 'types', 'tsBuildInfoFile', 'configFilePath']);
    const rules = (options) => Object.entries(options).filter(([name]) => !own.has(name));
    expect(rules(worlds[world].options)).toEqual(rules(shared));
  });

  it.each([
    ['node', [], ['node']],
    ['vscode', [], ['node', 'vscode']],
    ['webview', ['dom', 'dom.iterable'], []],
    ['page', ['dom', 'dom.iterable'], ['node']],
  ])('%s has no other libraries and types', (world, libraries, types) => {
    const names = worlds[world].options.lib.map((file) => file.replace(/^lib\.|\.d\.ts$/g, ''));
    expect(names).toEqual(['es2023', ...libraries]);
    expect(worlds[world].options.types).toEqual(types);
  });
});
