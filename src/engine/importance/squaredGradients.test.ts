import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { fisherKinds } from '../../core/methods/ewc';
import { networkSchema } from '../../core/recipe';
import { openTestBackend, testBackends } from '../backend/testBackends';
import { maskLogits, oneHot } from '../networks/layers';
import type { Network } from '../contract/network';
import { createNetwork, flatten, logitsOf, parametersOf } from '../networks/network';
import { randomStream } from '../random';
import { examplesAtOnce, squaredGradients, type FisherBatch, type FisherKind } from './squaredGradients';

const OUTPUTS = 4;
const EXAMPLES = 5;

const draw = (name: string, size: number, scale = 1) => {
  const random = randomStream(7, name);
  return Float32Array.from({ length: size }, () => scale * (2 * random() - 1));
};

/** Numbers whose labels differ, and that come close to both ends. */
const uniform = [0, 0.3, 0.62, 0.97, 1 - 2 ** -32];
const truth = [2, 0, 3, 1, 2];
const weights = [1, 0.5, 1, 0, 2];

interface Case {
  readonly network: Record<string, unknown>;
  readonly active: readonly number[];
}

const made = ({ network }: Case) => {
  const network_ = createNetwork(networkSchema.parse(network), [7, 6, 2], OUTPUTS);
  return { network: network_, theta: tf.tensor1d(draw('theta', network_.parameterCount)) };
};

const activeMask = (active: readonly number[]) =>
  tf.tensor2d([Array.from({ length: OUTPUTS }, (_, unit) => Number(active.includes(unit)))]);

/** True labels of a task with some of the outputs are among these. */
const labelOf = (example: number, active: readonly number[]) => active[(truth[example] ?? 0) % active.length] as number;

function batchOf(kind: FisherKind, active: readonly number[]): FisherBatch {
  const targets = () =>
    oneHot(
      truth.map((_, example) => labelOf(example, active)),
      OUTPUTS,
    );
  return {
    x: inputs(),
    labels:
      kind === 'exact' || kind === 'predicted'
        ? undefined
        : kind === 'sampled'
          ? tf.tensor2d(uniform, [EXAMPLES, 1])
          : targets(),
    weights: tf.tensor2d(weights, [EXAMPLES, 1]),
    active: activeMask(active),
  };
}

const inputs = () => tf.tensor2d(draw('x', EXAMPLES * 84).map(Math.abs), [EXAMPLES, 84]);

/** The label that a number of [0, 1) stands for. */
function drawnLabel(probabilities: readonly number[], number: number): number {
  let upTo = 0;
  for (const [label, probability] of probabilities.entries()) {
    upTo += probability;
    if (number < upTo) return label;
  }
  return probabilities.findLastIndex((probability) => probability > 0);
}

/** The label of an example, of a kind that has one. */
function labelFor(
  kind: FisherKind,
  probabilities: readonly number[],
  example: number,
  active: readonly number[],
): number {
  if (kind === 'sampled') return drawnLabel(probabilities, uniform[example] ?? NaN);
  return kind === 'predicted' ? probabilities.indexOf(Math.max(...probabilities)) : labelOf(example, active);
}

