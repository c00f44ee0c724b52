import { execFile, execFileSync } from 'node:child_process';
import {
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
import { keeperFolder } from '../../src/runs/layout';
import { isHeld } from '../../src/runs/lock';
import { describeOwn } from '../../src/runs/own/describeOwn';
import { buildPrograms } from '../attack/programs';

/** The real programs, with files of the user's own of every kind. */
const dist = mkdtempSync(path.join(tmpdir(), 'lethe-own-dist-'));
beforeAll(() => buildPrograms(dist), 120_000);
afterAll(() => rmSync(dist, { recursive: true, force: true }));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-own-code-'));
  mkdirSync(path.join(folder, '.lethe'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const at = (...names: string[]) => path.join(folder, ...names);
const write = (name: string, text: string) => {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
  return at(name);
};

/** A method that changes nothing, of these parts. */
const method = (parts = '', before = '') => `import { defineMethod, tf, z } from 'lethe';
${before}
export default defineMethod({
  title: 'Mine',
  summary: 'For a test.',
  settings: z.object({ strength: z.number().min(0).default(2).describe('How strong.') }),
  create({ strength }) {
    return {
${parts}
    };
  },
});
`;

const experiment = (...methods: unknown[]) => experimentOn({ tasks: 2 }, ...methods);
const experimentOn = (stream: object, ...methods: unknown[]) =>
  write(
    'test.lethe.json',
    JSON.stringify({
      ...{ name: 'Own', seeds: 1, bounds: false, methods },
      stream,
      network: { hidden: [8] },
      training: { iterations: 4, batchSize: 8, samplesPerTask: 50 },
      evaluation: { points: 1, samples: 10 },
    }),
  );

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function lethe(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(dist, 'cli.js'), ...args], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });
}
const run = (file: string, ...more: string[]) => lethe('run', file, '--backend', 'wasm', '--no-report', ...more);

const runNames = () =>
  (existsSync(at('.lethe/runs')) ? readdirSync(at('.lethe/runs')) : []).filter((name) => !name.startsWith('.'));
const runFile = (name: string, ...file: string[]) => at('.lethe/runs', name, ...file);
const manifestOf = (name: string) => JSON.parse(readFileSync(runFile(name, 'run.json'), 'utf8')) as never;
const logOf = (name: string) => readFileSync(runFile(name, 'events.jsonl'), 'utf8');

