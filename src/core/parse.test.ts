import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogueOf } from './catalogue';
import { methodIds } from './methods/index';
import type { NamedFiles } from './namedFiles';
import type { OwnFile, OwnFiles } from './own/ownFiles';
import { parseExperiment, unreadableExperiment } from './parse';

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
    expect(sleep?.network).toMatchObject({ hidden: [1200, 1200] });
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

  it('is the one that sleep prescribes in what its dropout and its weights mean too', () => {
    const networkWith = (network: object) =>
      parseExperiment(
        JSON.stringify({ ...minimal, network, methods: [{ method: 'sleep' }] }),
      ).experiment?.variants.find((v) => v.key === 'sleep')?.network;
    const usual = networkWith({});
    expect(usual).not.toHaveProperty('dropoutScaling');
    expect(networkWith({ dropout: 0.5, dropoutScaling: 'training', headInit: 'zeros' })).toEqual(usual);
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

  it('gives labels that tell variants apart even where the file has thought of the same ones', () => {
    const labels = ['a', 'a', 'a (2)', 'a'];
    const methods = labels.map((label) => ({ method: 'ewc', label }));
    const { experiment } = parseExperiment(JSON.stringify({ ...minimal, methods }));
    expect(experiment?.variants.slice(2).map(({ label }) => label)).toEqual(['a', 'a (2)', 'a (2) (2)', 'a (3)']);
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
      message: `There is no method "ewk". Did you mean "ewc"? Methods: ${methodIds.join(', ')}, or a file of your own, as "./mine.ts". A program is named by "program": ["python", "train.py"].`,
      line: 5,
    });
  });

  it('with the title of a method, or the last part of a protocol, says what was meant', () => {
    const ofMethod = (method: string) => only({ ...minimal, methods: [{ method }] })?.message;
    expect(ofMethod('DER++')).toContain('Did you mean "derpp"?');
    expect(ofMethod('a-gem')).toContain('Did you mean "agem"?');
    const extended = parseExperiment('{ "extends": "van-de-ven-2022-class" }').problems[0]?.message;
    expect(extended).toContain('Did you mean "split-mnist/van-de-ven-2022-class"?');
    // There is one of split MNIST and one of permuted.
    const ofTwo = parseExperiment('{ "extends": "van-de-ven-2019-class" }').problems[0]?.message;
    expect(ofTwo).not.toContain('Did you mean');
  });

  it('with a list of numbers where one belongs says how a sweep is written', () => {
    const ofLambda = (lambda: unknown) => only({ ...minimal, methods: [{ method: 'ewc', lambda }] })?.message;
    expect(ofLambda([1, 20])).toBe('This must be a number. For a sweep: { "sweep": [1,20] }.');
    expect(ofLambda(['1', '2'])).toBe('This must be a number.');
    expect(ofLambda([1, 2, 3, 4, 5, 6, 7])).toBe('This must be a number. For a sweep: { "sweep": [ … ] }.');
    expect(only({ ...minimal, stream: { tasks: [5, 10] } })?.message).not.toContain('sweep');
    expect(only({ ...minimal, training: [1, 2] })?.message).not.toContain('sweep');
  });

  it.each([
    [{ ...minimal, seeds: 0 }, 'at least 1'],
    [{ ...minimal, seeds: [1, 1] }, 'given twice'],
    [{ ...minimal, stream: { tasks: 11 } }, 'MNIST has only 10 classes. Allowed: 1, 2, 5, 10'],
    [{ ...minimal, stream: { tasks: 3 } }, 'do not divide evenly'],
    [{ ...minimal, training: { learningRate: -0.1 } }, 'greater than 0'],
    [{ ...minimal, training: { epochs: 1, iterations: 5 } }, 'not both'],
    [{ ...minimal, methods: [{ method: 'replay', perClass: 1.5 }] }, 'whole number'],
    [{ ...minimal, methods: [] }, 'at least 1 entry'],
    [{ ...minimal, stream: { scenario: 'domain' }, methods: [{ method: 'packnet' }] }, 'needs a head per task'],
    [{ ...minimal, network: { init: -1 } }, 'greater than 0; it is -1'],
    [{ ...minimal, network: { init: 'fanin' } }, 'Did you mean "fan-in"?'],
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
    [
      { ...minimal, network: { kind: 'cn' } },
      '"cn" is not allowed here. Allowed: "mlp", "cnn", "resnet18". Did you mean "cnn"?',
    ],
    [{ ...minimal, network: { kind: 'cnn', kernel: 4 } }, 'Allowed: 3, 5, 7'],
    [{ ...minimal, network: { conv: [8] } }, '"conv" is a setting of networks of "kind": "cnn".'],
    [{ ...minimal, network: { kind: 'cnn', hiden: [8] } }, 'Did you mean "hidden"? Allowed: kind, conv, kernel'],
    [{ ...minimal, network: { hiden: [8] } }, 'Did you mean "hidden"? Allowed: kind, hidden, bias'],
    [{ ...minimal, network: { hidden: [] } }, 'at least 1 entry'],
    [{ ...minimal, network: { kind: 'cnn', conv: [1, 2, 3, 4, 5] } }, 'at most 4 convolutions fit'],
    [{ ...minimal, network: { kind: 'cnn', dropout: 0.5 } }, '"hidden" is empty'],
    [
      { ...minimal, stream: { kind: 'permute' } },
      '"permute" is not allowed here. Allowed: "split", "permuted", "rotated", "parts". Did you mean "permuted"?',
    ],
    [{ ...minimal, stream: { pad: 2 } }, '"pad" is a setting of streams of "kind": "permuted".'],
    [{ ...minimal, stream: { kind: 'permuted', classOrder: 'fixed' } }, 'a setting of streams of "kind": "split".'],
    [{ ...minimal, stream: { kind: 'permuted', pad: 1 } }, 'Allowed: 0, 2'],
    [{ ...minimal, stream: { kind: 'permuted', identityfirst: true } }, 'Did you mean "identityFirst"?'],
    [{ ...minimal, stream: { kind: 'permuted', tasks: 1001 } }, 'at most 1000'],
    [
      { ...minimal, stream: { kind: 'permuted' }, network: { kind: 'cnn', conv: [1, 2, 3, 4, 5] } },
      'have 28 pixels a side and each convolution halves that: at most 4 convolutions fit',
    ],
    [
      { ...minimal, stream: { kind: 'permuted', pad: 2 }, network: { kind: 'cnn', conv: [1, 2, 3, 4, 5, 6] } },
      'have 32 pixels a side and each convolution halves that: at most 5 convolutions fit',
    ],
    [
      { ...minimal, stream: { kind: 'permuted', scenario: 'domain' }, methods: [{ method: 'packnet' }] },
      'needs a head per task',
    ],
    [{ ...minimal, methods: [{ method: 'ewc', network: { kernel: 5 } }] }, 'a setting of networks of "kind": "cnn"'],
    [{ ...minimal, methods: [{ method: 'ewc', network: { hidden: [] } }] }, 'needs at least one hidden layer'],
    [
      { ...minimal, methods: [{ method: 'ewc', network: { kind: 'cnn', conv: [1, 1, 1, 1, 1] } }] },
      'at most 4 convolutions fit',
    ],
    [
      { ...minimal, network: { kind: 'cnn', conv: [1, 1, 1, 1, 1] } },
      'conv5 would get images of 1 × 1 pixels and needs at least 2 × 2',
    ],
    [{ ...minimal, stream: { inputs: '0-1' } }, 'Allowed: "0..1", "standardised"'],
    [{ ...minimal, stream: { inputs: { mean: [0.5] } } }, '"std" is missing'],
    [{ ...minimal, stream: { inputs: { mean: [0.5], std: [0] } } }, 'greater than 0'],
    [{ ...minimal, stream: { inputs: { mean: [0.5], sd: [1], std: [1] } } }, 'Did you mean "std"? Allowed: mean, std'],
    [
      { ...minimal, stream: { inputs: { mean: [0.5, 0.5], std: [1] } } },
      'Images of MNIST have 1 channel, and here are 2 numbers.',
    ],
    [{ ...minimal, training: { augment: { crop: -1 } } }, 'at least 0'],
    [{ ...minimal, training: { augment: { crops: 1 } } }, 'Did you mean "crop"? Allowed: crop, flip'],
    [{ ...minimal, training: { augment: { crop: 28 } } }, 'are 28 × 28 pixels: a crop has to be smaller than a side'],
    [
      { ...minimal, methods: [{ method: 'ewc', training: { augment: { crop: 40 } } }] },
      'are 28 × 28 pixels: a crop has to be smaller than a side',
    ],
    [{ ...minimal, stream: { inputs: 'standardised' }, methods: [{ method: 'sleep' }] }, 'it needs "inputs": "0..1"'],
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

  it.each([1, 7, 10, 100])('may permute images for any number of tasks (%i)', (tasks) => {
    const stream = { kind: 'permuted', tasks, scenario: 'class' };
    expect(problemsOf({ ...minimal, stream })).toEqual([]);
    expect(
      problemsOf({ ...minimal, stream: { ...stream, pad: 2 }, network: { kind: 'cnn', conv: [1, 1, 1, 1, 1] } }),
    ).toEqual([]);
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
      message: expect.stringContaining('"preset": "mnist-rehearsal"') as string,
    });
    expect(problemsOf(combined({ alphaScale: 0.1, thresholds: [22.259158, 0.318765, 0] }))).toEqual([]);
  });

  it('says what is wrong with files that it names beside settings that are wrong, once for each entry', () => {
    const methods = [
      { method: 'ewc', lambda: -1 },
      { method: './broken.ts', strength: { sweep: [1, 2, 3] } },
      { method: './net.ts' },
    ];
    const own: OwnFiles = new Map<string, OwnFile>([
      ['./broken.ts', { kind: 'faulty', message: 'broken.ts:3: A comma is missing.' }],
      ['./net.ts', { kind: 'faulty', message: 'There is no file net.ts here.' }],
    ]);
    const network = { weights: './w.safetensors' };
    const named: NamedFiles = new Map([['./w.safetensors', { kind: 'faulty', message: 'No weights.' }]]);
    const said = (file: object) =>
      parseExperiment(JSON.stringify({ ...minimal, ...file }), undefined, own, named)
        .problems.map(({ path, message }) => `${path.join('.')}: ${message}`)
        .sort();
    const ofFiles = [
      'methods.1.method: broken.ts:3: A comma is missing.',
      'methods.2.method: There is no file net.ts here.',
      'network.weights: No weights.',
    ];
    expect(said({ methods, network })).toEqual(['methods.0.lambda: This must be at least 0; it is -1.', ...ofFiles]);
    expect(said({ methods: [{ method: 'ewc' }, ...methods.slice(1)], network })).toEqual(ofFiles);
    expect(said({ methods: [{ method: '/home/x/mine.ts' }] })[0]).toContain(
      'A path begins at the folder of this file.',
    );
  });

  it('reports several faults at once, each at its own line', () => {
    const problems = problemsOf({ ...minimal, seeds: 0, stream: { tasks: 'five' } });
    expect(problems.map((p) => p.path.join('.')).sort()).toEqual(['seeds', 'stream.tasks']);
  });

  it('whose key is given twice says so, at the second', () => {
    expect(parseExperiment('{"name":"a",\n"name":"b","methods":[{"method":"none"}]}').problems).toMatchObject([
      { message: '"name" is given twice.', line: 2, column: 1, path: ['name'] },
    ]);
  });

  it.each(['/*', '{ /*', '{ "name": "x" /* "methods": []', '{ "methods": [{ "method": "ewc" /*'])(
    'whose comment is never closed says so within the file (%s)',
    (text) => {
      const { problems, entries } = parseExperiment(text);
      expect(problems[0]?.message).toBe('The closing */ of this comment is missing.');
      for (const { offset, length } of [...problems, ...entries])
        expect(offset + length).toBeLessThanOrEqual(text.length);
    },
  );

  it('with a number beyond all bounds says that, and not that it is none', () => {
    const text = '{ "name": "x", "methods": [ { "method": "ewc", "lambda": 1e999 } ] }';
    expect(parseExperiment(text).problems).toMatchObject([{ message: 'This number is too large.' }]);
  });

  it('that cannot be read has one problem, the reason', () => {
    expect(unreadableExperiment('it is a folder')).toEqual({
      problems: [expect.objectContaining({ message: 'This file cannot be read: it is a folder.', line: 1, column: 1 })],
      entries: [],
      unreadable: true,
    });
  });
});

