import { describe, expect, it } from 'vitest';
import { InputError } from './exitCodes';
import { namedCheckpoint } from './namedCheckpoint';

describe('a checkpoint that is named on the command line', () => {
  it('is of a run, or of a run after a task, which counts from 1', () => {
    expect(namedCheckpoint('ewc-seed1')).toEqual({ name: 'ewc-seed1' });
    expect(namedCheckpoint('ewc-seed1@3')).toEqual({ name: 'ewc-seed1', task: 2 });
  });

  it.each(['ewc-seed1@', 'ewc-seed1@0', 'ewc-seed1@-1', 'ewc-seed1@two', 'ewc-seed1@1.5'])('is none: %s', (text) => {
    expect(() => namedCheckpoint(text)).toThrow(InputError);
    expect(() => namedCheckpoint(text)).toThrow('they count from 1, as in ewc-seed1@1.');
  });
});
