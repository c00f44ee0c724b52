import { parse } from 'csv-parse/sync';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakePlace, keepersOf, until, type Behaviour } from './fakeTraining';

const place = fakePlace();

/** An experiment whose variants behave so. */
function experiment(...behaviours: Behaviour[]): string {
  // Each by settings of its own: two of the same would share their runs.
  const methods = behaviours.map((label, i) => ({
    method: 'none',
    label,
    training: { learningRate: 0.01 + i / 1000 },
  }));
  const file = join(place.workspace.folder, 'test.lethe.json');
  writeFileSync(file, JSON.stringify({ name: 'Test', seeds: 1, bounds: false, methods }));
  return file;
}

interface Called {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  readonly output: () => string;
}

function lethe(...args: string[]): Called {
  const child = spawn(process.execPath, [join(place.dist, 'cli.js'), ...args], { cwd: place.workspace.folder });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...text }));
  return { child, ended, output: () => text.stdout };
}

const statuses = async () => (await place.workspace.store().list()).map((run) => run.status);

describe('a run that is shown', () => {
  it('is named as elsewhere, and says its matrix, its measures, its settings', async () => {
    await lethe('run', experiment('quick'), '--no-report').ended;
    const [run] = await place.workspace.store().list();
    const id = run?.manifest.id ?? '';
    const text = await lethe('show', id.slice(-4)).ended;
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/^\S+ {2}✓ done {2}quick, seed 1 {2}Test\nTrained on cpu 0 \(for a test\)\n/);
    expect(text.stdout).toMatch(
      /Accuracy on each task in %:\n +a +b\n *after a +100\.0 +100\.0\n *after b +100\.0 +100\.0\n/,
    );
    expect(text.stdout).toMatch(/^Accuracy +100\.0 %$/m);
    const settings = await lethe('show', id, '--settings').ended;
    expect(JSON.parse(settings.stdout)).toMatchObject({ seed: 1, training: { learningRate: 0.01 } });
    const json = await lethe('show', id, id, '--json').ended;
    const lines = json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({
      id,
      accuracy: [{}, { task: 1, on: [0, 1], values: [1, 1] }],
      measures: { accuracy: 1 },
    });
    const broken = join(place.workspace.folder, '.lethe', 'runs', 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'run.json'), '{');
    expect(await lethe('show', 'broken').ended).toMatchObject({ code: 1, stderr: 'broken: run.json is not JSON\n' });
    expect(await lethe('show', 'nobody').ended).toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: expect.stringContaining('There is no run nobody. See: lethe list.'),
    });
  });
});

describe('bad input', () => {
  it.each<[string, string[], string]>([
    ['a folder to merge that is not there', ['merge', 'nowhere'], 'There is no folder nowhere.'],
    [
      'a time of another unit, whether or not a cluster answers',
      ['run', 'test.lethe.json', '--on', 'slurm', '--time', '4x'],
      '--time 4x: give minutes, hours or days, as 90m, 4h or 2d.',
    ],
  ])('%s', async (_, words, expected) => {
    experiment('quick');
    expect(await lethe(...words).ended).toMatchObject({ code: 2, stderr: `lethe: ${expected}\n` });
  });
});

