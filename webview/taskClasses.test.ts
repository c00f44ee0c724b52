import { expect, it } from 'vitest';
import { numberAndName, taskClasses, taskLabels, taskNames, tellTasksApart } from './taskClasses';
import { run, started } from './testRuns';

it('the classes of a file go before those that runs report', () => {
  const tasks = [[0, 1], [2]];
  expect(taskClasses({ tasks, seeds: [1] }, [])).toBe(tasks);
  expect(taskClasses({ seeds: [1] }, [])).toBeUndefined();
});

it('tasks are called as the view says, or by the classes that a single seed dealt out', () => {
  const runs = [run('a', [started([10, 10], 2)])];
  const classNames = ['owl', 'jay'];
  expect(taskNames({ names: ['x', 'y'], seeds: [1] }, runs)).toEqual(['x', 'y']);
  expect(taskNames({ classNames, seeds: [1] }, runs)).toEqual(['owl', 'jay']);
  // Another seed may deal them out otherwise.
  expect(taskNames({ classNames, seeds: [1, 2] }, runs)).toEqual([]);
  expect(taskNames({ tasks: [[0], [1]], seeds: [1] }, runs)).toEqual([]);
  const names = ['0', '1'];
  expect(taskNames({ tasks: [[0], [1]], namedByRuns: true, seeds: [1] }, runs)).toEqual(names);
  // Angles that each seed draws are no names of all.
  const other = run('b', [
    { ...started([10, 10], 2), tasks: names.map((name, i) => ({ name: `${name}°`, classes: [i] })) } as never,
  ]);
  expect(taskNames({ namedByRuns: true, seeds: [1, 2] }, [...runs, other])).toEqual([]);
  expect([numberAndName(1, ['owl', 'jay']), numberAndName(1, [])]).toEqual(['2 (jay)', 2]);
});

it('tasks without classes are told apart by their names, or not at all', () => {
  const tasks = ['English', 'Python'].map((name) => ({ name, classes: [], train: 1, test: 1 }));
  const runs = [run('a', [{ ...started([10, 10], 2), tasks } as never])];
  const view = { namedByRuns: true as const, seeds: [1] };
  expect(taskLabels(taskNames(view, runs), view, runs)).toEqual(['English', 'Python']);
  expect(taskLabels([], view, runs)).toEqual([]);
});

it.each([
  [
    [
      [0, 1],
      [2, 3],
    ],
    true,
  ],
  [[[0, 1, 2]], true],
  [
    [
      [0, 1],
      [0, 1],
      [2, 3],
    ],
    true,
  ],
  [
    [
      [0, 1],
      [0, 1],
    ],
    false,
  ],
])('the classes %j tell tasks apart: %s', (classes, expected) => {
  expect(tellTasksApart(classes)).toBe(expected);
});
