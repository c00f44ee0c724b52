import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../random';
import { openBackend } from './backend';
import { filterSquaresKernel } from './wasmConvolution';

beforeAll(async () => {
  await openBackend('cpu', '');
  await openBackend('wasm', 'node_modules/@tensorflow/tfjs-backend-wasm/dist/');
});
afterAll(() => tf.setBackend('wasm'));

const draw = (name: string, shape: readonly number[]) => {
  const random = randomStream(5, name);
  return Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => 2 * random() - 1);
};

/** Results of a computation on both backends. The inputs are made anew on each. */
async function onBoth(compute: () => tf.Tensor[]) {
  const results: Float32Array[][] = [];
  for (const name of ['wasm', 'cpu']) {
    await tf.setBackend(name);
    results.push(tf.tidy(() => compute().map((tensor) => Float32Array.from(tensor.dataSync()))));
  }
  return results as [Float32Array[], Float32Array[]];
}

function expectSame([found, expected]: readonly [Float32Array[], Float32Array[]]) {
  expect(found.length).toBe(expected.length);
  found.forEach((values, k) => {
    const wanted = expected[k] ?? new Float32Array();
    const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(scale).toBeGreaterThan(0);
    expect(values.length).toBe(wanted.length);
    values.forEach((value, i) => expect(Math.abs(value - (wanted[i] ?? NaN)) / scale).toBeLessThan(2e-6));
  });
}

describe('gradients of a convolution on WASM', () => {
  const cases = [
    { x: [3, 8, 8, 1], filter: [3, 3, 1, 4], strides: 1, pad: 'same' },
    { x: [2, 7, 9, 3], filter: [5, 5, 3, 2], strides: 1, pad: 'same' },
    { x: [2, 6, 5, 2], filter: [2, 4, 2, 3], strides: 1, pad: 'same' },
    { x: [2, 7, 7, 2], filter: [3, 3, 2, 5], strides: 1, pad: 'valid' },
    { x: [2, 9, 8, 2], filter: [3, 3, 2, 3], strides: 2, pad: 'same' },
    { x: [1, 2, 2, 3], filter: [7, 7, 3, 2], strides: 1, pad: 'same' },
    { x: [2, 4, 4, 2], filter: [1, 1, 2, 3], strides: 1, pad: 'same' },
    { x: [2, 7, 6, 2], filter: [1, 1, 2, 3], strides: 3, pad: 'valid' },
  ] as const;

  it.each(cases)('are those of the CPU backend: $x by $filter, stride $strides, $pad', async (one) => {
    const both = await onBoth(() => {
      const x = tf.tensor4d(draw('x', one.x), [...one.x]);
      const filter = tf.tensor4d(draw('filter', one.filter), [...one.filter]);
      const apply = (a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, one.strides, one.pad);
      const y = apply(x, filter);
      return tf.grads(apply)([x, filter], tf.tensor(draw('dy', y.shape), y.shape));
    });
    expectSame(both);
  });
});

it('the filter gradient of a batch too large for one product is the sum over its examples', async () => {
  await tf.setBackend('wasm');
  const shape: [number, number, number, number] = [15, 64, 64, 16];
  const filter = tf.zeros<tf.Rank.R4>([3, 3, 16, 2]);
  const x = tf.tensor4d(draw('x', shape), shape);
  const dy = tf.tensor4d(draw('dy', [15, 64, 64, 2]), [15, 64, 64, 2]);
  const gradient = (image: tf.Tensor4D, delta: tf.Tensor) =>
    tf.grad((f: tf.Tensor) => tf.conv2d(image, f as tf.Tensor4D, 1, 'same'))(filter, delta);
  const alone = tf.split(x, 15).map((image, i) => gradient(image as tf.Tensor4D, tf.split(dy, 15)[i] as tf.Tensor));
  const distance = tf.max(tf.abs(tf.sub(gradient(x, dy), tf.addN(alone)))).dataSync()[0] as number;
  expect(distance / (tf.max(tf.abs(tf.addN(alone))).dataSync()[0] as number)).toBeLessThan(1e-5);
  tf.dispose([x, dy, filter, ...alone]);
});