describe('a sweep', () => {
  const swept = (learningRate: object) => {
    const file = join(place.workspace.folder, 'test.lethe.json');
    const methods = [
      { method: 'none', label: 'quick', training: { learningRate } },
      { method: 'joint', label: 'quick' },
    ];
    writeFileSync(file, JSON.stringify({ name: 'Test', seeds: 1, bounds: false, methods }));
    return file;
  };

  it('of hundreds of runs is asked about, and starts nothing where nobody can be', async () => {
    const file = swept({ sweep: { from: 0.001, to: 1, steps: 250 } });
    const checked = await lethe('check', file).ended;
    expect(checked.stdout).toContain('251 variants × 1 seed = 251 runs');
    for (const more of [[], ['--json']]) {
      const { code, stderr } = await lethe('run', file, '--no-report', '--parallel', '2', ...more).ended;
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /This starts 251 runs\. No run of this experiment has finished yet, to tell how long they take, 2 at a time\. Nobody can be asked here: say --yes/,
      );
    }
    expect(await statuses()).toEqual([]);
  });

  it('is run as a whole by the key of its family, and its rows are compared', async () => {
    const file = swept({ sweep: [0.001, 0.01] });
    const { code, stdout } = await lethe('run', file, '--no-report', '--yes', '--method', 'none').ended;
    expect(code).toBe(0);
    expect(await statuses()).toEqual(['done', 'done']);
    expect(stdout).toMatch(/quick · learningRate 0\.001/);
    expect(stdout).toMatch(/quick · learningRate 0\.01/);
    const unknown = await lethe('run', file, '--method', 'nothing').ended;
    expect(unknown.stderr).toContain('It has: none, none-learningRate-0.001, none-learningRate-0.01, joint.');
  });
});

describe('a file that extends a published protocol', () => {
  const extending = (more: object) => {
    const file = join(place.workspace.folder, 'test.lethe.json');
    const methods = [{ method: 'none', label: 'quick' }];
    const own = {
      name: 'Test',
      extends: 'split-mnist/van-de-ven-2022-class',
      bounds: false,
      seeds: 1,
      methods,
      ...more,
    };
    writeFileSync(file, JSON.stringify(own, undefined, 1));
    return file;
  };

  it('is said by lethe check with what it has of it', async () => {
    const { code, stdout } = await lethe('check', extending({ seeds: 20 })).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('1 variant × 20 seeds = 20 runs');
    expect(stdout).toContain('Extends split-mnist/van-de-ven-2022-class: Split MNIST, class-incremental. van de Ven');
    expect(stdout).toContain('  Beside published values: quick.');
  });

  it('is said by lethe check with what it changes of it', async () => {
    const { stdout } = await lethe('check', extending({ training: { batchSize: 7 } })).ended;
    expect(stdout).toContain('  Beside published values: no variant.');
    expect(stdout).toContain(
      '  quick: not comparable with the published values, differs in training.batchSize (7, published 128).',
    );
  });

  it('has its verdicts at the end of a comparison, in every format that has notes', async () => {
    const file = extending({});
    const { code, stdout } = await lethe('run', file).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/1 seed;\s+published\s+19.89\s+±\s+0.02 \(SEM\), 20 seeds: too\s+few seeds to say/);
    const markdown = (await lethe('compare', file, '--format', 'markdown').ended).stdout;
    expect(markdown).toMatch(/^- quick: Accuracy .* too few seeds to say: 1 of the 5/m);
    const { verdicts } = JSON.parse((await lethe('compare', file, '--json').ended).stdout) as { verdicts: unknown };
    expect(verdicts).toMatchObject([
      { key: 'none', protocol: 'split-mnist/van-de-ven-2022-class', verdict: { kind: 'too few seeds' } },
    ]);
    const report = readFileSync(join(place.workspace.folder, '.lethe/reports/test.html'), 'utf8');
    expect(report).toContain('<h2>Published values</h2>');
    expect(report).toContain('restated by others');
  });

  it('is refused at its place where there is no such protocol', async () => {
    const { code, stderr } = await lethe('check', extending({ extends: 'split-mnist/van-de-ven' })).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/test\.lethe\.json:3:13: error: "split-mnist\/van-de-ven" is not allowed here\./);
  });
});

