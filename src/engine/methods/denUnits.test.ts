import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { networkSchema } from '../../core/recipe';
import { openTestBackend } from '../backend/testBackends';
import type { LayeredNetwork } from '../contract/network';
import { createNetwork, logitsOf, parametersOf } from '../networks/network';
import { narrowed, rearranged, withWidths } from '../networks/wider';
import { randomStream } from '../random';
import { driftsOf, parametersAfterSplit, unitsToSplit, upTo, usefulUnits } from './denUnits';

beforeAll(() => openTestBackend());

/** Two tasks of two outputs each. */
const networkOf = (hidden: readonly number[]) => createNetwork(networkSchema.parse({ kind: 'mlp', hidden }), 4, 4);
const drawn = (network: LayeredNetwork, ...place: (string | number)[]) =>
  network.initial(randomStream(3, 'units', ...place));
const inputs = Array.from({ length: 5 }, (_, row) => Array.from({ length: 4 }, (__, i) => Math.sin(7 * row + i)));
const outputsOf = (network: LayeredNetwork, theta: Float32Array, units: readonly number[]) =>
  logitsOf(network, parametersOf(network, tf.tensor1d(theta)), tf.tensor2d(inputs))
    .arraySync()
    .map((row) => units.map((unit) => row[unit] ?? NaN));

/** Place of the weight from one unit to another, or of a bias. */
const placeOf = ({ views }: LayeredNetwork, name: string, output: number, input = 0) => {
  const view = views.find((one) => one.name === name);
  return (view?.offset ?? NaN) + input * (view?.shape.at(-1) ?? NaN) + output;
};