describe('an experiment with a method of the user’s own', () => {
  it('runs it, keeps a copy, and runs it again only when something of it has changed', async () => {
    write('methods/half.ts', 'export const half = (value: number): number => value / 2;');
    write(
      'methods/mine.ts',
      method('gradient: (theta, d) => { half(strength); return d(theta); }', `import { half } from './half';`),
    );
    const file = experiment({ method: './methods/mine.ts', strength: 3 }, [
      { method: 'replay', perClass: 5 },
      { method: './methods/mine.ts' },
    ]);
    const first = await run(file);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('Mine · strength 3');
    const [name = ''] = runNames().filter((one) => one.includes('-mine-'));
    expect(readFileSync(runFile(name, 'own/1/mine.ts'), 'utf8')).toBe(readFileSync(at('methods/mine.ts'), 'utf8'));
    expect(existsSync(runFile(name, 'own/1/half.ts'))).toBe(true);
    expect(manifestOf(name)).toMatchObject({
      spec: {
        methods: [{ method: './methods/mine.ts', settings: { strength: 3 } }],
        own: { './methods/mine.ts': { entry: 'mine.ts' } },
      },
    });
    // Analyses need none of its code.
    expect(await lethe('analyse', name, 'sharpness', '--settings', '{"products": 1}')).toMatchObject({ code: 0 });

    expect((await run(file)).stdout).toContain('2 runs (2 there already)');
    expect(await lethe('compare', file)).toMatchObject({ code: 0, stderr: '' });
    write('methods/half.ts', 'export const half = (value: number): number => value / 3;');
    const compared = await lethe('compare', file);
    expect(compared.stderr).toContain('Mine · strength 3: its code has changed since: 1 earlier run\n');
    expect((await run(file)).stdout).toContain('2 runs (2 to run)');

    const verified = await lethe('verify', name);
    expect(verified).toMatchObject({ code: 2, stdout: '' });
    expect(verified.stderr).toMatch(
      /methods\/half\.ts beside test\.lethe\.json is not what it was.* keeps it as own\/1\/half\.ts: /,
    );
    write('methods/half.ts', 'export const half = (value: number): number => value / 2;');
    expect(await lethe('verify', name)).toMatchObject({ code: 0, stdout: expect.stringContaining('Equal') });
  }, 120_000);

  it('marks a setting that is wrong at its place, as those of built-in methods', async () => {
    write('mine.ts', method());
    const { code, stderr } = await lethe('check', experiment({ method: './mine.ts', strength: -1, strenth: 1 }));
    expect(code).toBe(2);
    expect(stderr).toMatch(/error: This must be at least 0; it is -1\./);
    expect(stderr).toMatch(/error: Unknown key "strenth"\. Did you mean "strength"\?/);
  });

  it('fails alone, with the user’s own line and its log, where the method throws', async () => {
    write('mine.ts', method('      afterTask() {\n        throw new Error("no more");\n      },'));
    write('other.ts', method());
    const file = experiment({ method: './mine.ts' }, { method: './other.ts' });
    const { code, stderr, stdout } = await run(file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Mine, seed 1 failed: mine\.ts:10: no more/);
    expect(stdout).toMatch(/Mine \(2\), seed 1: done/);
    const [name = ''] = runNames().filter((one) => one.includes('-mine-seed'));
    expect(logOf(name)).toMatch(/"type":"step"/);
    expect(logOf(name).trimEnd().split('\n').at(-1)).toMatch(/"ended".*"failed".*mine\.ts:10: no more/);
  }, 150_000);

  it('that needs boundaries fails on a blurry stream, and one with rules is told of the whole stream', async () => {
    const [bounded, ruled] = [
      "needsBoundary: () => [{ reason: 'It looks back at the end of a task' }],",
      "check: (_settings, { tasks, comesAgain, inputs }) => [{ severity: 'error', message: JSON.stringify({ tasks, comesAgain, inputs }) }],",
    ].map((rule) => method().replace('  create(', `  ${rule}\n  create(`));
    write('bounded.ts', bounded ?? '');
    write('ruled.ts', ruled ?? '');
    expect((await run(experiment({ method: './bounded.ts' }))).code).toBe(0);
    const blurry = await run(experimentOn({ tasks: 2, blurry: 0.5 }, { method: './bounded.ts' }));
    expect(blurry.code).toBe(1);
    expect(blurry.stderr).toMatch(
      /bounded\.ts:\d+: It looks back at the end of a task, and with "blurry" no task has an end\./,
    );
    const parts = { kind: 'parts', parts: [{}, { kind: 'split', tasks: 5 }], inputs: 'standardised' };
    expect((await run(experimentOn(parts, { method: './ruled.ts' }))).stderr).toContain(
      '{"tasks":6,"comesAgain":true,"inputs":"standardised"}',
    );
  });

  it('is not run when the file cannot be loaded: the line is said at the path', async () => {
    write('mine.ts', method('', 'const broken = ;'));
    const { code, stderr } = await run(experiment({ method: './mine.ts' }));
    expect(code).toBe(2);
    expect(stderr).toMatch(/test\.lethe\.json:1:\d+: error: mine\.ts:2: /);
    expect(runNames()).toEqual([]);
  });

  it('is resumed only while the same code stands beside it, and says so', async () => {
    write(
      'mine.ts',
      method('      afterTask() {\n        if (strength === 2) throw new Error("stop here");\n      },'),
    );
    const file = experiment({ method: './mine.ts' });
    await run(file);
    const [name = ''] = runNames();
    const text = readFileSync(at('mine.ts'), 'utf8');
    for (const [change, message] of [
      [() => write('mine.ts', `${text}\n`), /mine\.ts beside test\.lethe\.json is not what it was/],
      [
        () => rmSync(at('mine.ts')),
        /needs mine\.ts beside test\.lethe\.json: there is no such file.*never runs by itself/,
      ],
    ] as const) {
      change();
      const { code, stderr } = await lethe('resume', name);
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
    }
    write('mine.ts', text);
    expect(await lethe('resume', name)).toMatchObject({ code: 0, stdout: expect.stringContaining('queued to go on') });
  }, 150_000);
});