describe('lethe run', () => {
  it('ends with 0 when all is done, writes a report, and has nothing to run the second time', async () => {
    const file = experiment('quick');
    const first = await lethe('run', file).ended;
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /1 run \(1 to run\)[^]*quick, seed 1: started on cpu 0[^]*quick, seed 1: done[^]*Report: /,
    );
    // Said as soon as it is known: a run this quick may be done by then.
    expect(first.stdout).toMatch(/^Backend: cpu 0 \(for a test\)$/m);
    expect(readFileSync(join(place.workspace.folder, '.lethe/reports/test.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    const second = await lethe('run', file, '--no-report').ended;
    expect(second.stdout).toMatch(/1 run \(1 there already\)/);
    expect(second.stdout).not.toMatch(/started|Report/);
  });

  it('ends with 1 when a run crashed, and shows its last words', async () => {
    const { code, stderr } = await lethe('run', experiment('crash')).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/crash, seed 1 crashed[^]*Out of cheese/);
  });

  it('says why a run failed before it started, without a stack trace, and so does lethe list', async () => {
    const { code, stdout, stderr } = await lethe('run', experiment('unable')).ended;
    expect(code).toBe(1);
    expect(stdout).toContain('unable, seed 1: failed: No native engine\n');
    expect(stderr).toContain('unable, seed 1 failed: No native engine\n');
    expect(stdout + stderr).not.toMatch(/crashed|train\.js/);
    expect(await statuses()).toEqual(['failed']);
    expect((await lethe('list').ended).stdout).toContain('✗ failed');
  });

  it('ends with 2 and the place of each problem when the file is wrong, before anything is written', async () => {
    const file = join(place.workspace.folder, 'bad.lethe.json');
    writeFileSync(file, '{\n  "name": "x",\n  "seeds": 0,\n  "methods": [{ "method": "ewcc" }]\n}');
    const { code, stderr } = await lethe('run', file).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.lethe\.json:3:\d+: error: /);
    expect(stderr).toMatch(/bad\.lethe\.json:4:\d+: error: .*ewcc/);
    expect(existsSync(join(place.workspace.folder, '.lethe'))).toBe(false);
  });

  it('ends with 2 when runs cannot be written', async () => {
    const file = experiment('quick');
    writeFileSync(join(place.workspace.folder, '.lethe'), 'in the way');
    const { code, stderr } = await lethe('run', file).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/Runs cannot be written to .*Nothing was started/);
  });

  it('stops politely at the first Ctrl-C, ends with 3, and the same command goes on', async () => {
    const file = experiment('checkpoint');
    const called = lethe('run', file);
    await until(() => called.output().includes('started'));
    called.child.kill('SIGINT');
    const { code, stdout } = await called.ended;
    expect(code).toBe(3);
    expect(stdout).toMatch(/can be resumed[^]*the same command goes on from there/);
    expect(await statuses()).toEqual(['stopped']);
    const again = (await lethe('run', file).ended).stdout;
    expect(again).toMatch(/1 to resume[^]*goes on on cpu[^]*done/);
    // What the log held before is no news.
    expect(again.match(/goes on on cpu/g)).toHaveLength(1);
  });

  it('begins what waited when Ctrl-C came in the folder that it has', async () => {
    const file = experiment('checkpoint', 'quick');
    const called = lethe('run', file, '--parallel', '1');
    await until(() => called.output().includes('started'));
    called.child.kill('SIGINT');
    await called.ended;
    expect(await statuses()).toEqual(['stopped', 'stopped']);
    const ids = async () => (await place.workspace.store().list()).map(({ manifest }) => manifest.id).sort();
    const before = await ids();
    expect((await lethe('run', file, '--parallel', '1').ended).stdout).toContain('2 to resume');
    expect(await statuses()).toEqual(['done', 'done']);
    expect(await ids()).toEqual(before);
  });

  it('leaves at once at the second Ctrl-C and leaves no process', async () => {
    const called = lethe('run', experiment('deaf'));
    await until(() => called.output().includes('started'));
    called.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 200));
    called.child.kill('SIGINT');
    expect((await called.ended).code).toBe(3);
    expect(await statuses()).toEqual(['stopped']);
    await until(() => keepersOf(place.workspace.folder).length === 0);
  });

  it('prints one JSON object per line with --json, and nothing else on stdout', async () => {
    const { stdout } = await lethe('run', experiment('quick'), '--json').ended;
    const lines = stdout.trimEnd().split('\n');
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(['plan', 'status', 'task-end', 'task-end', 'status', 'comparison', 'report']);
  });

  it('gives each run the threads asked for', async () => {
    expect((await lethe('run', experiment('quick'), '--threads', '2').ended).code).toBe(0);
    const [run] = await place.workspace.store().list();
    expect(place.workspace.threads(run?.manifest.id ?? '')).toBe('2');
    expect((await lethe('run', experiment('quick'), '--threads', 'none').ended).code).toBe(2);
  });

  it('goes on in the background when its terminal is closed', async () => {
    const called = lethe('run', experiment('quick', 'slow'), '--parallel', '1');
    await until(() => called.output().includes('Test: 2 runs'));
    called.child.kill('SIGKILL');
    await called.ended;
    await until(async () => (await statuses()).join() === 'done,running');
    const stopped = await lethe('stop', '--all').ended;
    expect(stopped.stdout).toMatch(/seed1-\w+: stopped/);
    expect(await statuses()).toEqual(['done', 'stopped']);
  });
});