describe('units that are dropped', () => {
  it('came with the task and hear nothing, or only what is dropped', () => {
    const network = networkOf([5, 4]);
    const theta = drawn(network);
    const silence = (layer: string, unit: number, from: readonly number[]) =>
      from.forEach((input) => (theta[placeOf(network, `${layer}.weights`, unit, input)] = 0));
    // Units 0 and 1 of each layer are old; an old one that hears nothing stays.
    silence('layer1', 1, upTo(4));
    silence('layer1', 3, upTo(4));
    // Hears unit 3 alone, which is dropped.
    silence('layer2', 2, [0, 1, 2, 4]);
    expect(usefulUnits(network, theta, [2, 2])).toEqual([
      [0, 1, 2, 4],
      [0, 1, 3],
    ]);
    expect(usefulUnits(network, new Float32Array(theta.length), [2, 2])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });
});

describe('drift', () => {
  it('is how far the weights have moved that went into a unit before the task', () => {
    const network = networkOf([3, 3]);
    const before = drawn(network);
    const theta = before.slice();
    const move = (place: number, by: number) => (theta[place] = (theta[place] as number) + by);
    move(placeOf(network, 'layer1.weights', 1, 0), 0.3);
    move(placeOf(network, 'layer1.weights', 1, 3), -0.4);
    move(placeOf(network, 'layer2.weights', 0, 1), 0.5);
    // None of these counts: a unit that is new, a weight from one, biases, heads.
    move(placeOf(network, 'layer1.weights', 2, 0), 9);
    move(placeOf(network, 'layer2.weights', 0, 2), 9);
    move(placeOf(network, 'layer2.bias', 1), 9);
    move(placeOf(network, 'layer3.weights', 0, 0), 9);
    const [first, second] = driftsOf(network, { theta, before, old: [2, 2] });
    expect([...(first ?? [])].map((value) => value.toFixed(5))).toEqual(['0.00000', '0.50000']);
    expect([...(second ?? [])].map((value) => value.toFixed(5))).toEqual(['0.50000', '0.00000']);
  });

  it('splits those beyond the threshold, so many, the farthest first, or as released the nearest', () => {
    const drifts = Float64Array.of(0.1, 0.5, 0.05, 0.3, 0.9);
    expect(unitsToSplit(drifts, { beyond: 0.05, most: 3, leastFirst: false })).toEqual([4, 1, 3]);
    expect(unitsToSplit(drifts, { beyond: 0.05, most: 2, leastFirst: true })).toEqual([0, 3]);
    expect(unitsToSplit(drifts, { beyond: 0.9, most: 2, leastFirst: false })).toEqual([]);
  });
});

describe('a split', () => {
  const old = [3, 2];
  const wide = networkOf([4, 3]);
  const before = drawn(wide, 'before');
  const theta = drawn(wide, 'after');
  const splitOf = (split: readonly (readonly number[])[]) => {
    const { network, move } = rearranged(wide, [
      [...upTo(4), ...(split[0] ?? [])],
      [...upTo(3), ...(split[1] ?? [])],
    ]);
    return {
      network,
      next: parametersAfterSplit({ network, theta: move(theta), before: move(before), old, split, head: [2, 3] }),
    };
  };
  const narrow = (network: LayeredNetwork, values: Float32Array) =>
    Float32Array.from(narrowed(network, withWidths(network, old), tf.tensor1d(values)).dataSync());

  it('of all old units gives the old task what it had, to the bit, and leaves the new one what it has', () => {
    const { network, next } = splitOf([upTo(3), upTo(2)]);
    const then = withWidths(wide, old);
    const [found, wanted] = [narrow(network, next), narrow(wide, before)];
    for (const { isHead, offset, size } of then.views)
      if (!isHead) expect(found.subarray(offset, offset + size)).toEqual(wanted.subarray(offset, offset + size));
    const [own, was] = [outputsOf(network, next, [2, 3]), outputsOf(wide, theta, [2, 3])];
    own.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(was[i]?.[j] ?? NaN, 5)));
  });

  it('of some restores these, and leaves the others as they have become', () => {
    const { network, next } = splitOf([[1], [0]]);
    const at = (name: string, output: number, input?: number) => next[placeOf(network, name, output, input)];
    const of = (values: Float32Array, name: string, output: number, input?: number) =>
      values[placeOf(wide, name, output, input)];
    expect(at('layer1.weights', 1, 2)).toBe(of(before, 'layer1.weights', 1, 2));
    expect(at('layer1.bias', 1)).toBe(of(before, 'layer1.bias', 1));
    expect(at('layer1.weights', 4, 2)).toBe(of(theta, 'layer1.weights', 1, 2));
    expect(at('layer1.bias', 4)).toBe(of(theta, 'layer1.bias', 1));
    expect(at('layer1.weights', 0, 2)).toBe(of(theta, 'layer1.weights', 0, 2));
    // The restored unit above hears old units as before the task, new ones as it has come to, and no copy.
    expect([0, 1, 2, 3, 4].map((input) => at('layer2.weights', 0, input))).toEqual([
      ...[0, 1, 2].map((input) => of(before, 'layer2.weights', 0, input)),
      of(theta, 'layer2.weights', 0, 3),
      0,
    ]);
    // An old one that was not split goes on hearing the old unit; its copy and the task's own unit hear the copy.
    expect([1, 4].map((input) => at('layer2.weights', 1, input))).toEqual([of(theta, 'layer2.weights', 1, 1), 0]);
    expect([1, 4].map((input) => at('layer2.weights', 3, input))).toEqual([0, of(theta, 'layer2.weights', 0, 1)]);
    expect([1, 4].map((input) => at('layer2.weights', 2, input))).toEqual([0, of(theta, 'layer2.weights', 2, 1)]);
    // So does the task's head; that of the old task does not know of it.
    expect([0, 3].map((input) => at('layer3.weights', 2, input))).toEqual([0, of(theta, 'layer3.weights', 2, 0)]);
    expect([0, 3].map((input) => at('layer3.weights', 1, input))).toEqual([of(theta, 'layer3.weights', 1, 0), 0]);
  });
});
