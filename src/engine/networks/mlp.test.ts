import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkSchema } from '../../core/recipe';
import { openBackend } from '../backend/backend';
import { randomStream } from '../random';
import { activationsOf, createNetwork, flatten, initialise, layersOf, logitsOf, parametersOf } from './mlp';

beforeAll(async () => {
  await openBackend('cpu', '');
  await openBackend('wasm', 'node_modules/@tensorflow/tfjs-backend-wasm/dist/');
}, 60_000);
afterAll(() => tf.setBackend('wasm'));

const networkOf = (spec: Record<string, unknown> = {}, inputs = 6, outputs = 3) =>
  createNetwork(networkSchema.parse({ hidden: [5, 4], ...spec }), inputs, outputs);
const thetaOf = (count: number) => {
  const random = randomStream(1, 'theta');
  return Float32Array.from({ length: count }, () => 2 * random() - 1);
};

describe('the views of a network', () => {
  it('tile the parameter vector exactly, whatever its layers (property)', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
    const size = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(sizes, fc.boolean(), size, size, (hidden, bias, inputs, outputs) => {
        const { views, parameterCount } = networkOf({ hidden, bias }, inputs, outputs);
        let end = 0;
        for (const view of views) {
          expect(view.offset).toBe(end);
          expect(view.size).toBe(view.shape.reduce((product, n) => product * n, 1));
          end += view.size;
        }
        expect(end).toBe(parameterCount);
        expect(new Set(views.map(({ name }) => name)).size).toBe(views.length);
      }),
    );
  });

  it('count 478,410 parameters for 784-400-400-10', () => {
    expect(networkOf({ hidden: [400, 400] }, 784, 10).parameterCount).toBe(478_410);
    expect(networkOf({ hidden: [1200, 1200], bias: false }, 784, 10).parameterCount).toBe(2_392_800);
  });

  it.each(['cpu', 'wasm'])('taken apart and put together are the vector again, bit for bit (%s)', async (backend) => {
    await tf.setBackend(backend);
    for (const bias of [true, false]) {
      const network = networkOf({ bias });
      const values = thetaOf(network.parameterCount);
      const parameters = parametersOf(network, tf.tensor1d(values));
      expect(parameters.map(({ shape }) => shape)).toEqual(network.views.map(({ shape }) => shape));
      parameters.forEach((parameter, i) => {
        const { offset, size } = network.views[i] ?? { offset: 0, size: 0 };
        expect(Float32Array.from(parameter.dataSync())).toEqual(values.slice(offset, offset + size));
      });
      expect(Float32Array.from(flatten(parameters).dataSync())).toEqual(values);
    }
  });
});

describe('initial parameters', () => {
  const large = (init: unknown, bias = true) => networkOf({ hidden: [60, 50], init, bias }, 100, 10);
  const drawn = (network: ReturnType<typeof large>, seed = 1) => {
    const theta = initialise(network, randomStream(seed, 'init'));
    return network.views.map(({ kind, layer, offset, size }) => ({
      kind,
      fanIn: network.sizes[layer] ?? 0,
      values: [...theta.subarray(offset, offset + size)],
    }));
  };
  const meanSquare = (values: number[]) => values.reduce((sum, v) => sum + v * v, 0) / values.length;

  it('fan-in: uniform within 1/√inputs, weights and biases', () => {
    for (const { fanIn, values } of drawn(large('fan-in'))) {
      const largest = Math.max(...values.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(fanIn));
      expect(largest).toBeGreaterThan(0.7 / Math.sqrt(fanIn));
      if (values.length > 400) expect(meanSquare(values) * fanIn * 3).toBeCloseTo(1, 0.9);
    }
  });

  it('a number: uniform within it', () => {
    for (const { values } of drawn(large(0.01, false))) {
      expect(Math.max(...values)).toBeLessThanOrEqual(Math.fround(0.01));
      expect(Math.max(...values)).toBeGreaterThan(0.0095);
      expect(Math.min(...values)).toBeLessThan(-0.0095);
    }
  });

  it('he: normal with variance 2/inputs, biases zero', () => {
    for (const { kind, fanIn, values } of drawn(large('he'))) {
      if (kind === 'bias') expect(new Set(values)).toEqual(new Set([0]));
      else expect((meanSquare(values) * fanIn) / 2).toBeCloseTo(1, 0.8);
    }
  });

  it('repeat with the seed and differ between seeds', () => {
    expect(drawn(large('fan-in'), 4)).toEqual(drawn(large('fan-in'), 4));
    expect(drawn(large('fan-in'), 5)).not.toEqual(drawn(large('fan-in'), 4));
  });
});

describe('the outputs of a network', () => {
  const x = () => tf.tensor2d(thetaOf(12).map(Math.abs), [2, 6]);

  it('are layers of relu(x W + b), the last one bare', () => {
    const network = networkOf();
    const parameters = parametersOf(network, tf.tensor1d(thetaOf(network.parameterCount)));
    const [one, two, three] = layersOf(network, parameters);
    const by = (h: tf.Tensor, layer = one) => tf.add(tf.matMul(h, layer?.weights ?? h), layer?.bias ?? 0);
    const expected = by(tf.relu(by(tf.relu(by(x(), one)), two)), three).dataSync();
    const found = logitsOf(network, parameters, x());
    expect(found.shape).toEqual([2, 3]);
    found.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 5));
    expect(activationsOf(network, parameters, x()).map(({ shape }) => shape)).toEqual([
      [2, 5],
      [2, 4],
      [2, 3],
    ]);
  });

  it('with dropout: masked and not rescaled in training, scaled by what is kept at test time', () => {
    const network = networkOf({ dropout: 0.25 });
    const plain = networkOf();
    const parameters = parametersOf(network, tf.tensor1d(thetaOf(network.parameterCount)));
    const masks = [tf.tensor2d([1, 0, 1, 1, 0, 1, 1, 1, 0, 1], [2, 5]), tf.ones<tf.Rank.R2>([2, 4])];
    const [bare] = activationsOf(plain, parameters, x());
    const [masked] = activationsOf(network, parameters, x(), masks);
    const [tested] = activationsOf(network, parameters, x());
    const values = bare?.dataSync() ?? [];
    expect([...(masked?.dataSync() ?? [])]).toEqual([...values].map((v, i) => v * (masks[0]?.dataSync()[i] ?? NaN)));
    expect([...(tested?.dataSync() ?? [])]).toEqual([...values].map((v) => Math.fround(v * 0.75)));
    const ones = [tf.ones<tf.Rank.R2>([2, 5]), tf.ones<tf.Rank.R2>([2, 4])];
    expect([...logitsOf(network, parameters, x(), ones).dataSync()]).toEqual([
      ...logitsOf(plain, parameters, x()).dataSync(),
    ]);
  });
});
