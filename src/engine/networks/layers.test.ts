import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend, testBackends } from '../backend/testBackends';
import { randomStream } from '../random';
import { denseLayer, inputLayer, maskLogits, oneHot, weightedCrossEntropy, weightedSquaredError } from './layers';

const draw = (name: string, size: number, scale = 1) => {
  const random = randomStream(3, name);
  return Float32Array.from({ length: size }, () => scale * (2 * random() - 1));
};
const matrix = (name: string, rows: number, columns: number, scale = 1) =>
  tf.tensor2d(draw(name, rows * columns, scale), [rows, columns]);

type Loss = (...inputs: tf.Tensor[]) => tf.Scalar;

/** Gradients of a loss by automatic differentiation, and by central differences of its value. */
function gradientsOf(loss: Loss, inputs: tf.Tensor[], step = 2 ** -8) {
  const found = tf
    .grads(loss)(inputs)
    .map((gradient) => Float32Array.from(gradient.dataSync()));
  const expected = inputs.map((input, k) => {
    const values = Float32Array.from(input.dataSync());
    return values.map((_, i) => {
      const at = (change: number) => {
        const moved = values.slice();
        moved[i] = (moved[i] as number) + change;
        const arguments_ = inputs.map((other, j) => (j === k ? tf.tensor(moved, input.shape) : other));
        return tf.tidy(() => loss(...arguments_).dataSync()[0] as number);
      };
      return (at(step) - at(-step)) / (2 * step);
    });
  });
  return { found, expected };
}

function expectSame({ found, expected }: ReturnType<typeof gradientsOf>, tolerance = 2e-3) {
  expect(found.length).toBe(expected.length);
  found.forEach((gradient, k) => {
    expect(gradient.length).toBe(expected[k]?.length);
    expect(gradient.some((value) => value !== 0)).toBe(true);
    gradient.forEach((value, i) => expect(Math.abs(value - (expected[k]?.[i] ?? NaN))).toBeLessThan(tolerance));
  });
}

