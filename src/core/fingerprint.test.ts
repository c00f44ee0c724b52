import { describe, expect, it } from 'vitest';
import { differingFields, fingerprintOf } from './fingerprint';
import { parseExperiment } from './parse';

const printOf = (file: object, key = 'ewc') => {
  const { experiment, problems } = parseExperiment(
    JSON.stringify({ name: 'x', methods: [{ method: 'ewc' }], ...file }),
  );
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const variant = experiment?.variants.find((one) => one.key === key);
  if (!experiment || !variant) throw new Error('no such variant');
  return fingerprintOf({ ...experiment, ...variant });
};
const changed = (a: object, b: object, key?: string) =>
  differingFields(printOf(a, key), printOf(b, key)).map(({ field }) => field);

describe('a fingerprint', () => {
  it.each([
    ['stream.scenario', { stream: { scenario: 'task' } }],
    ['stream.classOrder', { stream: { classOrder: 'per-seed' } }],
    ['stream.inputs', { stream: { inputs: 'standardised' } }],
    ['network.hidden', { network: { hidden: [9] } }],
    ['network.dropout', { network: { dropout: 0.5 } }],
    ['training.batchSize', { training: { batchSize: 64 } }],
    ['training.epochs', { training: { epochs: 3 } }],
    ['training.weightDecay', { training: { weightDecay: 0.1 } }],
    ['evaluation.matrixSamples', { evaluation: { matrixSamples: 10 } }],
    ['evaluation.matrixTasks', { evaluation: { matrixTasks: 2 } }],
    ['ewc.lambda', { methods: [{ method: 'ewc', lambda: 3 }] }],
  ])('differs in %s', (field, file) => {
    expect(changed({}, file)).toEqual([field]);
    expect(changed(file, {})).toEqual([field]);
  });

  it.each<[string, object]>([
    ['labels, seeds and name', { name: 'y', seeds: 9, methods: [{ method: 'ewc', label: 'mine' }] }],
    ['points of curves', { evaluation: { points: 3, samples: 50, answers: false, interference: 0, dense: 0 } }],
    ['what is neutral', { training: { nesterov: false, warmup: 'none' }, stream: { inputs: '0..1', blurry: 0 } }],
    ['one pass, said', { training: { epochs: 1 } }],
    ['rows of the tasks seen', { evaluation: { matrixTasks: 'seen' } }],
    ['a preset, and what it stands for', { methods: [{ method: 'ewc', preset: 'van-de-ven-2022-task' }] }],
  ])('does not differ in %s', (_, file) => {
    expect(changed({}, file)).toEqual([]);
  });

  it('has the momentum of SGD', () => {
    const sgd = { optimizer: 'sgd' };
    expect(changed({ training: sgd }, { training: { ...sgd, momentum: 0.9 } })).toEqual(['training.momentum']);
  });

  it('says what each side has', () => {
    expect(differingFields(printOf({ training: { iterations: 7 } }), printOf({}))).toEqual([
      { field: 'training.epochs', ours: undefined, theirs: 1 },
      { field: 'training.iterations', ours: 7, theirs: undefined },
    ]);
  });

  it('has each method of a combination', () => {
    const methods = [[{ method: 'ewc' }, { method: 'sam' }]];
    expect(differingFields(printOf({ methods }, 'ewc+sam'), printOf({})).map(({ field }) => field)).toEqual([
      'sam',
      'sam.rho',
    ]);
  });
});
