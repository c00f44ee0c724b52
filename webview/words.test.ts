import { expect, it } from 'vitest';
import { taskWords } from './words';

it('a share of a task is said to be one of its training', () => {
  expect(taskWords(0.2, false)).toMatch(/^20\s%\strained$/);
  expect([taskWords(0, false), taskWords(1, false), taskWords(0.2, true)]).toEqual([
    'to come',
    'learned',
    'learning now',
  ]);
});
