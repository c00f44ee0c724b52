import { describe, expect, it } from 'vitest';
import { compare, type VariantRuns } from '../core/comparison';
import { checkedDifferences, crossCheckSentence } from '../core/crossCheck';
import { manifestFor, runOf } from './testManifests';

const taskOf = (name: string, classes: number[]) => ({ name, classes, train: 1, test: 1 });
const started = {
  ...{ type: 'started' as const, at: 0, schema: 1, backend: { name: 'native', version: '1' }, steps: [1, 1] },
  tasks: [taskOf('a', [0]), taskOf('b', [1])],
};
/** Done, with these accuracies on both tasks in the end. */
const run = (key: string, seed: number, first: number | null, second: number | null) =>
  runOf(manifestFor({ key, seed }), 'done', {
    started,
    rows: [
      { task: 0, accuracy: [first === null ? null : 1, 0], taskAware: [1, 0.5], memoryBytes: 0 },
      { task: 1, accuracy: [first, second], taskAware: [1, 1], memoryBytes: 0 },
    ],
  });
const group = (key: string, runs: VariantRuns['runs'], more: Partial<VariantRuns> = {}): VariantRuns => ({
  ...{ key, label: key.toUpperCase(), methods: [key], differs: [], seeds: 3, runs },
  ...more,
});
const rowsOf = (...groups: VariantRuns[]) => compare(groups).rows;

describe('the row of a program that implements another row’s method', () => {
  const ewc = group('ewc', [run('ewc', 1, 0.2, 1), run('ewc', 2, 0.4, 1), run('ewc', 3, 0.3, 1)]);
  const torch = group('torch', [run('torch', 1, 0.25, 1), run('torch', 2, 0.4, 1), run('torch', 4, 0.9, 1)], {
    implements: 'ewc',
  });

  it('says how far it is from that, paired by the seeds that both have', () => {
    const [own, row] = rowsOf(ewc, torch);
    expect(own?.crossCheck).toBeUndefined();
    expect(row?.crossCheck).toMatchObject({ key: 'ewc', label: 'EWC' });
    expect(row?.crossCheck?.differences.accuracy).toMatchObject({ n: 2, p: 1 });
    expect(row?.crossCheck?.differences.accuracy?.mean).toBeCloseTo(0.0125, 12);
    expect(row?.crossCheck?.differences.forgetting?.mean).toBeCloseTo(-0.025, 12);
    expect(row ? crossCheckSentence(row) : []).toEqual([
      'TORCH is another implementation of EWC. Its difference from EWC, in points: Accuracy +1.25 (p = 1), Task-aware acc. 0.00 (p = 1), Forgetting −2.50 (p = 1); seeds: 2.',
    ]);
  });

  it('has an interval from three seeds on, and no p with one', () => {
    const more = { ...torch, runs: [...torch.runs, run('torch', 3, 0.3, 1)] };
    const [, row] = rowsOf(ewc, more);
    const texts = row?.crossCheck ? checkedDifferences(row.crossCheck).map(({ text }) => text) : [];
    expect(texts[0]).toMatch(/^\+0\.83 ± \d\.\d\d \(p = 1\)$/);
    const [, single] = rowsOf(ewc, { ...torch, runs: torch.runs.slice(0, 1) });
    expect(single?.crossCheck && checkedDifferences(single.crossCheck)[0]).toMatchObject({ seeds: 1, text: '+2.50' });
  });

  it('leaves out what one of them lacks, and says where they share no seed', () => {
    const aware = group('packnet', [run('packnet', 1, null, null)]);
    const [, row] = rowsOf(aware, { ...torch, implements: 'packnet' });
    expect(Object.keys(row?.crossCheck?.differences ?? {})).toEqual(['taskAwareAccuracy']);
    const [, apart] = rowsOf(ewc, { ...torch, runs: torch.runs.slice(2) });
    expect(apart ? crossCheckSentence(apart) : []).toEqual([
      'TORCH is another implementation of EWC. No seed has a result of both yet.',
    ]);
  });

  it('has no figure where that row is not there', () => {
    expect(rowsOf(torch)[0]?.crossCheck).toBeUndefined();
    expect(rowsOf({ ...torch, implements: 'torch' })[0]?.crossCheck).toBeUndefined();
  });
});
