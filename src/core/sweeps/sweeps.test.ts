import { describe, expect, it } from 'vitest';
import type { Experiment } from '../experiment';
import { parseExperiment } from '../parse';
import { valuesOf } from './form';

const text = (file: object) => JSON.stringify({ name: 'x', bounds: false, ...file }, null, 2);
const parsed = (file: object) => parseExperiment(text(file));

function experimentOf(file: object): Experiment {
  const { experiment, problems } = parsed(file);
  expect(problems).toEqual([]);
  if (!experiment) throw new Error('not an experiment');
  return experiment;
}

const keys = (file: object) => experimentOf(file).variants.map(({ key }) => key);
const labels = (file: object) => experimentOf(file).variants.map(({ label }) => label);
/** Messages with the text that each is about. */
function problemsOf(file: object): (readonly [string, string])[] {
  const whole = text(file);
  return parseExperiment(whole).problems.map(
    ({ offset, length, message }) => [whole.slice(offset, offset + length), message] as const,
  );
}

describe('the values of a sweep', () => {
  it('are those listed', () => expect(valuesOf([10, 1e3, 1e5])).toEqual([10, 1e3, 1e5]));

  it('lie at equal differences between two ends', () => {
    expect(valuesOf({ from: 0, to: 1, steps: 5, scale: 'linear' })).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(valuesOf({ from: 0.1, to: 0.3, steps: 3, scale: 'linear' })).toEqual([0.1, 0.2, 0.3]);
    expect(valuesOf({ from: 3, to: 1, steps: 3, scale: 'linear' })).toEqual([3, 2, 1]);
  });

  it('lie at equal ratios on a log scale, in numbers that can be written out', () => {
    expect(valuesOf({ from: 10, to: 1e5, steps: 5, scale: 'log' })).toEqual([10, 100, 1000, 1e4, 1e5]);
    expect(valuesOf({ from: 1, to: 1000, steps: 7, scale: 'log' })).toEqual([
      1, 3.16228, 10, 31.6228, 100, 316.228, 1000,
    ]);
  });
});

describe('a sweep', () => {
  const lambdas = { methods: [{ method: 'ewc', lambda: { sweep: [10, 1e5] } }] };

  it('makes a variant of each value, named by it, also where it is the default', () => {
    expect(keys(lambdas)).toEqual(['ewc-lambda-10', 'ewc-lambda-1e5']);
    expect(labels(lambdas)).toEqual(['EWC · lambda 10', 'EWC · lambda 1e5']);
    expect(experimentOf(lambdas).variants.map(({ family, entry }) => [family, entry])).toEqual([
      [{ key: 'ewc', label: 'EWC', size: 2, at: { lambda: 10 } }, 0],
      [{ key: 'ewc', label: 'EWC', size: 2, at: { lambda: 1e5 } }, 0],
    ]);
  });

  it('of one value makes no family', () => {
    const { variants } = experimentOf({ methods: [{ method: 'ewc', lambda: { sweep: [10] } }] });
    expect(variants).toMatchObject([{ key: 'ewc', label: 'EWC · lambda 10' }]);
    expect(variants[0]?.family).toBeUndefined();
  });

  it('keeps what else an entry says in the name, and the label of its own', () => {
    const entry = { method: 'ewc', lambda: { sweep: [1, 2] }, online: true };
    expect(labels({ methods: [entry] })).toEqual(['EWC · online true · lambda 1', 'EWC · online true · lambda 2']);
    expect(labels({ methods: [{ ...entry, label: 'Mine' }] })).toEqual(['Mine · lambda 1', 'Mine · lambda 2']);
  });

  it('of two numbers makes a grid, the last one changing first', () => {
    const entry = { method: 'ewc', lambda: { sweep: [1, 2] }, training: { learningRate: { sweep: [0.1, 0.01] } } };
    expect(keys({ methods: [entry] })).toEqual([
      'ewc-lambda-1-learningRate-0.1',
      'ewc-lambda-1-learningRate-0.01',
      'ewc-lambda-2-learningRate-0.1',
      'ewc-lambda-2-learningRate-0.01',
    ]);
  });

  it('in a combination says whose setting it is', () => {
    const methods = [
      [
        { method: 'ewc', lambda: { sweep: [1, 2] } },
        { method: 'replay', perClass: 20 },
      ],
    ];
    expect(labels({ methods })).toEqual([
      'EWC + Replay · perClass 20 · ewc.lambda 1',
      'EWC + Replay · perClass 20 · ewc.lambda 2',
    ]);
    expect(keys({ methods })).toEqual(['ewc+replay-ewc.lambda-1', 'ewc+replay-ewc.lambda-2']);
  });

  it('may stand in a list and in a setting that is an object', () => {
    const network = { hidden: [{ sweep: [50, 100] }, 20] };
    const training = { schedule: { kind: 'exponential', gamma: { sweep: [0.5, 0.9] } } };
    const { variants } = experimentOf({ methods: [{ method: 'none', network, training }] });
    expect(variants.map(({ label }) => label)).toEqual([
      'None · hidden 50/20 · schedule.gamma 0.5',
      'None · hidden 50/20 · schedule.gamma 0.9',
      'None · hidden 100/20 · schedule.gamma 0.5',
      'None · hidden 100/20 · schedule.gamma 0.9',
    ]);
    expect(variants[3]).toMatchObject({
      network: { hidden: [100, 20] },
      training: { schedule: { kind: 'exponential', gamma: 0.9 } },
      differs: ['network.hidden', 'training.schedule'],
    });
  });
});

