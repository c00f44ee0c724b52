import { describe, expect, it } from 'vitest';
import type { RunEvent } from './events';
import { RUN_FORMAT, manifestSchema } from './manifest';
import { forgetting } from './measures/ofMatrix';
import type { Run } from './run';
import { foldEvents } from './runModel';
import { taskLosses } from './taskLosses';

const started: RunEvent = {
  ...{ type: 'started', at: 0, schema: 1, backend: { name: 'cpu', version: '1' }, steps: [10, 10, 10] },
  tasks: [0, 1, 2].map((i) => ({ name: `${i}`, classes: [i], train: 1, test: 1 })),
};
const taskEnd = (task: number, accuracy: (number | null)[]): RunEvent => ({
  ...{ type: 'task-end', at: 0, task, accuracy, taskAware: accuracy.map(() => 1), memoryBytes: 0 },
});
const run = (seed: number, events: RunEvent[]): Run => ({
  manifest: manifestSchema.parse({
    ...{ lethe: RUN_FORMAT, trainer: 'lethe', id: `run-${seed}`, created: 0, experiment: { name: 'test' }, seed },
    variant: { key: 'ewc', label: 'EWC', hash: 'x' },
    spec: { stream: {}, network: {}, training: {}, evaluation: {}, methods: [{ method: 'ewc', settings: {} }] },
  }),
  status: 'running',
  state: foldEvents(events),
});

const matrix = [
  [0.9, 0, 0],
  [0.6, 0.8, 0],
  [0.1, 0.7, 1],
];
const events = (rows: readonly (readonly number[])[]) => [started, ...rows.map((row, task) => taskEnd(task, [...row]))];

describe('what is left of each task', () => {
  it('is its best accuracy before, and that of the last row', () => {
    expect(taskLosses([run(1, events(matrix))], 'accuracy')).toEqual([
      { task: 0, peak: 0.9, now: 0.1 },
      { task: 1, peak: 0.8, now: 0.7 },
      { task: 2, peak: 1, now: 1 },
    ]);
  });

  it('has forgetting as its mean over the old tasks', () => {
    const old = taskLosses([run(1, events(matrix))], 'accuracy').slice(0, -1);
    const mean = old.reduce((sum, { peak, now }) => sum + peak - now, 0) / old.length;
    expect(mean).toBeCloseTo(forgetting(matrix), 12);
  });

  it('is of the runs that are furthest, so that no two stages are mixed', () => {
    const losses = taskLosses([run(1, events(matrix)), run(2, events(matrix.slice(0, 1)))], 'accuracy');
    expect(losses.map(({ now }) => now)).toEqual([0.1, 0.7, 1]);
  });

  it('leaves out tasks that are to come, and those whose accuracy is not defined', () => {
    expect(taskLosses([run(1, events(matrix.slice(0, 2)))], 'accuracy').map(({ task }) => task)).toEqual([0, 1]);
    expect(taskLosses([run(1, [started, taskEnd(0, [null, null])])], 'accuracy')).toEqual([]);
    expect(taskLosses([run(1, [started])], 'accuracy')).toEqual([]);
  });

  it('of joint training is the last row alone', () => {
    const joint = [
      [0.5, 0.5, 0.9],
      [0.6, 0.9, 0.8],
    ];
    expect(taskLosses([run(1, events(joint))], 'accuracy', true)).toEqual([
      { task: 0, peak: 0.6, now: 0.6 },
      { task: 1, peak: 0.9, now: 0.9 },
      { task: 2, peak: 0.8, now: 0.8 },
    ]);
  });
});