/** One example and one label at a time, by automatic differentiation. */
function byLoop({ active }: Case, kind: FisherKind, network: Network, theta: tf.Tensor1D): Float64Array {
  const sum = new Float64Array(network.parameterCount);
  const mask = activeMask(active);
  const logProbabilities = (p: readonly tf.Tensor[], x: tf.Tensor2D) =>
    tf.logSoftmax(maskLogits(logitsOf(network, p, x), mask));
  const mean = new Float64Array(network.parameterCount);
  for (let example = 0; example < EXAMPLES; example++) {
    const x = tf.slice(inputs(), [example, 0], [1, 84]);
    const gradientFor = (label: number) => {
      const loss = (...p: tf.Tensor[]) =>
        tf.neg(tf.sum<tf.Scalar>(tf.mul(logProbabilities(p, x), oneHot([label], OUTPUTS))));
      return flatten(tf.grads(loss)(parametersOf(network, theta))).dataSync();
    };
    const probabilities = [...tf.exp(logProbabilities(parametersOf(network, theta), x)).dataSync()];
    const weight = weights[example] ?? NaN;
    const label = labelFor(kind, probabilities, example, active);
    if (kind === 'batched') gradientFor(label).forEach((g, i) => (mean[i] = (mean[i] ?? 0) + weight * g));
    else
      for (const [y, share] of kind === 'exact' ? probabilities.entries() : [[label, 1] as const])
        gradientFor(y).forEach((g, i) => (sum[i] = (sum[i] ?? 0) + weight * share * g * g));
  }
  return kind === 'batched' ? mean.map((value) => value * value) : sum;
}

const networks = [
  { kind: 'mlp', hidden: [6, 5] },
  { kind: 'mlp', hidden: [6], bias: false, dropout: 0.5 },
  { kind: 'cnn', conv: [3, 4], hidden: [5], dropout: 0.25 },
  { kind: 'cnn', conv: [3], kernel: 5, hidden: [], bias: false },
];
const cases = networks.flatMap((network) =>
  [
    [0, 1, 2, 3],
    [1, 3],
  ].flatMap((active) => fisherKinds.map((kind) => ({ kind, network, active }))),
);

describe.each(testBackends)('squared gradients on %s', (backend) => {
  beforeAll(() => openTestBackend(backend));

  it.each(cases)(
    'are those of one example and one label at a time: $kind, $network, outputs $active',
    ({ kind, ...one }) => {
      const { network, theta } = made(one);
      const found = squaredGradients(network, kind, theta, batchOf(kind, one.active), one.active);
      expect(found.shape).toEqual([network.parameterCount]);
      const values = found.dataSync();
      const expected = byLoop(one, kind, network, theta);
      for (const { name, offset, size } of network.views) {
        const wanted = expected.subarray(offset, offset + size);
        const largest = wanted.reduce((most, value) => Math.max(most, value), 0);
        expect(largest, name).toBeGreaterThan(0);
        wanted.forEach((value, i) =>
          expect(Math.abs((values[offset + i] ?? NaN) - value) / largest, name).toBeLessThan(5e-6),
        );
      }
    },
  );

  it('of an exact kind do not ask which labels are possible when all are given', () => {
    for (const network of networks) {
      const one = { network, active: [1, 3] };
      const { network: own, theta } = made(one);
      const by = (units: readonly number[]) =>
        squaredGradients(own, 'exact', theta, batchOf('exact', one.active), units).dataSync();
      const [few, all] = [by(one.active), by([0, 1, 2, 3])];
      const largest = Math.max(...few);
      few.forEach((value, i) => expect(Math.abs(value - (all[i] ?? NaN)) / largest).toBeLessThan(1e-6));
    }
  });

  it('leave no tensor behind and read none back', () => {
    const read = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    for (const one of cases) {
      const { network, theta } = made(one);
      const batch = batchOf(one.kind, one.active);
      const before = tf.memory().numTensors;
      tf.tidy(() => squaredGradients(network, one.kind, theta, batch, one.active)).dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
  });
});

describe('examples that pass at once', () => {
  const of = (spec: Record<string, unknown>) => createNetwork(networkSchema.parse(spec), [28, 28, 1], 10);
  it('are fewer the more labels pass with each, and the larger the network is', () => {
    expect(examplesAtOnce(of({}), 10)).toBe(262);
    expect(examplesAtOnce(of({}), 1)).toBe(500);
    expect(examplesAtOnce(of({ kind: 'cnn' }), 10)).toBe(16);
    expect(examplesAtOnce(of({ kind: 'cnn', conv: [1024] }), 1000)).toBe(1);
  });
});
