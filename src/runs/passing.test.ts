import { describe, expect, it } from 'vitest';
import { errorCode } from './errorCode';
import { isPassing, tryAgain } from './passing';
import { FileFault } from './regularFile';

/** As Node.js gives it: it has no name for it. */
const stale = Object.assign(new Error('Unknown system error -116: Unknown system error -116, read'), {
  ...{ errno: -116, code: 'Unknown system error -116', syscall: 'read' },
});

describe('a file system that does not answer', () => {
  it.runIf(process.platform === 'linux')('is known by what it says, where Node.js has no name for that too', () => {
    expect(errorCode(stale)).toBe('ESTALE');
    expect(isPassing(stale)).toBe(true);
    expect(isPassing(Object.assign(new Error(), { code: 'EIO' }))).toBe(true);
    expect(isPassing(new FileFault('x', 'it cannot be read (EIO)', 'EIO'))).toBe(true);
  });

  it.each(['ENOENT', 'EACCES', 'ENOSPC'])('has answered with %s', (code) => {
    expect(isPassing(Object.assign(new Error(), { code }))).toBe(false);
  });

  it('is asked again a few times', async () => {
    const errors = [...Array<Error>(3).fill(Object.assign(new Error('EIO'), { code: 'EIO' }))];
    const read = () => {
      const error = errors.pop();
      return error ? Promise.reject(error) : Promise.resolve('text');
    };
    expect(await tryAgain(read)).toBe('text');
  });

  it('is not asked for ever, nor again where it has answered', async () => {
    let asked = 0;
    const failing = (code: string) => () => {
      asked += 1;
      return Promise.reject(Object.assign(new Error(code), { code }));
    };
    await expect(tryAgain(failing('EIO'))).rejects.toThrow('EIO');
    expect(asked).toBe(4);
    await expect(tryAgain(failing('ENOENT'))).rejects.toThrow('ENOENT');
    expect(asked).toBe(5);
  });
});