const times = (count: number, part: (i: number) => string) => Array.from({ length: count }, (_, i) => part(i)).join();
const texts = (text: string) => parseExperiment(text).problems.map(({ message }) => message);

describe('a file beyond measure', () => {
  it.each([
    ['brackets', '['.repeat(20_000)],
    ['a megabyte of brackets', '['.repeat(1_000_000)],
    ['objects', '{"a":'.repeat(20_000)],
    ['brackets that are closed by the wrong ones', '{"a":[}'.repeat(20_000)],
    ['brackets inside a value', `{ "name": ${'['.repeat(500)}${']'.repeat(500)} }`],
  ])('of nested %s is marked where it gets too deep', (_name, text) => {
    const { problems } = parseExperiment(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toBe('Brackets are nested more than 64 deep here: the file is not read.');
    expect(['[', '{']).toContain(text[problems[0]?.offset ?? 0]);
    expect(problems[0]?.offset).toBeLessThan(500);
  });

  it('of 64 brackets is read', () => {
    const messages = texts(`{ "name": ${'['.repeat(63)}${']'.repeat(63)}, "methods": [ { "method": "ewc" } ] }`);
    expect(messages).toEqual(['This must be a text.']);
  });

  it('of more than a megabyte is not read', () => {
    const text = JSON.stringify(minimal);
    expect(texts(text.padEnd(1_000_000))).toEqual([]);
    expect(texts(text.padEnd(1_000_001))).toEqual(['The file is larger than 1 MB: it is not read.']);
    expect(texts('\n'.repeat(50_000_000))).toEqual(['The file is larger than 1 MB: it is not read.']);
  });

  it('of 200,000 seeds is not read; of 1001 the list is marked, and not each seed in it', () => {
    const seeds = (count: number) =>
      `{ "name": "x", "methods": [{ "method": "ewc" }], "seeds": [${times(count, () => '"a"')}] }`;
    expect(texts(seeds(200_000))).toEqual(['The file has more than 100,000 words and signs: it is not read.']);
    expect(texts(seeds(49_000))).toEqual(['This list may have at most 1000 entries.']);
    expect(texts(seeds(1001))).toEqual(['This list may have at most 1000 entries.']);
  });

  it.each([
    ['methods', { ...minimal, methods: Array.from({ length: 1001 }, () => 5) }, 1000],
    [
      'a combination',
      { ...minimal, methods: [Array.from({ length: methodIds.length + 1 }, () => 5)] },
      methodIds.length,
    ],
    ['the class order', { ...minimal, stream: { classOrder: Array.from({ length: 10_001 }, () => 'a') } }, 10_000],
    ['hidden layers', { ...minimal, network: { hidden: Array.from({ length: 9 }, () => 'a') } }, 8],
    ['pruning', { ...minimal, methods: [{ method: 'packnet', prune: Array.from({ length: 254 }, () => 'a') }] }, 253],
    [
      'thresholds',
      { ...minimal, methods: [{ method: 'sleep', thresholds: Array.from({ length: 10 }, () => 'a') }] },
      9,
    ],
  ])('whose list is too long says so once (%s)', (_name, file, most) => {
    expect(only(file)?.message).toBe(`This list may have at most ${most} entries.`);
  });

  it('of as many methods or seeds as there may be is an experiment; of both at once it is not', () => {
    const methods = Array.from({ length: 1000 }, (_, lambda) => ({ method: 'ewc', lambda }));
    const seeds = Array.from({ length: 1000 }, (_, i) => i);
    const wide = parseExperiment(JSON.stringify({ ...minimal, methods, seeds: 10 }));
    expect(wide).toMatchObject({ problems: [], entries: { length: 1000 }, experiment: { variants: { length: 1002 } } });
    const long = parseExperiment(JSON.stringify({ ...minimal, seeds }));
    expect(long).toMatchObject({ problems: [], experiment: { seeds: { length: 1000 } } });
    expect(only({ ...minimal, methods, seeds })).toMatchObject({
      message: '1000 methods with 1000 seeds are 1000000 runs; an experiment has at most 10,000.',
      path: ['seeds'],
    });
  });

  it('with 20,000 keys given twice shows a hundred, each at its place, and counts the rest where they go on', () => {
    const { problems } = parseExperiment(`{\n${times(20_001, () => '"name": "x"\n')}}`);
    expect(problems).toHaveLength(101);
    expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 101 }, (_, i) => i + 3));
    expect(problems[99]).toMatchObject({ message: '"name" is given twice.', column: 2 });
    expect(problems[100]).toMatchObject({ message: '… and 19901 more problems.', severity: 'error' });
  });

  it('with 101 faults of syntax counts the last', () => {
    const messages = texts(`{ "name": "x", "methods": [${'01 '.repeat(101)}]`);
    expect(messages.length).toBe(101);
    expect(messages.at(-1)).toMatch(/^… and \d+ more problems?\.$/);
  });

  it('with more warnings than are shown shows its errors first', () => {
    const warned = Array.from({ length: 150 }, () => ({ method: 'replay', buffer: 'reservoir', perClass: 3 }));
    const file = { ...minimal, methods: [...warned, { method: 'ewc', gamma: 0.5 }] };
    const problems = problemsOf(file);
    expect(problems[0]).toMatchObject({ severity: 'error', message: expect.stringContaining('needs "online": true') });
    expect(problems.at(-1)).toMatchObject({ severity: 'warning', message: '… and 51 more problems.' });
    const { experiment } = parseExperiment(JSON.stringify({ ...minimal, methods: warned }));
    expect(experiment?.variants).toHaveLength(152);
  });

  it('with endless words quotes the beginning of each', () => {
    const long = 'ewc'.repeat(100_000);
    for (const file of [
      { ...minimal, methods: [{ method: long }] },
      { ...minimal, [long]: 1 },
    ])
      expect(only(file)?.message.length).toBeLessThan(500);
    expect(only({ ...minimal, stream: { scenario: [long] } })?.message.length).toBeLessThan(500);
  });
});

