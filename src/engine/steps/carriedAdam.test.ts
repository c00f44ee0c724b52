import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { trainingSchema } from '../../core/recipe';
import { openTestBackend } from '../backend/testBackends';
import { createOptimizer } from '../optimizer';
import { randomStream } from '../random';
import { adamStep, type CarriedAdam } from './carriedAdam';

beforeAll(() => openTestBackend());

it('takes the steps that the Adam of the training takes', () => {
  const random = randomStream(3, 'adam');
  const draw = () => tf.tensor1d(Float32Array.from({ length: 40 }, () => 2 * random() - 1));
  const optimizer = createOptimizer(trainingSchema.parse({ optimizer: 'adam' }));
  const theta = draw();
  let wanted = { theta, slots: [tf.zerosLike(theta), tf.zerosLike(theta)] };
  let found: CarriedAdam = { theta, m: tf.zerosLike(theta), v: tf.zerosLike(theta), count: tf.zeros([1]) };
  for (let step = 1; step <= 2000; step++) {
    const gradient = draw();
    wanted = optimizer.update(wanted.theta, gradient, wanted.slots, step, 0.003);
    found = adamStep(found, gradient, 0.003);
    if (step > 3 && step < 2000) continue;
    const far = tf.max(tf.abs(tf.sub(found.theta, wanted.theta))).dataSync()[0];
    expect(far, `after ${step} steps`).toBeLessThan(1e-5);
    expect(tf.max(tf.abs(tf.sub(found.theta, theta))).dataSync()[0]).toBeGreaterThan(0.9 * 0.003);
  }
  expect(found.count.dataSync()[0]).toBe(2000);
});
