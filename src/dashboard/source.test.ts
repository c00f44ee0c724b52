import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../core/events';
import { manifestSchema, RUN_FORMAT } from '../core/manifest';
import { parseExperiment } from '../core/parse';
import type { Run, RunStatus } from '../core/run';
import { foldEvents } from '../core/runModel';
import { specHash, specOf, type RunChange } from '../runs/index';
import type { KnownFiles } from '../workspace/experimentFile';
import { ExperimentSource } from './source';
import { testReader } from './testReader';

const text = JSON.stringify({ name: 'x', seeds: 2, bounds: false, methods: [{ method: 'ewc' }] });
const { experiment } = parseExperiment(text);
const [variant] = experiment?.variants ?? [];
if (!experiment || !variant) throw new Error('The test experiment is not valid');
const spec = specOf(experiment, variant);

const events: RunEvent[] = Array.from({ length: 6 }, (_, i) => ({ type: 'warning', at: i, message: `${i}` }));

function run(id: string, status: RunStatus, log: readonly RunEvent[], seed = 1, hash = specHash(spec)): Run {
  const manifest = manifestSchema.parse({
    lethe: RUN_FORMAT,
    trainer: 'lethe',
    id,
    created: 0,
    experiment: { name: 'x', file: 'a.lethe.json' },
    variant: { key: 'ewc', label: 'EWC', hash },
    seed,
    spec,
  });
  return { manifest, status, state: foldEvents(log) };
}

function sourceOf(
  runs: readonly Run[],
  log: readonly RunEvent[] = [],
  file: { text?: string } = { text },
  place: { file?: string; name?: string } = { file: 'a.lethe.json' },
  known?: KnownFiles,
) {
  return new ExperimentSource({
    reader: {
      list: () => Promise.resolve([...runs]),
      ...testReader(() => log),
      current: (id) => runs.find(({ manifest }) => manifest.id === id),
      outputTail: (id, lines) => Promise.resolve(`${lines} lines of ${id}`),
      watch: () => ({ dispose: () => undefined }),
    },
    ...place,
    uri: 'file:///ws/a.lethe.json',
    readText: () => Promise.resolve(file.text),
    ...(known && { knownFiles: () => Promise.resolve(known) }),
    isTrusted: () => true,
    thumbnails: () => Promise.resolve({}),
  });
}

const change = (of: Run, list: readonly RunEvent[], firstIndex: number, isNew = false): RunChange => ({
  id: of.manifest.id,
  run: of,
  events: list,
  firstIndex,
  isNew,
});

