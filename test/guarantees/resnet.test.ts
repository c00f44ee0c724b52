import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { networkSchema, type ImageShape, type ResnetSpec } from '../../src/core/recipe';
import { openTestBackend, testBackends } from '../../src/engine/backend/testBackends';
import type { Network } from '../../src/engine/contract/network';
import { oneHot, weightedCrossEntropy } from '../../src/engine/networks/layers';
import { parametersOf } from '../../src/engine/networks/network';
import { createResnet } from '../../src/engine/networks/resnet';
import { randomStream } from '../../src/engine/random';

/** What PyTorch makes of the same networks: `scripts/make-resnet-reference.py`. Tensors as norm and sum weighted by place. */
interface Reference {
  readonly parameters: Readonly<Record<string, number>>;
  readonly cases: readonly Case[];
}
type Told = readonly [number, number];
interface Passed {
  readonly logits: readonly number[];
  readonly loss: number;
  readonly gradients: readonly Told[];
}
interface Case {
  readonly norm: ResnetSpec['norm'];
  readonly filters: number;
  readonly shape: ImageShape;
  /** Of the formula for images: the script says how it was chosen. */
  readonly phase: number;
  readonly parameters: number;
  readonly training: Passed;
  readonly test: Passed;
  readonly running: readonly Told[];
}
const reference = JSON.parse(readFileSync('test/guarantees/resnetReference.json', 'utf8')) as Reference;

const OUTPUTS = 5;
const BATCH = 3;

const formula = (size: number, tensor: number, scale: number) =>
  Float64Array.from({ length: size }, (_, i) => Math.sin(0.37 * i ** 1.1 + tensor) * scale);

const specOf = ({ norm, filters }: Pick<Case, 'norm' | 'filters'>) =>
  networkSchema.parse({ kind: 'resnet18', norm, filters, groups: 2 }) as ResnetSpec;

/** θ as the script has it. */
function thetaOf({ views, parameterCount }: Network): Float32Array {
  const theta = new Float32Array(parameterCount);
  views.forEach(({ role, shape, offset, size }, tensor) => {
    const inputs = size / (shape.at(-1) ?? 1);
    const scale = role !== 'weights' ? 0.3 : shape.length === 4 ? 1.5 / Math.sqrt(inputs) : 1 / Math.sqrt(inputs);
    theta.set(
      formula(size, tensor, scale).map((value) => value + Number(role === 'scale')),
      offset,
    );
  });
  return theta;
}

const told = (values: Float32Array): Told => [
  Math.hypot(...values),
  values.reduce((sum, value, i) => sum + value * Math.cos(i), 0),
];

/**
 * As a share of the size of a tensor. No input of a ReLU is so near 0 that rounding decides its side: PyTorch's own float32
 * gives gradients that differ by 6e-5, where batch norm divides by the spread of twelve values.
 */
const TOLERANCE = 1e-3;

function expectTold(found: Told, wanted: Told, name: string) {
  const size = Math.max(1e-4, wanted[0]);
  expect(Math.abs(found[0] - wanted[0]) / size, name).toBeLessThan(TOLERANCE);
  expect(Math.abs(found[1] - wanted[1]) / size, name).toBeLessThan(TOLERANCE);
}

