import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPrograms } from '../attack/programs';

/** `lethe init` and `lethe check mine.ts`, with the real programs. The types take long to make: they are those of the last build. */
const TYPES = 'dist/lethe.d.ts';
const hasTypes = existsSync(TYPES);
const dist = mkdtempSync(path.join(tmpdir(), 'lethe-own-dist-'));
beforeAll(async () => {
  await buildPrograms(dist);
  cpSync('templates/own', path.join(dist, 'own'), { recursive: true });
  if (hasTypes) cpSync(TYPES, path.join(dist, 'lethe.d.ts'));
  else writeFileSync(path.join(dist, 'lethe.d.ts'), 'export {};');
}, 120_000);
afterAll(() => rmSync(dist, { recursive: true, force: true }));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-own-commands-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
const at = (...names: string[]) => path.join(folder, ...names);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function lethe(...args: string[]): Promise<Ended> {
  const env = { ...process.env, LETHE_ENGINE_DIR: at('no-engine') };
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(dist, 'cli.js'), ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });
}

/** TypeScript stands beside the file, as in a project that has installed it. */
function withTypeScript(): void {
  mkdirSync(at('node_modules'));
  symlinkSync(path.resolve('node_modules/typescript'), at('node_modules/typescript'));
}

describe('lethe init', () => {
  it.skipIf(!hasTypes)(
    'writes a network that passes lethe check, types included, and an experiment that is one',
    async () => {
      expect((await lethe('init', '--kind', 'network')).code).toBe(0);
      expect(existsSync(at('my-method.ts'))).toBe(false);
      withTypeScript();
      const checked = await lethe('check', 'my-network.ts', '--settings', '{"width": 20}');
      expect(checked).toMatchObject({ code: 0, stderr: '' });
      expect(checked.stdout).toMatch(/^✓ its types are right\n/);
      expect(checked.stdout).not.toContain('✗');
      expect(checked.stdout).toMatch(/✓ packnet trains it/);
      expect((await lethe('check', 'my-network.lethe.json')).stdout).toContain('4 variants × 3 seeds');
    },
    200_000,
  );

  it.skipIf(!hasTypes)(
    'writes a stream that passes lethe check, types included, and an experiment that is one',
    async () => {
      expect((await lethe('init', '--kind', 'stream')).code).toBe(0);
      expect(existsSync(at('my-method.ts'))).toBe(false);
      withTypeScript();
      const checked = await lethe('check', 'my-stream.ts', '--settings', '{"share": 0.2}');
      expect(checked).toMatchObject({ code: 0, stderr: '' });
      expect(checked.stdout).toMatch(/^✓ its types are right\n/);
      expect(checked.stdout).not.toContain('✗');
      expect(checked.stdout).toMatch(/✓ it is trained on, domain-incremental/);
      expect((await lethe('check', 'my-stream.lethe.json')).stdout).toContain('4 variants × 3 seeds');
    },
    200_000,
  );

  it.skipIf(!hasTypes)(
    'writes a method that passes lethe check, types included, and an experiment that is one',
    async () => {
      expect((await lethe('init')).code).toBe(0);
      withTypeScript();
      const checked = await lethe('check', 'my-method.ts');
      expect(checked).toMatchObject({ code: 0, stderr: '' });
      expect(checked.stdout).toMatch(/^✓ its types are right\n/);
      expect(checked.stdout).not.toContain('✗');
      expect(checked.stdout).toMatch(/– compiled steps .*: not checked: native TensorFlow is not there/);
      expect((await lethe('check', 'my-method.lethe.json')).stdout).toContain('5 variants × 3 seeds');
    },
    200_000,
  );

  it('writes a program and an experiment that names it, and nothing for TypeScript', async () => {
    const { code, stdout } = await lethe('init', '--kind', 'program', '--name', 'mine.py');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /written {2}mine\.py\nwritten {2}mine\.lethe\.json\n.*pip install torch.*\n.*pip install ".*"\nNext: lethe run mine\.lethe\.json\n$/,
    );
    const { stdout: client } = await lethe('python');
    expect(stdout).toContain(`pip install ${JSON.stringify(client.trim())}\n`);
    expect(client.trim()).toBe(path.resolve(dist, '..', 'clients', 'python'));
    expect(readdirSync(folder).sort()).toEqual(['mine.lethe.json', 'mine.py']);
    expect((await lethe('check', 'mine.lethe.json')).stdout).toContain('4 variants × 3 seeds');
    const again = await lethe('init', '--kind', 'program');
    expect(again.code).toBe(0);
    expect((await lethe('init', '--kind', 'program')).stdout).toContain(
      'For another program: lethe init --kind program --name my-program-2\n',
    );
  }, 60_000);

  it('writes a second one by another name, and says so where the usual one is there', async () => {
    expect((await lethe('init')).stdout).not.toContain('--name');
    expect((await lethe('init')).stdout).toContain('For another method: lethe init --name my-method-2\n');
    const second = await lethe('init', '--name', 'other.ts');
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout).toMatch(/Next: lethe check other\.ts\n$/);
    expect((await lethe('check', 'other.lethe.json')).stdout).toContain('5 variants × 3 seeds');
    expect(readFileSync(at('other.lethe.json'), 'utf8')).not.toContain('my-method');
    expect(await lethe('init', '--name', '../up')).toMatchObject({ code: 2, stdout: '' });
  }, 60_000);

  it('never writes over a file that is there, and says what an existing tsconfig.json needs', async () => {
    for (const name of ['my-method.ts', 'tsconfig.json']) writeFileSync(at(name), '{}');
    symlinkSync(at('nowhere'), at('my-method.lethe.json'));
    const { stdout } = await lethe('init', folder);
    for (const name of ['my-method.ts', 'tsconfig.json']) expect(readFileSync(at(name), 'utf8')).toBe('{}');
    expect(existsSync(at('nowhere'))).toBe(false);
    expect(stdout).toMatch(/kept .*my-method\.ts/);
    expect(stdout).toContain('"paths": { "lethe": ["./.lethe-types/lethe.d.ts"] }');
  });

  it('brings the types of an earlier one up to date, and leaves what is none of its own', async () => {
    await lethe('init');
    const types = at('.lethe-types/lethe.d.ts');
    const text = readFileSync(types, 'utf8');
    const [head = ''] = text.split('\n');
    writeFileSync(types, `${head}\nold`);
    expect((await lethe('init')).stdout).toMatch(/written .*lethe\.d\.ts/);
    expect(readFileSync(types, 'utf8')).toBe(text);
    writeFileSync(types, 'mine');
    await lethe('init');
    expect(readFileSync(types, 'utf8')).toBe('mine');
  });
});

