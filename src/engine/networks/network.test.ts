import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkSchema, type ImageShape } from '../../core/recipe';
import { openTestBackend, testBackend, testBackends } from '../backend/testBackends';
import { randomStream } from '../random';
import type { Network } from '../contract/network';
import { activationsOf, createNetwork, flatten, layersOf, logitsOf, parametersOf } from './network';

beforeAll(() => openTestBackend(), 60_000);
afterAll(() => openTestBackend());

const networkOf = (spec: Record<string, unknown> = {}, inputs = 6, outputs = 3) =>
  createNetwork(networkSchema.parse({ hidden: [5, 4], ...spec }), inputs, outputs);
const thetaOf = (count: number) => {
  const random = randomStream(1, 'theta');
  return Float32Array.from({ length: count }, () => 2 * random() - 1);
};

/** The views lie one after the other in the parameter vector, all of it, under names of their own. */
function expectTiled({ views, parameterCount }: Network): void {
  let end = 0;
  for (const view of views) {
    expect(view.offset).toBe(end);
    expect(view.size).toBe(view.shape.reduce((product, n) => product * n, 1));
    end += view.size;
  }
  expect(end).toBe(parameterCount);
  expect(new Set(views.map(({ name }) => name)).size).toBe(views.length);
}

describe('the views of a network', () => {
  it('tile the parameter vector exactly, whatever its layers (property)', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
    const size = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(sizes, fc.boolean(), size, size, (hidden, bias, inputs, outputs) => {
        expectTiled(networkOf({ hidden, bias }, inputs, outputs));
      }),
    );
  });

  it('count 478,410 parameters for 784-400-400-10', () => {
    expect(networkOf({ hidden: [400, 400] }, 784, 10).parameterCount).toBe(478_410);
    expect(networkOf({ hidden: [1200, 1200], bias: false }, 784, 10).parameterCount).toBe(2_392_800);
  });

  it.each(testBackends)('taken apart and put together are the vector again, bit for bit (%s)', async (backend) => {
    await openTestBackend(backend);
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

const convolutional = (spec: Record<string, unknown> = {}, image: ImageShape = [6, 7, 2], outputs = 3) =>
  createNetwork(networkSchema.parse({ kind: 'cnn', conv: [4, 5], hidden: [6], ...spec }), image, outputs);

describe('the views of a convolutional network', () => {
  it('tile the parameter vector exactly, whatever its layers (property)', () => {
    const few = fc.integer({ min: 1, max: 9 });
    const conv = fc.array(few, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        conv,
        fc.array(few, { maxLength: 2 }),
        fc.boolean(),
        fc.constantFrom(3, 5),
        (filters, hidden, bias, kernel) => {
          expectTiled(convolutional({ conv: filters, hidden, bias, kernel }, [9, 11, 2]));
        },
      ),
    );
  });

  it('number the layers through, the head last', () => {
    const network = createNetwork(networkSchema.parse({ kind: 'cnn', hidden: [100] }), [28, 28, 1], 10);
    expect(network.views.map(({ name, isHead, shape }) => [name, isHead === true, shape])).toEqual([
      ['conv1.weights', false, [3, 3, 1, 32]],
      ['conv1.bias', false, [32]],
      ['conv2.weights', false, [3, 3, 32, 64]],
      ['conv2.bias', false, [64]],
      ['layer3.weights', false, [7 * 7 * 64, 100]],
      ['layer3.bias', false, [100]],
      ['layer4.weights', true, [100, 10]],
      ['layer4.bias', true, [10]],
    ]);
    expect(network.sizes).toEqual([784, 14 * 14 * 32, 7 * 7 * 64, 100, 10]);
  });

  it('need the shape of the images', () => {
    expect(() => createNetwork(networkSchema.parse({ kind: 'cnn' }), 784, 10)).toThrow(/shape of its images/);
  });
});

describe('initial parameters', () => {
  it('of filters have the inputs of a single unit as fan-in', () => {
    const network = convolutional({ conv: [40, 50], bias: false }, [8, 8, 3]);
    const theta = network.initial(randomStream(1, 'init'));
    for (const [layer, inputs] of [9 * 3, 9 * 40, 2 * 2 * 50].entries()) {
      const { offset = 0, size = 0 } = network.views[layer] ?? {};
      const largest = Math.max(...theta.subarray(offset, offset + size).map(Math.abs));
      expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(inputs));
      expect(largest).toBeGreaterThan(0.9 / Math.sqrt(inputs));
    }
  });

  const large = (init: unknown, bias = true) => networkOf({ hidden: [60, 50], init, bias }, 100, 10);
  const drawn = (network: ReturnType<typeof large>, seed = 1) => {
    const theta = network.initial(randomStream(seed, 'init'));
    const perLayer = network.spec.bias ? 2 : 1;
    return network.views.map(({ role, offset, size }, view) => ({
      role,
      fanIn: network.sizes[Math.floor(view / perLayer)] ?? 0,
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
    for (const { role, fanIn, values } of drawn(large('he'))) {
      if (role === 'bias') expect(new Set(values)).toEqual(new Set([0]));
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
    expect([...(activationsOf(network, parameters, x(), ones).at(-1)?.dataSync() ?? [])]).toEqual([
      ...logitsOf(plain, parameters, x()).dataSync(),
    ]);
  });
});

describe('a convolutional network', () => {
  const image: ImageShape = [6, 7, 2];
  const x = () => tf.tensor2d(thetaOf(3 * 84).map(Math.abs), [3, 84]);

  /** One unit after the other, from the definition. */
  function byHand(
    input: Float32Array,
    [height, width, channels]: ImageShape,
    weights: Float32Array,
    bias: Float32Array,
  ) {
    const filters = bias.length;
    const at = (y: number, column: number, channel: number) =>
      y < 0 || y >= height || column < 0 || column >= width
        ? 0
        : (input[(y * width + column) * channels + channel] ?? NaN);
    const unit = (y: number, column: number, filter: number) => {
      let sum = bias[filter] ?? NaN;
      for (let ky = 0; ky < 3; ky++)
        for (let kx = 0; kx < 3; kx++)
          for (let c = 0; c < channels; c++)
            sum +=
              at(y + ky - 1, column + kx - 1, c) * (weights[((ky * 3 + kx) * channels + c) * filters + filter] ?? NaN);
      return Math.max(0, sum);
    };
    const out: number[] = [];
    for (let y = 0; y + 1 < height; y += 2)
      for (let column = 0; column + 1 < width; column += 2)
        for (let filter = 0; filter < filters; filter++)
          out.push(
            Math.max(
              unit(y, column, filter),
              unit(y, column + 1, filter),
              unit(y + 1, column, filter),
              unit(y + 1, column + 1, filter),
            ),
          );
    return out;
  }

  it.each(testBackends)('has layers of max-pooled relu(x ∗ W + b), then dense ones (%s)', async (backend) => {
    await openTestBackend(backend);
    const network = convolutional();
    const parameters = parametersOf(network, tf.tensor1d(thetaOf(network.parameterCount)));
    const values = parameters.map((parameter) => parameter.dataSync() as Float32Array);
    const found = activationsOf(network, parameters, x());
    expect(found.map(({ shape }) => shape)).toEqual([
      [3, 3 * 3 * 4],
      [3, 1 * 1 * 5],
      [3, 6],
      [3, 3],
    ]);
    const inputs = x().dataSync() as Float32Array;
    const none = new Float32Array();
    for (let example = 0; example < 3; example++) {
      const own = inputs.subarray(example * 84, (example + 1) * 84);
      const first = byHand(own, image, values[0] ?? none, values[1] ?? none);
      const second = byHand(Float32Array.from(first), [3, 3, 4], values[2] ?? none, values[3] ?? none);
      const layers = found.map((layer) => [...tf.slice(layer, [example, 0], [1, -1]).dataSync()]);
      first.forEach((value, i) => expect(layers[0]?.[i]).toBeCloseTo(value, 5));
      second.forEach((value, i) => expect(layers[1]?.[i]).toBeCloseTo(value, 4));
    }
    const [hidden, head] = layersOf(network, parameters).slice(2);
    const by = (h: tf.Tensor, layer: typeof head) => tf.add(tf.matMul(h, layer?.weights ?? h), layer?.bias ?? 0);
    const expected = by(tf.relu(by(found[1] as tf.Tensor, hidden)), head).dataSync();
    logitsOf(network, parameters, x())
      .dataSync()
      .forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 4));
  });

  const cases = [
    { bias: true, hidden: [6], dropout: 0.5 },
    { bias: false, hidden: [], dropout: 0 },
  ];
  it.each(cases.flatMap((one) => testBackends.map((backend) => ({ ...one, backend }))))(
    'has the gradients that TensorFlow.js makes of its single operations ($backend, bias $bias, hidden $hidden)',
    async ({ backend, ...spec }) => {
      await openTestBackend(backend);
      const network = convolutional({ ...spec, kernel: 5 });
      const theta = tf.tensor1d(thetaOf(network.parameterCount));
      const masks = spec.hidden.map((units) =>
        tf.tensor2d(
          thetaOf(3 * units).map((v) => Number(v > 0)),
          [3, units],
        ),
      );
      const outputs = tf.tensor2d(thetaOf(9), [3, 3]);
      const summed = (logits: tf.Tensor2D) => tf.sum<tf.Scalar>(tf.mul(logits, outputs));
      const found = tf.grads((...p: tf.Tensor[]) =>
        summed(activationsOf(network, p, x(), masks).at(-1) as tf.Tensor2D),
      )(parametersOf(network, theta));
      await openTestBackend('cpu');
      const plain = (...p: tf.Tensor[]) => {
        let h: tf.Tensor = tf.reshape(x(), [3, ...image]);
        layersOf(network, p).forEach(({ weights, bias }, i) => {
          const isLast = i === network.layers.length - 1;
          const isConvolution = weights.rank === 4;
          const z = isConvolution
            ? tf.conv2d(h as tf.Tensor4D, weights as tf.Tensor4D, 1, 'same')
            : tf.matMul(tf.reshape(h, [3, -1]), weights);
          const biased = bias ? tf.add(z, bias) : z;
          h = isLast ? biased : tf.relu(biased);
          if (isConvolution) h = tf.maxPool(h as tf.Tensor4D, 2, 2, 'valid');
          else if (!isLast) h = tf.mul(h, masks[i - 2] ?? 1);
        });
        return summed(h as tf.Tensor2D);
      };
      const expected = tf.grads(plain)(parametersOf(network, theta));
      found.forEach((gradient, k) => {
        expect(gradient.shape).toEqual(expected[k]?.shape);
        const wanted = expected[k]?.dataSync() ?? [];
        expect([...wanted].some((value) => value !== 0)).toBe(true);
        gradient.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted[i] ?? NaN, 4));
      });
    },
  );

  it('drops units of hidden dense layers alone, and scales these at test time', async () => {
    await openTestBackend(testBackend);
    const network = convolutional({ dropout: 0.25 });
    const plain = convolutional();
    const parameters = parametersOf(network, tf.tensor1d(thetaOf(network.parameterCount)));
    const all = (layers: tf.Tensor2D[]) => layers.map((layer) => [...layer.dataSync()]);
    const bare = all(activationsOf(plain, parameters, x()));
    const tested = all(activationsOf(network, parameters, x()));
    expect(tested.slice(0, 2)).toEqual(bare.slice(0, 2));
    expect(tested[2]).toEqual(bare[2]?.map((value) => Math.fround(value * 0.75)));
    const mask = tf.tensor2d(
      thetaOf(18).map((v) => Number(v > 0)),
      [3, 6],
    );
    const kept = mask.dataSync();
    const masked = all(activationsOf(network, parameters, x(), [mask]));
    expect(masked[2]).toEqual(bare[2]?.map((value, i) => value * (kept[i] ?? NaN)));
  });
});
