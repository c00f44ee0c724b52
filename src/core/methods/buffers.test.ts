import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../parse';

/** What is said of an entry, with the setting it is said of. */
function warningsOf(entry: object, more: object = {}): (readonly [unknown, string])[] {
  const text = JSON.stringify({ name: 'x', seeds: 1, ...more, methods: [entry] });
  return parseExperiment(text).problems.map(({ path, message, severity }) => {
    expect(severity).toBe('warning');
    return [path.at(-1), message] as const;
  });
}

const permuted = { stream: { kind: 'permuted', tasks: 10, scenario: 'domain' } };

describe('a memory that the data cannot fill', () => {
  it.each<[string, object, object, string, string]>([
    [
      'in all',
      { method: 'der', size: 100_000 },
      {},
      'size',
      'The memory has room for 100,000 examples, and the stream has 60,000 in all: it will hold what there is.',
    ],
    [
      'of each class',
      { method: 'replay', perClass: 8000 },
      {},
      'perClass',
      'The memory has room for 8,000 examples of each class, and there are about 6,000: it will hold what there is.',
    ],
    [
      'of each task',
      { method: 'gem', perTask: 256, training: { samplesPerTask: 100 } },
      {},
      'perTask',
      'The memory has room for 256 examples of each task, and there are about 100: it will hold what there is.',
    ],
    [
      'of a class that all tasks have',
      { method: 'replay', buffer: 'ring', perClass: 7500 },
      permuted,
      'perClass',
      'The memory has room for 7,500 examples of each class, and there are about 6,000: it will hold what there is.',
    ],
    [
      'of a ring whose size is a default',
      { method: 'replay', buffer: 'task-ring', perTask: 500 },
      { training: { samplesPerTask: 50 } },
      'perTask',
      'The memory has room for 500 examples of each task, and there are about 50: it will hold what there is.',
    ],
    [
      'of exemplars',
      { method: 'icarl', perClass: 500_000, network: { output: 'sigmoid' } },
      {},
      'perClass',
      'The memory has room for 500,000 examples of each class, and there are about 6,000: it will hold what there is.',
    ],
    [
      'of exemplars in all',
      { method: 'icarl', budget: 'in-all', size: 5_000_000, network: { output: 'sigmoid' } },
      {},
      'size',
      'The memory has room for 5,000,000 examples, and the stream has 60,000 in all: it will hold what there is.',
    ],
    [
      'of rehearsed exemplars',
      { method: 'rehearsal', exemplars: 90_000 },
      {},
      'exemplars',
      'The memory has room for 90,000 examples, and the stream has 60,000 in all: it will hold what there is.',
    ],
    [
      'of gradients',
      { method: 'ogd', perTask: 200, network: { hidden: [20] } },
      { training: { samplesPerTask: 100, optimizer: 'sgd', learningRate: 0.1 } },
      'perTask',
      'The memory has room for 200 examples of each task, and there are about 100: it will hold what there is.',
    ],
  ])('%s: says how much there is', (_, entry, more, setting, message) => {
    expect(warningsOf(entry, more)).toEqual([[setting, message]]);
  });

  it.each([
    [{ method: 'gdumb', size: 60_000 }, {}],
    [{ method: 'agem', perClass: 6742 }, {}],
    [{ method: 'derpp', size: 300_000 }, permuted],
    [{ method: 'replay', buffer: 'reservoir', size: 5000 }, {}],
  ])('%o: says nothing where it can be filled', (entry, more) => {
    expect(warningsOf(entry, more)).toEqual([]);
  });
});

describe('a size that does not count', () => {
  it.each([
    [
      { buffer: 'reservoir', perClass: 5 },
      'perClass',
      'The buffer "reservoir" is sized by "size"; perClass has no effect.',
    ],
    [{ size: 5 }, 'size', 'The buffer "per-class" is sized by "perClass"; size has no effect.'],
    [{ buffer: 'ring', perTask: 5 }, 'perTask', 'The buffer "ring" is sized by "perClass"; perTask has no effect.'],
  ])('%o: is pointed out', (settings, setting, message) => {
    expect(warningsOf({ method: 'replay', ...settings })).toEqual([[setting, message]]);
  });
});

it('rehearsal says which of its settings have no effect', () => {
  const of = (settings: object) => warningsOf({ method: 'rehearsal', ...settings }).map(([setting]) => setting);
  expect(of({ exemplars: 100 })).toEqual([]);
  expect(of({ exemplars: 100, share: 0.2, roundTo: 10, selection: 'uniform' })).toEqual(['share', 'roundTo']);
  expect(of({ selection: 'uniform' })).toEqual(['selection']);
});
