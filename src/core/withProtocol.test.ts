import { describe, expect, it } from 'vitest';
import { parseExperiment } from './parse';

const CLASS = 'split-mnist/van-de-ven-2022-class';
const parsed = (file: object) => parseExperiment(JSON.stringify(file, null, 2));
const variant = (file: object, key: string) => {
  const { experiment, problems } = parsed(file);
  expect(problems).toEqual([]);
  return experiment?.variants.find((one) => one.key === key);
};
const settings = (file: object, key: string, at = 0) => variant(file, key)?.methods[at]?.settings;

describe('a file that extends a protocol', () => {
  it('is whole with nothing else: name, stream, network, training, seeds and methods are those of the protocol', () => {
    const { experiment, problems } = parsed({ extends: CLASS });
    expect(problems).toEqual([]);
    expect(experiment).toMatchObject({
      name: 'Split MNIST, class-incremental',
      protocol: CLASS,
      stream: { kind: 'split', tasks: 5, scenario: 'class', classOrder: 'per-seed' },
      network: { hidden: [400, 400] },
      training: { optimizer: 'adam', batchSize: 128, iterations: 2000 },
    });
    expect(experiment?.seeds).toHaveLength(20);
    expect(experiment?.variants.map(({ key }) => key)).toContain('icarl');
  });

  it('shares its runs with one that spells everything out', () => {
    const spelled = {
      name: 'x',
      stream: { dataset: 'mnist', kind: 'split', tasks: 5, scenario: 'class', classOrder: 'per-seed' },
      network: { kind: 'mlp', hidden: [400, 400] },
      training: { optimizer: 'adam', learningRate: 0.001, batchSize: 128, iterations: 2000 },
      methods: [
        { method: 'ewc', lambda: 1e9, fisher: 'exact' },
        { method: 'icarl', activeClasses: 'all-so-far', temperature: 2 },
      ],
    };
    // All that the hash of a run is made of.
    const specsOf = (file: object) => {
      const { experiment } = parsed(file);
      const { stream, evaluation, data, variants } = experiment ?? {};
      return variants?.map(({ key, methods, network, training }) => ({
        ...{ key, stream, evaluation, data, methods, network, training },
      }));
    };
    const wanted = specsOf(spelled);
    expect(wanted).toHaveLength(4);
    expect(specsOf({ extends: CLASS, methods: [{ method: 'ewc' }, { method: 'icarl' }] })).toEqual(wanted);
  });

  it('says otherwise what it says itself, setting by setting', () => {
    const { experiment } = parsed({
      extends: CLASS,
      seeds: 2,
      training: { batchSize: 64 },
      network: { hidden: [10] },
      methods: [{ method: 'ewc' }],
    });
    expect(experiment).toMatchObject({
      seeds: [1, 2],
      training: { batchSize: 64, iterations: 2000, learningRate: 0.001 },
      network: { hidden: [10] },
    });
    expect(experiment?.variants.map(({ key }) => key)).toEqual(['none', 'joint', 'ewc']);
  });

  it('has epochs in place of iterations, and the other way round', () => {
    expect(parsed({ extends: CLASS, training: { epochs: 2 } }).experiment?.training).not.toHaveProperty('iterations');
    const buzzega = { extends: 'split-mnist/buzzega-2020', training: { iterations: 5 } };
    expect(parsed(buzzega).experiment?.training).not.toHaveProperty('epochs');
  });

  it('has no momentum with Adam', () => {
    const adam = parsed({
      extends: 'rotated-mnist/mirzadeh-2020',
      training: { optimizer: 'adam' },
      methods: [{ method: 'none' }],
    });
    expect(adam.problems).toEqual([]);
    expect(adam.experiment?.training).toMatchObject({ optimizer: 'adam', momentum: 0 });
  });

  it('deals tasks by a list in place of a number, and the other way round', () => {
    const dealt = { extends: CLASS, stream: { classesPerTask: [6, 4] } };
    expect(parsed(dealt).experiment?.stream).toMatchObject({ tasks: 2, classesPerTask: [6, 4] });
    const rotated = parsed({ extends: 'rotated-mnist/farajtabar-2020', stream: { tasks: 3 } });
    expect(rotated.problems).toEqual([]);
    expect(rotated.experiment?.stream).toMatchObject({ tasks: 3, angles: 'lopez-paz' });
  });

  it('has nothing of a stream or a network of another kind', () => {
    const { experiment } = parsed({
      extends: CLASS,
      stream: { kind: 'permuted', scenario: 'domain' },
      network: { kind: 'cnn' },
      methods: [{ method: 'none' }],
    });
    expect(experiment?.stream).toEqual({
      ...{ dataset: 'mnist', kind: 'permuted', tasks: 10, scenario: 'domain', identityFirst: true, pad: 0 },
    });
    expect(experiment?.network).toMatchObject({ kind: 'cnn', hidden: [] });
  });

  it('gives a method the settings of the protocol; what its entry says wins', () => {
    const methods = [{ method: 'ewc' }, { method: 'si', c: 7 }, { method: 'replay' }];
    const file = { extends: CLASS, methods };
    expect(settings(file, 'ewc')).toMatchObject({ lambda: 1e9, fisher: 'exact' });
    expect(settings(file, 'si')).toMatchObject({ variant: 'van-de-ven', c: 7, xi: 0.1 });
    expect(settings(file, 'replay')).toMatchObject({ perClass: 100 });
  });

  it('has of several entries of a method the one that says nothing else', () => {
    const file = { extends: 'split-mnist/buzzega-2020', methods: [{ method: 'der', size: 5120 }] };
    expect(settings(file, 'der')).toMatchObject({ size: 5120, alpha: 0.5, batchSize: 128 });
    expect(variant(file, 'der')?.training).toMatchObject({ learningRate: 0.1, batchSize: 10 });
    const other = { extends: 'split-mnist/buzzega-2020', methods: [{ method: 'der', size: 300 }] };
    expect(settings(other, 'der')).toMatchObject({ size: 300, alpha: 0.2, batchSize: 10 });
  });

  it('in a combination has the settings of each method, and the training of none', () => {
    const methods = [[{ method: 'si' }, { method: 'replay', size: 500 }]];
    const file = { extends: 'split-mnist/buzzega-2020', methods };
    expect(settings(file, 'si+replay', 0)).toMatchObject({ variant: 'buzzega', xi: 0.9 });
    expect(settings(file, 'si+replay', 1)).toMatchObject({ buffer: 'reservoir', size: 500, batchSize: 10 });
    expect(variant(file, 'si+replay')?.training).toMatchObject({ learningRate: 0.03 });
  });

  it('leaves an entry with a preset to that', () => {
    const file = { extends: CLASS, methods: [{ method: 'ewc', preset: 'van-de-ven-2019-class' }] };
    expect(settings(file, 'ewc')).toMatchObject({ lambda: 1e8, fisher: 'predicted' });
  });

  it('has its run-all place at extends where it leaves the methods to the protocol', () => {
    const text = `{ "extends": "${CLASS}" }`;
    const { methodsOffset, entries, experiment } = parseExperiment(text);
    expect(text.slice(methodsOffset)).toMatch(/^"extends"/);
    expect(entries).toEqual([]);
    expect(experiment?.variants.every(({ entry }) => entry === undefined)).toBe(true);
  });
});

