import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonicalJson';
import { parseExperiment } from './parse';

const methods: readonly object[] = [{ method: 'none' }];
const parsed = (file: object) => parseExperiment(JSON.stringify({ name: 'x', bounds: false, methods, ...file }));
const validation = { share: 0.1 };

describe('faults of a recipe are said at their place', () => {
  it.each<[string, object, (string | number)[], RegExp, object?]>([
    ['Nesterov with Adam', { nesterov: true }, ['nesterov'], /sgd/],
    ['Nesterov without momentum', { optimizer: 'sgd', nesterov: true }, ['nesterov'], /momentum above 0/],
    ['a decay of nothing', { decoupledWeightDecay: true }, ['decoupledWeightDecay'], /give weightDecay/],
    ['clipping twice', { clipping: { norm: 1, value: 1 } }, ['clipping'], /either/],
    ['clipping by nothing', { clipping: {} }, ['clipping'], /either/],
    [
      'falling milestones',
      { schedule: { kind: 'steps', milestones: [3, 2] } },
      ['schedule', 'milestones', 1],
      /rising/,
    ],
    [
      'a share of more than all',
      { schedule: { kind: 'steps', milestones: [0.5, 2], unit: 'share' } },
      ['schedule', 'milestones', 1],
      /below 1/,
    ],
    ['growing periods of no length', { schedule: { kind: 'cosine', tMult: 2 } }, ['schedule', 'tMult'], /give t0/],
    ['a cosine that rises', { schedule: { kind: 'cosine', etaMin: 0.01 } }, ['schedule', 'etaMin'], /below/],
    ['a plateau without validation', { schedule: { kind: 'plateau' } }, ['schedule'], /give "validation"/],
    [
      'a minimum above all',
      { validation, schedule: { kind: 'plateau', minimum: 1 } },
      ['schedule', 'minimum'],
      /below the learning rate/,
    ],
    [
      'a stop below nothing',
      { validation, schedule: { kind: 'plateau', below: 'stop' } },
      ['schedule', 'below'],
      /give "minimum"/,
    ],
    ['a warm-up of no length', { warmup: {} }, ['warmup'], /"steps" or in "epochs"/],
    ['tasks without a factor', { taskDecay: {} }, ['taskDecay'], /"gamma" or "factors"/],
    ['stopping without validation', { earlyStopping: { patience: 3 } }, ['earlyStopping'], /give "validation"/],
    ['validation of no size', { validation: {} }, ['validation'], /"share" or as "count"/],
    ['drawing all', { sampling: 'drawn' }, ['sampling'], /give samplesPerTask/],
    [
      'smoothing of sigmoids',
      { labelSmoothing: 0.1 },
      ['labelSmoothing'],
      /softmax/,
      { network: { output: 'sigmoid' } },
    ],
    [
      'classes to come where there are none',
      { activeClasses: 'all-so-far' },
      ['activeClasses'],
      /Only with "scenario": "class"/,
      { stream: { scenario: 'domain' } },
    ],
  ])('%s', (_, training, path, message, more = {}) => {
    const { problems } = parsed({ training, ...more });
    expect(problems.map((problem) => [problem.severity, problem.path])).toEqual([['error', ['training', ...path]]]);
    expect(problems[0]?.message).toMatch(message);
    // Of an entry alike, in its own place; what the experiment has wrong already is not said again.
    const own = parsed({ ...more, methods: [{ method: 'none', training }] });
    expect(own.problems.map((problem) => problem.path)).toEqual([['methods', 0, 'training', ...path]]);
    expect(parsed({ training, ...more, methods: [...methods, { method: 'si' }] }).problems.length).toBe(1);
  });

  it.each([
    [{ validation, earlyStopping: { patience: 3 } }, ['earlyStopping']],
    [{ validation, schedule: { kind: 'plateau', below: 'stop', minimum: 1e-5 } }, ['schedule', 'below']],
    [{ activeClasses: 'all-so-far' }, ['activeClasses']],
  ])('of %j where tasks have no end', (training, path) => {
    const { problems } = parsed({ stream: { blurry: 0.5 }, training });
    expect(problems).toMatchObject([
      { path: ['training', ...path], message: expect.stringContaining('"blurry"') as string },
    ]);
    expect(parsed({ stream: { blurry: 0 }, training }).problems).toEqual([]);
  });

  it('of a combination at the entry that says it', () => {
    const pair = [{ method: 'ewc' }, { method: 'replay', training: { nesterov: true } }];
    expect(parsed({ methods: [pair] }).problems.map(({ path }) => path)).toEqual([
      ['methods', 0, 1, 'training', 'nesterov'],
    ]);
  });

  it('of an unknown part with what there is', () => {
    const { problems } = parsed({ training: { schedule: { kind: 'cosine', tMlt: 2 }, clipping: { nrm: 1 } } });
    expect(problems.map(({ message }) => message)).toEqual([
      'Unknown key "tMlt". Did you mean "tMult"? Allowed: kind, etaMin, t0, tMult, every.',
      'Unknown key "nrm". Did you mean "norm"? Allowed: norm, value.',
    ]);
  });

  it('of EWC with sigmoids, whose Fisher information is another', () => {
    const { problems } = parsed({ network: { output: 'sigmoid' }, methods: [{ method: 'ewc' }] });
    expect(problems.map(({ message }) => message).join()).toContain('EWC needs a softmax output');
  });
});

