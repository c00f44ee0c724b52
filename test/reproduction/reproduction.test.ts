import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { protocols } from '../../src/core/protocols/index';
import { cellsOf, examples, exampleCells, subjects } from './cells';
import { lockText, readLock, runsOfCell, type ReproducedRun } from './lockFile';
import { reproductionTables } from './page';

const run = (more: Partial<ReproducedRun> = {}): ReproducedRun => ({
  ...{ protocol: 'split-mnist/buzzega-2020', variant: 'none', hash: 'h', seed: 1, backend: 'native 1' },
  ...{ processor: 'p', seconds: 9, measures: { accuracy: 0.196 } },
  ...more,
});

describe('cells', () => {
  it('are the methods of every protocol, each with a key and a hash of its own', () => {
    for (const protocol of protocols) {
      const cells = cellsOf(protocol);
      expect(cells.map(({ key }) => key.replace(/-\d+$/, ''))).toEqual(
        protocol.methods.map(({ entry }) => entry.method),
      );
      expect(new Set(cells.map(({ hash }) => hash)).size).toBe(cells.length);
    }
  });

  it('have as many seeds as a verdict takes, and one where that would take hours', () => {
    const single = protocols.flatMap((protocol) => cellsOf(protocol)).filter(({ seeds }) => seeds < 5);
    expect(new Set(single.map(({ seeds }) => seeds))).toEqual(new Set([1]));
    expect([...new Set(single.map(({ protocol }) => protocol.split('/')[1]))].sort()).toEqual([
      'chaudhry-2019',
      'dohare-2024',
      'dohare-2024-small-steps',
      'farajtabar-2020',
      'van-de-ven-2019-class',
      'van-de-ven-2019-domain',
      'van-de-ven-2019-task',
      'yoon-2018',
      'zenke-2017',
    ]);
  });
});

describe('examples of our own', () => {
  it.each(Object.keys(examples))('%s: every variant, with the seeds that the file asks for', (file) => {
    const cells = exampleCells(file);
    const asked = /"seeds": (\d+)/.exec(readFileSync(path.join(__dirname, '../..', file), 'utf8'))?.[1];
    expect(cells.length).toBeGreaterThan(2);
    expect(new Set(cells.map(({ hash }) => hash)).size).toBe(cells.length);
    for (const { seeds, told } of cells) expect([String(seeds), told.length > 1]).toEqual([asked, true]);
  });
});

describe('lethe.lock', () => {
  it('has a run once, in the order of protocols, variants and seeds', () => {
    const other = run({ protocol: 'split-mnist/van-de-ven-2022-task', hash: 'o' });
    const ewc = run({ variant: 'ewc', hash: 'e' });
    const text = lockText([run({ seed: 2 }), ewc, run({ seconds: 8 }), other, run({ seconds: 7 })], subjects);
    expect(readLock(text).map(({ variant, seed, seconds }) => [variant, seed, seconds])).toEqual([
      ['none', 1, 9],
      ['none', 1, 7],
      ['none', 2, 9],
      ['ewc', 1, 9],
    ]);
    expect(lockText(readLock(text), subjects)).toBe(text);
  });

  it('counts each seed of a cell once, as the place has it that has most of them, and none of other settings', () => {
    const elsewhere = { backend: 'wasm 1', seconds: 1 };
    const runs = [
      ...[run({ ...elsewhere, seed: 1 }), run({ ...elsewhere, seed: 3 }), run({ processor: 'q', seed: 2 })],
      ...[run({ seed: 4 }), run({ seed: 2 }), run({ hash: 'old', seed: 5 }), run()],
    ];
    expect(runsOfCell(runs, { hash: 'h' }).map(({ seed, seconds }) => [seed, seconds])).toEqual([
      [1, 9],
      [2, 9],
      [3, 1],
      [4, 9],
    ]);
    expect(runsOfCell(runs, { hash: 'new' })).toEqual([]);
  });

  it('of this repository is as the command writes it, of protocols that there are', () => {
    const text = readFileSync(path.join(__dirname, '../../lethe.lock'), 'utf8');
    const runs = readLock(text);
    expect(lockText(runs, subjects)).toBe(text);
    for (const { protocol } of runs) expect(subjects).toContain(protocol);
  });
});

describe('the page', () => {
  const [none] = cellsOf(protocols.find(({ id }) => id === 'split-mnist/van-de-ven-2022-class') as never);
  const tables = (runs: readonly ReproducedRun[]) => reproductionTables(runs).split('\n');
  const ofClass = (runs: readonly ReproducedRun[]) => {
    const lines = tables(runs);
    return lines
      .slice(lines.indexOf('### `split-mnist/van-de-ven-2022-class`'))
      .find((line) => line.startsWith('| None'));
  };

  it('has a row for each published value, and says of what was not run that it was not', () => {
    const rows = tables([]).filter((line) => line.includes('not run yet'));
    const expected = protocols.flatMap(({ methods, told = ['accuracy'] }) =>
      methods.flatMap(({ values }): readonly unknown[] => (values.length > 0 ? values : told)),
    );
    expect(rows).toHaveLength(expected.length);
  });

  it('tells of methods of which nothing was published what their protocol measures', () => {
    const [grown] = cellsOf(protocols.find(({ id }) => id === 'permuted-mnist/yoon-2018') as never).slice(1);
    const own = run({ hash: grown?.hash ?? '', seconds: 60, measures: { rocAuc: 0.99, accuracy: 0.96 } });
    const lines = tables([own]);
    const at = lines.indexOf('| DEN | ROC AUC |  | 99.00 | – | 1 |  | 1 min |');
    expect(lines[at + 1]).toBe('|  | Accuracy |  | 96.00 | – | 1 |  | 1 min |');
  });

  it('has ours with SD, seeds, verdict and time', () => {
    const of = (seed: number, accuracy: number) =>
      run({ hash: none?.hash ?? '', seed, seconds: 40 + seed, measures: { accuracy } });
    const runs = [0.197, 0.198, 0.199, 0.2, 0.201].map((accuracy, i) => of(i + 1, accuracy));
    expect(ofClass(runs)).toBe(
      '| None | Accuracy | 19.89 ± 0.02 (SEM), 20 seeds | 19.90 | 0.16 | 5 | agrees: 0.0 points apart, tolerance 1.5 | 43 s |',
    );
    expect(ofClass(runs.slice(0, 1))).toContain('| 19.70 | – | 1 | too few seeds to say: 1 of the 5');
  });

  it('says what no remedy has over the seeds of a row that has fewer, where that is another number', () => {
    const [own, other] = cellsOf(protocols.find(({ id }) => id === 'split-mnist/van-de-ven-2022-class') as never);
    const of = (hash = '', seed: number, accuracy: number) => run({ hash, seed, measures: { accuracy } });
    const notes = (accuracies: readonly number[], seeds: readonly number[]) =>
      tables([
        ...accuracies.map((accuracy, i) => of(own?.hash, i + 1, accuracy)),
        ...seeds.map((seed) => of(other?.hash, seed, 0.9)),
      ]).filter((line) => line.includes('alone, those of'));
    expect(notes([0.2, 0.3, 0.4, 0.5], [1, 3])).toEqual([
      '- None over seeds 1, 3 alone, those of the rows with 2: 30.00.',
    ]);
    expect(notes([0.2, 0.3, 0.4, 0.5], [2, 3])).toEqual([]);
    expect(notes([0.2, 0.3, 0.4, 0.5], [1, 2, 3, 4])).toEqual([]);
    expect(notes([], [1])).toEqual([]);
  });
});
