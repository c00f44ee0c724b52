import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeDist, fakeRun, Workspace } from './fakeTraining';

/** Clipboard, title, clear screen, cursor, in both widths of control characters; DEL, reading direction, lines of its own. */
const EVIL = `\u001b]52;c;ZXZpbA==\u0007\u001b]0;t\u001b\\\u001b[2J\u009b2J\u009d0;t\u009c\u007f\u202eb\u2066\u2028\r\nFORGED, seed 1: done`;
/** The same in the length of a label. */
const LABEL = '\u001b]52;c;ZXZpbA==\u0007\u009b2J\u007f\u202e\r\nFORGED, seed 1:';
const steering = /[^\P{Cc}\n\t]|[\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

let dist = '';
let workspace: Workspace;
let file = '';
beforeAll(async () => {
  dist = await fakeDist();
  workspace = new Workspace(dist);
  file = join(workspace.folder, `${EVIL.replaceAll('/', '')}.lethe.json`);
  const methods = ['quick', 'crash'].map((behaviour) => ({
    ...{ method: 'none', label: `${LABEL} ${behaviour}`, training: { learningRate: 0.01 } },
  }));
  writeFileSync(file, JSON.stringify({ name: EVIL, seeds: 1, bounds: false, methods }));
  writeFileSync(join(workspace.folder, 'wrong.lethe.json'), JSON.stringify({ name: EVIL, [EVIL]: 1, methods: [EVIL] }));
});
afterAll(async () => {
  await workspace.dispose();
  rmSync(dist, { recursive: true, force: true });
});

/** A run folder that came with a clone: hostile in every text it has. */
function writeRun(id: string, end: object, more: object = {}): void {
  const folder = join(workspace.folder, '.lethe/runs', id);
  mkdirSync(folder, { recursive: true });
  const manifest = fakeRun('quick');
  const variant = { ...manifest.variant, key: EVIL, label: EVIL };
  const evil = { ...manifest, id, experiment: { name: EVIL }, variant, ...more };
  writeFileSync(join(folder, 'run.json'), JSON.stringify(evil));
  const tasks = [0, 1].map((n) => ({ name: EVIL, classes: [n], train: 1, test: 1 }));
  const backend = { name: `cpu${EVIL}`, version: EVIL, why: EVIL };
  const log = [
    {
      type: 'started',
      at: 1,
      schema: 1,
      backend,
      versions: { [EVIL]: EVIL },
      data: { [EVIL]: EVIL },
      tasks,
      steps: [1, 1],
    },
    { type: 'warning', at: 1, message: EVIL },
    { type: 'phase', at: 1, task: 0, name: EVIL, done: 0.5, note: EVIL },
    { type: EVIL },
    { type: 'task-end', at: 1, task: EVIL },
    { type: 'ended', at: 1, ...end },
  ];
  writeFileSync(join(folder, 'events.jsonl'), log.map((event) => `${JSON.stringify(event)}\n`).join('') + EVIL);
  writeFileSync(join(folder, 'output.log'), EVIL.repeat(3));
}

function lethe(...args: string[]) {
  const env = { ...process.env, LETHE_ENGINE_DIR: join(workspace.folder, `engine${EVIL}`) };
  const call = spawnSync(process.execPath, [join(dist, 'cli.js'), ...args], {
    ...{ cwd: workspace.folder, env, encoding: 'utf8' },
  });
  return { code: call.status, stdout: call.stdout, stderr: call.stderr, text: call.stdout + call.stderr };
}

/** Says something, steers nothing, and no line of it begins where a name wanted one to. */
function expectHarmless({ text }: { text: string }): void {
  expect(text.trim()).not.toBe('');
  expect(text).not.toMatch(steering);
  expect(text).not.toMatch(/^FORGED/m);
}

describe('what a cloned folder says about itself cannot steer a terminal, nor forge a line', () => {
  it('in lethe check', () => {
    expectHarmless(lethe('check', file));
    const wrong = lethe('check', 'wrong.lethe.json');
    expectHarmless(wrong);
    expect(wrong.code).toBe(2);
  });

  it('in lethe run, and in what a crashed run printed', () => {
    const ran = lethe('run', file);
    expectHarmless(ran);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/Out of cheese/);
    expect(ran.stdout).toContain('\\u001b]52;c;ZXZpbA==\\u0007');
    const json = lethe('run', file, '--json');
    expect(json.stdout).not.toMatch(steering);
    for (const line of json.stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('type');
    // Nothing of a name is lost to a program.
    expect(json.stdout.split('\n').map((line) => (line ? (JSON.parse(line) as { name?: string }).name : ''))).toContain(
      EVIL,
    );
  });

  // A terminal of its own, from the program of that name.
  const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
  it.skipIf(!hasScript)('in the live lines of lethe run, which steer by themselves (needs the program script)', () => {
    const live = join(workspace.folder, 'live.lethe.json');
    const methods = [{ method: 'none', label: `${LABEL} quick`, training: { learningRate: 0.02 } }];
    writeFileSync(live, JSON.stringify({ name: EVIL, seeds: 1, bounds: false, methods }));
    const command = `stty rows 24 cols 120; '${process.execPath}' '${join(dist, 'cli.js')}' run '${live}'`;
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      ...{ encoding: 'utf8', env: { ...process.env, TERM: 'xterm' } },
    });
    for (const part of ['\u001b[2K', '✓ \\u001b]52']) expect(stdout).toContain(part);
    for (const part of ['\u001b]', '\u009b', '\u009d', '\u0007', '\u007f', '\u202e', '\u001b[2J'])
      expect(stdout).not.toContain(part);
    expect(stdout).not.toMatch(/^FORGED/m);
  });

  it('in lethe list, of runs in every state', () => {
    writeRun('done', { status: 'done' });
    writeRun(`failed${EVIL.replaceAll('/', '')}`, { status: 'failed', error: EVIL });
    mkdirSync(join(workspace.folder, '.lethe/runs', `damaged${EVIL.replaceAll('/', '')}`));
    expectHarmless(lethe('list'));
    const { stdout } = lethe('list', '--json');
    expect(stdout).not.toMatch(steering);
    for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('status');
  });

  it.each(['text', 'markdown', 'latex', 'csv', 'json'])('in lethe compare as %s', (format) => {
    expectHarmless(lethe('compare', file, '--format', format));
  });

  it('in what is compared and reported of another program, whatever that describes and however', () => {
    const manifest = fakeRun('quick');
    const described = { [EVIL]: EVIL, list: [EVIL, { [EVIL]: [EVIL] }] };
    const spec = {
      stream: { dataset: EVIL, tasks: 2 },
      network: described,
      methods: [{ method: EVIL, settings: described }],
    };
    const program = { trainer: 'program', program: EVIL, experiment: { name: `${EVIL}2` }, spec };
    const variant = { ...manifest.variant, key: `${EVIL}2`, label: EVIL, hash: EVIL };
    writeRun('program', { status: 'done' }, program);
    writeRun('other', { status: 'done' }, { ...program, spec: { ...spec, training: described }, variant });
    for (const format of ['text', 'markdown', 'latex', 'csv', 'json']) {
      const compared = lethe('compare', '--experiment', `${EVIL}2`, '--format', format);
      expectHarmless(compared);
      expect(compared.code).toBe(0);
    }
    expect(lethe('compare', '--experiment', `${EVIL}2`).stdout).toContain('own training');
    expectHarmless(lethe('report', '--experiment', `${EVIL}2`));
    expect(lethe('report', '--experiment', `${EVIL}2`, '--out', 'p.html').code).toBe(0);
    expect(readFileSync(join(workspace.folder, 'p.html'), 'utf8')).not.toMatch(steering);
    const unknown = lethe('compare', '--experiment', `${EVIL}3`);
    expectHarmless(unknown);
    expect(unknown.code).toBe(2);
    for (const command of ['verify', 'resume']) expectHarmless(lethe(command, 'program'));
  });

  it('in lethe report, and in the report itself when a terminal shows it', () => {
    const told = lethe('report', file);
    expectHarmless(told);
    expect(told.code).toBe(0);
    // A shell's pipe: what Node.js itself gives a child as stdout cannot be opened a second time.
    const piped = spawnSync(
      'sh',
      ['-c', '"$@" | cat', '-', process.execPath, join(dist, 'cli.js'), 'report', file, '--out', '/dev/stdout'],
      {
        ...{ cwd: workspace.folder, encoding: 'utf8' },
      },
    );
    expect(piped.stdout).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
    expect(piped.stdout + piped.stderr).not.toMatch(steering);
    expect(lethe('report', file, '--out', 'r.html').code).toBe(0);
    expect(readFileSync(join(workspace.folder, 'r.html'), 'utf8')).not.toMatch(steering);
  });

  it('in lethe verify and lethe stop', () => {
    for (const args of [
      ['verify', 'done'],
      ['verify', 'failed'],
      ['verify', EVIL],
      ['stop', EVIL],
      ['stop', '--all'],
    ])
      expectHarmless(lethe(...args));
  });

  it('in lethe engine', () => {
    expectHarmless(lethe('engine', 'status'));
    expectHarmless(lethe('engine', 'status', '--json'));
    expectHarmless(lethe('engine', 'remove'));
  });

  it('in what is said about a wrong command', () => {
    for (const args of [
      [EVIL],
      [`--${EVIL}`],
      ['list', `--${EVIL}`],
      ['run', EVIL],
      ['run', file, '--seeds', EVIL],
      ['run', file, '--method', EVIL],
      ['run', file, '--backend', EVIL],
      ['compare', file, '--format', EVIL],
      ['list', '--out', `/proc/${EVIL}`],
    ]) {
      const wrong = lethe(...args);
      expectHarmless(wrong);
      expect(wrong.text).not.toMatch(/^ {4}at /m);
    }
  });
});
