import { describe, expect, it } from 'vitest';
import { parseExperiment } from './parse';

const minimal = { name: 'x', methods: [{ method: 'ewc' }] };
const problemsOf = (value: unknown) => parseExperiment(JSON.stringify(value, null, 2)).problems;
const only = (value: unknown) => {
  const problems = problemsOf(value);
  expect(problems).toHaveLength(1);
  return problems[0];
};

describe('a valid file', () => {
  it('gets defaults, and both bounds before its own variants', () => {
    const { experiment, problems } = parseExperiment(JSON.stringify(minimal));
    expect(problems).toEqual([]);
    expect(experiment?.variants.map((v) => v.key)).toEqual(['none', 'joint', 'ewc']);
    expect(experiment?.seeds).toEqual([1, 2, 3]);
    expect(experiment?.variants[2]?.methods[0]?.settings).toMatchObject({ lambda: 1e5, fisher: 'exact' });
  });

  it('may have comments and trailing commas', () => {
    const text = '{ // a comment\n "name": "x", "methods": [ { "method": "none" }, ], }';
    expect(parseExperiment(text).problems).toEqual([]);
  });

  it('gives entries of the same method keys of their own and labels that tell them apart', () => {
    const { experiment } = parseExperiment(
      JSON.stringify({ ...minimal, methods: [{ method: 'ewc' }, { method: 'ewc', lambda: 5 }] }),
    );
    expect(experiment?.variants.slice(2).map((v) => [v.key, v.label])).toEqual([
      ['ewc', 'EWC'],
      ['ewc-2', 'EWC · lambda 5'],
    ]);
  });

  it('says where a variant differs from the experiment', () => {
    const { experiment } = parseExperiment(JSON.stringify({ ...minimal, methods: [{ method: 'sleep' }] }));
    const sleep = experiment?.variants.find((v) => v.key === 'sleep');
    expect(sleep?.network.hidden).toEqual([1200, 1200]);
    expect(sleep?.training.samplesPerTask).toBe(5000);
    expect(sleep?.differs).toContain('network.hidden');
    expect(sleep?.differs).toContain('training.optimizer');
  });

  it.each([undefined, {}, { kind: 'mlp' }])(
    'has a fully connected network unless it asks for another (%j)',
    (network) => {
      const { experiment } = parseExperiment(JSON.stringify({ ...minimal, network }));
      expect(experiment?.network).toEqual({
        kind: 'mlp',
        hidden: [400, 400],
        bias: true,
        dropout: 0,
        output: 'softmax',
        init: 'fan-in',
      });
    },
  );

  it('may ask for a convolutional network, for all variants or for one', () => {
    const network = { kind: 'cnn', conv: [8], init: 'he' };
    const resolved = { kind: 'cnn', conv: [8], kernel: 3, hidden: [], init: 'he', bias: true };
    const shared = parseExperiment(JSON.stringify({ ...minimal, network }));
    expect(shared.problems).toEqual([]);
    for (const variant of shared.experiment?.variants ?? []) expect(variant.network).toMatchObject(resolved);
    const methods = [{ method: 'ewc', network }];
    const own = parseExperiment(JSON.stringify({ ...minimal, network: { hidden: [50], bias: false }, methods }));
    expect(own.problems).toEqual([]);
    const [none, , ewc] = own.experiment?.variants ?? [];
    expect(none?.network).toMatchObject({ kind: 'mlp', hidden: [50], bias: false });
    expect(ewc?.network).toMatchObject(resolved);
    expect(ewc?.differs).toEqual(expect.arrayContaining(['network.kind', 'network.conv', 'network.hidden']));
  });

  it('that is convolutional may change parts of it for a variant; sleep brings its own fully connected one', () => {
    const methods = [{ method: 'ewc', network: { conv: [4], hidden: [20] } }, { method: 'sleep' }];
    const file = { ...minimal, network: { kind: 'cnn', kernel: 5 }, methods };
    const { experiment, problems } = parseExperiment(JSON.stringify(file));
    expect(problems).toEqual([]);
    const [, , ewc, sleep] = experiment?.variants ?? [];
    expect(ewc?.network).toMatchObject({ kind: 'cnn', conv: [4], kernel: 5, hidden: [20] });
    expect(sleep?.network).not.toHaveProperty('conv');
    expect(sleep?.network).toMatchObject({ kind: 'mlp', hidden: [1200, 1200] });
  });

  it('lets an override of iterations silence the epochs of the experiment', () => {
    const file = { ...minimal, training: { epochs: 2 }, methods: [{ method: 'ewc', training: { iterations: 7 } }] };
    const variant = parseExperiment(JSON.stringify(file)).experiment?.variants.find((v) => v.key === 'ewc');
    expect(variant?.training).toMatchObject({ iterations: 7 });
    expect(variant?.training.epochs).toBeUndefined();
  });
});

