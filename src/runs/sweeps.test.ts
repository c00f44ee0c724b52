import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../core/parse';
import { specHash, specOf } from './spec';

const hashes = (file: object) => {
  const { experiment } = parseExperiment(JSON.stringify({ name: 'x', bounds: false, ...file }));
  if (!experiment) throw new Error('not an experiment');
  return experiment.variants.map((variant) => specHash(specOf(experiment, variant)));
};

describe('a sweep', () => {
  it('makes the runs that a file makes which spells the values out', () => {
    const spelled = {
      training: { iterations: 20 },
      methods: [
        { method: 'ewc', lambda: 10 },
        { method: 'ewc', lambda: 316.228 },
        { method: 'ewc', lambda: 1e4 },
      ],
    };
    const lambda = { sweep: { from: 10, to: 1e4, steps: 3, scale: 'log' } };
    expect(hashes({ training: { iterations: 20 }, methods: [{ method: 'ewc', lambda }] })).toEqual(hashes(spelled));
  });

  it('of the training of all makes those of a file for each value', () => {
    const training = { learningRate: { sweep: [0.001, 0.01] } };
    const file = { bounds: true, training, methods: [{ method: 'ewc' }, { method: 'si' }] };
    const of = (learningRate: number) => hashes({ ...file, training: { learningRate } });
    const [a, b] = [of(0.001), of(0.01)];
    expect(hashes(file)).toEqual(a.flatMap((hash, i) => [hash, b[i]]));
  });
});