describe('a name that every object inherits', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

  it.each(names)('as a key is an unknown key, wherever it stands (%s)', (name) => {
    const at = (section: string) => `{ "name": "x", "methods": [{ "method": "ewc" }], ${section} }`;
    const texts = [
      at(`"${name}": 1`),
      ...['stream', 'network', 'training', 'evaluation'].map((section) => at(`"${section}": { "${name}": {} }`)),
      `{ "name": "x", "methods": [{ "method": "ewc", "${name}": { "lambda": 1 } }] }`,
      `{ "name": "x", "methods": [{ "method": "ewc", "network": { "${name}": 1 } }] }`,
    ];
    for (const text of texts) {
      const { problems } = parseExperiment(text);
      expect(problems, text).toHaveLength(1);
      expect(problems[0]?.message).toContain(`Unknown key "${name}".`);
      expect(text.slice(problems[0]?.offset).startsWith(`"${name}"`)).toBe(true);
    }
  });

  it.each(names)('as a value is not allowed (%s)', (name) => {
    expect(only({ ...minimal, methods: [{ method: name }] })?.message).toContain(`There is no method "${name}".`);
    expect(only({ ...minimal, stream: { dataset: name } })?.message).toContain(`There is no data set "${name}".`);
    expect(only({ ...minimal, network: { kind: name } })?.message).toContain(`"${name}" is not allowed here.`);
    expect(only({ ...minimal, stream: { kind: name } })?.message).toContain(`"${name}" is not allowed here.`);
  });

  it('gives no entry what it did not say itself', () => {
    const text = '{ "name": "x", "methods": [{ "__proto__": { "method": "ewc" } }] }';
    expect(texts(text)[0]).toContain('"method" is missing');
  });
});

