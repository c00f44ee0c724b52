import { describe, expect, it } from 'vitest';
import type { DashboardView } from '../src/core/messages';
import { measureNames } from '../src/core/measures/table';
import {
  nextSort,
  sortVariants,
  tableAsMarkdown,
  cellText,
  choosableColumns,
  choosableMeasures,
  shownColumns,
} from './tableModel';
import { ended, run, started, taskEnd } from './testRuns';
import { hintOf, titleOf } from './titles';
import { backendsOf, overallProgress, variantsOf } from './variants';

const keys = ['none', 'joint', 'ewc', 'replay'];
const view: DashboardView = {
  name: 'x',
  seeds: [1, 2],
  trusted: true,
  variants: keys.map((key) => ({ key, label: key, methods: [key], differs: [], hash: `hash-${key}` })),
};
const done = (key: string, seed: number, kept: number) =>
  run(`${key}-${seed}`, [started(), taskEnd(0, [1, 0]), taskEnd(1, [kept, 1]), ended()], 'done', seed, key);
const runs = [
  done('none', 1, 0),
  done('none', 2, 0),
  done('joint', 1, 1),
  done('joint', 2, 1),
  done('replay', 1, 0.7),
  done('replay', 2, 0.9),
];
const variants = variantsOf({ view, runs: new Map(runs.map((item) => [item.manifest.id, item])), seq: 1 });
const order = (sort: Parameters<typeof sortVariants>[1]) => sortVariants(variants, sort).map((variant) => variant.key);

