import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { countingFlops } from '../../src/engine/steps/flops';
import { ofType, removeRunFolders, runToy, toyDataset, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const counted = (work: () => tf.Tensor | tf.Tensor[]): number => countingFlops(() => tf.tidy(() => void work())).flops;

describe('floating-point operations', () => {
  it('of a matrix product are two for each product added up, whichever way its factors lie', () => {
    expect(counted(() => tf.matMul(tf.ones([3, 5]), tf.ones([5, 7])))).toBe(2 * 3 * 5 * 7);
    expect(counted(() => tf.matMul(tf.ones([5, 3]), tf.ones([7, 5]), true, true))).toBe(2 * 3 * 5 * 7);
    expect(counted(() => tf.matMul(tf.ones([4, 3, 5]), tf.ones([4, 5, 7])))).toBe(4 * 2 * 3 * 5 * 7);
    expect(counted(() => tf.add(tf.ones([3, 5]), 1))).toBe(0);
  });

  it('of a kernel that runs others are counted once', () => {
    const fused = () =>
      tf.fused.matMul({ a: tf.ones([3, 5]), b: tf.ones([5, 7]), bias: tf.ones([7]), activation: 'relu' });
    expect(counted(fused)).toBe(2 * 3 * 5 * 7);
  });

  it('of a convolution and its two gradients are as many each', () => {
    const [x, filter] = [tf.ones<tf.Rank.R4>([2, 6, 4, 3]), tf.ones<tf.Rank.R4>([3, 3, 3, 5])];
    const one = 2 * (2 * 6 * 4 * 5) * (3 * 3 * 3);
    expect(counted(() => tf.conv2d(x, filter, 1, 'same'))).toBe(one);
    const gradients = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
      tf.sum(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same')),
    );
    expect(counted(() => gradients([x, filter]))).toBe(3 * one);
    tf.dispose([x, filter]);
  });

  it('are no longer counted after work that failed', () => {
    const fail = () => {
      throw new Error('no');
    };
    expect(() => countingFlops(fail)).toThrow('no');
    expect(Object.hasOwn(tf.engine(), 'runKernel')).toBe(false);
  });
});

/** Of a step on so many rows: forwards, the gradient of the weights, and between layers that of what they were given. */
function ofStep({ dataset = toyDataset(), ...spec }: ToySpec, rows: number): number {
  const { network } = toyManifest(spec).spec;
  if (network.kind !== 'mlp') throw new Error('not a network of dense layers');
  const [height, width, channels] = dataset.shape;
  const widths = [height * width * channels, ...network.hidden, dataset.classes];
  return widths.slice(1).reduce((sum, outputs, i) => {
    const product = 2 * rows * outputs * (widths[i] ?? 0);
    return sum + (i === 0 ? 2 : 3) * product;
  }, 0);
}

const costs = async (spec: ToySpec) => {
  const run = await runToy(spec);
  expect(run.error).toBeUndefined();
  const steps = ofType(run.events, 'task-start').map((event) => event.steps);
  return { steps, flops: ofType(run.events, 'task-end').map(({ flops }) => flops) };
};

describe('a run says what its training steps cost:', () => {
  const training = { batchSize: 16, iterations: 6 };
  const network = { hidden: [9, 5] };

  it('without a remedy three products a layer, two of the first one', async () => {
    const spec = { training, network };
    const { flops } = await costs(spec);
    expect(flops).toEqual([0, 1, 2].map(() => 6 * ofStep(spec, 16)));
  });

  it('with replay those of the examples that are mixed in, too', async () => {
    const spec = { training, network, methods: { replay: { perClass: 2, batchSize: 8, mixing: 'concatenate' } } };
    const { flops } = await costs(spec);
    // After the first task there are four to mix in.
    expect(flops).toEqual([16, 20, 24].map((rows) => 6 * ofStep(spec, rows)));
  });

  it('with SAM twice as many', async () => {
    const [plain, sam] = [await costs({ training, network }), await costs({ training, network, methods: { sam: {} } })];
    expect(sam.flops).toEqual(plain.flops.map((flops = NaN) => 2 * flops));
  });
});
