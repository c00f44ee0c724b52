import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend, testBackends } from '../backend/testBackends';
import { randomStream } from '../random';
import { convolutionLayer, pooled } from './convolution';
import {
  denseLayer,
  inputLayer,
  maskLogits,
  oneHot,
  weightedBinaryCrossEntropy,
  weightedCrossEntropy,
  weightedSquaredError,
} from './layers';
import { batchNorm, groupNorm } from './norm';
import { stridedConvolution } from './stridedConvolution';

/** What is made within a function that is differentiated is gone before its gradient is made: constants are kept. */
const constants = new Map<string, tf.Tensor>();
function constant<T extends tf.Tensor>(name: string, make: () => T): T {
  const found = constants.get(name) ?? tf.keep(make());
  constants.set(name, found);
  return found as T;
}

const draw = (name: string, ...shape: number[]) =>
  constant(`${name} ${shape.join()}`, () => {
    const random = randomStream(5, name);
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, () => 2 * random() - 1),
      shape,
    );
  });

type Value = (w: tf.Tensor) => tf.Scalar;

/** The squared length of the gradient at w: its own gradient is made of second derivatives. */
const slopeOf =
  (value: Value): Value =>
  (w) =>
    tf.sum<tf.Scalar>(tf.square(tf.grad((v: tf.Tensor) => value(v))(w)));

const secondOf = (value: Value, w: tf.Tensor) => [
  ...tf
    .grad((v: tf.Tensor) => slopeOf(value)(v))(w)
    .dataSync(),
];

function byDifferences(value: Value, w: tf.Tensor, step = 2 ** -7): number[] {
  const values = Float32Array.from(w.dataSync());
  const at = (i: number, change: number) => {
    const moved = values.slice();
    moved[i] = (moved[i] as number) + change;
    return tf.tidy(() => slopeOf(value)(tf.tensor(moved, w.shape)).dataSync()[0] as number);
  };
  return Array.from(values, (_, i) => (at(i, step) - at(i, -step)) / (2 * step));
}

