import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { OutOfMemoryError } from '../outOfMemory';
import { openTestBackend } from './testBackends';
import { failOn } from './wasmMemory';

beforeAll(() => openTestBackend('wasm'));

describe('the heap of WebAssembly', () => {
  /** Allocates without writing to it, so that the system need not give the memory. */
  const take = (floats: number) =>
    (tf.backend() as unknown as { wasm: { _malloc(bytes: number): number } }).wasm._malloc(4 * floats);

  it('says how much was asked for when it is full, and is whole afterwards', () => {
    const taken: number[] = [];
    const fill = () => {
      for (;;) taken.push(take(2 ** 27));
    };
    let error: unknown;
    try {
      fill();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect((error as Error).message).toMatch(
      /^Out of memory: 537 MB were asked for, and the heap of WebAssembly holds [\d.]+ GB of at most 4\.29 GB\./,
    );
    expect(taken.length).toBeGreaterThan(1);
    expect(tf.tidy(() => tf.matMul(tf.ones([1, 3]), tf.ones([3, 1])).dataSync()[0])).toBe(3);
  });

  it('fails where a matrix product finds no room, instead of going on without it', () => {
    const [wide, high] = [tf.ones([2, 2 ** 13]), tf.ones([2 ** 13, 2 ** 13])] as [tf.Tensor2D, tf.Tensor2D];
    expect(() => {
      for (;;) take(2 ** 25);
    }).toThrow(OutOfMemoryError);
    // The library keeps a copy of the second factor of a fused product.
    expect(() => tf.fused.matMul({ a: wide, b: high, activation: 'relu' })).toThrow(
      /^Out of memory: there is no room for a matrix product.*the heap of WebAssembly holds [\d.]+ GB/,
    );
  });

  it('takes only what the library says of its failures for one', () => {
    expect(() => failOn('Hello')).not.toThrow();
    expect(() => failOn('XNN status for xnn_setup_x is not successful. Got status 2. Use -c dbg')).toThrow(
      'xnn_setup_x of WebAssembly failed with status 2.',
    );
  });

  it('refuses what 32 bits cannot address', () => {
    expect(() => take(2 ** 31)).toThrow('8.59 GB were asked for');
  });
});
