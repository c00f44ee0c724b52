/** `lethe lock` as it is called, with real queues and training processes that only pretend. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeDist, until, processes, Workspace } from './fakeTraining';

let dist = '';
let workspace: Workspace;
beforeAll(async () => {
  dist = await fakeDist();
});
afterAll(async () => {
  // A keeper sees within a second that nothing is left.
  await until(() => processes().every(({ args }) => !args.includes(dist)), 5000);
  rmSync(dist, { recursive: true, force: true });
});
beforeEach(() => {
  workspace = new Workspace(dist);
});
afterEach(() => workspace.dispose());

const at = (name: string) => join(workspace.folder, name);
const lockText = () => readFileSync(at('x.lethe.lock'), 'utf8');
const write = (name: string, text: string) => writeFileSync(at(name), text);

async function lethe(...args: string[]): Promise<{ code: number | null; text: string }> {
  const temporary = existsSync(at('temporary')) ? { TMPDIR: at('temporary') } : {};
  const env = { ...process.env, ...temporary };
  const child = spawn(process.execPath, [join(dist, 'cli.js'), ...args], { cwd: workspace.folder, env });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

function experiment(more: object = {}, labels = ['quick', 'second quick']): void {
  const methods = labels.map((label, i) => ({ method: 'none', label, training: { learningRate: 0.01 * (i + 1) } }));
  write('x.lethe.json', JSON.stringify({ name: 'Test', seeds: 2, bounds: false, methods, ...more }));
}

async function ran(): Promise<void> {
  experiment();
  expect((await lethe('run', 'x.lethe.json', '--no-report')).code).toBe(0);
}

const lock = (...more: string[]) => lethe('lock', 'x.lethe.json', ...more);

describe('lethe lock', () => {
  it('writes down what is done, a run a line, the same each time', async () => {
    await ran();
    const { code, text } = await lock();
    expect([code, text]).toEqual([0, 'x.lethe.lock: 4 runs locked (4 new).\n']);
    const before = lockText();
    const [head, ...lines] = before
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(head).toEqual({ lethe: 1, experiment: 'Test' });
    const measures = { accuracy: 1, taskAwareAccuracy: 1, forgetting: 0, learningAccuracy: 1, memoryBytes: 0 };
    expect(lines).toMatchObject(
      ['none', 'none-2'].flatMap((variant) =>
        [1, 2].map((seed) => ({ variant, seed, backend: 'cpu 0', processor: 'any', measures })),
      ),
    );
    expect((await lock()).text).toContain('4 runs locked (4 as before)');
    expect(lockText()).toBe(before);
  });

  it('extends a lock, says what it changes, and drops what is of other settings', async () => {
    await ran();
    await lock('--method', 'none');
    write('x.lethe.lock', lockText().replace('"accuracy":1', '"accuracy":0.5'));
    const { text } = await lock();
    expect(text).toContain('4 runs locked (2 new, 1 changed, 1 as before)');
    expect(text).toContain('none, seed 1: accuracy was 0.5, is 1');
    experiment({ training: { batchSize: 7 } });
    expect(await lock()).toMatchObject({
      code: 2,
      text: expect.stringContaining('there is nothing to lock') as string,
    });
    await lethe('run', 'x.lethe.json', '--no-report', '--seeds', '1');
    const renewed = await lock();
    expect(renewed.text).toContain('2 runs locked (2 new)');
    expect(renewed.text).toContain('4 runs left it: of other settings');
    expect(renewed.text).toContain('2 runs not locked, for want of a result');
  });

  it('writes through no link, and reads none', async () => {
    await ran();
    write('elsewhere', 'kept');
    symlinkSync(at('elsewhere'), at('x.lethe.lock'));
    expect(await lock()).toMatchObject({ code: 2, text: expect.stringContaining('it is a link') as string });
    expect(readFileSync(at('elsewhere'), 'utf8')).toBe('kept');
  });
});

describe('lethe lock --check', () => {
  it.each([
    ['all', /"backend":"cpu 0"/g],
    ['only the last', /"backend":"cpu 0"(?=[^\n]*\n$)/],
  ])('starts nothing where %s of the lock is of native TensorFlow and there is none', async (_, those) => {
    await ran();
    await lock();
    write('x.lethe.lock', lockText().replace(those, '"backend":"native 0"'));
    // Under these names what is trained again goes on until it is stopped.
    experiment({}, ['slow', 'second slow']);
    mkdirSync(at('temporary'));
    vi.stubEnv('LETHE_ENGINE_DIR', at('no engine'));
    const { code, text } = await lock('--check');
    vi.unstubAllEnvs();
    expect(text).toMatch(/Nothing was started\. The native engine is /);
    expect([code, readdirSync(at('temporary'))]).toEqual([2, []]);
    expect(processes().filter(({ args }) => args.includes(at('temporary')))).toEqual([]);
  });

  it('trains the locked runs again, in another store, and finds them equal', async () => {
    await ran();
    await lock();
    const runs = (await workspace.store().list()).length;
    // What is checked needs no store.
    rmSync(at('.lethe'), { recursive: true });
    mkdirSync(at('temporary'));
    const { code, text } = await lock('--check', '--backend', 'cpu');
    expect(text).toContain('4 runs: 4 equal bit for bit.');
    expect([code, runs, existsSync(at('.lethe'))]).toEqual([0, 4, false]);
    expect(readdirSync(at('temporary'))).toEqual([]);
  });

  it('says of each run that gave other numbers which, and what they were', async () => {
    await ran();
    await lock();
    write('x.lethe.lock', lockText().replace('"accuracy":1', '"accuracy":0.99'));
    const { code, text } = await lock('--check');
    expect(text).toContain('none, seed 1: accuracy was 0.99, is 1\n');
    expect(text).toContain('4 runs: 3 equal bit for bit, 1 changed.');
    expect(code).toBe(1);
    // Of another processor that much may be rounding.
    write('x.lethe.lock', lockText().replaceAll('"any"', '"another"'));
    const elsewhere = await lock('--check', '--stored');
    expect([elsewhere.code, elsewhere.text]).toEqual([
      0,
      '4 runs: 3 equal bit for bit, 1 on another backend or processor and within the tolerance.\n',
    ]);
    const strict = await lock('--check', '--stored', '--tolerance', '0.001');
    expect(strict.text).toContain('accuracy was 0.99, is 1 (locked on cpu 0, another; now cpu 0, any)');
    expect(strict.code).toBe(1);
  });

  it('takes the variants and seeds that are asked for', async () => {
    await ran();
    await lock();
    expect(await lock('--check', '--method', 'none-2', '--seeds', '2,')).toMatchObject({
      ...{ code: 0, text: expect.stringContaining('1 run: 1 equal bit for bit.') as string },
    });
    expect(await lock('--check', '--seeds', '9,')).toMatchObject({
      ...{ code: 2, text: expect.stringContaining('x.lethe.lock has no run of what was asked for') as string },
    });
  });

  it('fails for what the experiment no longer has as it was, and for a run without a result', async () => {
    await ran();
    await lock();
    experiment({}, ['quick', 'crash']);
    const crashed = await lock('--check', '--method', 'none-2', '--seeds', '1');
    expect(crashed.text).toContain('crash, seed 1 crashed');
    expect(crashed.text).toContain('none-2, seed 1: there is no result to compare');
    expect(crashed.text).toContain('1 run: 1 without a result.');
    expect(crashed.code).toBe(1);
    experiment({}, ['quick']);
    const gone = await lock('--check', '--stored');
    expect(gone.text).toContain('none-2: 2 runs in x.lethe.lock of other settings, data or revisions');
    expect(gone.text).toContain('4 runs: 2 equal bit for bit, 2 of other settings.');
    expect(gone.code).toBe(1);
  });

  it('refuses a lock that is damaged, of another experiment, or not there', async () => {
    await ran();
    expect(await lock('--check')).toMatchObject({
      ...{ code: 2, text: expect.stringContaining('There is no x.lethe.lock: "lethe lock x.lethe.json"') as string },
    });
    await lock();
    const whole = lockText();
    write('x.lethe.lock', whole.replace('"seed":2', '"seed":-2'));
    for (const more of [[], ['--check']])
      expect(await lock(...more)).toMatchObject({
        ...{ code: 2, text: expect.stringContaining('x.lethe.lock:3: seed ') as string },
      });
    write('x.lethe.lock', whole.replace('"Test"', '"Other"'));
    expect((await lock('--check')).text).toContain('is the lock of "Other", and the experiment is "Test"');
    expect((await lock('--stored')).text).toContain('--stored says what --check compares');
  });
});
