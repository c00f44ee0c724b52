import { expect, it } from 'vitest';
import { parseExperiment } from './parse';
import { settingsText } from './settingsText';

const textOf = (lambda: number, label: string) => {
  const { experiment } = parseExperiment(
    JSON.stringify({
      ...{ name: label, stream: { dataset: 'mnist' }, seeds: 1, bounds: false },
      methods: [{ method: 'ewc', lambda, label }],
    }),
  );
  const [variant] = experiment?.variants ?? [];
  if (!experiment || !variant) throw new Error('no experiment');
  const { stream, evaluation } = experiment;
  const { network, training, methods } = variant;
  return settingsText({ stream, evaluation, network, training, methods: [...methods] }, { seed: 3 });
};

it('has every setting, defaults too, on a line of its own, and no names', () => {
  const text = textOf(7, 'one');
  expect(text).toContain('"lambda": 7');
  expect(text).toContain('"fisher": "exact"');
  expect(text).toContain('"seed": 3');
  expect(textOf(7, 'another')).toBe(text);
  expect(text.indexOf('"evaluation"')).toBeLessThan(text.indexOf('"methods"'));
  const lines = textOf(8, 'one').split('\n');
  expect(lines.filter((line, i) => line !== text.split('\n')[i])).toEqual([expect.stringContaining('"lambda": 8')]);
});