describe('a run that is done with results in per cent', () => {
  it('does not pass as done: every command says why, and lethe run runs it again', async () => {
    const file = experiment('quick');
    await lethe('run', file, '--no-report').ended;
    const [run] = await place.workspace.store().list();
    const log = join(place.workspace.folder, '.lethe/runs', run?.manifest.id ?? '', 'events.jsonl');
    writeFileSync(log, readFileSync(log, 'utf8').replaceAll('"accuracy":[1,1]', '"accuracy":[87.2,100]'));
    const why =
      /ended as done with results after 0 of 2 tasks; has 2 unreadable lines .* is 87\.2: .* looks like per cent/;
    const list = await lethe('list').ended;
    expect(list.stdout).toMatch(/ ! done, 2 wrong lines +quick, seed 1 /);
    expect(list.stderr).toMatch(why);
    expect(list.stderr).toContain('lethe check-run RUN');
    const checked = await lethe('check-run', run?.manifest.id ?? '').ended;
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(/events\.jsonl:\d+: task-end\.accuracy\[0\] is 87\.2: .* looks like per cent$/m);
    expect(checked.stderr).toMatch(/ faults\.$/m);
    const compared = await lethe('compare', file).ended;
    expect(compared.stdout.replaceAll(/\n */g, ' ')).toMatch(why);
    expect(compared.stdout).toMatch(/quick( +–)+ +0\/1$/m);
    const again = await lethe('run', file, '--no-report').ended;
    expect(again.stdout).toMatch(/1 run \(1 to run\)[^]*quick +100\.0 /);
    expect(again.stdout).not.toContain('per cent');
  });
});

describe('lethe verify', () => {
  it('says that a run repeats itself, or where it does not', async () => {
    await lethe('run', experiment('quick')).ended;
    const [run] = await place.workspace.store().list();
    const id = run?.manifest.id ?? '';
    expect(await lethe('verify', id).ended).toMatchObject({ code: 0 });
    const log = join(place.workspace.folder, '.lethe/runs', id, 'events.jsonl');
    writeFileSync(log, readFileSync(log, 'utf8').replace('"steps":[1,1]', '"steps":[1,2]'));
    const { code, stdout } = await lethe('verify', id).ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/line 1 of events\.jsonl, "steps\.1"/);
  });

  it('ends with 2 for a run that is not there', async () => {
    expect(await lethe('verify', 'nothing').ended).toMatchObject({ code: 2 });
  });
});

it('an empty id names no run, not even the only one', async () => {
  await lethe('run', experiment('quick'), '--no-report').ended;
  for (const command of ['verify', 'stop', 'resume']) {
    expect(await lethe(command, '').ended).toEqual({
      code: 2,
      stdout: '',
      stderr: 'lethe: The id of a run is empty. See: lethe list.\n',
    });
  }
});