describe('a mistake in a file that extends a protocol', () => {
  const only = (file: object) => {
    const { problems } = parsed(file);
    expect(problems).toHaveLength(1);
    return problems[0];
  };

  it('in the id names those that there are, and is the only one', () => {
    expect(only({ extends: 'split-mnist/van-de-ven-2022-clas' })).toMatchObject({
      line: 2,
      column: 14,
      message: expect.stringContaining(`Did you mean "${CLASS}"?`) as string,
    });
  });

  it('in what the file says itself is at its place', () => {
    expect(only({ extends: CLASS, training: { batchSize: 0 } })).toMatchObject({
      path: ['training', 'batchSize'],
      line: 4,
    });
    expect(only({ extends: CLASS, methods: [{ method: 'ewc', lamda: 3 }] })).toMatchObject({ line: 6 });
  });

  it('that a setting of its own makes in an entry of the protocol is at extends, and says so', () => {
    expect(only({ extends: CLASS, stream: { scenario: 'domain' } })).toMatchObject({
      path: ['extends'],
      line: 2,
      column: 14,
      message: expect.stringMatching(/^In "split-mnist\/van-de-ven-2022-class": iCaRL keeps exemplars/) as string,
    });
  });

  it('of a part that is no object is said, not filled in', () => {
    expect(only({ extends: CLASS, network: 5 })).toMatchObject({
      path: ['network'],
      message: expect.any(String) as string,
    });
    expect(only({ extends: CLASS, methods: {} })?.path).toEqual(['methods']);
  });
});

describe('what a file expects', () => {
  const file = (one: object) => ({ name: 'x', methods: [{ method: 'ewc', label: 'mine' }], expect: [one] });

  it('is of a variant by its key or label, accuracy unless it says otherwise', () => {
    const { experiment, problems } = parsed({
      ...file({ method: 'mine', value: 0.2 }),
      expect: [
        { method: 'mine', value: 0.2, sem: 0.01, seeds: 20 },
        { method: 'joint', measure: 'forgetting', value: 0 },
      ],
    });
    expect(problems).toEqual([]);
    expect(experiment?.expect?.map(({ measure }) => measure)).toEqual(['accuracy', 'forgetting']);
  });

  it('of a variant that there is not names those there are, at its place', () => {
    const [problem] = parsed(file({ method: 'er', value: 0.2 })).problems;
    expect(problem).toMatchObject({
      path: ['expect', 0, 'method'],
      message: 'No variant here has the key or label "er". Keys: none, joint, ewc.',
    });
  });

  it('has one spread', () => {
    const [problem] = parsed(file({ method: 'ewc', value: 0.2, sd: 0.1, sem: 0.1 })).problems;
    expect(problem?.message).toBe('"sd" and "sem" say one thing twice: give one of them.');
  });

  it('is a share', () => {
    expect(parsed(file({ method: 'ewc', value: 91.3 })).problems[0]?.message).toContain('at most 1');
    expect(parsed(file({ method: 'ewc', measure: 'seconds', value: 0.5 })).problems[0]?.path).toEqual([
      'expect',
      0,
      'measure',
    ]);
  });
});