describe('the gradient of max pooling on WASM', () => {
  const cases = [
    { x: [3, 8, 8, 3], window: 2, strides: 2, pad: 'valid' },
    { x: [2, 7, 5, 2], window: 2, strides: 2, pad: 'valid' },
    { x: [2, 9, 10, 2], window: 3, strides: 3, pad: 'valid' },
  ] as const;
  const gradient = (one: (typeof cases)[number], values: Float32Array) => {
    const apply = (a: tf.Tensor) => tf.maxPool(a as tf.Tensor4D, one.window, one.strides, one.pad);
    const x = tf.tensor4d(values, [...one.x]);
    const y = apply(x);
    return tf.grad(apply)(x, tf.tensor(draw('dy', y.shape), y.shape));
  };

  it.each(cases)('is that of the CPU backend: $x, windows of $window', async (one) => {
    expectSame(await onBoth(() => [gradient(one, draw('x', one.x))]));
  });

  it.each(cases)('goes to the first of equal values: $x, windows of $window', async (one) => {
    const steps = draw('x', one.x).map((value) => Math.round(2 * value));
    expectSame(await onBoth(() => [gradient(one, steps)]));
  });
});

describe('squares of the filter gradients of single examples', () => {
  const cases = [
    { x: [3, 6, 6, 2], filters: 3, kernel: 3, labels: 1 },
    { x: [2, 5, 7, 1], filters: 4, kernel: 5, labels: 3 },
  ];
  it.each(cases)('add up over examples and labels: $x, $filters filters, $labels labels', async (one) => {
    await tf.setBackend('wasm');
    const [examples = 0, height = 0, width = 0, channels = 0] = one.x;
    const shape: [number, number, number, number] = [one.labels * examples, height, width, one.filters];
    const [x, dy] = [tf.tensor(draw('x', one.x), one.x), tf.tensor(draw('dy', shape), shape)];
    const filterShape: [number, number, number, number] = [one.kernel, one.kernel, channels, one.filters];
    const single = tf.tidy(() => {
      const filter = tf.zeros(filterShape);
      const each = Array.from({ length: one.labels * examples }, (_, row) => {
        const image = tf.slice(x, [row % examples, 0, 0, 0], [1, height, width, channels]) as tf.Tensor4D;
        const gradient = tf.grad((f: tf.Tensor) => tf.conv2d(image, f as tf.Tensor4D, 1, 'same'));
        return tf.square(gradient(filter, tf.slice(dy, [row, 0, 0, 0], [1, height, width, one.filters])));
      });
      return Float32Array.from(tf.addN(each).dataSync());
    });
    const sum = tf.engine().runKernel<tf.Tensor>(filterSquaresKernel, { x, dy }, { kernel: one.kernel });
    expect(sum.shape).toEqual(filterShape);
    expectSame([[Float32Array.from(sum.dataSync())], [single]]);
  });
});

it('kernels leave nothing behind', async () => {
  await tf.setBackend('wasm');
  const stored = () => [tf.engine().backend.numDataIds(), tf.memory().numTensors, tf.memory().numBytes];
  const step = () =>
    tf.tidy(() => {
      const x = tf.tensor4d(draw('x', [2, 6, 6, 2]), [2, 6, 6, 2]);
      const filter = tf.tensor4d(draw('f', [3, 3, 2, 3]), [3, 3, 2, 3]);
      const loss = (a: tf.Tensor, b: tf.Tensor) =>
        tf.sum<tf.Scalar>(tf.maxPool(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same'), 2, 2, 'valid'));
      const [dx] = tf.grads(loss)([x, filter]);
      tf.engine().runKernel(filterSquaresKernel, { x, dy: dx as tf.Tensor }, { kernel: 3 });
    });
  step();
  const before = stored();
  for (let i = 0; i < 20; i++) step();
  expect(stored()).toEqual(before);
});