describe('any text', () => {
  const base = JSON.stringify(
    { ...minimal, seeds: [1, 2], network: { hidden: [5] }, training: { epochs: 1 } },
    null,
    1,
  );
  const sign = fc.constantFrom(...Array.from('{}[]",:/*\\\n\r\t -+.e0189truefalsn\u0000\u2028\ud800é漢'));
  const edited = fc
    .array(fc.record({ at: fc.nat(base.length), cut: fc.nat(12), put: fc.string({ unit: sign, maxLength: 6 }) }), {
      maxLength: 5,
    })
    .map((edits) => edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), base));
  const keys = fc.constantFrom(
    'name',
    'methods',
    'method',
    'seeds',
    'network',
    'hidden',
    'stream',
    'kind',
    '__proto__',
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>('ewc', 'replay', 'sleep', 'packnet', '', 'x', 0, 1, -1, 0.5, 1e300, true, null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
    ),
  }));
  const shaped = fc
    .record({ name: fc.constant('x'), methods: fc.array(value), seeds: value, network: value })
    .map((file) => JSON.stringify(file, null, 1));

  it.each([
    ['arbitrary', fc.string({ unit: sign })],
    ['an edited experiment', edited],
    ['any JSON', fc.json()],
    ['of the shape of an experiment', shaped],
  ])('is an experiment or has errors, each at a place in it (%s)', (_kind, text) => {
    fc.assert(
      fc.property(text, (text) => {
        const { experiment, problems } = parseExperiment(text);
        expect(experiment === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
        for (const { offset, length, line, column, message } of problems) {
          expect(message).not.toBe('');
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThanOrEqual(0);
          expect(offset + length).toBeLessThanOrEqual(text.length);
          const before = text.slice(0, offset).split('\n');
          expect([line, column]).toEqual([before.length, (before.at(-1)?.length ?? 0) + 1]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a stream of many tasks', () => {
  const file = {
    name: 'x',
    stream: { kind: 'permuted', tasks: 500, scenario: 'domain' },
    methods: [{ method: 'none' }],
  };
  const saying = (more: object) => problemsOf({ ...file, ...more }).map(({ severity, message }) => [severity, message]);

  it('is warned of where all tasks are measured after each, on all their images, and says what it would be', () => {
    expect(saying({})).toEqual([['warning', expect.stringMatching(/tests \d+ million images.*"matrixTasks": 20/)]]);
  });

  it('is warned of where it keeps gigabytes of parameters', () => {
    const network = { hidden: [1000, 1000] };
    const evaluation = { matrixTasks: 20, matrixSamples: 200 };
    expect(saying({ network, evaluation })).toEqual([['warning', expect.stringMatching(/3\.6 GB.*"keep": "last"/)]]);
    expect(saying({ network, evaluation: { ...evaluation, keep: 'last' } })).toEqual([]);
    expect(saying({ network, evaluation: { ...evaluation, keep: 10 } })).toEqual([]);
  });

  it('is nothing to speak of with 100 tasks', () => {
    expect(saying({ stream: { ...file.stream, tasks: 100 } })).toEqual([]);
  });

  it('is too long for PackNet where a byte cannot say whose a weight is', () => {
    const methods = [{ method: 'packnet' }];
    const stream = { ...file.stream, scenario: 'task' };
    const evaluation = { matrixTasks: 5, matrixSamples: 10, keep: 'last' };
    expect(saying({ stream, methods, evaluation })).toEqual([['error', expect.stringContaining('at most 254 tasks')]]);
    expect(saying({ stream: { ...stream, tasks: 254 }, methods, evaluation })).toEqual([]);
  });
});

describe('the data set of a stream', () => {
  const text = (dataset: string) => JSON.stringify({ ...minimal, stream: { dataset, tasks: 5 } });

  it('that is known and not there is a warning that says how to get it; the experiment can be read', () => {
    const { experiment, problems } = parseExperiment(text('cifar-10'));
    expect(problems).toMatchObject([{ severity: 'warning', path: ['stream', 'dataset'] }]);
    expect(problems[0]?.message).toContain(
      'CIFAR-10 is not on this machine. Download it: lethe data download cifar-10',
    );
    expect([...(experiment?.data ?? [])]).toMatchObject([['cifar-10', { present: false, classes: 10 }]]);
  });

  it('that is unknown is an error at its place, with those there are and the closest', () => {
    const own = catalogueOf(new Map([['my-data', { title: 'Mine', classes: 6, shape: [8, 8, 1], train: 9, test: 9 }]]));
    const { experiment, problems } = parseExperiment(text('my-dat'), own);
    expect(experiment).toBeUndefined();
    expect(problems).toMatchObject([{ severity: 'error', path: ['stream', 'dataset'] }]);
    expect(problems[0]?.message).toBe(
      'There is no data set "my-dat". Did you mean "my-data"? Data sets: mnist, fashion-mnist, cifar-10, cifar-100, cifar-100-coarse, my-data. "lethe data add" adds your own.',
    );
  });

  it('is looked for at the place of each part, and counts for its part', () => {
    const own = catalogueOf(new Map([['mine', { title: 'Mine', classes: 6, shape: [32, 32, 3], train: 9, test: 9 }]]));
    const placed = (...parts: readonly object[]) =>
      parseExperiment(JSON.stringify({ ...minimal, stream: { kind: 'parts', parts } }), own).problems.map(
        ({ severity, path, message }) => [severity, path.join('.'), message.slice(0, 40)],
      );
    expect(placed({ dataset: 'mine' }, { dataset: 'cifar-10' }, { dataset: 'cifar-10', kind: 'permuted' })).toEqual([
      ['warning', 'stream.parts.1.dataset', 'CIFAR-10 is not on this machine. Downloa'],
      ['warning', 'stream.parts.2.dataset', 'CIFAR-10 is not on this machine. Downloa'],
    ]);
    expect(placed({ dataset: 'mine' }, { dataset: 'mien' })).toEqual([
      ['error', 'stream.parts.1.dataset', 'There is no data set "mien". Did you mea'],
    ]);
    expect(placed({ dataset: 'mine' }, {})).toEqual([
      ['error', 'stream.parts.1.dataset', 'The images of MNIST are 28 × 28 × 1, tho'],
    ]);
    expect(placed({ dataset: 'mine', kind: 'split', tasks: 4 })).toEqual([
      ['error', 'stream.parts.0.tasks', 'The 6 classes of Mine do not divide even'],
    ]);
  });

  it('of lists of values has nothing to turn, crop or mirror', () => {
    const own = catalogueOf(new Map([['mine', { title: 'Mine', classes: 6, shape: [1, 9, 1], train: 9, test: 9 }]]));
    const file = { ...minimal, stream: { dataset: 'mine', kind: 'rotated' }, training: { augment: { flip: true } } };
    expect(parseExperiment(JSON.stringify(file), own).problems.map(({ path }) => path.join('.'))).toEqual([
      'stream.kind',
      'training.augment',
    ]);
  });

  it('says how many classes and pixels there are', () => {
    const own = catalogueOf(new Map([['my-data', { title: 'Mine', classes: 6, shape: [1, 9, 1], train: 9, test: 9 }]]));
    const file = { ...minimal, stream: { dataset: 'my-data', tasks: 5 }, network: { kind: 'cnn', conv: [4] } };
    expect(parseExperiment(JSON.stringify(file), own).problems.map(({ message }) => message)).toEqual([
      'The 6 classes of Mine do not divide evenly over 5 tasks. Allowed: 1, 2, 3, 6; or "classesPerTask".',
      'The examples of Mine are lists of 9 values: a network of "kind": "cnn" needs images. An "mlp" takes them.',
    ]);
  });
});
