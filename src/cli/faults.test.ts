import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RunStoreError } from '../runs/index';
import { exitCodes, InputError } from './exitCodes';
import { sayFault } from './faults';
import { terminalOn } from './terminal';

function said(error: unknown): { code: number; text: string } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = sayFault(
    error,
    terminalOn(() => stdout, stdout, stderr),
  );
  expect(stdout.read()).toBeNull();
  return { code, text: String(stderr.read()) };
}

describe('what ended a command', () => {
  it.each([new InputError('No such thing.'), new RunStoreError('disk full', 'No such thing.')])(
    'is said as it is where the user can act on it',
    (error) => {
      expect(said(error)).toEqual({ code: exitCodes.badInput, text: 'lethe: No such thing.\n' });
    },
  );

  it('is said in plain words where the system refused something', () => {
    const refused = () => {
      try {
        return readFileSync('/dev/null/x');
      } catch (error) {
        return error;
      }
    };
    expect(said(refused())).toEqual({
      code: exitCodes.badInput,
      text: 'lethe: /dev/null/x: a file stands where a folder is needed (ENOTDIR)\n',
    });
  });

  it('is said with its place where it is a fault of the program, and cannot steer the terminal then', () => {
    const { code, text } = said(new TypeError('x\u001b[2J is not a function'));
    expect(code).toBe(exitCodes.failed);
    expect(text).toMatch(/fault of Lethe itself[^]*TypeError: x\\u001b\[2J is not a function\n +at /);
    expect(said('thrown').text).toMatch(/\nthrown\n$/);
  });
});
