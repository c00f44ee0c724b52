import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkSchema } from '../../core/recipe';
import { openTestBackend, testBackend } from '../backend/testBackends';
import type { LayeredNetwork } from '../contract/network';
import { randomStream } from '../random';
import { widthsOf } from './blocks';
import { net2Deeper } from './deeper';
import { createNetwork, logitsOf, parametersOf } from './network';
import { narrowed, net2Wider, withFreshUnits, withWidths, type Growth } from './wider';

beforeAll(() => openTestBackend(testBackend), 60_000);
afterAll(() => openTestBackend());

const denseOf = (spec: Record<string, unknown> = {}) =>
  createNetwork(networkSchema.parse({ hidden: [7, 5], ...spec }), 6, 3);
const convolutionalOf = (spec: Record<string, unknown> = {}) =>
  createNetwork(networkSchema.parse({ kind: 'cnn', conv: [3, 4], hidden: [6], ...spec }), [8, 9, 2], 3);

const networks: Readonly<Record<string, LayeredNetwork>> = {
  dense: denseOf(),
  'without biases': denseOf({ bias: false }),
  'with dropout that is made up for at test': denseOf({ dropout: 0.3 }),
  'with dropout that is made up for in training': denseOf({ dropout: 0.3, dropoutScaling: 'training' }),
  convolutional: convolutionalOf(),
  'of convolutions alone, without biases': convolutionalOf({ hidden: [], bias: false }),
};

const thetaOf = ({ parameterCount }: LayeredNetwork) => {
  const random = randomStream(3, 'theta');
  return Float32Array.from({ length: parameterCount }, () => 2 * random() - 1);
};

/** Logits of some random rows. */
function outputsOf(network: LayeredNetwork, theta: Float32Array): Float32Array {
  const random = randomStream(5, 'rows');
  const [inputs = 0] = network.sizes;
  return tf.tidy(() => {
    const x = tf.tensor2d(
      Float32Array.from({ length: 9 * inputs }, () => random()),
      [9, inputs],
    );
    return Float32Array.from(logitsOf(network, parametersOf(network, tf.tensor1d(theta)), x).dataSync());
  });
}

/** How far the outputs move, as a share of the largest. */
function changed(base: LayeredNetwork, { network, theta }: Pick<Growth, 'network' | 'theta'>): number {
  const before = thetaOf(base);
  const [old, grown] = [outputsOf(base, before), outputsOf(network, theta(before))];
  const largest = Math.max(...old.map(Math.abs));
  expect(largest).toBeGreaterThan(0.1);
  return Math.max(...old.map((value, i) => Math.abs(value - (grown[i] ?? NaN)))) / largest;
}

/** Each hidden layer wider, by one more than the one before. */
const more = (base: LayeredNetwork) => widthsOf(base).map((units, layer) => units + layer + 2);

describe.each(Object.entries(networks))('a network %s', (_, base) => {
  it('that gets wider by copies makes the same of its inputs', () => {
    const wider = net2Wider(base, more(base), randomStream(1, 'wider'));
    expect(widthsOf(wider.network)).toEqual(more(base));
    expect(changed(base, wider)).toBeLessThan(1e-6);
  });

  it('that gets units which are not yet heard makes the same of its inputs', () => {
    const wider = withFreshUnits(base, more(base), randomStream(1, 'wider'));
    expect(changed(base, wider)).toBeLessThan(1e-6);
    // What comes into them is not 0: they can learn.
    const before = thetaOf(base);
    const old = new Set(before);
    const drawn = [...wider.theta(before)].filter((value) => value !== 0 && !old.has(value));
    expect(drawn.length).toBeGreaterThan(wider.network.views[0]?.shape[0] ?? 0);
  });

  it('that gets deeper makes the same of its inputs', () => {
    const last = base.layers.length - 2;
    const deeper = net2Deeper(base, last);
    expect(deeper.network.layers.length).toBe(base.layers.length + 1);
    expect(changed(base, deeper)).toBeLessThan(1e-6);
  });

  it('lets what belongs to old weights move along, and fills in the rest', () => {
    const values = Float32Array.from({ length: base.parameterCount }, (__, i) => i + 1);
    for (const { network, move } of [
      net2Wider(base, more(base), randomStream(1, 'wider')),
      net2Deeper(base, base.layers.length - 2),
    ]) {
      const there = move(values, -1);
      expect(there.length).toBe(network.parameterCount);
      expect([...there].filter((value) => value > 0)).toEqual([...values]);
      expect([...move(values)].filter((value) => value === 0).length).toBe(there.length - values.length);
    }
  });

  it('has its old part given back as it was', () => {
    const { network, move } = withFreshUnits(base, more(base), randomStream(1, 'wider'));
    const theta = thetaOf(base);
    const back = tf.tidy(() => narrowed(network, base, tf.tensor1d(move(theta, 9))).dataSync());
    expect(Float32Array.from(back)).toEqual(theta);
  });
});

it('widths of any size keep the function (property)', () => {
  const width = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(fc.array(fc.tuple(width, width), { minLength: 1, maxLength: 3 }), fc.integer(), (layers, seed) => {
      const base = denseOf({ hidden: layers.map(([units]) => units) });
      const widths = layers.map(([units, by]) => units + by);
      const before = thetaOf(base);
      const { network, theta } = net2Wider(base, widths, randomStream(seed, 'wider'));
      const [old, grown] = [outputsOf(base, before), outputsOf(network, theta(before))];
      old.forEach((value, i) => expect(Math.abs(value - (grown[i] ?? NaN))).toBeLessThan(1e-5));
    }),
    { numRuns: 30 },
  );
});

it('a unit that was copied shares what goes out of it, and only that', () => {
  const base = denseOf({ hidden: [1], bias: false });
  const before = thetaOf(base);
  const { theta, network } = net2Wider(base, [4], randomStream(1, 'wider'));
  const [first, second] = network.views.map(({ offset, size }) => theta(before).subarray(offset, offset + size));
  for (let input = 0; input < 6; input++)
    expect([...(first ?? [])].slice(4 * input, 4 * input + 4)).toEqual(new Array(4).fill(before[input]));
  expect([...(second ?? [])].slice(0, 3)).toEqual([...before.subarray(6)].map((value) => Math.fround(value / 4)));
});

it('gets deeper only where that is the same function', () => {
  expect(() => net2Deeper(convolutionalOf(), 0)).toThrow(RangeError);
  expect(() => net2Deeper(denseOf(), 2)).toThrow(RangeError);
});

it('has the widths that it is given', () => {
  expect(widthsOf(withWidths(convolutionalOf(), [5, 6, 7]))).toEqual([5, 6, 7]);
});
