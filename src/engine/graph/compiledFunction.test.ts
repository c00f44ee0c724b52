import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/backend';
import { branch } from '../contract/branch';
import { inputLayer, denseLayer, weightedCrossEntropy } from '../networks/layers';
import { CompiledFunction } from './compiledFunction';
import { trace } from './trace';

const native = await openBackend('native', '').catch(() => undefined);

describe.skipIf(!native)('compiled functions', () => {
  beforeAll(() => tf.setBackend('tensorflow'));

  const valuesOf = (tensors: tf.Tensor[]) => tensors.map((tensor) => [...tensor.dataSync()]);
  const operationsOf = (fn: (inputs: tf.Tensor[]) => tf.Tensor[], examples: tf.Tensor[]) =>
    trace(fn, examples).nodes.map(({ op }) => op);

  it('compute what eager execution computes', () => {
    const x = tf.randomUniform([5, 4], -1, 1, 'float32', 1);
    const w1 = tf.randomUniform([4, 6], -1, 1, 'float32', 2);
    const b1 = tf.randomUniform([6], -1, 1, 'float32', 3);
    const w2 = tf.randomUniform([6, 3], -1, 1, 'float32', 4);
    const targets = tf.tensor2d([0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1], [5, 3]);
    const weights = tf.fill<tf.Rank.R1>([5], 0.2);
    const step = ([input, ...rest]: tf.Tensor[]): tf.Tensor[] => {
      const [t, w, ...parameters] = rest as [tf.Tensor2D, tf.Tensor1D, ...tf.Tensor[]];
      const { value, grads } = tf.valueAndGrads((...p: tf.Tensor[]) => {
        const [v1, c1, v2] = p as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
        const h = inputLayer(input as tf.Tensor2D, v1, c1, true);
        return weightedCrossEntropy(denseLayer(h, v2, undefined, false), t, w);
      })(parameters);
      return [value, ...grads];
    };
    const inputs = [x, targets, weights, w1, b1, w2];
    const compiled = new CompiledFunction(step, inputs);
    const found = valuesOf(compiled.call(inputs));
    valuesOf(step(inputs)).forEach((values, i) =>
      values.forEach((value, k) => expect(found[i]?.[k]).toBeCloseTo(value, 6)),
    );
    compiled.dispose();
    expect(operationsOf(step, inputs).filter((op) => op === 'ReluGrad')).toHaveLength(1);
    expect(operationsOf(step, inputs)).not.toContain('Transpose');
  });

  it('gather rows of what they are fed', () => {
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const rows = tf.tensor1d([2, 0], 'int32');
    const compiled = new CompiledFunction(([all, i]) => [tf.gather(all as tf.Tensor, i as tf.Tensor1D)], [table, rows]);
    expect(valuesOf(compiled.call([table, tf.tensor1d([0, 1], 'int32')]))).toEqual([[1, 2, 3, 4]]);
    compiled.dispose();
  });

  it('go one of two ways by what they are fed, as eager execution does, whatever comes of it', () => {
    const other = tf.tensor1d([7, 8]);
    const fn = ([x, number, spare]: tf.Tensor[]) => {
      const { first, second, third } = branch(
        tf.equal(number as tf.Tensor, 3),
        { own: x as tf.Tensor },
        {
          then: ({ own }) => ({ first: tf.mul(own, 2), second: tf.onesLike(own), third: spare as tf.Tensor }),
          otherwise: ({ own }) => ({ third: own, second: tf.tensor1d([5, 6]), first: own }),
        },
      );
      return [tf.add(first, 1), second, third];
    };
    const x = tf.tensor1d([1, 2]);
    const compiled = new CompiledFunction(fn, [x, tf.scalar(0), other]);
    for (const number of [3, 4, 3]) {
      const given = [x, tf.scalar(number), other];
      expect(valuesOf(compiled.call(given))).toEqual(valuesOf(fn(given)));
    }
    expect(valuesOf(compiled.call([x, tf.scalar(3), other]))).toEqual([
      [3, 5],
      [1, 1],
      [7, 8],
    ]);
    compiled.dispose();
    expect(operationsOf(fn, [x, tf.scalar(0), other]).filter((op) => op === 'Merge')).toHaveLength(3);
  });

  it('refuse ways that give tensors of different shapes', () => {
    const fn = ([x]: tf.Tensor[]) => {
      const own = x as tf.Tensor;
      const ways = { then: () => ({ made: tf.sum<tf.Tensor>(own) }), otherwise: () => ({ made: own }) };
      return [branch(tf.greater(tf.sum(own), 0), { own }, ways).made];
    };
    expect(() => new CompiledFunction(fn, [tf.ones([2])])).toThrow(
      /the two ways of a branch give different tensors \(.*compiledFunction\.test\.ts:\d+:\d+\)/,
    );
  });

  it('look at the shapes of what they are fed', () => {
    const compiled = new CompiledFunction(([x]) => [tf.neg(x as tf.Tensor)], [tf.ones([2, 3])]);
    expect(() => compiled.call([tf.ones([3, 2])])).toThrow('is [3,2] of type 1 instead of [2,3] of type 1');
    expect(() => compiled.call([tf.ones([2, 3], 'int32')])).toThrow('is [2,3] of type 3 instead of [2,3] of type 1');
    compiled.dispose();
  });

  it.each<[string, RegExp, (x: tf.Tensor) => tf.Tensor]>([
    [
      'a tensor read back',
      /reads a tensor back to JavaScript \(.*compiledFunction\.test\.ts:\d+:\d+\)/,
      (x) => (x.dataSync()[0] === 1 ? x : tf.neg(x)),
    ],
    ['a random number', /does not do the same each time/, (x) => tf.mul(x, Math.random())],
  ])('refuse %s', (_, reason, fn) => {
    expect(() => new CompiledFunction(([x]) => [fn(x as tf.Tensor)], [tf.ones([2])])).toThrow(reason);
  });

  it('refuse a tensor from elsewhere', () => {
    const other = tf.ones([2]);
    expect(() => new CompiledFunction(([x]) => [tf.mul(x as tf.Tensor, other)], [tf.ones([2])])).toThrow(
      /uses a tensor that is not among its inputs \(.*compiledFunction\.test\.ts:\d+:\d+\)/,
    );
  });

  it('leave the backend as it was after a refusal', () => {
    expect(() => new CompiledFunction(([x]) => [tf.mul(x as tf.Tensor, Math.random())], [tf.ones([2])])).toThrow();
    expect([...tf.add(tf.ones([2]), 1).dataSync()]).toEqual([2, 2]);
  });
});
