import { describe, expect, it } from 'vitest';
import { eventSchema, parseEventLine } from './events';

const usual = {
  step: { type: 'step', at: 5, task: 1, step: 2, loss: 0.5 },
  online: { type: 'step', at: 5, task: 1, step: 2, loss: 0.5, accuracy: 0.25 },
  part: { type: 'eval', at: 5, task: 1, step: 2, accuracy: [0.5], taskAware: [1], tasks: [3], samples: 10 },
  eval: { type: 'eval', at: 5, task: 1, step: 2, accuracy: [0.5, null], taskAware: [1, 0], samples: 10 },
};

/** JSON of values of which some are right somewhere and most are wrong. */
const values = [
  ...[
    '0',
    '-0',
    '-1',
    '0.5',
    '1',
    '2',
    '1e400',
    '-1e400',
    '9007199254740993',
    '1e15',
    '1.1e15',
    '-1e16',
    'null',
    'true',
    '"1"',
    '""',
  ],
  ...['[]', '[0.5]', '[null]', '[1.01]', '[-0.1]', '[1e400]', '["0"]', '[[0]]', '[true]', '{}', '{"length":0}'],
];

/** What the schema alone says of a line. */
function judged(line: string) {
  const parsed = eventSchema.safeParse(JSON.parse(line));
  return parsed.success ? parsed.data : undefined;
}

const told = (line: string) => {
  const parsed = parseEventLine(line);
  return parsed.kind === 'event' ? parsed.event : undefined;
};

describe.each(Object.entries(usual))('a line of the kind %s', (_kind, event) => {
  const text = (fields: Record<string, string>) =>
    `{${Object.entries(fields)
      .map(([key, value]) => `${JSON.stringify(key)}:${value}`)
      .join(',')}}`;
  const fields = Object.fromEntries(Object.entries(event).map(([key, value]) => [key, JSON.stringify(value)]));

  it('is what the schema says it is, whatever stands in its fields', () => {
    expect(told(text(fields))).toEqual(event);
    const lines = Object.keys(fields).flatMap((key) => [
      ...values.map((value) => text({ ...fields, [key]: value })),
      text(Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key))),
      // One field less and another more.
      text({ ...Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key)), more: '1' }),
    ]);
    for (const line of [...lines, text({ ...fields, more: '1' }), text({ ...fields, ['__proto__']: '{}' })]) {
      expect(told(line), line).toEqual(judged(line));
    }
  });
});

it('a row that names its tasks has as many values, in ascending order', () => {
  const row = { type: 'task-end', at: 1, task: 9, accuracy: [0.5, null], taskAware: [1, 1], memoryBytes: 0 };
  const kindOf = (more: object) => parseEventLine(JSON.stringify({ ...row, ...more })).kind;
  expect(kindOf({ tasks: [4, 9], samples: 7 })).toBe('event');
  for (const tasks of [[4], [9, 4], [4, 4], [4, 9, 10], [-1, 2], [0.5, 1]])
    expect(kindOf({ tasks }), JSON.stringify(tasks)).toBe('malformed');
  expect(kindOf({ samples: 0 })).toBe('malformed');
});

it('a row has an area under the ROC curve for each accuracy, or for none', () => {
  const row = { type: 'task-end', at: 1, task: 1, accuracy: [0.5, null], taskAware: [1, 1], memoryBytes: 0 };
  const kindOf = (rocAuc: unknown) => parseEventLine(JSON.stringify({ ...row, rocAuc })).kind;
  expect(kindOf([0.75, null])).toBe('event');
  for (const wrong of [[0.5], [0.5, 0.5, 0.5], [0.5, 1.5], [-0.1, 0], 0.5])
    expect(kindOf(wrong), JSON.stringify(wrong)).toBe('malformed');
});