describe('the source of a dashboard', () => {
  it('gives the runs of the experiment with the settings and seeds it has now', async () => {
    const own = run('own', 'running', events);
    const runs = [own, run('other settings', 'done', [], 1, 'else'), run('other seed', 'done', [], 9)];
    const { view, runs: given } = await sourceOf(runs, events).snapshot();
    expect(view.name).toBe('x');
    expect(given.map(({ manifest }) => manifest.id)).toEqual(['own']);
  });

  it('tells of a run what is new since it was told last, whatever the change says', async () => {
    const runs = [run('own', 'running', events.slice(0, 3))];
    const source = sourceOf(runs);
    const { runs: given } = await source.snapshot();
    expect(given[0]?.state.warnings).toEqual(['0', '1', '2']);
    runs[0] = run('own', 'running', events.slice(0, 5));
    const [delta] = (await source.deltas([change(runs[0], events, 0), change(runs[0], [], 3)])) ?? [];
    expect(delta).toMatchObject({ id: 'own', state: { set: { lastAt: 4 } } });
    expect(delta).not.toHaveProperty('status');
    expect(await source.deltas([change(runs[0], events, 0, true)])).toEqual([]);
    runs[0] = { ...runs[0], status: 'stopped' };
    expect(await source.deltas([change(runs[0], [], 5)])).toEqual([{ id: 'own', status: 'stopped' }]);
  });

  it('asks for a snapshot when anything may have changed', async () => {
    const source = sourceOf([run('own', 'running', events)]);
    await source.snapshot();
    expect(await source.deltas([])).toBeUndefined();
  });

  it('brings a new run whole, and takes one away that it had brought', async () => {
    const runs: Run[] = [];
    const source = sourceOf(runs);
    await source.snapshot();
    const own = run('own', 'queued', events.slice(0, 2));
    runs.push(own);
    const [brought] = (await source.deltas([change(own, [], 0, true)])) ?? [];
    expect(brought?.snapshot).toMatchObject({ status: 'queued', state: { warnings: ['0', '1'] } });
    expect(source.shown('own')).toBe(own);
    const again: Run = { ...own, manifest: { ...own.manifest, created: 5 } };
    runs[0] = again;
    expect(await source.deltas([change(again, [], 0, true)])).toMatchObject([
      { snapshot: { manifest: { created: 5 } } },
    ]);
    runs.pop();
    const gone: RunChange = { id: 'own', events: [], firstIndex: 0, isNew: false };
    expect(await source.deltas([gone])).toEqual([{ id: 'own', removed: true }]);
    expect(await source.deltas([gone])).toEqual([]);
    expect(source.shown('own')).toBeUndefined();
  });

  it('is silent about runs of other experiments', async () => {
    const runs: Run[] = [];
    const source = sourceOf(runs);
    await source.snapshot();
    const other = run('x', 'running', [], 1, 'else');
    runs.push(other);
    expect(await source.deltas([change(other, events, 0, true)])).toEqual([]);
    expect(source.shown('x')).toBeUndefined();
  });

  it('shows the end of the output of a run that went wrong, and of no other', async () => {
    const source = sourceOf([run('bad', 'crashed', []), run('good', 'done', [], 2)]);
    const { runs } = await source.snapshot();
    expect(runs.map(({ outputTail }) => outputTail)).toEqual(['12 lines of bad', undefined]);
  });

  it('keeps the last valid version of a file with errors', async () => {
    const file: { text?: string } = { text };
    const source = sourceOf([], [], file);
    await source.snapshot();
    file.text = '{ "name": ';
    const fileTrouble = { kind: 'invalid', shown: 'last valid' };
    expect((await source.snapshot()).view).toMatchObject({ name: 'x', fileTrouble });
  });

  it('shows the runs of a file that never was valid, with the seeds that it asks for where it says so', async () => {
    const runs = [run('a', 'done', [], 1), run('b', 'done', [], 9)];
    const seedsShown = async (faulty: string) => (await sourceOf(runs, [], { text: faulty }).snapshot()).view;
    const fileTrouble = { kind: 'invalid', shown: 'runs' };
    expect(await seedsShown('{ "seeds": 1, "methods": [')).toMatchObject({ seeds: [1], fileTrouble });
    expect(await seedsShown('{ "methods": [')).toMatchObject({ seeds: [1, 9], fileTrouble });
  });

  it('shows a method whose file has errors as it ran last, with the file as it is', async () => {
    const own = { name: 'x', seeds: 1, bounds: false, methods: [{ method: './mine.ts' }, { method: 'ewc' }] };
    const faulty = new Map([['./mine.ts', { kind: 'faulty', message: 'mine.ts:1: no' } as const]]);
    const of = (id: string, seed: number, created: number, hash: string): Run => {
      const known = run(id, 'done', [], seed, hash);
      return { ...known, manifest: { ...known.manifest, created, variant: { key: 'mine', label: 'Mine', hash } } };
    };
    const runs = [of('old', 1, 1, 'h1'), of('last', 1, 2, 'h2'), of('elsewhere', 7, 3, 'h3')];
    const known = { own: faulty, named: new Map() };
    const { view, runs: shown } = await sourceOf(runs, [], { text: JSON.stringify(own) }, undefined, known).snapshot();
    expect(view).toMatchObject({ seeds: [1], fileTrouble: { kind: 'code', files: ['./mine.ts'] } });
    expect(view.variants.map(({ key, label }) => [key, label])).toEqual([
      ['mine', 'Mine'],
      ['ewc', 'EWC'],
    ]);
    expect(shown.map(({ manifest }) => manifest.id)).toEqual(['last']);
  });

  it('shows the runs that a file left which is gone', async () => {
    const { view, runs } = await sourceOf([run('own', 'done', events, 7)], events, {}).snapshot();
    expect(view).toMatchObject({ fileTrouble: { kind: 'missing' }, seeds: [7] });
    expect(runs).toHaveLength(1);
  });

  it('shows the runs that never had a file by their name, and new ones of that name as they come', async () => {
    const foreign = (id: string, name: string, hash: string): Run => {
      const known = run(id, 'running', [], 1, hash);
      return { ...known, manifest: { ...known.manifest, experiment: { name } } };
    };
    const all = [run('own', 'done', []), foreign('a', 'Clouds', 'h1')];
    const source = sourceOf(all, [], {}, { name: 'Clouds' });
    const { view, runs } = await source.snapshot();
    expect(runs.map(({ manifest }) => manifest.id)).toEqual(['a']);
    expect([view.name, view.file, view.fileTrouble]).toEqual(['Clouds', undefined, undefined]);
    const [another, other] = [foreign('b', 'Clouds', 'h2'), foreign('c', 'Rain', 'h3')];
    all.push(another, other);
    expect(await source.deltas([change(other, [], 0, true)])).toEqual([]);
    expect(await source.deltas([change(another, [], 0, true)])).toBeUndefined();
  });
});
