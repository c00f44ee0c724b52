import { describe, expect, it } from 'vitest';
import { codeOf, readSource } from './source';
import { link } from './link';
import { OwnError } from './ownError';

type Files = Readonly<Record<string, string>>;

const read = (files: Files) => (name: string) => (name in files ? Buffer.from(files[name] ?? '') : undefined);
const sourceOf = (files: Files) => readSource('mine.ts', read(files));
const run = (files: Files, lethe: object = {}) => link(sourceOf(files), '/some/where', lethe);

function faultOf(files: Files): OwnError {
  try {
    run(files);
  } catch (error) {
    if (error instanceof OwnError) return error;
    throw error;
  }
  throw new Error('nothing is wrong with it');
}

describe('a module of the user’s own', () => {
  it('is run with what it imports, types or not, by any of the names a file may have', () => {
    const files = {
      'mine.ts': `import { two } from './two';\nimport { three } from './lib/three.js';\nimport type { N } from './types';\nexport const all: N[] = [two, three];`,
      'two.mjs': 'export const two = 2;',
      'lib/three.ts': `import { two } from '../two.mjs';\nexport const three = two + 1;`,
    };
    expect(run(files)).toMatchObject({ all: [2, 3] });
    expect(Object.keys(codeOf(sourceOf(files)).files).sort()).toEqual(['lib/three.ts', 'mine.ts', 'two.mjs']);
  });

  it('gets the one module lethe', () => {
    const lethe = { answer: 42 };
    expect(run({ 'mine.ts': `import { answer } from 'lethe';\nexport default answer;` }, lethe)).toMatchObject({
      default: 42,
    });
  });

  it('may go in circles: files that import each other see what is there so far', () => {
    const files = {
      'mine.ts': `import { b } from './b';\nexport const a = () => 1;\nexport const sum = () => a() + b();`,
      'b.ts': `import { a } from './mine';\nexport const b = () => a() + 1;`,
    };
    expect((run(files)['sum'] as () => number)()).toBe(3);
  });

  it.each([
    ['node:fs', `\nimport fs from 'node:fs';\nfs.a();`, /^mine\.ts:2: "node:fs" cannot be imported/],
    ['a package', `import * as _ from 'lodash';\n_.a();`, /^mine\.ts:1: "lodash" cannot be imported/],
    ['a path above', `import { a } from '../a';\na();`, /^mine\.ts:1: "\.\.\/a" .* lies above/],
    ['a path from the root', `import { a } from '/a.ts';\na();`, /^mine\.ts:1: "\/a\.ts" cannot be imported/],
    ['what is hidden', `import { a } from './.a/b.ts';\na();`, /^mine\.ts:1: .* its name cannot be used/],
    ['what is not there', `\n\nimport { a } from './a';\na();`, /^mine\.ts:3: "\.\/a" .* there is no such file/],
    ['later', `export const a = 1;\nexport const b = import('./a');`, /^mine\.ts:2: Modules are imported at the top/],
    ['export from a package', `export * from 'fs';`, /^mine\.ts:1: "fs" cannot be imported/],
    ['import.meta', `export const a = import.meta.url;`, /^mine\.ts:1: import\.meta/],
  ])('may not import %s, and is told the line', (_, text, message) => {
    expect(faultOf({ 'mine.ts': text }).message).toMatch(message);
  });

  it.each([
    ['a syntax error', 'const a = 1;\nconst b = = 2;', /^mine\.ts:2: /],
    ['a brace that is not closed', 'export const a = () => {\n', /^mine\.ts(:\d+)?: /],
    ['what only the engine sees is wrong', 'const a = 1;\n\nconst a = 2;', /^mine\.ts:3: .*already been declared/],
    ['an error that is thrown', '\n\nthrow new Error("not today");', /^mine\.ts:3: not today$/],
    ['something else that is thrown', '\nthrow "a text";', /^mine\.ts: It throws what is no error: a text\.$/],
    [
      'a name that there is not',
      'type A = number;\nexport const b: A = undefinedName;',
      /^mine\.ts:2: ReferenceError: /,
    ],
    ['no text', '\xff\xfe', /^mine\.ts: /],
  ])('with %s is told the line', (_, text, message) => {
    const files = { 'mine.ts': text };
    const source = () =>
      readSource('mine.ts', (name) =>
        name in files ? Buffer.from(text, text.startsWith('\xff') ? 'latin1' : 'utf8') : undefined,
      );
    expect(() => link(source(), '/some/where', {})).toThrow(message);
  });

  it('names the file and line of what it imports where the fault is there', () => {
    const files = { 'mine.ts': `import './lib/a';`, 'lib/a.ts': `\nnull.x;` };
    expect(faultOf(files).message).toMatch(/^lib\/a\.ts:2: TypeError/);
  });

  it('says which files it looked at, found or not, so that it is known when to look again', () => {
    expect(Object.keys(faultOf({ 'mine.ts': `import { a } from './a';\na();` }).watched).sort()).toEqual([
      'a.js',
      'a.mjs',
      'a.mts',
      'a.ts',
      'mine.ts',
    ]);
  });

  it('has at most so many files', () => {
    const files = Object.fromEntries(
      Array.from({ length: 70 }, (_, i) => [i === 0 ? 'mine.ts' : `f${i}.ts`, `import './f${i + 1}';`]),
    );
    expect(faultOf(files).message).toMatch(/more than 64 files/);
  });

  it('is another one when a file that it imports is', () => {
    const files = { 'mine.ts': `import { a } from './a';\nexport default a;`, 'a.ts': 'export const a = 1;' };
    expect(codeOf(sourceOf(files))).toEqual(codeOf(sourceOf(files)));
    expect(codeOf(sourceOf({ ...files, 'a.ts': 'export const a = 2;' }))).not.toEqual(codeOf(sourceOf(files)));
  });
});