const method = (parts: string, before = '') => `import { defineMethod, tf, z, type Learner } from 'lethe';
${before}
export default defineMethod({
  title: 'Mine',
  summary: 'For a test.',
  settings: z.object({ a: z.number().max(9).default(1) }),
  create({ a }) {
    let learner: Learner;
    return {
      begin(own: Learner) {
        learner = own;
      },
${parts}
    };
  },
});
`;

describe('lethe check of a network', () => {
  const network = (forward: string, initial = '1') => `import { defineNetwork, tf } from 'lethe';

let count = 1;
export default defineNetwork({
  title: 'Mine',
  summary: 'For a test.',
  create: (_settings, { inputs: [h, w, c], outputs }) => ({
    parameters: { head: { shape: [h * w * c, outputs], isHead: true, initial: () => ${initial} } },
    forward(p, x) {
      ${forward}
    },
  }),
});
`;

  it.each([
    [
      'is drawn at random',
      network('return { logits: tf.matMul(x, p.head) };', 'Math.random()'),
      /✗ it can be made, and begins with the same numbers/,
    ],
    [
      'is kept outside of it',
      network('return { logits: tf.mul(tf.matMul(x, p.head), tf.scalar(count++)) };'),
      /✗ the same settings give the same numbers again/,
    ],
    [
      'depends on the other rows',
      network('return { logits: tf.sub(tf.matMul(x, p.head), tf.mean(x)) };'),
      /✗ at test an image gives the same whatever stands beside it.*\n {4}mine\.ts:\d+: alone an image gives other logits/,
    ],
    ['does not fit', network('return { logits: tf.matMul(p.head, x) };'), /\n {4}mine\.ts:10: .*head is \[64, 6\]/],
  ])(
    'finds what %s',
    async (_, text, found) => {
      writeFileSync(at('mine.ts'), text);
      const { code, stdout } = await lethe('check', 'mine.ts');
      expect(code).toBe(1);
      expect(stdout).toMatch(found);
    },
    200_000,
  );
});

