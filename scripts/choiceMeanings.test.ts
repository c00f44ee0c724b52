import { expect, it } from 'vitest';
import { meaningsOf, withChoiceMeanings } from './choiceMeanings';

it('a description that says what each choice means is taken apart', () => {
  expect(
    meaningsOf(
      ['sum', 'newest'],
      'sum: all tasks add up (the code). newest: that of the newest task alone. Both are scaled.',
    ),
  ).toEqual(['all tasks add up (the code)', 'that of the newest task alone']);
  expect(meaningsOf(['task', 'class'], 'Known at test time: task (which one (of all)), class (nothing).')).toEqual([
    'which one (of all)',
    'nothing',
  ]);
  expect(meaningsOf(['he', 'he-uniform'], 'he = normal, he-uniform = the same variance. Default: he.')).toEqual([
    'normal',
    'the same variance',
  ]);
});

it('of others each choice has the whole description', () => {
  const text = 'Kept, or started anew with each task. Default: kept.';
  expect(meaningsOf(['kept', 'per-task'], text)).toEqual([text, text]);
});

it('a choice has the description of the setting that it is one of, and of no object around it', () => {
  const choice = { enum: ['a', 'b'] };
  const schema = {
    description: 'all',
    properties: { kind: choice, own: { description: 'a: 1. b: 2.', anyOf: [choice, {}] } },
  };
  expect(withChoiceMeanings(schema)).toEqual({
    description: 'all',
    properties: {
      kind: choice,
      own: { description: 'a: 1. b: 2.', anyOf: [{ ...choice, enumDescriptions: ['1', '2'] }, {}] },
    },
  });
});

it('measures are what the table of measures says of them', () => {
  const { enumDescriptions } = withChoiceMeanings({ enum: ['accuracy', 'rocAuc'] }) as { enumDescriptions: string[] };
  expect(enumDescriptions[1]).toMatch(/^Mean area under the ROC curve/);
});