describe.each(testBackends)('second derivatives on %s', (backend) => {
  beforeAll(async () => {
    constants.clear();
    await openTestBackend(backend);
  }, 60_000);

  // A cube, so that what comes after a layer has a second derivative too.
  const cubed = (outputs: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(tf.pow(outputs, 3), draw('out', ...outputs.shape)));
  const x = () => draw('x', 5, 3) as tf.Tensor2D;
  const matrix = (name: string, rows: number, columns: number) => draw(name, rows, columns) as tf.Tensor2D;
  const bias = () => draw('b', 4) as tf.Tensor1D;

  it.each<[string, () => tf.Tensor, Value]>([
    [
      'weights of an input layer',
      () => matrix('w', 3, 4),
      (w) => cubed(inputLayer(x(), w as tf.Tensor2D, bias(), true)),
    ],
    ['bias of an input layer', bias, (b) => cubed(inputLayer(x(), matrix('w', 3, 4), b as tf.Tensor1D, true))],
    ['weights of a layer', () => matrix('w', 3, 4), (w) => cubed(denseLayer(x(), w as tf.Tensor2D, bias(), true))],
    ['inputs of a layer', x, (v) => cubed(denseLayer(v as tf.Tensor2D, matrix('w', 3, 4), bias(), false))],
    [
      'weights below another layer, with masked outputs',
      () => matrix('w', 3, 4),
      (w) => {
        // Without a ReLU, whose kink no difference can be taken across.
        const hidden = inputLayer(x(), w as tf.Tensor2D, bias(), false);
        const outputs = denseLayer(hidden, matrix('v', 4, 2), undefined, false);
        return cubed(
          maskLogits(
            outputs,
            constant('active', () => tf.tensor2d([[1, 1]])),
          ),
        );
      },
    ],
    [
      'logits of a binary cross-entropy',
      () => matrix('z', 5, 4),
      (z) => tf.mul(weightedBinaryCrossEntropy(z as tf.Tensor2D, targets(), shares()), 20),
    ],
    [
      'weights before a binary cross-entropy in a head',
      () => matrix('w', 3, 4),
      (w) => {
        const inHead = constant('in head', () => tf.tensor2d([[1, 1, 0, 1]]));
        const z = inputLayer(x(), w as tf.Tensor2D, undefined, false);
        return tf.mul(weightedBinaryCrossEntropy(z, targets(), shares(), inHead), 20);
      },
    ],
  ])('of the %s are what differences say', (_, start, value) => {
    const w = start();
    const found = secondOf(value, w);
    const expected = byDifferences(value, w);
    const size = Math.max(...expected.map(Math.abs));
    expect(size).toBeGreaterThan(0.1);
    found.forEach((one, i) => expect(Math.abs(one - (expected[i] as number))).toBeLessThan(0.03 * size));
  });

  const targets = () => constant('targets', () => oneHot([0, 3, 1, 1, 2], 4));
  const shares = () => constant('shares', () => tf.fill<tf.Rank.R1>([5], 0.2));
  const image = () => draw('image', 2, 4, 4, 2) as tf.Tensor4D;
  const filters = () => draw('filters', 3, 3, 2, 3) as tf.Tensor4D;

  const ofChannels = (name: string) => draw(name, 2) as tf.Tensor1D;
  const running = () => ({ mean: ofChannels('mean'), variance: constant('variance', () => tf.ones<tf.Rank.R1>([2])) });

  const refused: [string, string, () => tf.Tensor, Value][] = [
    [
      'the cross-entropy',
      'a softmax with cross-entropy',
      () => matrix('z', 5, 4),
      (z) => weightedCrossEntropy(z as tf.Tensor2D, targets(), shares()),
    ],
    [
      'the cross-entropy after a layer',
      'a softmax with cross-entropy',
      () => matrix('w', 3, 4),
      (w) => weightedCrossEntropy(inputLayer(x(), w as tf.Tensor2D, undefined, false), targets(), shares()),
    ],
    [
      'the squared error',
      'a squared error past its ReLU',
      () => matrix('z', 5, 4),
      (z) => weightedSquaredError(z as tf.Tensor2D, targets(), shares()),
    ],
    ['filters', 'a convolution', filters, (w) => cubed(convolutionLayer(image(), w as tf.Tensor4D, undefined, false))],
    [
      'images of a convolution',
      'a convolution',
      image,
      (v) => cubed(convolutionLayer(v as tf.Tensor4D, filters(), draw('b', 3) as tf.Tensor1D, true)),
    ],
    [
      'images of a strided convolution',
      'a convolution',
      image,
      (v) => cubed(stridedConvolution(v as tf.Tensor4D, filters(), 2, true)),
    ],
    [
      'images that are normalised by the batch',
      'batch normalisation',
      image,
      (v) => cubed(batchNorm(v as tf.Tensor4D, ofChannels('scale'), ofChannels('shift'), running()).y),
    ],
    [
      'images that are normalised by groups',
      'group normalisation',
      image,
      (v) => cubed(groupNorm(v as tf.Tensor4D, ofChannels('scale'), ofChannels('shift'), 1)),
    ],
  ];

  it.each(refused)('of %s are refused, and first ones are not', (_, what, start, value) => {
    const w = start();
    expect(tf.grad((v: tf.Tensor) => value(v))(w).shape).toEqual(w.shape);
    expect(() => secondOf(value, w)).toThrow(`there is no second derivative of ${what}`);
  });

  it('of pooling are refused by TensorFlow.js', () => {
    expect(() => secondOf((v) => cubed(pooled(v as tf.Tensor4D)), image())).toThrow(
      'gradient function not found for MaxPoolGrad',
    );
  });

  it('that nothing depends on are not refused', () => {
    const [z, factor] = [matrix('z', 5, 4), tf.scalar(3)];
    const gradient = () => tf.grad((v: tf.Tensor) => weightedCrossEntropy(v as tf.Tensor2D, targets(), shares()))(z);
    const found = tf.grad((f: tf.Tensor) => tf.mul(tf.sum(tf.square(gradient())), f))(factor);
    expect(found.dataSync()[0]).toBeCloseTo(tf.sum(tf.square(gradient())).dataSync()[0] ?? NaN, 6);
  });
});
