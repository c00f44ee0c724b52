import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { LiveTensors } from './liveTensors';
import { openTestBackend } from './testBackends';

beforeAll(async () => {
  await openTestBackend();
});

it('tensors that nobody has disposed of are, and no others are missed', () => {
  const before = tf.tensor1d([1, 2]);
  const live = new LiveTensors();
  const { numTensors, numBytes } = tf.memory();
  const kept = tf.tidy(() => tf.keep(tf.add(tf.tensor1d([1, 2]), 1)));
  const view = tf.reshape(kept, [2, 1]);
  tf.tensor1d([3]).dispose();
  expect(tf.memory().numTensors).toBe(numTensors + 2);
  live.disposeAll();
  expect([kept.isDisposed, view.isDisposed, before.isDisposed]).toEqual([true, true, false]);
  expect(tf.memory()).toMatchObject({ numTensors, numBytes });
  before.dispose();
});
