import { describe, expect, it } from 'vitest';
import type { EventOf } from '../core/events';
import type { Run, RunStatus } from '../core/run';
import { emptyRun, type RunState } from '../core/runModel';
import { displayWidth } from '../report/index';
import { progressFrame, totalLine } from './progress';
import { accuracySoFar } from './words';

const started: EventOf<'started'> = {
  type: 'started',
  at: 0,
  schema: 1,
  backend: { name: 'wasm', version: '4' },
  tasks: [0, 1].map((n) => ({ name: String(n), classes: [n], train: 1, test: 1 })),
  steps: [100, 100],
};
const half: Partial<RunState> = {
  ...{ status: 'running', started, task: 0, step: 100, steps: 100, stepsDone: 100, stepsPlanned: 200 },
  ...{ firstAt: 0, lastAt: 10_000 },
};

const row = (task: number) => ({ task, accuracy: [1, 1], taskAware: [1, 1], memoryBytes: 0 });
const whole: Partial<RunState> = { started, rows: [row(0), row(1)] };

function run(label: string, seed: number, status: RunStatus, state: Partial<RunState> = {}): Run {
  const manifest = { variant: { key: label, label, differs: [], hash: '' }, seed, id: `${label}${seed}` };
  return { manifest: manifest as unknown as Run['manifest'], status, state: { ...emptyRun(), ...state } };
}

const wide = { columns: 120, rows: 40 };

describe('the live picture', () => {
  it('has a line for each run and one for all', () => {
    const runs = [run('EWC', 1, 'running', half), run('None', 1, 'queued'), run('None', 2, 'done', whole)];
    const [first, second, third, , total] = progressFrame(runs, 1, wide);
    expect(first).toMatch(/▶ EWC +seed 1 +task 1\/2, step 100\/100 +10 s left/);
    expect(second).toMatch(/· None +seed 1 +waits to be started/);
    expect(third).toMatch(/✓ None +seed 2 +done/);
    expect(total).toBe('1 of 3 runs done, 1 running, 1 queued, 30 s left');
  });

  it('says once what the runs compute with, and why', () => {
    const backendUse = { name: 'wasm', version: '4', why: 'asked for by name' };
    const runs = [1, 2].map((seed) => run('EWC', seed, 'running', { ...half, backendUse }));
    const frame = progressFrame(runs, 2, wide);
    expect(frame.slice(-2)).toEqual(['0 of 2 runs done, 2 running, 10 s left', 'Backend: wasm 4 (asked for by name)']);
  });

  it('keeps a name to its line, and shows what would steer the terminal', () => {
    const frame = progressFrame([run('x\n\u001b[2Jdone', 1, 'queued')], 1, wide);
    expect(frame[0]).toMatch(/^· x \\u001b\[2Jdone {2}seed 1 /);
    expect(frame).toHaveLength(3);
  });

  it('gives no tick to a run that is done without a whole result', () => {
    const [first] = progressFrame([run('None', 1, 'done', { ...whole, rows: [row(1)] })], 1, wide);
    expect(first).toBe('! None  seed 1  done');
  });

  it('keeps to the height of the terminal: running runs only, and the counts', () => {
    const runs = [
      ...Array.from({ length: 30 }, (_, i) => run('None', i, 'queued')),
      ...Array.from({ length: 3 }, (_, i) => run('EWC', i, 'running', half)),
    ];
    const frame = progressFrame(runs, 2, { columns: 120, rows: 10 });
    expect(frame.length).toBeLessThan(10);
    expect(frame.filter((line) => line.startsWith('▶'))).toHaveLength(3);
    expect(frame.at(-1)).toMatch(/^0 of 33 runs done, 3 running, 30 queued/);
  });

  it('keeps to the width of the terminal, also with wide characters', () => {
    const runs = [run('重放'.repeat(40), 1, 'running', half), run('x'.repeat(200), 2, 'queued')];
    for (const columns of [20, 40, 80, 120]) {
      for (const line of progressFrame(runs, 1, { columns, rows: 20 })) {
        expect(displayWidth(line)).toBeLessThan(columns);
      }
    }
  });

  it('says nothing about time after the last step, while a method still works', () => {
    const asleep = { ...half, stepsDone: 200, work: { name: 'sleep', done: 0.4 } };
    const [line] = progressFrame([run('Sleep', 1, 'running', asleep)], 1, wide);
    expect(line).toMatch(/task 1\/2, sleep 40 %$/);
  });

  it('says nothing about time before there is anything to go by', () => {
    expect(totalLine([run('None', 1, 'queued')], 2)).toBe('0 of 1 run done, 1 queued');
  });
});

describe('accuracy so far', () => {
  it('is the mean over the tasks seen, from the newest measurement', () => {
    const rows = [{ task: 0, accuracy: [0.9, 0.1], taskAware: [0.9, 0.5], memoryBytes: 0 }];
    expect(accuracySoFar(run('x', 1, 'running', { rows }))).toBe('90.0 %');
    const newest = { task: 1, step: 5, globalStep: 5, seconds: 1, accuracy: [0.5, 0.7], taskAware: [1, 1] };
    expect(accuracySoFar(run('x', 1, 'running', { rows, newest }))).toBe('60.0 %');
  });

  it('is that with the task known where no other is defined', () => {
    const rows = [{ task: 0, accuracy: [null, null], taskAware: [0.97, 0.5], memoryBytes: 0 }];
    expect(accuracySoFar(run('x', 1, 'running', { rows }))).toBe('97.0 % (task known)');
    expect(accuracySoFar(run('x', 1, 'queued'))).toBeUndefined();
  });

  it('is none of a run that is done without a whole result', () => {
    expect(accuracySoFar(run('x', 1, 'done', whole))).toBe('100.0 %');
    expect(accuracySoFar(run('x', 1, 'done', { ...whole, rows: [row(0)] }))).toBeUndefined();
  });
});
