import { expect, it } from 'vitest';
import { parseEventLine } from './events';

const row = { type: 'task-end', at: 1, task: 0, accuracy: [1, 0], taskAware: [1, 0], memoryBytes: 0 };
/** Why a row is no event, with a field that is written otherwise. */
const reasonOf = (field: keyof typeof row, json?: string): string => {
  const fields = Object.entries(row).map(
    ([key, value]) => [key, key === field ? json : JSON.stringify(value)] as const,
  );
  const written = fields.flatMap(([key, value]) => (value === undefined ? [] : [`"${key}":${value}`]));
  const line = parseEventLine(`{${written.join(',')}}`);
  return line.kind === 'malformed' ? line.reason : line.kind;
};

it.each<[string, string]>([
  [reasonOf('accuracy'), 'task-end: accuracy is missing: expected a list'],
  [reasonOf('accuracy', '{}'), 'task-end: accuracy is of the type object: expected a list'],
  [reasonOf('accuracy', '3'), 'task-end: accuracy is a number: expected a list'],
  [reasonOf('accuracy', '["1"]'), 'task-end: accuracy.0 is of the type string: expected a number'],
  [reasonOf('task', '"0"'), 'task-end: task is of the type string: expected a number'],
  [reasonOf('task', '0.5'), 'task-end: task is not whole: expected a whole number'],
  [reasonOf('at', '-1e999'), 'task-end: at is too large: expected a number'],
])('a line that is no event says why in plain words: %s', (reason, expected) => {
  expect(reason).toBe(expected);
});

it.each<[string, boolean]>([
  ['93', true],
  ['100', true],
  ['1.5', true],
  ['100.5', false],
  ['4000', false],
])('an accuracy of %s looks like per cent: %s', (value, looks) => {
  const reason = reasonOf('accuracy', `[${value}]`);
  expect(reason).toContain(`is ${value}: accuracies are fractions from 0 to 1`);
  expect(reason.includes('per cent')).toBe(looks);
});
