import { expect, it } from 'vitest';
import type { RunEvent } from '../core/events';
import { foldEvents } from '../core/runModel';
import { manifestFor } from '../runs/testManifests';
import { csv } from '../report/csv';
import { matrixOf } from '../report/series';
import { plainLine, jsonLine } from './notable';
import { accuracySoFar } from './words';

const started: RunEvent = {
  type: 'started',
  at: 0,
  schema: 1,
  backend: { name: 'wasm', version: '1' },
  tasks: [0, 1, 2].map((i) => ({ name: String(i), classes: [i], train: 1, test: 9 })),
  steps: [1, 1, 1],
};
const row = (task: number, tasks: number[], accuracy: number[]): RunEvent & { readonly type: 'task-end' } => ({
  type: 'task-end',
  at: 1,
  task,
  tasks,
  accuracy,
  taskAware: accuracy,
  samples: 4,
  memoryBytes: 0,
});
const last = row(2, [0, 2], [0.25, 0.75]);
const state = foldEvents([started, row(0, [0], [1]), row(1, [0, 1], [0.5, 1]), last]);
const run = { manifest: manifestFor(), status: 'running' as const, state };

it('an accuracy of some of the tasks says of how many', () => {
  expect(accuracySoFar(run)).toBe('50.0 % (2 of 3 tasks)');
  expect(plainLine({ ...last, run })).toMatch(/task 3\/3 learned, accuracy 50\.0 % \(on 2 of 3 tasks\)$/);
  expect(JSON.parse(jsonLine({ ...last, run }))).toMatchObject({ tasks: [0, 2], accuracy: [0.25, 0.75], samples: 4 });
});

it('what was not measured has no line in a table of numbers, and no value in a matrix', () => {
  const lines = csv([run]).split('\n');
  expect(lines[0]).toMatch(/,value,images$/);
  const ofRow = lines.filter((line) => line.includes(',matrix,2,') && line.includes(',accuracy,'));
  expect(ofRow.map((line) => line.split(',').slice(-4))).toEqual([
    ['0', 'accuracy', '0.25', '4'],
    ['2', 'accuracy', '0.75', '4'],
  ]);
  const { tasks, rows } = matrixOf([run], 'accuracy');
  expect(tasks).toEqual([0, 1, 2]);
  expect(rows.map(({ cells }) => cells.map((cell) => cell?.mean))).toEqual([
    [1, undefined, undefined],
    [0.5, 1, undefined],
    [0.25, undefined, 0.75],
  ]);
});