describe('a sweep of the training or the network of all', () => {
  const training = { learningRate: { sweep: [0.001, 0.01] } };
  const file = { bounds: true, training, methods: [{ method: 'ewc' }, { method: 'si' }] };

  it('makes a family of each entry and of the bounds, the first value being the experiment’s own', () => {
    const { variants, training: own } = experimentOf(file);
    expect(own.learningRate).toBe(0.001);
    expect(variants.map(({ key, family, differs }) => [key, family?.key, differs])).toEqual([
      ['none-learningRate-0.001', 'none', []],
      ['none-learningRate-0.01', 'none', ['training.learningRate']],
      ['joint-learningRate-0.001', 'joint', []],
      ['joint-learningRate-0.01', 'joint', ['training.learningRate']],
      ['ewc-learningRate-0.001', 'ewc', []],
      ['ewc-learningRate-0.01', 'ewc', ['training.learningRate']],
      ['si-learningRate-0.001', 'si', []],
      ['si-learningRate-0.01', 'si', ['training.learningRate']],
    ]);
  });

  it('makes nothing twice where an entry or its paper says the number', () => {
    const own = { method: 'ewc', training: { learningRate: 0.5 } };
    expect(keys({ ...file, bounds: false, methods: [own, { method: 'sleep' }, { method: 'none' }] })).toEqual([
      'ewc',
      'sleep',
      'none-learningRate-0.001',
      'none-learningRate-0.01',
    ]);
  });
});

