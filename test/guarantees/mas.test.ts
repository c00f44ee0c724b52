import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { masSettings, type MasSettings } from '../../src/core/methods/mas';
import { networkSchema } from '../../src/core/recipe';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { LayeredNetwork, Network } from '../../src/engine/contract/network';
import type { Method } from '../../src/engine/contract/method';
import type { Step } from '../../src/engine/contract/step';
import { inputTensor } from '../../src/engine/data/inputTensor';
import { sensitivities } from '../../src/engine/importance/outputSensitivity';
import { createMas } from '../../src/engine/methods/mas';
import { createMethod } from '../../src/engine/methods/index';
import { createNetwork, flatten, logitsOf, parametersOf } from '../../src/engine/networks/network';
import { networkFor } from '../../src/engine/networks/networkFor';
import { randomStream } from '../../src/engine/random';
import { asTheyLie } from './toyData';
import { ofType, removeRunFolders, runToy, toyLearner, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

type Kind = MasSettings['importance'];
const kinds: readonly Kind[] = ['sample', 'batch'];
const OUTPUTS = 4;

const draw = (name: string, size: number, scale = 1) => {
  const random = randomStream(5, name);
  return Float32Array.from({ length: size }, () => scale * (2 * random() - 1));
};

/** Off by this share of the largest value of its tensor at most, which is not 0. */
function expectClose(network: Network, found: ArrayLike<number>, wanted: ArrayLike<number>, share: number) {
  for (const { name, offset, size } of network.views) {
    const part = Array.from(wanted).slice(offset, offset + size);
    const largest = Math.max(...part.map(Math.abs));
    expect(largest, name).toBeGreaterThan(0);
    part.forEach((value, i) =>
      expect(Math.abs((found[offset + i] ?? NaN) - value) / largest, name).toBeLessThan(share),
    );
  }
}

/** Σ |∂ ‖f(x)‖² / ∂θ|, or |Σ ∂ ‖f(x)‖² / ∂θ|, from the gradients of single examples. */
function added(kind: Kind, gradients: readonly ArrayLike<number>[]): Float64Array {
  const sum = new Float64Array(gradients[0]?.length ?? 0);
  for (const gradient of gradients)
    sum.forEach(
      (value, i) => (sum[i] = value + (kind === 'sample' ? Math.abs(gradient[i] ?? NaN) : (gradient[i] ?? NaN))),
    );
  return sum.map(Math.abs);
}

/** ‖f(x)‖² of the active outputs of a small network of dense layers, in double precision. */
function squaredLength(
  { layers, spec }: LayeredNetwork,
  theta: Float64Array,
  x: ArrayLike<number>,
  active: readonly number[],
): number {
  let at = 0;
  let values = Array.from(x);
  for (const [index, layer] of layers.entries()) {
    if (layer.kind !== 'dense') throw new Error('not a dense layer');
    const { inputs, units } = layer;
    const bias = at + inputs * units;
    const from = at;
    const before = values;
    values = Array.from({ length: units }, (_, unit) => {
      const sum = before.reduce(
        (total, value, input) => total + value * (theta[from + input * units + unit] ?? NaN),
        spec.bias ? (theta[bias + unit] ?? NaN) : 0,
      );
      return index === layers.length - 1 ? sum : Math.max(0, sum);
    });
    at = bias + (spec.bias ? units : 0);
  }
  return active.reduce((sum, unit) => sum + (values[unit] ?? NaN) ** 2, 0);
}

describe.each(kinds)('the importance of MAS by %s', (kind) => {
  it.each([
    [true, [0, 1, 2, 3]],
    [false, [1, 3]],
  ])('is that of finite differences (bias %s, outputs %j)', (bias, active) => {
    const network = createNetwork(networkSchema.parse({ hidden: [5, 4], bias }), 6, OUTPUTS);
    const theta = draw('theta', network.parameterCount);
    const images = Array.from({ length: 5 }, (_, row) => draw(`x ${row}`, 6));
    const mask = Float32Array.from({ length: OUTPUTS }, (_, unit) => Number(active.includes(unit)));
    const found = sensitivities(network, kind, tf.tensor1d(theta), {
      x: tf.tensor2d(
        images.flatMap((row) => [...row]),
        [5, 6],
      ),
      active: tf.tensor2d(mask, [1, OUTPUTS]),
    });
    const step = 1e-6;
    const gradients = images.map((x) =>
      Float64Array.from(theta, (_, i) => {
        const at = (sign: number) => {
          const moved = Float64Array.from(theta);
          moved[i] = (moved[i] ?? NaN) + sign * step;
          return squaredLength(network, moved, x, active);
        };
        return (at(1) - at(-1)) / (2 * step);
      }),
    );
    expectClose(network, found.dataSync(), added(kind, gradients), 1e-5);
  });

  const others: [string, () => Network][] = [
    [
      'convolutions',
      () => createNetwork(networkSchema.parse({ kind: 'cnn', conv: [3, 4], hidden: [5] }), [7, 6, 2], OUTPUTS),
    ],
    [
      'dropout, made up for at test',
      () => createNetwork(networkSchema.parse({ hidden: [6], dropout: 0.5 }), 84, OUTPUTS),
    ],
    [
      'a ResNet',
      () => networkFor(networkSchema.parse({ kind: 'resnet18', filters: 2, norm: 'none' }), [7, 6, 2], OUTPUTS),
    ],
  ];
  it.each(others)('is that of one example at a time: %s', (_, make) => {
    const network = make();
    const theta = tf.tensor1d(network.initial(randomStream(3, 'init')));
    const x = tf.tensor2d(draw('images', 4 * 84).map(Math.abs), [4, 84]);
    const active = tf.tensor2d([[1, 0, 1, 1]]);
    const gradients = [0, 1, 2, 3].map((row) => {
      const image = tf.slice(x, row, 1);
      const length = (...p: tf.Tensor[]) => tf.sum<tf.Scalar>(tf.square(tf.mul(logitsOf(network, p, image), active)));
      return Float32Array.from(flatten(tf.grads(length)(parametersOf(network, theta))).dataSync());
    });
    expectClose(network, sensitivities(network, kind, theta, { x, active }).dataSync(), added(kind, gradients), 1e-5);
  });
});

/** Gradients of ‖f(x)‖² at the present parameters of training examples, one by one, f the active logits of a task. */
function gradientsNow({ network, theta, stream, activeUnits }: Learner, task: number, indices: Int32Array) {
  const active = tf.tensor2d([
    Array.from({ length: stream.outputs }, (_, unit) => Number(activeUnits(task).includes(unit))),
  ]);
  return Array.from(indices, (index) => {
    const x = inputTensor(stream.dataset.train, asTheyLie(Int32Array.of(index)), 64);
    const length = (...p: tf.Tensor[]) => tf.sum<tf.Scalar>(tf.square(tf.mul(logitsOf(network, p, x), active)));
    return Float32Array.from(flatten(tf.grads(length)(parametersOf(network, theta))).dataSync());
  });
}

describe('a run with MAS', () => {
  it.each([
    { importance: 'sample', tasks: 'sum', scenario: 'class' },
    { importance: 'batch', tasks: 'newest', scenario: 'task' },
    { importance: 'batch', tasks: 'sum', scenario: 'domain' },
  ] as const)('measures it when a task ends, on all its examples ($importance, $tasks, $scenario)', async (own) => {
    const { importance, tasks, scenario } = own;
    // Batches that do not go into the 80 examples of a task.
    const batchSize = 33;
    const mas = createMethod(toyManifest({ methods: { mas: { importance, tasks, batchSize } } }).spec.methods);
    let learner: Learner | undefined;
    let omega = new Float64Array();
    let seen = 0;
    const watched: Method = {
      ...mas,
      begin(given) {
        learner = given;
        mas.begin?.(given);
      },
      async afterTask(task) {
        await mas.afterTask?.(task);
        const now = learner as Learner;
        const indices = now.examples[task] ?? new Int32Array();
        expect(indices.length).toBe(80);
        const sum = new Float64Array(now.network.parameterCount);
        for (let start = 0; start < indices.length; start += batchSize) {
          const part = added(importance, gradientsNow(now, task, indices.subarray(start, start + batchSize)));
          sum.forEach((value, i) => (sum[i] = value + (part[i] ?? NaN) / 80));
        }
        omega = sum.map((value, i) => value + (tasks === 'sum' ? (omega[i] ?? 0) : 0));
        const found = now.memory.floats('mas/omega');
        const largest = Math.max(...omega);
        omega.forEach((value, i) => expect(Math.abs((found[i] ?? NaN) - value) / largest).toBeLessThan(1e-5));
        expect(now.memory.floats('mas/anchor')).toEqual(Float32Array.from(now.theta.dataSync()));
        seen++;
      },
    };
    const run = await runToy({ stream: { scenario } }, { method: watched });
    expect(run.error).toBeUndefined();
    expect(seen).toBe(3);
  });

  it.each(kinds)('measures it on as many of the task’s examples as is asked for (%s)', async (importance) => {
    const mas = createMas(masSettings.parse({ samples: 1, importance }));
    const learner = await toyLearner({ network: { hidden: [5, 4] } }, mas);
    await mas.afterTask?.(1);
    const found = learner.memory.floats('omega');
    const errors = gradientsNow(learner, 1, learner.examples[1] ?? new Int32Array())
      .map((gradient) => {
        const largest = Math.max(...gradient.map(Math.abs));
        return Math.max(...gradient.map((g, i) => Math.abs(Math.abs(g) - (found[i] ?? NaN)) / largest));
      })
      .sort((a, b) => a - b);
    expect(errors.length).toBe(80);
    expect(errors[0]).toBeLessThan(1e-5);
    expect(errors[1]).toBeGreaterThan(1e-3);
  });

  it('changes nothing in the first task, nor with λ = 0 ever, and the losses of later tasks otherwise', async () => {
    const losses = async (spec: ToySpec) => ofType((await runToy(spec)).events, 'step').map(({ loss }) => loss);
    const recipe = { training: { optimizer: 'sgd', momentum: 0.9, learningRate: 0.05, iterations: 10 } };
    const none = await losses(recipe);
    expect(await losses({ ...recipe, methods: { mas: { lambda: 0 } } })).toEqual(none);
    const held = await losses({ ...recipe, methods: { mas: {} } });
    expect(held.slice(0, 10)).toEqual(none.slice(0, 10));
    expect(held.slice(11)).not.toEqual(none.slice(11));
  });

  it('holds with the penalty λ Σ Ω (θ − θ*)², without a ½, and its gradient', async () => {
    const mas = createMas(masSettings.parse({ lambda: 5 }));
    const learner = await toyLearner({}, mas);
    expect(mas.constants?.()).toEqual({});
    const size = learner.network.parameterCount;
    const [omega, anchor, theta] = [draw('omega', size).map(Math.abs), draw('anchor', size), draw('theta', size)];
    learner.memory.set('omega', omega);
    learner.memory.set('anchor', anchor);
    const found = mas.penalty?.(tf.tensor1d(theta), { constants: mas.constants?.() ?? {} } as Step);
    const value = theta.reduce((sum, t, i) => sum + 5 * (omega[i] ?? 0) * (t - (anchor[i] ?? 0)) ** 2, 0);
    expect((found?.value.dataSync()[0] ?? NaN) / value).toBeCloseTo(1, 5);
    found?.gradient
      .dataSync()
      .forEach((g, i) => expect(g).toBeCloseTo(10 * (omega[i] ?? 0) * ((theta[i] ?? 0) - (anchor[i] ?? 0)), 4));
  });
});