describe.each(testBackends)('layers on %s', (backend) => {
  beforeAll(async () => {
    await openTestBackend(backend);
  }, 60_000);

  // A weighted sum of the outputs, so that every output has a gradient of its own.
  const summed = (outputs: tf.Tensor2D) => tf.sum<tf.Scalar>(tf.mul(outputs, matrix('out', 5, 4)));
  const cases = [true, false].flatMap((relu) => [true, false].map((bias) => ({ relu, bias })));

  it.each(cases)(
    'a layer between layers: gradients of input, weights, bias (relu $relu, bias $bias)',
    ({ relu, bias }) => {
      const inputs: tf.Tensor[] = [matrix('x', 5, 3), matrix('w', 3, 4), ...(bias ? [tf.tensor1d(draw('b', 4))] : [])];
      const loss: Loss = (x, w, b) =>
        summed(denseLayer(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D | undefined, relu));
      expectSame(gradientsOf(loss, inputs));
    },
  );

  it.each(cases)('an input layer: gradients of weights and bias (relu $relu, bias $bias)', ({ relu, bias }) => {
    const x = matrix('x', 5, 3);
    const inputs: tf.Tensor[] = [matrix('w', 3, 4), ...(bias ? [tf.tensor1d(draw('b', 4))] : [])];
    const loss: Loss = (w, b) => summed(inputLayer(x, w as tf.Tensor2D, b as tf.Tensor1D | undefined, relu));
    expectSame(gradientsOf(loss, inputs));
  });

  it('compute relu(x W + b)', () => {
    const [x, w, b] = [
      tf.tensor2d([[1, 2]]),
      tf.tensor2d([
        [1, -1],
        [10, -10],
      ]),
      tf.tensor1d([0.5, 3]),
    ];
    expect([...denseLayer(x, w, b, true).dataSync()]).toEqual([21.5, 0]);
    expect([...inputLayer(x, w, b, false).dataSync()]).toEqual([21.5, -18]);
    expect([...inputLayer(x, w, undefined, false).dataSync()]).toEqual([21, -21]);
  });

  const targets = oneHotRows([0, 3, 1, 1, 2]);
  const weights = () => tf.tensor1d([0.1, 0.4, 0, 0.3, 0.2]);
  const mask = () =>
    tf.tensor2d([
      [1, 1, 0, 0],
      [0, 0, 1, 1],
      [1, 1, 0, 0],
      [1, 1, 0, 0],
      [0, 0, 1, 1],
    ]);

  it('cross-entropy with weights: value and gradient', () => {
    const z = matrix('z', 5, 4, 3);
    const expected = tf.tidy(() => {
      const each = tf.neg(tf.sum(tf.mul(targets(), tf.logSoftmax(z)), 1));
      return tf.sum(tf.mul(each, weights())).dataSync()[0] as number;
    });
    expect(weightedCrossEntropy(z, targets(), weights()).dataSync()[0]).toBeCloseTo(expected, 5);
    const [t, w] = [targets(), weights()];
    expectSame(gradientsOf((x) => weightedCrossEntropy(x as tf.Tensor2D, t, w), [z]));
  });

  it('cross-entropy with masked heads: excluded outputs have exactly no share and no gradient', () => {
    const z = matrix('z', 5, 4, 3);
    const [t, w, active] = [targets(), weights(), mask()];
    const loss: Loss = (x) => weightedCrossEntropy(maskLogits(x as tf.Tensor2D, active), t, w);
    const result = gradientsOf(loss, [z]);
    expectSame(result);
    const allowed = active.dataSync();
    result.found[0]?.forEach((value, i) => allowed[i] === 0 && expect(value).toBe(0));
    // Rows of two active units: the loss of a softmax over these two alone.
    const first = z.dataSync();
    const pair = Math.log(Math.exp(first[0] ?? 0) + Math.exp(first[1] ?? 0)) - (first[0] ?? 0);
    const alone = tf.tensor1d([1, 0, 0, 0, 0]);
    expect(weightedCrossEntropy(maskLogits(z, active), t, alone).dataSync()[0]).toBeCloseTo(pair, 5);
  });

  it('cross-entropy stays finite for huge logits', () => {
    const z = tf.tensor2d([[1e30, -1e30, 0, 0]]);
    const loss = weightedCrossEntropy(z, oneHot([0], 4), tf.tensor1d([1]));
    expect(Math.abs(loss.dataSync()[0] ?? NaN)).toBe(0);
  });

  it('squared error: its value, and a gradient that passes the output ReLU unchanged', () => {
    const z = tf.tensor2d([
      [0.5, -2],
      [3, 0.25],
    ]);
    const [t, w] = [
      tf.tensor2d([
        [1, 0],
        [0, 1],
      ]),
      tf.tensor1d([0.25, 0.75]),
    ];
    const value = 0.25 * 0.5 * (0.5 ** 2 + 0) + 0.75 * 0.5 * (3 ** 2 + 0.75 ** 2);
    expect(weightedSquaredError(z, t, w).dataSync()[0]).toBeCloseTo(value, 6);
    const [gradient] = tf.grads((x: tf.Tensor) => weightedSquaredError(x as tf.Tensor2D, t, w))([z]);
    // w (relu(z) − target), where z < 0 too: there relu(z) = 0 and the target is 0.
    expect([...(gradient?.dataSync() ?? [])]).toEqual([0.25 * -0.5, 0, 0.75 * 3, 0.75 * -0.75].map(Math.fround));
    // A unit that should be on but is off gets its push, although its ReLU has no slope there.
    const [one, alone] = [tf.tensor2d([[1]]), tf.tensor1d([1])];
    const off = (x: tf.Tensor) => weightedSquaredError(x as tf.Tensor2D, one, alone);
    const [push] = tf.grads(off)([tf.tensor2d([[-5]])]);
    expect(push?.dataSync()[0]).toBe(-1);
    // Outputs of other heads are neither counted nor pushed.
    const head = tf.tensor2d([
      [1, 0],
      [0, 1],
    ]);
    const inHead = (x: tf.Tensor) => weightedSquaredError(x as tf.Tensor2D, t, w, head);
    expect(inHead(z).dataSync()[0]).toBeCloseTo(0.25 * 0.5 * 0.5 ** 2 + 0.75 * 0.5 * 0.75 ** 2, 6);
    const [ofHead] = tf.grads(inHead)([z]);
    expect(Array.from(ofHead?.dataSync() ?? [], (value) => value + 0)).toEqual([-0.125, 0, 0, -0.5625]);
  });

  it('one-hot rows are float32', () => {
    const rows = oneHot([2, 0], 3);
    expect(rows.dtype).toBe('float32');
    expect([...rows.dataSync()]).toEqual([0, 0, 1, 1, 0, 0]);
  });
});

function oneHotRows(units: number[]) {
  return () => oneHot(units, 4);
}