describe('the comparison table', () => {
  it('has a row for every variant of the file, run or not', () => {
    expect(variants.map((variant) => [variant.key, variant.row.seedsDone])).toEqual([
      ['none', 2],
      ['joint', 2],
      ['ewc', 0],
      ['replay', 2],
    ]);
  });

  it('keeps what sweeps made of one entry together, and marks the one that is chosen', () => {
    const family = { key: 'ewc', label: 'EWC', size: 2 };
    const swept: DashboardView = {
      ...view,
      variants: view.variants.map((one) => (one.key === 'ewc' || one.key === 'replay' ? { ...one, family } : one)),
      select: { by: 'accuracy', on: { seeds: [2] } },
    };
    const more = [...runs, done('ewc', 1, 0.1), done('ewc', 2, 1)];
    const all = variantsOf({ view: swept, runs: new Map(more.map((item) => [item.manifest.id, item])), seq: 1 });
    expect(all.map(({ key, row }) => [key, row.pick?.on, row.seeds])).toEqual([
      ['none', undefined, 1],
      ['joint', undefined, 1],
      ['ewc', 'seeds', 1],
      ['replay', undefined, 1],
    ]);
    // Of seed 1: joint 1, replay 0.85, ewc 0.55, none 0.5.
    const byAccuracy = (descending: boolean) =>
      sortVariants(all, { column: 'accuracy', descending }).map(({ key }) => key);
    expect(byAccuracy(true)).toEqual(['joint', 'replay', 'ewc', 'none']);
    expect(byAccuracy(false)).toEqual(['none', 'ewc', 'replay', 'joint']);
    expect(sortVariants(all, { column: 'variant', descending: true }).map(({ key }) => key)).toEqual([
      ...['replay', 'ewc', 'none', 'joint'],
    ]);
  });

  it('shows mean and interval apart, and nothing where there is no value', () => {
    const [, , ewc, replay] = variants;
    // No interval below three seeds.
    expect(replay && cellText(replay, 'accuracy')).toEqual({ value: '90.0', spread: '', isAware: false });
    expect(replay && cellText(replay, 'gapClosed')?.value).toBe('80');
    expect(ewc && cellText(ewc, 'accuracy')).toBeUndefined();
  });

  it('sorts by a measure with missing values last in both directions', () => {
    expect(order({ column: 'accuracy', descending: true })).toEqual(['joint', 'replay', 'none', 'ewc']);
    expect(order({ column: 'accuracy', descending: false })).toEqual(['none', 'replay', 'joint', 'ewc']);
  });

  it('keeps the order of the file without a sort and among equals', () => {
    expect(order(undefined)).toEqual(keys);
    expect(order({ column: 'memoryBytes', descending: false })).toEqual(['none', 'joint', 'replay', 'ewc']);
  });

  it('goes from the useful order to the other and back to that of the file', () => {
    const first = nextSort(undefined, 'forgetting');
    expect(first).toEqual({ column: 'forgetting', descending: false });
    const second = nextSort(first, 'forgetting');
    expect(second).toEqual({ column: 'forgetting', descending: true });
    expect(nextSort(second, 'forgetting')).toBeUndefined();
    expect(nextSort(second, 'accuracy')).toEqual({ column: 'accuracy', descending: true });
  });

  it('is copied as Markdown, with bars in labels escaped', () => {
    const barred = variants.map((variant) => ({ ...variant, label: `${variant.label}|x` }));
    const text = tableAsMarkdown(barred, ['accuracy', 'forgetting', 'seconds'], (column) => column);
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toBe('| variant | seeds | accuracy | forgetting | seconds |');
    expect(lines).toHaveLength(2 + variants.length);
    expect(lines[2]).toContain('none\\|x');
    const cells = lines.map((line) => line.split(/(?<!\\)\|/).length);
    expect(new Set(cells).size).toBe(1);
  });

  it('shows the answer first, and what was chosen after that, always in one order', () => {
    expect(shownColumns()).toEqual(['accuracy', 'forgetting', 'gapClosed', 'oldTasks']);
    expect(shownColumns(['seconds', 'accuracy', 'gone'])).toEqual(['accuracy', 'seconds']);
  });

  it('can show every measure, each under a name and with what it means', () => {
    expect([...choosableMeasures].sort()).toEqual([...measureNames].sort());
    expect(choosableColumns.filter((column) => !titleOf(column) || !hintOf(column))).toEqual([]);
  });

  it('counts the chosen seeds alone', () => {
    const all = new Map(runs.map((item) => [item.manifest.id, item]));
    const chosen = variantsOf({ view, runs: all, seq: 1 }, [2]);
    expect(chosen.map(({ row }) => [row.seedsDone, row.seeds])).toEqual([
      [1, 1],
      [1, 1],
      [0, 1],
      [1, 1],
    ]);
    expect(chosen.find(({ key }) => key === 'replay')?.row.measures.accuracy.mean).toBeCloseTo(0.95, 12);
  });

  it('shows the task-aware value, marked, where only that is defined; and of times the median and the range', () => {
    const aware = { ...view, variants: view.variants.map((one) => ({ ...one, taskAwareOnly: 'It must be told.' })) };
    const onlyTold = (seed: number, seconds: number) =>
      run(`t-${seed}`, [started(), taskEnd(0, [null, null]), taskEnd(1, [null, null]), ended(seconds)], 'done', seed);
    const told = new Map([onlyTold(1, 31), onlyTold(2, 4)].map((item) => [item.manifest.id, item]));
    const ewc = variantsOf({ view: aware, runs: told, seq: 1 }).find(({ key }) => key === 'ewc');
    expect(ewc && cellText(ewc, 'accuracy')).toEqual({ value: '100.0', spread: '', isAware: true });
    expect(ewc && cellText(ewc, 'forgetting')).toEqual({ value: '0.0', spread: '', isAware: true });
    expect(ewc && cellText(ewc, 'seconds')).toEqual({ value: '18 s', spread: '4.0 s – 31 s', isAware: false });
  });

  it('only counts runs with the settings the file has now', () => {
    const other = { ...view, variants: view.variants.map((variant) => ({ ...variant, hash: 'changed' })) };
    const [first] = variantsOf({ view: other, runs: new Map(runs.map((item) => [item.manifest.id, item])), seq: 1 });
    expect(first?.runs).toEqual([]);
  });
});

it('shows runs on the backend that is asked for, else on that with most results', () => {
  const on = (name: string, seed: number) =>
    run(
      `${name}-${seed}`,
      [Object.assign(started(), { backend: { name, version: '1' } }), taskEnd(0, [1, 0]), taskEnd(1, [1, 1]), ended()],
      'done',
      seed,
      'none',
    );
  const all = [on('native', 1), on('native', 2), on('wasm', 1)];
  const shown = (backend?: 'wasm') => {
    const model = { view: { ...view, ...(backend && { backend }) }, seq: 1 };
    const [first] = variantsOf({ ...model, runs: new Map(all.map((one) => [one.manifest.id, one])) });
    return first?.runs.map(({ manifest }) => manifest.id);
  };
  expect(shown()).toEqual(['native-1', 'native-2']);
  expect(shown('wasm')).toEqual(['wasm-1', 'native-2']);
});

it('the whole experiment has as many runs as variants times seeds', () => {
  expect(overallProgress(variants)).toMatchObject({ planned: 8, done: 6, running: 0, fraction: 0.75 });
});

it('every backend is named once', () => {
  expect(backendsOf(variants)).toEqual(['cpu']);
});