describe.each(testBackends)('a ResNet on %s', (backend) => {
  beforeAll(async () => {
    await openTestBackend(backend);
  }, 60_000);

  it.each(reference.cases)('with norm $norm on images $shape is what PyTorch has', (one) => {
    const network = createResnet(specOf(one), one.shape, OUTPUTS);
    expect(network.parameterCount).toBe(one.parameters);
    const parameters = parametersOf(network, tf.tensor1d(thetaOf(network)));
    const size = BATCH * tf.util.sizeFromShape([...one.shape]);
    const x = tf.tensor2d(
      Float32Array.from(formula(size, one.phase, 0.5), (value) => value + 0.5),
      [BATCH, size / BATCH],
    );
    const targets = oneHot(
      Array.from({ length: BATCH }, (_, i) => i % OUTPUTS),
      OUTPUTS,
    );
    const weights = tf.fill<tf.Rank.R1>([BATCH], 1 / BATCH);
    let buffers = network.statistics && tf.tensor1d(network.statistics.initial);

    const expectPass = (training: boolean, wanted: Passed) => {
      const asked = { training, buffers, columns: {}, constants: {} };
      const outputs = network.forward(parameters, x, asked);
      const logits = outputs.logits.dataSync();
      wanted.logits.forEach((value, i) => expect(logits[i]).toBeCloseTo(value, 3));
      const loss = (...own: tf.Tensor[]) =>
        weightedCrossEntropy(network.forward(own, x, asked).logits, targets, weights);
      const { value, grads } = tf.valueAndGrads(loss)([...parameters]);
      expect(value.dataSync()[0]).toBeCloseTo(wanted.loss, 3);
      expect(grads.length).toBe(wanted.gradients.length);
      grads.forEach((gradient, i) =>
        expectTold(
          told(gradient.dataSync() as Float32Array),
          wanted.gradients[i] as Told,
          network.views[i]?.name ?? '',
        ),
      );
      return outputs.buffers;
    };

    const after = expectPass(true, one.training);
    expect(after === undefined).toBe(one.norm !== 'batch');
    if (after) {
      const values = after.dataSync() as Float32Array;
      const views = network.statistics?.views ?? [];
      expect(views.length).toBe(one.running.length);
      views.forEach(({ name, offset, size: own }, i) =>
        expectTold(told(values.slice(offset, offset + own)), one.running[i] as Told, name),
      );
      buffers = after;
    }
    expectPass(false, one.test);
  });

  it('that is frozen normalises in training as at test, and leaves its statistics alone', () => {
    const network = createResnet(specOf({ norm: 'batch', filters: 2 }), [8, 8, 1], OUTPUTS);
    const parameters = parametersOf(network, tf.tensor1d(thetaOf(network)));
    const x = tf.tensor2d(Float32Array.from(formula(BATCH * 64, 0.5, 0.5), Math.abs), [BATCH, 64]);
    const buffers = tf.add<tf.Tensor1D>(tf.tensor1d(network.statistics?.initial ?? []), 0.25);
    const pass = (asked: { training: boolean; frozen?: boolean }) =>
      network.forward(parameters, x, { ...asked, buffers, columns: {}, constants: {} });
    const frozen = pass({ training: true, frozen: true });
    expect([...frozen.logits.dataSync()]).toEqual([...pass({ training: false }).logits.dataSync()]);
    expect([...(frozen.buffers?.dataSync() ?? [])]).toEqual([...buffers.dataSync()]);
    expect([...pass({ training: true }).logits.dataSync()]).not.toEqual([...frozen.logits.dataSync()]);
  });
});

describe('a ResNet-18 with 20 filters', () => {
  it.each([1, 3])('has as many parameters as in PyTorch, for images of %i channels', (channels) => {
    const network = createResnet(specOf({ norm: 'batch', filters: 20 }), [28, 28, channels], 10);
    expect(network.parameterCount).toBe(reference.parameters[channels]);
  });

  it('begins as asked', () => {
    const initial = (init: unknown, more: object = {}) => {
      const spec = networkSchema.parse({ kind: 'resnet18', init, ...more }) as ResnetSpec;
      const network = createResnet(spec, [28, 28, 1], 10);
      const theta = network.initial(randomStream(1, 'init'));
      return network.views.map(({ name, role, shape, offset, size }) => {
        const values = theta.subarray(offset, offset + size);
        const inputs = role === 'weights' ? size / (shape.at(-1) ?? 1) : 160;
        const units = (shape.at(-1) ?? 1) * shape.slice(0, -2).reduce((product, n) => product * n, 1);
        return { name, role, inputs, units, most: values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
      });
    };
    for (const { role, inputs, most } of initial('fan-in')) {
      if (role === 'scale') expect(most).toBe(1);
      else if (role === 'shift') expect(most).toBe(0);
      else {
        expect(most).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(inputs)));
        expect(most).toBeGreaterThan(0.8 / Math.sqrt(inputs));
      }
    }
    for (const { role, most } of initial('he')) if (role === 'bias') expect(most).toBe(0);
    for (const { role, most } of initial(0.01))
      if (role === 'weights') expect(most).toBeLessThanOrEqual(Math.fround(0.01));
    for (const { role, inputs, units, most } of initial('xavier')) {
      if (role === 'bias') expect(most).toBe(0);
      if (role !== 'weights') continue;
      const bound = Math.sqrt(6 / (inputs + units));
      expect(most).toBeLessThanOrEqual(Math.fround(bound));
      expect(most).toBeGreaterThan(0.8 * bound);
    }
    const [head, before] = [initial('fan-in', { headInit: 'zeros' }), initial('fan-in')];
    expect(head.slice(0, -2)).toEqual(before.slice(0, -2));
    expect(head.slice(-2).map(({ most }) => most)).toEqual([0, 0]);
  });
});