describe('settings that say nothing', () => {
  const silent = {
    ...{
      nesterov: false,
      weightDecay: 0,
      decoupledWeightDecay: false,
      optimizerState: 'kept',
      labelSmoothing: 0,
      activeClasses: 'all',
    },
    ...{ schedule: { kind: 'constant' }, warmup: 'none', taskDecay: 'none', clipping: 'none' },
    ...{ validation: 'none', earlyStopping: 'none', sampling: 'first' },
  };

  it('are not part of what is run', () => {
    const file = { training: silent, network: { dropoutScaling: 'test', headInit: 'init' } };
    const [said, unsaid] = [parsed(file).experiment, parsed({}).experiment];
    expect(said?.variants).toEqual(unsaid?.variants);
    expect(canonicalJson(unsaid?.training)).toBe(
      '{"batchSize":128,"learningRate":0.001,"momentum":0,"optimizer":"adam"}',
    );
  });

  it('take back in an entry what the experiment asks for', () => {
    const loud = {
      ...{ weightDecay: 0.1, decoupledWeightDecay: true, clipping: { norm: 1 }, labelSmoothing: 0.1, validation },
      ...{ earlyStopping: { patience: 2 }, schedule: { kind: 'plateau' }, warmup: { steps: 5 } },
    };
    const { experiment, problems } = parsed({ training: loud, methods: [{ method: 'none', training: silent }] });
    expect(problems).toEqual([]);
    expect(experiment?.variants[0]?.training).toEqual(parsed({}).experiment?.training);
    expect(experiment?.variants[0]?.differs).toContain('training.weightDecay');
  });
});

it('variants are named by what they say of network and training themselves', () => {
  const labels = parsed({
    methods: [
      { method: 'none', training: { weightDecay: 1e-4 } },
      { method: 'none', training: { schedule: { kind: 'cosine', t0: 2 }, clipping: { norm: 10 } } },
      { method: 'none', network: { init: 'xavier', hidden: [400, 400] } },
      [{ method: 'si' }, { method: 'replay', training: { taskDecay: { gamma: 0.5 } } }],
    ],
  }).experiment?.variants.map(({ label }) => label);
  expect(labels).toEqual([
    'None · weightDecay 1e-4',
    'None · schedule cosine t0 2 · clipping norm 10',
    'None · init xavier',
    'SI + Replay · taskDecay gamma 0.5',
  ]);
});