describe('lethe check of a stream', () => {
  const stream = (task: string) => `import { defineStream } from 'lethe';

export default defineStream({
  title: 'Mine',
  summary: 'For a test.',
  tasks: 2,
  create: () => [0, 1].map((task) => (${task})),
});
`;

  it.each([
    ['is drawn at random', '{ name: String(Math.random()) }', /✗ the same seed gives the same tasks again/],
    ['has no such class', '{ classes: [task, 10] }', /✗ it can be made, .*\n {4}mine\.ts:7: Task 1 needs "classes"/],
    [
      'no scenario may have',
      '{ classes: [task] }',
      /✗ it is trained on, domain-incremental.*\n {4}mine\.ts:7: .*one class/,
    ],
  ])(
    'finds what %s',
    async (_, task, found) => {
      writeFileSync(at('mine.ts'), stream(task));
      const { code, stdout } = await lethe('check', 'mine.ts');
      expect(code).toBe(1);
      expect(stdout).toMatch(found);
    },
    200_000,
  );
});

describe('lethe check of a method', () => {
  const check = async (text: string, ...more: string[]) => {
    writeFileSync(at('mine.ts'), text);
    return lethe('check', 'mine.ts', ...more);
  };
  const fails = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith('✗'));

  it('names each part that fails, with the line', async () => {
    const { code, stdout } = await check(
      method('      gradient: (theta, d) => ({ ...d(theta), total: tf.zeros([3]) }),'),
    );
    expect(code).toBe(1);
    expect(fails(stdout).length).toBeGreaterThan(3);
    // Once; of the other checks, that it is the same.
    expect(stdout.match(/mine\.ts:13:/g)).toHaveLength(1);
    expect(stdout).toMatch(/\n {4}the same as of "all it gives is finite/);
    expect(stdout).toMatch(/\n {4}mine\.ts:13: "gradient": total has the shape \[3\], and has to have \[\d+\]\./);
  }, 200_000);

  it.each([
    [
      'is kept outside of its memory',
      method('      stepSize: (at, base) => base / (1 + count++),', 'let count = 0;'),
      ['the same settings give the same numbers again', 'stopped or killed at every chance'],
    ],
    [
      'is drawn at random',
      method('      stepSize: (at, base) => base * Math.random(),'),
      ['the same settings give the same numbers again', 'stopped or killed at every chance'],
    ],
    [
      'grows with steps',
      method(
        `      keeps: () => ({ seen: { initial: new Int32Array() } }),
      met(lesson) { learner.memory.set('seen', Int32Array.of(...learner.memory.integers('seen'), ...lesson.indices)); },`,
      ),
      ['its memory is what it declares, and grows with tasks alone', 'mine.ts:13: "keeps": with three times as many'],
    ],
    [
      'is set to a length that is not kept',
      method(
        `      keeps: () => ({ settled: { initial: new Float32Array(), lengths: [0, 5] } }),
      afterTask() { learner.memory.set('settled', new Float32Array(3)); },`,
      ),
      ['mine.ts:14: "settled" has 3 values, and "keeps" allows 0 or 5 ("lengths")'],
    ],
    [
      'is never as long as it has to be',
      method(
        `      keeps: () => ({ a: { initial: new Float32Array() }, b: { initial: new Float32Array(), asLongAs: 'a' } }),
      afterTask() { learner.memory.set('b', new Float32Array(3)); },`,
      ),
      ['"b" holds 3 values, and "a" 0'],
    ],
    [
      'is changed in place',
      method(
        `      keeps: () => ({ sum: { initial: new Float32Array(1) } }),
      afterTask() { learner.memory.floats('sum')[0] = 1; },`,
      ),
      ['mine.ts:14: "afterTask": it changes the array "sum" of its memory in place'],
    ],
    [
      'throws where phases ask seldom',
      method(
        `      phases: (_task, steps) => [{ name: 'all', steps, askEvery: 10 }],
      afterSteps() { throw new Error('no more'); },`,
      ),
      ['mine.ts:14: no more'],
    ],
    [
      'goes on otherwise where phases ask seldom',
      method(
        `      phases: (_task, steps) => [{ name: 'all', steps, askEvery: 10 }],
      afterSteps() { count++; return undefined; },
      stepSize: (_at, base) => base / (1 + count),`,
        'let count = 0;',
      ),
      ['✗ stopped or killed at every chance'],
    ],
  ])(
    'finds what %s',
    async (_, text, checks) => {
      const { code, stdout } = await check(text);
      expect(code).toBe(1);
      for (const one of checks)
        expect(
          one.startsWith('mine') || one.startsWith('"')
            ? stdout.includes(one)
            : fails(stdout).some((line) => line.includes(one)),
          `${one}\n${stdout}`,
        ).toBe(true);
    },
    200_000,
  );

  it.skipIf(!hasTypes)(
    'finds types that are wrong, where TypeScript is',
    async () => {
      const text = method('      afterTask(task: string) {},');
      expect((await check(text)).stdout).toMatch(/– its types are right: not checked: TypeScript is not installed/);
      withTypeScript();
      const { code, stdout } = await check(text);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^✗ its types are right\n {4}mine\.ts:\d+: .*task: string/);
    },
    200_000,
  );

  it.each([
    ['that cannot be loaded', ['mine.ts'], /✗ loading it: mine\.ts:2: /, 'const = 1;'],
    [
      'with settings that it does not have',
      ['mine.ts', '--settings', '{"a":10}'],
      /✗ loading it: These settings are not allowed: "a": This must be at most 9; it is 10\./,
      '',
    ],
    [
      'with a misspelt setting',
      ['mine.ts', '--settings', '{"aa":1}'],
      /✗ loading it: These settings are not allowed: There is no setting "aa"\. Did you mean "a"\? Settings: a\./,
      '',
    ],
  ])('says what is wrong with one %s', async (_, args, message, before) => {
    writeFileSync(at('mine.ts'), method('', before));
    const { code, stdout } = await lethe('check', ...args);
    expect(code).toBe(1);
    expect(stdout).toMatch(message);
  });

  it('passes one whose phases ask seldom and end early, and says what was never called', async () => {
    const { code, stdout } = await check(
      method(`      phases: (_task, steps) => [{ name: 'all', steps, askEvery: 10 }],
      afterSteps: () => 'end',
      grown() {},`),
    );
    expect(stdout).toMatch(/– every part was tried: not checked: these small runs never called "grown"\n/);
    expect(fails(stdout)).toEqual([]);
    expect(code).toBe(0);
  }, 200_000);

  it('says of a part that there is none of one thing alone', async () => {
    const { code, stdout } = await check(method('      aftertask() {},'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n✗ it can be made \(.*\n {4}mine\.ts:13: .*"aftertask"\. Did you mean "afterTask"\?/);
    expect(stdout).not.toContain('✓ its own');
  });

  it('refuses settings that are no object', async () => {
    expect(await check(method(''), '--settings', '3')).toMatchObject({ code: 2 });
  });
});