describe('an experiment with a network of the user’s own', () => {
  /** A network of one layer, of this body of `forward` from line 12 on. */
  const network = (forward = "return { logits: tf.matMul(x, p['head.weights']) };", before = '') =>
    `import { defineNetwork, tf, z } from 'lethe';
${before}
export default defineNetwork({
  title: 'Flat',
  summary: 'For a test.',
  settings: z.object({ scale: z.number().positive().default(1).describe('How large.') }),
  create({ scale }, { inputs: [h, w, c], outputs }) {
    const draw = (random) => scale * (random() - 0.5) / 100;
    return {
      parameters: { 'head.weights': { shape: [h * w * c, outputs], isHead: true, initial: draw } },
      forward(p, x) {
        ${forward}
      },
    };
  },
});
`;
  const withNetwork = (own: object, ...methods: unknown[]) => {
    const file = experiment(...methods);
    const given = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...given, network: own }));
    return file;
  };

  it('runs it, keeps a copy, and runs it again only when something of it has changed', async () => {
    write('half.ts', 'export const half = (value: number): number => value / 2;');
    write('net.ts', network(undefined, `import { half } from './half';\nhalf(1);`).replace('\n\n', '\n'));
    const file = withNetwork(
      { kind: './net.ts', scale: 2 },
      { method: 'none' },
      { method: 'ewc', network: { scale: 3 } },
      { method: 'none', network: { kind: 'mlp', hidden: [4] } },
    );
    const first = await run(file);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('EWC · scale 3');
    const names = runNames();
    const [name = ''] = names.filter((one) => one.includes('-ewc-'));
    expect(manifestOf(name)).toMatchObject({
      spec: { network: { kind: './net.ts', scale: 3, output: 'softmax' }, own: { './net.ts': { entry: 'net.ts' } } },
    });
    expect(readFileSync(runFile(name, 'own/1/net.ts'), 'utf8')).toBe(readFileSync(at('net.ts'), 'utf8'));
    expect(existsSync(runFile(name, 'own/1/half.ts'))).toBe(true);
    // A variant that does not use it has none of it.
    const [other = ''] = names.filter((one) => one.includes('-none-2-'));
    expect(existsSync(runFile(other, 'own'))).toBe(false);

    expect((await run(file)).stdout).toContain('3 runs (3 there already)');
    expect((await lethe('analyse', name, 'sharpness')).stderr).toMatch(
      /a network of its own \(\.\/net\.ts\): analyses/,
    );
    write('half.ts', 'export const half = (value: number): number => value / 3;');
    expect((await run(file)).stdout).toContain('3 runs (2 to run, 1 there already)');

    expect((await lethe('verify', name)).stderr).toMatch(/half\.ts beside test\.lethe\.json is not what it was/);
    write('half.ts', 'export const half = (value: number): number => value / 2;');
    expect(await lethe('verify', name)).toMatchObject({ code: 0, stdout: expect.stringContaining('Equal') });
  }, 150_000);

  it('marks what is wrong at its place', async () => {
    write('net.ts', network());
    write('mine.ts', method());
    write('broken.ts', network('', 'const broken = ;'));
    const found = async (own: object, ...methods: unknown[]) =>
      (await lethe('check', withNetwork(own, ...methods))).stderr;
    const none = { method: 'none' };
    expect(await found({ kind: './net.ts', scale: -1, scle: 1 }, none)).toMatch(
      /error: This must be greater than 0; it is -1\.[^]*error: Unknown key "scle"\. Did you mean "scale"\? Allowed: kind, output, weights, freshHead, scale\./,
    );
    expect(await found({}, { ...none, network: { kind: './net.ts', scale: 0 } })).toMatch(
      /must be greater than 0; it is 0/,
    );
    expect(await found({ kind: './net.ts' }, { ...none, network: { hidden: [3] } })).toMatch(/Unknown key "hidden"/);
    expect(await found({ kind: './mine.ts' }, none)).toMatch(
      /This file is a method: it is named in "methods"\. Here a network is needed\./,
    );
    expect(await found({}, { method: './net.ts' })).toMatch(
      /This file is a network: it is named in "network"\. Here a method is needed\./,
    );
    expect(await found({ kind: './broken.ts' }, none)).toMatch(/error: broken\.ts:2: /);
    expect(await found({ kind: 'net.ts' }, none)).toMatch(
      /"net\.ts" is not allowed here\.[^]*Did you mean "\.\/net\.ts"\?/,
    );
    expect(await found({ kind: './net.ts' }, { method: 'sleep', network: { kind: './net.ts' } })).toMatch(/mlp/);
    expect(runNames()).toEqual([]);
  }, 60_000);

  it('fails with the user’s own line where it throws, and where shapes do not fit', async () => {
    write('net.ts', network("if (!p) return 1; throw new Error('no more');"));
    const file = withNetwork({ kind: './net.ts' }, { method: 'none' }, { method: 'none', network: { kind: 'mlp' } });
    const { code, stderr, stdout } = await run(file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/seed 1 failed: net\.ts:12: no more/);
    expect(stdout).toMatch(/seed 1: done/);
    write('net.ts', network("return { logits: tf.matMul(tf.slice(x, [0, 0], [-1, 9]), p['head.weights']) };"));
    expect((await run(file)).stderr).toMatch(/seed 1 failed: net\.ts:12: .*head\.weights is \[784, 10\]/);
  }, 150_000);

  it('is resumed only while the same code stands beside it, and never by itself', async () => {
    write('net.ts', network("throw new Error('stop here');"));
    await run(withNetwork({ kind: './net.ts' }, { method: 'none' }));
    const [name = ''] = runNames();
    const text = readFileSync(at('net.ts'), 'utf8');
    write('net.ts', `${text}\n`);
    expect((await lethe('resume', name)).stderr).toMatch(/net\.ts beside test\.lethe\.json is not what it was/);
    write('net.ts', text);
    rmSync(runFile(name, 'events.jsonl'));
    await new Promise<void>((done) => {
      execFile(process.execPath, [path.join(dist, 'train.js'), runFile(name)], () => done());
    });
    expect(logOf(name)).toMatch(/"failed".*such code never runs by itself/);
    expect(await lethe('resume', name)).toMatchObject({ code: 0, stdout: expect.stringContaining('queued to go on') });
  }, 150_000);
});

