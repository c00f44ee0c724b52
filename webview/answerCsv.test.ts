import { describe, expect, it } from 'vitest';
import type { DashboardView } from '../src/core/messages';
import { costCsv, linesCsv, sweepCsv, tableCsv } from './answerCsv';
import { noCurves, type Curves } from './curves';
import { sweepOf } from './sweeps';
import { ended, run, started, taskEnd } from './testRuns';
import { variantsOf } from './variants';

const family = { key: 'ewc', label: 'EWC', size: 2 };
const view: DashboardView = {
  name: 'x',
  seeds: [1, 2],
  trusted: true,
  variants: [
    { key: 'none', label: 'None', methods: ['none'], differs: [], hash: 'hash-none' },
    ...[1, 10].map((lambda) => ({
      ...{ key: `ewc-${lambda}`, label: `EWC, λ ${lambda}`, methods: ['ewc'], differs: [], hash: `hash-ewc-${lambda}` },
      family: { ...family, at: { lambda } },
    })),
  ],
};
const done = (key: string, seed: number, kept: number) =>
  run(`${key}-${seed}`, [started(), taskEnd(0, [1, 0]), taskEnd(1, [kept, 1]), ended(4 * seed)], 'done', seed, key);
const runs = [done('none', 1, 0), done('none', 2, 0.2), done('ewc-1', 1, 0.5)];
const variants = variantsOf({ view, runs: new Map(runs.map((item) => [item.manifest.id, item])), seq: 1 });
const rowsOf = (csv: string) => csv.trimEnd().split('\n');

describe('the data of the comparison', () => {
  const options = { columns: ['accuracy', 'forgetting', 'oldTasks', 'seconds'], bars: [0, 1] } as const;

  it('is what its cells, dots and bars show, in per cent; empty where nothing is known', () => {
    expect(rowsOf(tableCsv(variants, { ...options, differenceOf: undefined }))).toEqual([
      'method,seeds,of_seeds,told_task,accuracy,accuracy_ci95,accuracy_seed_1,accuracy_seed_2,forgetting,forgetting_ci95,' +
        'task_1_best_before,task_1_now,task_2_best_before,task_2_now,seconds,seconds_least,seconds_most',
      'None,2,2,,55,,50,60,90,,100,10,100,100,6,4,8',
      '"EWC, λ 1",1,2,,75,,75,,50,,100,50,100,100,4,4,4',
      '"EWC, λ 10",0,2,,,,,,,,,,,,,,',
    ]);
  });

  it('has the differences from the baseline', () => {
    const differenceOf = ({ key }: { key: string }) => (key === 'none' ? undefined : { mean: 0.25, p: 0.5, n: 1 });
    const found = rowsOf(tableCsv(variants, { columns: ['accuracy'], bars: [], differenceOf: differenceOf as never }));
    expect(found[0]).toMatch(/,accuracy_seed_2,difference,p$/);
    expect(found[1]).toMatch(/,60,,$/);
    expect(found[2]).toMatch(/,,25,0\.5$/);
  });
});

describe('the data of a chart', () => {
  it('of a sweep is a row for each point, in the unit of its measure', () => {
    const rows = (measure: 'accuracy' | 'seconds') =>
      rowsOf(sweepCsv(sweepOf(variants, 'lambda', measure), 'EWC', 'lambda', measure));
    expect(rows('accuracy')).toEqual([
      'method,setting,value,others,measure,mean,ci95,median,least,most,seeds,chosen',
      'EWC,lambda,1,,accuracy,75,,75,75,75,1,',
    ]);
    expect(rows('seconds')[1]).toBe('EWC,lambda,1,,seconds,4,,4,4,4,1,');
  });

  it('of costs is a row for each point', () => {
    const points = variants.slice(0, 2).map((variant) => ({ variant, cost: 800, accuracy: 0.751 }));
    expect(rowsOf(costCsv(points, 'bytes'))).toEqual([
      'method,bytes,accuracy,told_task,bound',
      'None,800,75.1,,lower',
      '"EWC, λ 1",800,75.1,,',
    ]);
  });

  it('of the curves in little is a row for each point that a line has', () => {
    const curves: Curves = {
      ...noCurves,
      places: Float64Array.of(5, 10),
      stretches: [
        { from: 0, to: 5 },
        { from: 5, to: 10 },
      ],
      tasks: [{ task: 1, mean: [NaN, 0.5], low: [NaN, 0.25], high: [NaN, 1] }],
    } as unknown as Curves;
    expect(rowsOf(linesCsv([{ label: 'A', curves }]))).toEqual([
      'method,task,step,after,trained_task,accuracy,low,high',
      'A,2,10,,2,50,25,100',
    ]);
  });
});
