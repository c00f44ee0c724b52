import { describe, expect, it } from 'vitest';
import { experimentLockText, readExperimentLock } from './experimentLock';
import type { LockedRun } from './lockedRuns';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
const line = (more: Partial<LockedRun> = {}): LockedRun => ({
  ...{ variant: 'none', hash: a, seed: 1, backend: 'native 1', processor: 'p', measures: { accuracy: 0.1 + 0.2 } },
  ...more,
});
const textOf = (...runs: LockedRun[]) => experimentLockText({ experiment: 'Split', runs }, [a, b]);

describe('the lock of an experiment', () => {
  const runs = [line(), line({ backend: 'wasm 1' }), line({ seed: 2 }), line({ hash: b, variant: 'ewc' })];

  it('is read as it was written, to the last bit', () => {
    expect(readExperimentLock(textOf(...runs))).toEqual({ experiment: 'Split', runs });
    expect(readExperimentLock(textOf(...runs).replaceAll('\n', '\r\n'))).toEqual({ experiment: 'Split', runs });
  });

  it('has one text, whoever put the runs into it: by variant, seed, backend and processor, each once', () => {
    const [first = line(), ...rest] = runs;
    expect(textOf(...rest.reverse(), first, first)).toBe(textOf(...runs));
  });

  it.each([
    ['', 1, 'it is no JSON'],
    ['{"lethe":2,"experiment":"Split"}\n', 1, /^lethe /],
    [
      textOf(line(), line({ seed: 2 })).replace('"seed":2', '"seed":"2"'),
      3,
      'seed is of the type string: expected a number',
    ],
    [textOf(line()).replace('"accuracy"', '"acuracy"'), 2, 'measures names a measure that there is not'],
    [textOf(line()).replace(a, 'A'), 2, 'hash is no SHA-256 in hexadecimal digits'],
    [textOf(line()).replace('"processor":"p",', ''), 2, 'processor is missing: expected a text'],
    [textOf(line()).replace(/^/m, '<<<<<<< ours\n'), 1, 'it is no JSON'],
    [`${textOf(line())}\n\n`, 3, 'it is no JSON'],
  ])('says in which line it is damaged: %j', (text, at, reason) => {
    const fault = readExperimentLock(text);
    expect(fault).toMatchObject({ line: at });
    expect('reason' in fault && fault.reason).toMatch(reason);
  });
});
