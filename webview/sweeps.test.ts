import { expect, it } from 'vitest';
import type { DashboardView } from '../src/core/messages';
import type { Summary } from '../src/core/statistics';
import { middleOf, sweepOf, whiskerOf } from './sweeps';
import { ended, run, started, taskEnd } from './testRuns';
import { costScale, withLabels } from './tradeOffPlaces';
import { variantsOf, type LiveVariant } from './variants';

const settings = [
  { lambda: 10, 'network.width': 100 },
  { lambda: 1000, 'network.width': 100 },
  { lambda: 1, 'network.width': 100 },
  { lambda: 1, 'network.width': 400 },
];
const view: DashboardView = {
  ...{ name: 'x', seeds: [1], trusted: true },
  variants: settings.map((at, i) => ({
    ...{ key: `ewc-${i}`, label: `EWC ${i}`, methods: ['ewc'], differs: [], hash: `hash-ewc-${i}` },
    family: { key: 'ewc', label: 'EWC', size: 5, at },
  })),
};
const done = (i: number, kept: number) =>
  run(`${i}`, [started(), taskEnd(0, [1, 0]), taskEnd(1, [kept, 1]), ended()], 'done', 1, `ewc-${i}`);
const runs = [done(0, 0.4), done(1, 0.8), done(2, 0.2)];
const variants = variantsOf({ view, runs: new Map(runs.map((one) => [one.manifest.id, one])), seq: 1 });

it('a swept setting becomes a line over its values, of those with results', () => {
  const { lines, ticks, x, low, high } = sweepOf(variants, 'lambda', 'accuracy');
  expect(lines.map(({ name }) => name)).toEqual(['network.width 100']);
  expect(lines[0]?.points.map(({ value, summary }) => [value, Number(summary.mean.toFixed(9))])).toEqual([
    [1, 0.6],
    [10, 0.7],
    [1000, 0.9],
  ]);
  expect([ticks, low, high]).toEqual([[1, 10, 1000], 0, 1]);
  // Logarithmic, because the values are far apart.
  expect(x(10)).toBeCloseTo(1 / 3, 12);
});

it('a measure that may be negative has its axis from there, and close values an even one', () => {
  const { low, x } = sweepOf(variants.slice(0, 3), 'lambda', 'backwardTransfer');
  expect(low).toBeCloseTo(-0.8, 12);
  expect([x(1), x(1000)]).toEqual([0, 1]);
  expect(sweepOf(variants.slice(0, 1), 'lambda', 'accuracy').x(10)).toBe(0.5);
});

it('costs far apart stand on a logarithmic axis, nothing in a place of its own', () => {
  const { at, ticks } = costScale([0, 1000, 1_000_000]);
  expect(ticks).toEqual([0, 1000, 1_000_000]);
  expect(at(0)).toBeLessThan(at(1000));
  expect(at(Math.sqrt(1e9)) - at(1000)).toBeCloseTo(at(1_000_000) - at(Math.sqrt(1e9)), 12);
  const even = costScale([0, 5, 10]);
  expect(even.at(10) - even.at(5)).toBeCloseTo(even.at(5) - even.at(0), 12);
});

it('of times a point is the median and its whisker the range, of all else mean and interval', () => {
  const summary: Summary = { n: 3, mean: 20, median: 12, min: 10, max: 38, sd: 15.6, sem: 9, ci95: 38.8 };
  expect([middleOf('seconds', summary), whiskerOf('seconds', summary)]).toEqual([12, [10, 38]]);
  expect([middleOf('accuracy', summary), whiskerOf('accuracy', { ...summary, ci95: 2 })]).toEqual([20, [18, 22]]);
  expect(whiskerOf('accuracy', { ...summary, ci95: NaN })).toBeUndefined();
  // The whole range lies on the axis.
  const slow = { ...variants[0], row: { ...variants[0]?.row, measures: { seconds: summary } } } as LiveVariant;
  expect(sweepOf([slow], 'lambda', 'seconds').high).toBe(38);
});

it('labels lie on no point and on no other label', () => {
  const points = [40, 44, 48, 230, 232].map((x, i) => ({ x, y: 100 + i, name: `Method ${i}` }));
  const labelled = withLabels(points, ({ name }) => name);
  const boxes = labelled.map(({ label, name }) => {
    const width = 5.6 * name.length;
    const left = label.anchor === 'start' ? label.x : label.anchor === 'end' ? label.x - width : label.x - width / 2;
    return { left, right: left + width, top: label.y - 9, bottom: label.y + 2 };
  });
  for (const [i, a] of boxes.entries())
    for (const [j, b] of boxes.entries()) {
      if (i === j) continue;
      expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom, `${i} and ${j}`).toBe(false);
    }
});