describe('what is wrong', () => {
  const ewc = (lambda: unknown, more: object = {}) => ({ methods: [{ method: 'ewc', lambda, ...more }] });

  it('with one value is said once, at the value', () => {
    expect(problemsOf(ewc({ sweep: [1, -5] }))).toEqual([['-5', 'This must be at least 0; it is -5.']]);
    const replay = { method: 'replay', perClass: { sweep: [1, 2.5] } };
    expect(problemsOf({ methods: [replay] })).toEqual([['2.5', 'This must be a whole number.']]);
  });

  it('with a value between two ends names it', () => {
    const perClass = { sweep: { from: 1, to: 10, steps: 3, scale: 'log' } };
    const [[place, message] = []] = problemsOf({ methods: [{ method: 'replay', perClass }] });
    expect(place).toMatch(/^\{\s*"from"|^"sweep"/);
    expect(message).toBe('This must be a whole number. The sweep makes 3.16228.');
    const from = { sweep: { from: -1, to: 3, steps: 2 } };
    expect(problemsOf(ewc(from))).toEqual([['-1', 'This must be at least 0; it is -1.']]);
  });

  it('elsewhere is said once for all variants', () => {
    expect(problemsOf(ewc({ sweep: [1, 2, 3] }, { nonsense: 1 })).map(([place]) => place)).toEqual(['"nonsense"']);
    const file = { training: { learningRate: { sweep: [0.1, 0.2] }, momentum: 0.9 }, methods: [{ method: 'none' }] };
    expect(problemsOf(file)).toEqual([['0.9', 'Momentum belongs to the optimizer "sgd"; Adam has its own.']]);
  });

  it('with the key of a sweep is said once, at the key', () => {
    const methods = [{ method: 'ewc', lamda: { sweep: [1, 2] } }];
    expect(problemsOf({ methods })).toEqual([['"lamda"', expect.stringMatching(/Did you mean "lambda"/)]]);
  });

  it('in a later entry is said at that entry', () => {
    const methods = [
      { method: 'ewc', lambda: { sweep: [1, 2] } },
      { method: 'si', c: -1 },
    ];
    expect(problemsOf({ methods })).toEqual([['-1', 'This must be at least 0; it is -1.']]);
  });

  it.each<[string, unknown, string, RegExp]>([
    ['no values', { sweep: [] }, '[]', /at least 1 entry/],
    ['a word among the values', { sweep: [1, 'x'] }, '"x"', /must be a number/],
    ['a value that is given twice', { sweep: [1, 2, 1] }, '1', /1 is given twice/],
    ['neither form', { sweep: 'x' }, '"x"', /a list or an object/],
    ['an end that is missing', { sweep: { from: 1, steps: 3 } }, '"sweep"', /"to" is missing/],
    ['an unknown key', { sweep: { from: 1, to: 2, steps: 2, stpes: 1 } }, '"stpes"', /Did you mean "steps"\?/],
    ['a key beside it', { sweep: [1], scale: 'log' }, '"scale"', /Allowed: sweep\./],
    ['one step', { sweep: { from: 1, to: 2, steps: 1 } }, '1', /at least 2/],
    ['a log scale from 0', { sweep: { from: 0, to: 2, steps: 2, scale: 'log' } }, '0', /greater than 0; it is 0/],
    ['two ends that are one', { sweep: { from: 2, to: 2, steps: 2 } }, '2', /another value than it begins/],
    ['another scale', { sweep: { from: 1, to: 2, steps: 2, scale: 'cubic' } }, '"cubic"', /"linear", "log"/],
  ])('with a sweep: %s', (_, lambda, place, message) => {
    expect(problemsOf(ewc(lambda))).toEqual([[place, expect.stringMatching(message)]]);
  });

  it('is a sweep where nothing can be swept', () => {
    const places = problemsOf({ stream: { tasks: { sweep: [2, 5] } }, methods: [{ method: 'none' }] });
    expect(places).toHaveLength(1);
    expect(places[0]?.[1]).toMatch(/Numbers of "methods", "training" and "network" can be swept/);
  });

  it('is a sweep of something that is no number', () => {
    expect(problemsOf({ methods: [{ method: 'ewc', fisher: { sweep: [1, 2] } }] })[0]?.[1]).toMatch(
      /1 is not allowed here/,
    );
    expect(problemsOf({ methods: [{ method: 'ewc', training: { sweep: [1] } }] })[0]?.[1]).toMatch(/Unknown key/);
  });

  it('is more than an experiment can have', () => {
    const many = { sweep: { from: 1, to: 1000, steps: 100 } };
    expect(problemsOf(ewc(many, { gamma: { sweep: { from: 0, to: 1, steps: 11 } } }))[0]?.[1]).toBe(
      'The sweeps of this file make 1100 variants; an experiment has at most 1000.',
    );
    expect(problemsOf({ seeds: 1000, ...ewc(many) })[0]?.[1]).toBe(
      '100 variants with 1000 seeds are 100000 runs; an experiment has at most 10,000.',
    );
  });

  it('is found in little time, however large the sweeps', () => {
    const sweep = { sweep: { from: 1, to: 2, steps: 1000 } };
    const entry = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, sweep]));
    const begun = performance.now();
    expect(parsed({ training: entry, methods: [{ method: 'ewc', ...entry }] }).experiment).toBeUndefined();
    const long = Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`k${i}`, 1]));
    expect(parsed(ewc(sweep, long)).experiment).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
