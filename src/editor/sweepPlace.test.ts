import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../core/parse';
import { sweepPlaceAt, sweepPlaceIn, sweepText, withText } from './sweepPlace';

const TEXT = `{
  "name": "x",
  "seeds": 2,
  "network": { "hidden": [100, 50] },
  "training": { "learningRate": 0.001, "schedule": { "kind": "exponential", "gamma": 0.9 } },
  "methods": [
    { "method": "ewc", "lambda": 1e5, "online": false }, // 1e5
    { "method": "replay", "perClass": { "sweep": [10, 20] } }
  ]
}`;
const at = (word: string, shift = 0) => sweepPlaceAt(TEXT, TEXT.indexOf(word) + shift);

describe('a number that can be swept', () => {
  it('is one of a method, of the training or of the network, pointed at itself or by its name', () => {
    expect(at('1e5')).toEqual({ offset: TEXT.indexOf('1e5'), length: 3, value: 1e5, setting: 'lambda', before: '' });
    expect(at('"lambda"', 3)).toEqual(at('1e5'));
    expect(at('0.001', 5)).toMatchObject({ setting: 'learningRate' });
    expect(at('0.9')).toMatchObject({ setting: 'gamma' });
    expect(at('50]')).toMatchObject({ setting: 'hidden', value: 50 });
  });

  it('is none of another part, none that is swept, and nothing else', () => {
    for (const word of ['2,', '"name"', '10, 20', '"sweep"', '"perClass"', 'false', '// 1e5', '"methods"'])
      expect(at(word, 1), word).toBeUndefined();
    expect(sweepPlaceAt('', 0)).toBeUndefined();
    expect(sweepPlaceAt('{ "methods": 3 }', 13)).toBeUndefined();
  });

  it('gives way to a sweep that makes a variant for each value', () => {
    const place = at('1e5');
    const text = place && withText(TEXT, place, sweepText([10, 1e5]));
    const { experiment, problems } = parseExperiment(text ?? '');
    expect(problems).toEqual([]);
    const made = experiment?.variants.filter(({ entry }) => entry === 0) ?? [];
    expect(made.map(({ methods }) => methods[0]?.settings['lambda'])).toEqual([10, 1e5]);
  });

  describe('that the file leaves out', () => {
    const swept = (text: string, path: (string | number)[] = ['methods', 0]) => {
      const place = sweepPlaceIn(text, path, 'samples', 200);
      return place && withText(text, place, sweepText([100, 200]));
    };

    it('is written behind the last setting, in its manner', () => {
      expect(swept('{ "methods": [{ "method": "ewc", "lambda": 2, }] }')).toBe(
        '{ "methods": [{ "method": "ewc", "lambda": 2, "samples": { "sweep": [100, 200] }, }] }',
      );
      expect(swept('{ "methods": [\n  {\n    "method": "ewc" // mine\n  }\n] }')).toBe(
        '{ "methods": [\n  {\n    "method": "ewc",\n    "samples": { "sweep": [100, 200] } // mine\n  }\n] }',
      );
    });

    it('is the one that stands there, if one does; nowhere, if something else does', () => {
      const written = '{ "methods": [[{ "method": "ewc", "samples": 7 }]] }';
      expect(sweepPlaceIn(written, ['methods', 0, 0], 'samples', 7)).toEqual(
        sweepPlaceAt(written, written.indexOf('7')),
      );
      expect(swept('{ "methods": [{ "method": "ewc", "samples": { "sweep": [1, 2] } }] }')).toBeUndefined();
      expect(swept('{ "methods": [3] }')).toBeUndefined();
      expect(swept('', [])).toBeUndefined();
    });
  });
});
