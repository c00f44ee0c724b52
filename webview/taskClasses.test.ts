import { expect, it } from 'vitest';
import { taskClasses, tellTasksApart } from './taskClasses';

it('the classes of a file go before those that runs report', () => {
  const tasks = [[0, 1], [2]];
  expect(taskClasses({ tasks, seeds: [1] }, [])).toBe(tasks);
  expect(taskClasses({ seeds: [1] }, [])).toBeUndefined();
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
