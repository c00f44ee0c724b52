import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compare, groupRuns, measuresOf } from '../src/core/comparison';
import { eventSchema } from '../src/core/events';
import { manifestSchema, trainerText } from '../src/core/manifest';
import { parseExperiment } from '../src/core/parse';
import { RunStore } from '../src/runs/index';

const folder = path.join(__dirname, '..', 'examples');
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
const files = readdirSync(folder).filter((name) => name.endsWith('.lethe.json'));

describe('the experiment files under examples/', () => {
  it('are the ones the documentation speaks of', () => {
    expect(files.sort()).toEqual([
      'branching-one-head.lethe.json',
      'branching.lethe.json',
      'den.lethe.json',
      'every-method-class.lethe.json',
      'every-method-domain.lethe.json',
      'every-method-task.lethe.json',
      'generative-replay.lethe.json',
      'growing.lethe.json',
      'landscape.lethe.json',
      'minima.lethe.json',
      'mnist-in-parts.lethe.json',
      'permuted-mnist.lethe.json',
      'plasticity.lethe.json',
      'recipes.lethe.json',
      'remind.lethe.json',
      'rotated-mnist.lethe.json',
      'sleep-beside-rehearsal.lethe.json',
      'split-mnist-domain.lethe.json',
      'split-mnist-task.lethe.json',
      'split-mnist.lethe.json',
      'src-mnist.lethe.json',
      'sweep.lethe.json',
      'van-de-ven-2022.lethe.json',
    ]);
  });

  it.each(files)('%s has no problem, not even a warning, but of data that has to be downloaded', (name) => {
    const { problems } = parseExperiment(read(name));
    expect(problems.filter(({ message }) => !message.includes(': lethe data download '))).toEqual([]);
  });

  it.each(files)('%s compares with a lower and an upper bound', (name) => {
    const { experiment } = parseExperiment(read(name));
    if (!experiment) throw new Error('not an experiment');
    const { rows } = compare(
      groupRuns(experiment, [], (key) => key),
      experiment.select,
    );
    const bounds = rows.flatMap((row) => row.bound ?? []);
    const others = name.startsWith('every-method')
      ? ['upper', 'upper']
      : name === 'branching.lethe.json'
        ? ['upper']
        : [];
    expect(bounds).toEqual(['lower', 'upper', ...others]);
  });

  it.each([
    'examples/program/softmax.lethe.json',
    'clients/python/examples/lora.lethe.json',
    'clients/python/examples/frameworks.lethe.json',
  ])('%s, which names programs, has no problem either', (file) => {
    expect(parseExperiment(readFileSync(path.join(folder, '..', file), 'utf8')).problems).toEqual([]);
  });

  it('sleep consolidation gets the same network in its own example as it prescribes elsewhere', () => {
    const sleepOf = (name: string) =>
      parseExperiment(read(name)).experiment?.variants.find((variant) => variant.key === 'sleep');
    const [own, other] = [sleepOf('src-mnist.lethe.json'), sleepOf('split-mnist.lethe.json')];
    expect(own?.network).toEqual(other?.network);
    expect(own?.training).toEqual(other?.training);
    expect(own?.differs).toEqual([]);
  });
});

const python = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!python)('examples/producer.py (skipped without python3)', () => {
  let workspace: string;
  beforeEach(() => (workspace = mkdtempSync(path.join(tmpdir(), 'lethe-producer-'))));
  afterEach(() => rmSync(workspace, { recursive: true }));

  const script = path.join(folder, 'producer.py');
  const produce = (...options: string[]) => {
    const { status, stdout, stderr } = spawnSync('python3', [script, workspace, ...options], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return stdout.trim();
  };

  it.each([[[]], [['--keep', '10']]])('writes exactly what the schemas specify (%j)', (options) => {
    const run = produce(...options);
    const manifest: unknown = JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8'));
    expect(manifestSchema.safeParse(manifest).error).toBeUndefined();
    const lines = readFileSync(path.join(run, 'events.jsonl'), 'utf8').trimEnd().split('\n');
    for (const line of lines) {
      const event: unknown = JSON.parse(line);
      const parsed = eventSchema.safeParse(event);
      expect(parsed.error).toBeUndefined();
      // Nothing was dropped on reading: every field is one the protocol knows.
      expect(parsed.data).toEqual(event);
    }
  });

  it('says who trains, and gives equal settings equal hashes', () => {
    const made = [produce(), produce('--seed', '2'), produce('--keep', '10')].map((run) =>
      manifestSchema.parse(JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8'))),
    );
    expect(made.map(trainerText)).toEqual(['producer.py', 'producer.py', 'producer.py']);
    const [first, repeated, other] = made.map(({ variant }) => variant.hash);
    expect(repeated).toBe(first);
    expect(other).not.toBe(first);
  });

  it('shows up as done runs whose forgetting replay lessens', async () => {
    produce();
    produce('--keep', '10');
    const runs = await new RunStore(workspace, { dist: workspace }).list();
    expect(runs.map((run) => [run.status, run.state.rows.length, run.state.malformed, run.state.backend])).toEqual([
      ['done', 5, 0, 'python'],
      ['done', 5, 0, 'python'],
    ]);
    const [bare, replay] = runs.map(measuresOf);
    expect(bare?.learningAccuracy).toBeGreaterThan(0.9);
    expect(bare?.forgetting).toBeGreaterThan(0.2);
    expect(replay?.forgetting).toBeLessThan(0.1);
    expect(replay?.memoryBytes).toBe(10 * 10 * (16 * 8 + 1));
  });

  it('is the same again for the same seed, apart from times and process', () => {
    const accuracies = () =>
      readFileSync(path.join(produce('--seed', '7'), 'events.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line.includes('"task-end"'))
        .map((line) => (JSON.parse(line) as { accuracy: number[] }).accuracy);
    expect(accuracies()).toEqual(accuracies());
  });

  it.each(['signal', 'file'] as const)('stops politely when asked by %s', async (how) => {
    const child = spawn('python3', [script, workspace, '--keep', '60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const run = said.toString().trim();
    if (how === 'signal') child.kill('SIGTERM');
    else writeFileSync(path.join(run, 'stop'), '');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(3);
    expect(readFileSync(path.join(run, 'events.jsonl'), 'utf8').trimEnd().split('\n').at(-1)).toContain('"stopped"');
  });
});
