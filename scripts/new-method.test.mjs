import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { check, resolveConfig } from 'prettier';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const parts = [
  'src',
  'docs/methods',
  'test/guarantees',
  'test/nativeProject.ts',
  'eslint.config.mjs',
  'vitest.config.mts',
];
const written = [
  'src/core/methods/l2-pull.ts',
  'src/engine/methods/l2-pull.ts',
  'docs/methods/l2-pull.md',
  'test/guarantees/l2-pull.test.ts',
];
const entered = [
  'src/core/methods/index.ts',
  'src/engine/methods/index.ts',
  'test/guarantees/cases.ts',
  'test/guarantees/inspection.test.ts',
  'vitest.config.mts',
];

const copy = mkdtempSync(path.join(tmpdir(), 'lethe-new-method-'));
const read = (file) => readFileSync(path.join(copy, file), 'utf8');
/** What Vitest tells its own processes is not for one that is started here. */
const foreign = /^VITEST|^NODE_ENV$|^FORCE_COLOR$/;
const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
const env = { ...Object.fromEntries(own), NO_COLOR: '1' };

/** @returns its exit code and all it says */
async function run(program, ...args) {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: copy, env, maxBuffer: 1 << 26 });
    return { code: 0, said: stdout + stderr };
  } catch ({ code, stdout, stderr }) {
    return { code, said: stdout + stderr };
  }
}
const begin = (...names) => run(process.execPath, path.join(root, 'scripts/new-method.mjs'), ...names, '--out', copy);
const tool = (name, ...args) => run(path.join(root, 'node_modules/.bin', name), ...args);

let first;
beforeAll(async () => {
  for (const part of parts) cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
  const include = [...written, ...entered, 'src/**/*.d.ts'].filter((file) => /\.m?ts$/.test(file));
  const compilerOptions = { incremental: false, tsBuildInfoFile: null };
  const ofNode = { extends: path.join(root, 'tsconfig.node.json'), compilerOptions, include, exclude: [] };
  writeFileSync(path.join(copy, 'tsconfig.json'), JSON.stringify(ofNode));
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  first = await begin('l2-pull');
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

it('a new method is written, entered and formatted, and the commands that come next are named', async () => {
  expect(first.code).toBe(0);
  for (const file of [...written, ...entered]) {
    expect(first.said).toContain(`  ${file}\n`);
    const options = { ...(await resolveConfig(path.join(root, file))), filepath: file };
    expect(await check(read(file), options), file).toBe(true);
  }
  expect(first.said).toContain('UPDATE_NUMBERS=1 npx vitest run test/guarantees/numbers.test.ts');
  expect(read('test/guarantees/cases.ts')).toContain("'l2-pull': { methods: { 'l2-pull': { lambda: 1 } } },");
});

it('it passes the type check, the linter, its own test and the one of every method, as it is', async () => {
  const sources = written.filter((file) => file.endsWith('.ts'));
  const tests = ['contract', 'l2-pull'].map((name) => `test/guarantees/${name}.test.ts`);
  const [types, lint, tested] = await Promise.all([
    tool('tsc', '--noEmit'),
    tool('eslint', '--max-warnings', '0', ...sources),
    tool('vitest', 'run', '--project', 'unit', ...tests, '-t', 'l2-pull|L2Pull'),
  ]);
  for (const { said, code } of [types, lint, tested]) expect(code, said).toBe(0);
  // Both files have tests of it: none is passed by because of its name.
  expect(tested.said).toMatch(/Test Files +2 passed/);
  expect(tested.said).toMatch(/Tests +([3-9]|\d\d) passed/);
}, 300_000);

it('a second one stands beside it', async () => {
  expect((await begin('pull')).code).toBe(0);
  expect(read('src/core/methods/index.ts')).toMatch(/'l2-pull': l2Pull,\n {2}pull,\n\} satisfies/);
});

it.each([
  [[], /^usage: npm run new-method NAME$/m],
  [['EWC'], /^"EWC" cannot be the name of a method: small letters and digits/],
  [['../x'], /^"\.\.\/x" cannot be the name of a method/],
  [['a'.repeat(25)], /at most 24 characters/],
  [['class'], /^"class" cannot be the name of a method: JavaScript has another use for it\.$/m],
  [['ewc'], /^There is something named "ewc" already: src\/core\/methods\/ewc\.ts$/m],
  [['combine'], /^There is something named "combine" already: src\/engine\/methods\/combine\.ts$/m],
])('%j is refused in plain words', async (names, message) => {
  const before = entered.map(read);
  const { code, said } = await begin(...names);
  expect(code).toBe(1);
  expect(said).toMatch(message);
  expect(said.trim().split('\n').length).toBe(1);
  expect(entered.map(read)).toEqual(before);
});