describe('a faulty file', () => {
  it('that is empty says what is needed', () => {
    expect(parseExperiment('  \n').problems[0]?.message).toContain('The file is empty');
  });

  it('that is not JSON is marked at the place', () => {
    const problem = parseExperiment('{\n  "name": "x"\n  "methods": []\n}').problems[0];
    expect(problem).toMatchObject({ line: 3, severity: 'error', message: 'A comma is missing here.' });
  });

  it('with a typo in a key names the key that was meant, at the key', () => {
    expect(only({ ...minimal, sede: 3 })).toMatchObject({
      message: expect.stringContaining('Did you mean "seeds"?') as string,
      line: 8,
      column: 3,
    });
  });

  it('with an unknown setting lists the settings of that method', () => {
    expect(only({ ...minimal, methods: [{ method: 'ewc', lamda: 3 }] })?.message).toMatch(
      /Unknown key "lamda".*"lambda".*fisher/,
    );
  });

  it('with a method that does not exist lists the methods', () => {
    expect(only({ ...minimal, methods: [{ method: 'ewk' }] })).toMatchObject({
      message: 'There is no method "ewk". Did you mean "ewc"? Methods: none, joint, ewc, packnet, replay, sleep.',
      line: 5,
    });
  });

  it.each([
    [{ ...minimal, seeds: 0 }, 'at least 1'],
    [{ ...minimal, seeds: [1, 1] }, 'given twice'],
    [{ ...minimal, stream: { tasks: 11 } }, 'MNIST has only 10 classes. Allowed: 1, 2, 5, 10.'],
    [{ ...minimal, stream: { tasks: 3 } }, 'do not divide evenly'],
    [{ ...minimal, training: { learningRate: -0.1 } }, 'greater than 0'],
    [{ ...minimal, training: { epochs: 1, iterations: 5 } }, 'not both'],
    [{ ...minimal, methods: [{ method: 'replay', perClass: 1.5 }] }, 'whole number'],
    [{ ...minimal, methods: [] }, 'at least 1 entry'],
    [{ ...minimal, stream: { scenario: 'domain' }, methods: [{ method: 'packnet' }] }, 'needs a head per task'],
    [{ ...minimal, stream: { scenario: 'clas' } }, 'Did you mean "class"?'],
    [{ ...minimal, methods: [[{ method: 'replay' }, { method: 'packnet' }]] }, 'cannot be combined'],
    [{ ...minimal, methods: [{ method: 'sleep', thresholds: [1] }] }, '3 thresholds'],
    [{ ...minimal, methods: [[{ method: 'ewc' }, { method: 'sleep' }]] }, 'EWC needs a softmax output'],
    [
      {
        ...minimal,
        methods: [
          [
            { method: 'replay', network: { hidden: [50] } },
            { method: 'sleep', alphaScale: 1 },
          ],
        ],
      },
      '2 thresholds',
    ],
    [{ ...minimal, methods: [{ method: 'ewc', gamma: 0.5 }] }, 'needs "online": true'],
    [{ methods: [{ method: 'ewc' }] }, '"name" is missing'],
    [{ ...minimal, network: { kind: 'cn' } }, '"cn" is not allowed here. Allowed: "mlp", "cnn". Did you mean "cnn"?'],
    [{ ...minimal, network: { kind: 'cnn', kernel: 4 } }, 'Allowed: 3, 5, 7'],
    [{ ...minimal, network: { conv: [8] } }, '"conv" is a setting of networks of "kind": "cnn".'],
    [{ ...minimal, network: { kind: 'cnn', hiden: [8] } }, 'Did you mean "hidden"? Allowed: kind, conv, kernel'],
    [{ ...minimal, network: { hiden: [8] } }, 'Did you mean "hidden"? Allowed: kind, hidden, bias'],
    [{ ...minimal, network: { hidden: [] } }, 'at least 1 entry'],
    [{ ...minimal, network: { kind: 'cnn', conv: [1, 2, 3, 4, 5] } }, 'at most 4 convolutions fit'],
    [{ ...minimal, network: { kind: 'cnn', dropout: 0.5 } }, '"hidden" is empty'],
    [{ ...minimal, methods: [{ method: 'ewc', network: { kernel: 5 } }] }, 'a setting of networks of "kind": "cnn"'],
    [{ ...minimal, methods: [{ method: 'ewc', network: { hidden: [] } }] }, 'needs at least one hidden layer'],
    [
      { ...minimal, methods: [{ method: 'ewc', network: { kind: 'cnn', conv: [1, 1, 1, 1, 1] } }] },
      'at most 4 convolutions fit',
    ],
    [{ ...minimal, methods: [{ method: 'sleep', network: { kind: 'cnn' } }] }, 'it needs "kind": "mlp"'],
    [
      {
        ...minimal,
        methods: [
          [
            { method: 'replay', network: { kind: 'cnn' } },
            { method: 'sleep', alphaScale: 1 },
          ],
        ],
      },
      'it needs "kind": "mlp"',
    ],
  ])('%j is explained', (file, message) => {
    expect(only(file)?.message).toContain(message);
  });

  it('with a setting of another kind of network is marked at that setting', () => {
    const methods = [{ method: 'ewc', network: { kernel: 5 } }];
    expect(only({ ...minimal, methods })?.path).toEqual(['methods', 0, 'network', 'kernel']);
    expect(only({ ...minimal, network: { conv: [8] } })?.path).toEqual(['network', 'conv']);
    expect(only({ ...minimal, network: { kind: 'cnn', dropout: 0.5 } })?.path).toEqual(['network', 'dropout']);
  });

  it('that combines replay with sleep warns that the constants for sleep alone do not fit, until others are given', () => {
    const combined = (sleep: object) => ({
      ...minimal,
      methods: [[{ method: 'replay' }, { method: 'sleep', ...sleep }]],
    });
    expect(only(combined({}))).toMatchObject({
      severity: 'warning',
      message: expect.stringContaining('alphaScale 0.1') as string,
    });
    expect(problemsOf(combined({ alphaScale: 0.1, thresholds: [22.259158, 0.318765, 0] }))).toEqual([]);
  });

  it('reports several faults at once, each at its own line', () => {
    const problems = problemsOf({ ...minimal, seeds: 0, stream: { tasks: 'five' } });
    expect(problems.map((p) => p.path.join('.')).sort()).toEqual(['seeds', 'stream.tasks']);
  });

  it('whose key is given twice says so', () => {
    expect(parseExperiment('{"name":"a","name":"b","methods":[{"method":"none"}]}').problems[0]?.message).toBe(
      '"name" is given twice.',
    );
  });
});
