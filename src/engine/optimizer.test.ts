import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { trainingSchema, type TrainingSpec } from '../core/recipe';
import { openTestBackend, testBackends } from './backend/testBackends';
import { createOptimizer } from './optimizer';
import { randomStream } from './random';

const SIZE = 101;
const draw = (name: string, step: number, scale: number) => {
  const random = randomStream(1, name, step);
  return Float32Array.from({ length: SIZE }, () => scale * (2 * random() - 1));
};
const gradientAt = (step: number) => draw('gradient', step, 10 ** ((step % 5) - 2));

/** θ after so many steps of the optimiser on a backend. */
async function trained(backend: (typeof testBackends)[number], training: TrainingSpec, steps: number) {
  await openTestBackend(backend);
  const optimizer = createOptimizer(training);
  let theta = tf.tensor1d(draw('theta', 0, 1));
  let slots = optimizer.slotNames.map(() => tf.zeros<tf.Rank.R1>([SIZE]));
  for (let step = 1; step <= steps; step++) {
    const gradient = tf.tensor1d(gradientAt(step));
    const next = optimizer.update(theta, gradient, slots, step, training.learningRate);
    tf.dispose([theta, gradient, ...slots]);
    ({ theta, slots } = next);
  }
  const values = [theta, ...slots].map((tensor) => Float32Array.from(tensor.dataSync()));
  tf.dispose([theta, ...slots]);
  return values;
}

/** Adam as its paper writes it, one number at a time, in double precision. */
function adamByHand(start: number, gradients: number[], rate: number) {
  let [theta, m, v] = [start, 0, 0];
  gradients.forEach((g, i) => {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const [mHat, vHat] = [m / (1 - 0.9 ** (i + 1)), v / (1 - 0.999 ** (i + 1))];
    theta -= (rate * mHat) / (Math.sqrt(vHat) + 1e-8);
  });
  return theta;
}

function momentumByHand(start: number, gradients: number[], rate: number, mu: number) {
  let [theta, velocity] = [start, 0];
  for (const g of gradients) {
    velocity = mu * velocity + g;
    theta -= rate * velocity;
  }
  return theta;
}

const adam = trainingSchema.parse({ learningRate: 0.01 });
const momentum = trainingSchema.parse({ optimizer: 'sgd', learningRate: 0.001, momentum: 0.9 });
const sgd = trainingSchema.parse({ optimizer: 'sgd', learningRate: 0.001 });
const steps = 50;
const gradientsOf = (i: number) => Array.from({ length: steps }, (_, step) => gradientAt(step + 1)[i] as number);

describe.each(testBackends)('on %s', (backend) => {
  it.each([
    ['Adam', adam, (start: number, g: number[]) => adamByHand(start, g, 0.01)],
    ['momentum', momentum, (start: number, g: number[]) => momentumByHand(start, g, 0.001, 0.9)],
    ['SGD', sgd, (start: number, g: number[]) => momentumByHand(start, g, 0.001, 0)],
  ] as const)('%s equals the rule written out for one number over 50 steps', async (_, training, byHand) => {
    const [theta = new Float32Array()] = await trained(backend, training, steps);
    draw('theta', 0, 1).forEach((start, i) => {
      expect(Math.abs((theta[i] ?? NaN) - byHand(start, gradientsOf(i)))).toBeLessThan(2e-6);
    });
  });

  it('a first step of Adam has the size of the learning rate, whatever the size of the gradient', async () => {
    const [theta = new Float32Array()] = await trained(backend, adam, 1);
    const start = draw('theta', 0, 1);
    const gradient = gradientAt(1);
    theta.forEach((value, i) => {
      expect((start[i] ?? NaN) - value).toBeCloseTo(0.01 * Math.sign(gradient[i] ?? NaN), 4);
    });
  });
});

describe('the kernels of WASM', () => {
  it.each([
    ['Adam', adam],
    ['momentum', momentum],
  ])('give what the single operations give, to rounding (%s)', async (_, training) => {
    const [kernel, composed] = [await trained('wasm', training, steps), await trained('cpu', training, steps)];
    expect(kernel.length).toBe(composed.length);
    kernel.forEach((values, k) =>
      values.forEach((value, i) => {
        const expected = composed[k]?.[i] ?? NaN;
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(expected)));
      }),
    );
  });

  it('leave their inputs alone and nothing behind', async () => {
    await openTestBackend('wasm');
    const optimizer = createOptimizer(adam);
    const inputs = [1, 2, 3, 4].map((k) => tf.tensor1d(draw('input', k, 1).map(Math.abs)));
    const [theta, gradient, m, v] = inputs as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
    const before = inputs.map((tensor) => Float32Array.from(tensor.dataSync()));
    const count = tf.memory().numTensors;
    const next = optimizer.update(theta, gradient, [m, v], 1, 0.1);
    expect(tf.memory().numTensors).toBe(count + 3);
    expect(inputs.map((tensor) => Float32Array.from(tensor.dataSync()))).toEqual(before);
    tf.dispose([...inputs, next.theta, ...next.slots]);
  });
});