describe('an experiment with a stream of the user’s own', () => {
  /** Pairs of classes, with this in the body of `create` on line 9. */
  const stream = (body = '', before = '', tasks = '({ pairs }) => pairs') =>
    `import { defineStream, z } from 'lethe';
${before}
export default defineStream({
  title: 'Pairs',
  summary: 'For a test.',
  settings: z.object({ pairs: z.int().min(1).max(5).default(2).describe('How many.') }),
  tasks: ${tasks},
  create({ pairs }, { random }) {
    ${body}
    return Array.from({ length: pairs }, (_, i) => ({ classes: [2 * i, 2 * i + 1] }));
  },
});
`;
  const none = { method: 'none' };

  it('runs it, keeps a copy, and runs it again only when something of it has changed', async () => {
    write('half.ts', 'export const half = (value: number): number => value / 2;');
    write('pairs.ts', stream('half(1);', `import { half } from './half';`));
    const file = experimentOn({ kind: './pairs.ts', pairs: 3, scenario: 'task' }, none, { method: 'ewc' });
    expect(await run(file)).toMatchObject({ code: 0, stderr: '' });
    const [name = ''] = runNames().filter((one) => one.includes('-ewc-'));
    expect(manifestOf(name)).toMatchObject({
      spec: {
        stream: { kind: './pairs.ts', dataset: 'mnist', tasks: 3, pairs: 3, scenario: 'task' },
        own: { './pairs.ts': { entry: 'pairs.ts' } },
      },
    });
    expect(logOf(name)).toMatch(/"type":"started".*"\.\/pairs\.ts":"[0-9a-f]{64}"/);
    expect(readFileSync(runFile(name, 'own/1/pairs.ts'), 'utf8')).toBe(readFileSync(at('pairs.ts'), 'utf8'));
    expect(existsSync(runFile(name, 'own/1/half.ts'))).toBe(true);

    expect((await run(file)).stdout).toContain('2 runs (2 there already)');
    const analysed = await lethe('analyse', name, 'sharpness');
    expect(analysed.code).not.toBe(0);
    expect(analysed.stderr).toMatch(/a stream of its own \(\.\/pairs\.ts\): analyses do not load code/);
    write('half.ts', 'export const half = (value: number): number => value / 3;');
    expect((await run(file)).stdout).toContain('2 runs (2 to run)');

    expect((await lethe('verify', name)).stderr).toMatch(/half\.ts beside test\.lethe\.json is not what it was/);
    write('half.ts', 'export const half = (value: number): number => value / 2;');
    expect(await lethe('verify', name)).toMatchObject({ code: 0, stdout: expect.stringContaining('Equal') });
  }, 150_000);

  it('gives the numbers of the built-in one that has the same tasks', async () => {
    write('pairs.ts', stream());
    expect((await run(experimentOn({ kind: './pairs.ts' }, none))).code).toBe(0);
    const [own = ''] = runNames();
    expect((await run(experimentOn({ tasks: 2, classOrder: [0, 1, 2, 3] }, none))).code).toBe(0);
    const [built = ''] = runNames().filter((name) => name !== own);
    const parameters = (name: string) => readFileSync(runFile(name, 'checkpoints/task-2.safetensors'));
    expect(parameters(own).equals(parameters(built))).toBe(true);
  }, 150_000);

  it('marks what is wrong at its place', async () => {
    write('pairs.ts', stream());
    write('mine.ts', method());
    write('broken.ts', stream('', 'const broken = ;'));
    write('throws.ts', stream('', '', `() => { throw new Error('how many?'); }`));
    const found = async (own: object, ...methods: unknown[]) =>
      (await lethe('check', experimentOn(own, ...methods))).stderr;
    expect(await found({ kind: './pairs.ts', pairs: 9, pers: 1 }, none)).toMatch(
      /error: This must be at most 5; it is 9\.[^]*error: Unknown key "pers"\. Did you mean "pairs"\?/,
    );
    expect(await found({ kind: './mine.ts' }, none)).toMatch(
      /This file is a method: it is named in "methods"\. Here a stream is needed\./,
    );
    expect(await found({}, { method: './pairs.ts' })).toMatch(
      /This file is a stream: it is named in "stream"\. Here a method is needed\./,
    );
    expect(await found({ kind: './broken.ts' }, none)).toMatch(/error: broken\.ts:2: /);
    expect(await found({ kind: './throws.ts' }, none)).toMatch(/error: throws\.ts:7: how many\?/);
    expect(await found({ kind: 'pairs.ts' }, none)).toMatch(/Did you mean "\.\/pairs\.ts"\?/);
    expect(await found({ kind: './pairs.ts', dataset: ['mnist', 'mnits'] }, none)).toMatch(/mnits/);
    expect(await found({ kind: './pairs.ts', long: 'x'.repeat(200_000) }, none)).toMatch(
      /pairs\.ts: its settings are longer than 100 kB/,
    );
    expect(runNames()).toEqual([]);
  }, 60_000);

  it('fails with the user’s own line where it throws, and where it comes out otherwise the second time', async () => {
    write('pairs.ts', stream("if (random('a')() >= 0) throw new Error('no more');"));
    expect((await run(experimentOn({ kind: './pairs.ts' }, none))).stderr).toMatch(
      /seed 1 failed: pairs\.ts:9: no more/,
    );
    // After the checkpoint of the first task.
    write(
      'mine.ts',
      method(
        '      afterTask() {\n        if (++ended === 2) throw new Error("stop here");\n      },',
        'let ended = 0;',
      ),
    );
    write('pairs.ts', stream('return [0, 1].map(() => ({ name: String(Math.random()), classes: [0, 1] }));'));
    await run(experimentOn({ kind: './pairs.ts' }, { method: './mine.ts' }));
    const [name = ''] = runNames().filter((one) => one.includes('-mine-'));
    await lethe('resume', name);
    await expect.poll(() => logOf(name), { timeout: 60_000 }).toMatch(/"failed".*\.\/pairs\.ts is not what it was/);
  }, 150_000);

  it('is resumed only while the same code stands beside it, and never by itself', async () => {
    write('pairs.ts', stream("throw new Error('stop here');"));
    await run(experimentOn({ kind: './pairs.ts' }, none));
    const [name = ''] = runNames();
    const text = readFileSync(at('pairs.ts'), 'utf8');
    write('pairs.ts', `${text}\n`);
    expect((await lethe('resume', name)).stderr).toMatch(/pairs\.ts beside test\.lethe\.json is not what it was/);
    write('pairs.ts', text);
    rmSync(runFile(name, 'events.jsonl'));
    await new Promise<void>((done) => {
      execFile(process.execPath, [path.join(dist, 'train.js'), runFile(name)], () => done());
    });
    expect(logOf(name)).toMatch(/"failed".*such code never runs by itself/);
    expect(await lethe('resume', name)).toMatchObject({ code: 0, stdout: expect.stringContaining('queued to go on') });
  }, 150_000);
});

