import { describe, expect, it } from 'vitest';
import { failureText, OutOfMemoryError, requireMemory } from './outOfMemory';

describe('a network too large for its backend', () => {
  it('is refused with the size it takes, at least: parameters, gradient and slots', () => {
    const attempt = () => requireMemory(476_332_042, 2, 'wasm', 2 ** 32);
    expect(attempt).toThrow(OutOfMemoryError);
    expect(attempt).toThrow(
      'Out of memory: training a network of 476,332,042 parameters takes at least 13.3 GB, and WebAssembly can have ' +
        '4.29 GB. Make the network smaller or train on native TensorFlow.',
    );
  });

  it('is refused on native TensorFlow too, where the machine has less', () => {
    expect(() => requireMemory(100_000_000, 0, 'native', 500_000_000)).toThrow(
      'takes at least 800 MB, and this machine has 500 MB. Make the network smaller.',
    );
  });

  it('is none where it fits', () => {
    expect(() => requireMemory(100_000_000, 0, 'native', 800_000_000)).not.toThrow();
    expect(() => requireMemory(478_410, 2, 'wasm')).not.toThrow();
  });
});

describe('the error of a run', () => {
  it.each([
    [
      new Error('OOM when allocating tensor with shape[8192,8192] and type float on /job:localhost by allocator cpu'),
      '268 MB',
    ],
    [new RangeError('Invalid typed array length: 5000000000'), '20.0 GB'],
  ])('tells the size that an allocation asked for: %s', (error, size) => {
    expect(failureText(error)).toMatch(
      new RegExp(`^Out of memory: ${size} were asked for.*\\(${error.message.slice(0, 3)}`),
    );
  });

  it.each(['Array buffer allocation failed', 'std::bad_alloc'])(
    'tells how large the parameters are where a library tells no size: %s',
    (message) => {
      requireMemory(250_000_000, 0, 'native', Infinity);
      expect(failureText(new RangeError(message))).toMatch(
        /^Out of memory: an array could not be allocated; each copy of the parameters takes 1\.00 GB\./,
      );
    },
  );

  it('is its own message where it has nothing to do with memory', () => {
    expect(failureText(new Error('no data set "omniglot"'))).toBe('no data set "omniglot"');
    expect(failureText('a word')).toBe('a word');
    expect(failureText(new OutOfMemoryError('8 B were asked for'))).toBe('Out of memory: 8 B were asked for');
  });
});