describe('lethe fork', () => {
  it('starts nothing where the run was trained on native TensorFlow and there is none', async () => {
    await lethe('run', experiment('quick'), '--no-report').ended;
    const [run] = await place.workspace.store().list();
    const id = run?.manifest.id ?? '';
    const events = join(place.workspace.folder, '.lethe', 'runs', id, 'events.jsonl');
    writeFileSync(events, readFileSync(events, 'utf8').replace('"name":"cpu"', '"name":"native"'));
    vi.stubEnv('LETHE_ENGINE_DIR', join(place.workspace.folder, 'no engine'));
    const forked = await lethe('fork', id, '--after-task', '1', '--set', 'training.learningRate=0.5').ended;
    vi.unstubAllEnvs();
    expect(forked).toMatchObject({ code: 2, stdout: '' });
    expect(forked.stderr).toMatch(/^lethe: Nothing was started\. The native engine is /);
    expect(await statuses()).toEqual(['done']);
  });
});

describe('runs of another program', () => {
  let made = 0;
  /** A whole run folder as a PyTorch program would write it. */
  function writeForeign(key: string, seed: number, training: object, status = 'done'): void {
    const id = `${key}-${seed}`;
    const folder = join(place.workspace.folder, '.lethe/runs', id);
    mkdirSync(folder, { recursive: true });
    const manifest = {
      ...{ lethe: 2, trainer: 'program', program: 'Avalanche 0.6', id, created: (made += 1), seed },
      experiment: { name: 'Split CIFAR-100' },
      variant: { key, label: key.toUpperCase(), hash: `${key} ${JSON.stringify(training)}` },
      spec: {
        stream: { dataset: 'cifar100', tasks: 2, scenario: 'class', 'crop.padding': 4 },
        network: { kind: 'resnet18', width: 20 },
        training: { optimizer: 'adamw', weightDecay: 0.01, ...training },
        methods: [{ method: key, settings: { buffer: 200 } }],
      },
    };
    writeFileSync(join(folder, 'run.json'), JSON.stringify(manifest));
    const accuracy = (task: number) => [0.5 + seed / 100, task === 0 ? 0 : 0.8];
    const events = [
      {
        ...{ type: 'started', schema: 1, backend: { name: 'cuda', version: '12.4' }, steps: [10, 10] },
        tasks: [0, 1].map((n) => ({ name: `Task ${n}`, classes: [n], train: 1, test: 1 })),
      },
      { type: 'eval', task: 0, step: 5, accuracy: [0.4], taskAware: [0.6], samples: 100 },
      ...[0, 1].map((task) => ({
        type: 'task-end',
        task,
        accuracy: accuracy(task),
        taskAware: [0.9, 0.9],
        memoryBytes: 5,
      })),
      { type: 'ended', status, seconds: 60 },
    ];
    writeFileSync(
      join(folder, 'events.jsonl'),
      events.map((event) => `${JSON.stringify({ at: 1_790_000_000_000, ...event })}\n`).join(''),
    );
  }
  beforeEach(() => {
    for (const seed of [1, 2]) writeForeign('er', seed, {});
    for (const seed of [1, 2]) writeForeign('agem', seed, { weightDecay: 0 });
  });
  const name = ['--experiment', 'Split CIFAR-100'];

  it('are listed, compared and exported by the name of their experiment, with where their own settings differ', async () => {
    const listed = await lethe('list').ended;
    expect(listed.stderr).toBe('');
    expect(listed.stdout.match(/✓ done/g)).toHaveLength(4);
    expect(await lethe('check-run', 'er-1').ended).toMatchObject({ code: 0, stdout: '' });
    const json = (await lethe('list', '--json').ended).stdout.trimEnd().split('\n');
    expect(JSON.parse(json[0] ?? '')).toMatchObject({ trainer: 'program', program: 'Avalanche 0.6' });

    const compared = await lethe('compare', ...name).ended;
    expect(compared).toMatchObject({ code: 0, stderr: '' });
    expect(compared.stdout).toMatch(/ER +65\.8[^]*AGEM +65\.8/);
    expect(compared.stdout).toContain('AGEM: own training (weightDecay).');
    expect(compared.stdout).not.toContain('ER: own');
    expect((await lethe('compare', ...name, '--format', 'markdown').ended).stdout).toMatch(/^\| \W*ER \|/m);
    expect((await lethe('compare', ...name, '--format', 'latex').ended).stdout).toMatch(/^ +ER & .*\\\\$/m);
    const { rows } = JSON.parse((await lethe('compare', ...name, '--json').ended).stdout) as { rows: object[] };
    expect(rows).toMatchObject([
      { key: 'er', seedsDone: 2 },
      { key: 'agem', seedsDone: 2, differs: ['training.weightDecay'] },
    ]);
    const csv = (await lethe('compare', ...name, '--format', 'csv').ended).stdout;
    const lines = parse<Record<string, string>>(csv, { columns: true });
    const about = { run: 'er-1', experiment: 'Split CIFAR-100', variant: 'er', label: 'ER', seed: '1', status: 'done' };
    expect(lines.filter(({ run, kind, step }) => run === 'er-1' && kind === 'curve' && step === '5')).toMatchObject([
      { ...about, backend: 'cuda', learned: '0', task: '0', measure: 'accuracy', value: '0.4' },
      { ...about, backend: 'cuda', learned: '0', task: '0', measure: 'task-aware accuracy', value: '0.6' },
    ]);
    expect(new Set(lines.map((line) => line['training.weightDecay'])).size).toBe(2);
  });

  it('have a report with their own description, their trainer, and nothing that only Lethe could do with them', async () => {
    const told = await lethe('report', ...name).ended;
    expect(told).toMatchObject({ code: 0, stderr: '' });
    const html = readFileSync(join(place.workspace.folder, '.lethe/reports/Split-CIFAR-100.html'), 'utf8');
    expect(html).toContain('2 variants on cifar100 in 2 tasks, class-incremental');
    for (const part of ['kind <b>resnet18</b>', 'optimizer <b>adamw</b>', 'crop.padding <b>4</b>', 'buffer 200'])
      expect(html).toContain(part);
    expect(html).toMatch(/<code>training\.weightDecay<\/code> <span class="own">0<\/span>.*instead of 0\.01/);
    expect(html).toContain('<td>Avalanche 0.6</td>');
    expect(html).not.toContain('lethe verify');
    expect(html).not.toContain('lethe run');
    expect(html).not.toMatch(/undefined|NaN|\[object/);
  });

  it('stand under a name: another one is refused with those there are, and a file beside it too', async () => {
    const unknown = await lethe('report', '--experiment', 'Split CIFAR').ended;
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toBe(
      'lethe: No run here is of an experiment named "Split CIFAR". There are runs of: "Split CIFAR-100".\n',
    );
    for (const args of [[], [experiment('quick'), ...name]]) {
      const ended = await lethe('compare', ...args).ended;
      expect([ended.code, ended.stderr]).toEqual([
        2,
        expect.stringMatching(/^lethe: Give either an experiment file or/),
      ]);
    }
  });

  it('are neither repeated nor gone on with', async () => {
    writeForeign('der', 1, {}, 'stopped');
    expect(await lethe('verify', 'er-1').ended).toMatchObject({
      code: 2,
      stderr: 'lethe: er-1 was trained by Avalanche 0.6, not by Lethe: only that can repeat it.\n',
    });
    expect(await lethe('resume', 'der-1').ended).toMatchObject({
      code: 2,
      stderr: 'lethe: Run der-1 is trained by Avalanche 0.6, not by Lethe: only that can go on with it.\n',
    });
    expect(existsSync(join(place.workspace.folder, '.lethe/runs/der-1/queued'))).toBe(false);
  });
});
