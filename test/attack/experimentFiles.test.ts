import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/core/parse';
import { attackExperimentFiles } from './experimentFiles.attack';
import { mutatedExperiment } from './mutateExperiment';

describe('experiment files', () => {
  it('mutated in bytes, structure and settings keep the promises of the parser', async () => {
    const { trials, faults } = await attackExperimentFiles(1000, 1);
    expect(faults).toEqual([]);
    expect(trials).toBe(1000);
  });
});

describe('the mutations', () => {
  const texts = ['{ "name": "x", "stream": { "tasks": 5 }, "methods": [{ "method": "ewc" }] } // end'];
  const some = (seed: number) => Array.from({ length: 300 }, (_, trial) => mutatedExperiment(texts, seed, trial));

  it('are the same for the same seed and others for another', () => {
    expect(some(7)).toEqual(some(7));
    expect(some(7)).not.toEqual(some(8));
  });

  it('are of many kinds: valid, faulty, no JSON, beyond measure', () => {
    const made = some(7);
    expect(new Set(made).size).toBeGreaterThan(250);
    const parsed = made.map((text) => parseExperiment(text));
    const messages = parsed.flatMap(({ problems }) => problems.map(({ message }) => message));
    expect(parsed.filter(({ experiment }) => experiment).length).toBeGreaterThan(30);
    for (const part of ['Unknown key', 'is missing', 'given twice', 'double quotes', 'not read'])
      expect(
        messages.some((message) => message.includes(part)),
        part,
      ).toBe(true);
  });
});
