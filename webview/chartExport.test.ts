import { expect, it } from 'vitest';
import { csvOf } from './chartExport';
import type { Curves } from './curves';

const column = (...values: number[]) => Float32Array.from(values);
const curve = (...mean: number[]) => ({ mean: column(...mean), low: column(...mean), high: column(...mean) });

it('all points of a chart are rows of a CSV, with what was done between the steps', () => {
  const curves = {
    ...{ places: Float64Array.of(5, 10, 10.5), seconds: column(1, 2, 4.5), taskCount: 1, seeds: 1, joint: false },
    ...{ named: [], switches: [], stretches: [{ task: 0, from: 0, to: 10 }] },
    tasks: [{ task: 0, ...curve(0.5, 0.75, NaN) }],
    validation: { accuracy: curve(NaN, 0.5, NaN), loss: curve(NaN, 1.25, NaN), measured: column(NaN, 0.5, NaN) },
    pauses: [{ task: 0, step: 10, isLast: true, names: ['scale', '=1+1, "x"'], from: 2, seconds: 2.5 }],
  } as unknown as Curves;
  expect(csvOf(curves).split('\n')).toEqual([
    'step,after,trained_task,seconds,task_1,task_1_low,task_1_high,validation,validation_low,validation_high,validation_loss,validation_loss_low,validation_loss_high',
    '5,,1,1,50,50,50,,,,,,',
    '10,,1,2,75,75,75,50,50,50,1.25,1.25,1.25',
    '10,"scale =1+1, ""x""",1,4.5,,,,,,,,,',
    '',
  ]);
  const [pause] = curves.pauses;
  const evil = { ...curves, pauses: [{ ...pause, names: ['=1+1'] }] } as unknown as Curves;
  expect(csvOf(evil)).toContain("10,'=1+1,1");
});
