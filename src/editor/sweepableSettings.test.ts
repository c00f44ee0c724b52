import { describe, expect, it } from 'vitest';
import { noOwnFiles } from '../core/own/ownFiles';
import { parseExperiment } from '../core/parse';
import { hasNumbers, sweepableSettings } from './sweepableSettings';

function settingsOf(entry: string) {
  const text = `{ "name": "x", "bounds": false, "stream": { "scenario": "class" }, "methods": [${entry}] }`;
  const { experiment, problems } = parseExperiment(text);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [variant] = experiment?.variants ?? [];
  return variant ? sweepableSettings(text, variant, 'class', noOwnFiles) : [];
}
const namesOf = (entry: string) => settingsOf(entry).map(({ title, place }) => `${title} ${place.setting}`);

describe('the settings of a method that can be swept', () => {
  it('are its numbers, those left out too, with default, presets of the scenario and meaning', () => {
    const [lambda, gamma] = settingsOf('{ "method": "ewc", "lambda": 5 }');
    expect(lambda).toMatchObject({ method: 'ewc', title: 'EWC', usual: 1e5, ofPresets: [17.5, 1e8, 1e9] });
    expect(lambda?.place).toMatchObject({ setting: 'lambda', value: 5, before: '' });
    expect(lambda?.description).toContain('Strength of the penalty');
    expect(gamma?.place).toMatchObject({ setting: 'gamma', value: 1, before: ', "gamma": ' });
  });

  it('have the value that a preset gives them', () => {
    const [lambda] = settingsOf('{ "method": "ewc", "preset": "van-de-ven-2022-class" }');
    expect(lambda?.place.value).toBe(1e9);
  });

  it('are those of each method of a combination, and none that is swept', () => {
    expect(namesOf('[{ "method": "ewc", "lambda": { "sweep": [1, 2] } }, { "method": "replay" }]')).toEqual([
      'EWC gamma',
      'EWC fisherBatch',
      'Replay perClass',
      'Replay size',
    ]);
    expect(namesOf('{ "method": "packnet" }')).toContain('PackNet prune');
  });

  it('are none of a method without numbers', () => {
    expect(settingsOf('{ "method": "none" }')).toEqual([]);
    const { experiment } = parseExperiment('{ "name": "x", "methods": [{ "method": "none" }, { "method": "ewc" }] }');
    const withNumbers = experiment?.variants.filter(hasNumbers).map(({ key }) => key);
    expect(withNumbers).toEqual(['ewc']);
  });
});