describe('a store that came with code', () => {
  const proof = () => at('ran');
  const spiteful = () =>
    `import { defineMethod } from 'lethe';\nprocess.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(proof())}, '');\n` +
    `export default defineMethod({ title: 'X', summary: 'X', create: () => ({}) });\n`;

  /** A run of the user's own that is queued anew, as if it had been cloned: of another user, who has never run it. */
  async function queuedElsewhere(): Promise<string> {
    write('mine.ts', method('      afterTask() {\n        throw new Error("stop here");\n      },'));
    await run(experiment({ method: './mine.ts' }));
    const [name = ''] = runNames();
    // The keeper of that start would take it again, and may: it is the user's own.
    await expect.poll(() => isHeld(keeperFolder(at('.lethe'))), { timeout: 60_000 }).toBe(false);
    rmSync(runFile(name, 'events.jsonl'));
    writeFileSync(runFile(name, 'queued'), '{}');
    return name;
  }

  function runSomethingElse(env: Readonly<Record<string, string>>) {
    const other = write('other.lethe.json', readFileSync(at('test.lethe.json'), 'utf8').replace('./mine.ts', 'none'));
    execFileSync(process.execPath, [path.join(dist, 'cli.js'), 'run', other, '--backend', 'wasm', '--no-report'], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
  }

  it('has none of it run when other runs are started, though the same file stands beside the experiment', async () => {
    const name = await queuedElsewhere();
    runSomethingElse({ LETHE_STATE_DIR: at('state') });
    expect(logOf(name)).toMatch(/"failed".*code of its own that you have not started here yet/);
  }, 150_000);

  it('cannot have its own copies stand for the file beside the experiment', async () => {
    const name = await queuedElsewhere();
    const manifest = JSON.parse(readFileSync(runFile(name, 'run.json'), 'utf8')) as { experiment: { file: string } };
    manifest.experiment.file = `.lethe/runs/${name}/own/1/x.lethe.json`;
    writeFileSync(runFile(name, 'run.json'), JSON.stringify(manifest));
    const { code, stderr } = await lethe('resume', name);
    expect(code).toBe(2);
    expect(stderr).toMatch(/lies in a store of runs/);
  }, 150_000);

  it('cannot exchange a copy: what runs is what run.json says', async () => {
    write('mine.ts', method('      afterTask() {\n        throw new Error("stop here");\n      },'));
    await run(experiment({ method: './mine.ts' }));
    const [name = ''] = runNames();
    writeFileSync(runFile(name, 'own/1/mine.ts'), spiteful());
    await lethe('resume', name);
    runSomethingElse({});
    expect(existsSync(proof())).toBe(false);
    expect(logOf(name)).toMatch(/The copy of \.\/mine\.ts in the run folder is not what run\.json says/);
  }, 150_000);

  it('trains nothing of its own where a training process is started by hand', async () => {
    const name = await queuedElsewhere();
    await new Promise<void>((done) => {
      execFile(process.execPath, [path.join(dist, 'train.js'), runFile(name)], () => done());
    });
    expect(logOf(name)).toMatch(/"failed".*such code never runs by itself/);
  }, 150_000);
});

describe('describing a file', () => {
  const described = (text: string, limit = 60_000) => describeOwn(write('mine.ts', text), { dist, limit });

  it('is done once for each content of it and of what it imports', async () => {
    write('a.ts', 'export const a = 1;');
    const text = method(
      '',
      `import { a } from './a';\nprocess.getBuiltinModule('node:fs').appendFileSync(${JSON.stringify(at('loads'))}, 'x' + a);`,
    );
    const loads = () => readFileSync(at('loads'), 'utf8');
    expect(await described(text)).toMatchObject({ kind: 'method' });
    expect(await described(text)).toMatchObject({ kind: 'method' });
    expect(loads()).toBe('x1');
    write('a.ts', 'export const a = 2;');
    await described(text);
    expect(loads()).toBe('x1x2');
  });

  it.each([
    ['an endless loop', method('', 'for (;;);'), /^mine\.ts: It was not loaded after 3 s/],
    [
      'endless output',
      method('', 'for (;;) console.log("x".repeat(10000));'),
      /^mine\.ts: (It prints without end|It was not loaded)/,
    ],
    ['an end of the process', method('', 'process.exit(7);'), /^mine\.ts: Loading it ended the process \(7\)/],
    ['too much to say', method().replace(`'How strong.'`, `'x'.repeat(1e6)`), /more of itself than 256000 characters/],
    ['node:fs', method('', `import fs from 'node:fs';\nfs.a();`), /^mine\.ts:2: "node:fs" cannot be imported/],
    ['a path above', method('', `import { a } from '../a';\na();`), /^mine\.ts:2: "\.\.\/a" cannot be imported/],
  ])('of one with %s comes to an end', async (_, text, message) => {
    const found = await described(text, text.includes('for (;;)') ? 3000 : undefined);
    expect(found.kind).toBe('faulty');
    expect(found.kind === 'faulty' && found.message).toMatch(message);
  });

  it.each([
    ['a FIFO', (file: string) => execFileSync('mkfifo', [file]), /is no regular file/],
    ['a folder', (file: string) => mkdirSync(file), /is a folder/],
    ['a device', (file: string) => symlinkSync('/dev/zero', file), /is a link to another folder/],
    ['a link that leads away', (file: string) => symlinkSync('/etc/hostname', file), /is a link to another folder/],
    ['a link in a circle', (file: string) => symlinkSync(file, file), /cannot be read \(ELOOP\)/],
    ['nothing', () => undefined, /There is no file mine\.ts here/],
  ])('of %s says what it is, and waits for nobody', async (_, make, message) => {
    make(at('mine.ts'));
    const found = await describeOwn(at('mine.ts'), { dist });
    expect(found.kind === 'faulty' && found.message).toMatch(message);
  });

  it('follows a link that stays in its folder', async () => {
    write('real.ts', method());
    symlinkSync('real.ts', at('mine.ts'));
    expect(await describeOwn(at('mine.ts'), { dist })).toMatchObject({ kind: 'method' });
  });
});

describe('a training process in an endless loop of the user’s own', () => {
  it('is ended when the run is stopped, and keeps its log', async () => {
    write('mine.ts', method('      afterTask() {\n        for (;;);\n      },'));
    const file = experiment({ method: './mine.ts' });
    const running = run(file);
    await expect
      .poll(
        () => runNames().some((name) => existsSync(runFile(name, 'events.jsonl')) && logOf(name).includes('"step"')),
        { timeout: 60_000 },
      )
      .toBe(true);
    const [name = ''] = runNames();
    await lethe('stop', name);
    expect((await running).code).toBe(3);
    expect(logOf(name)).toMatch(/"step"/);
  }, 150_000);
});
