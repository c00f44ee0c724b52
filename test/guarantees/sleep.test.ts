import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sleepSettings } from '../../src/core/methods/sleep';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { inputTensor } from '../../src/engine/data/inputTensor';
import { createMethod } from '../../src/engine/methods/index';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import { createSleep } from '../../src/engine/methods/sleep';
import { parametersOf, requireLayers } from '../../src/engine/networks/network';
import { layerScales } from '../../src/engine/sleep/scales';
import { sleep } from '../../src/engine/sleep/spiking';
import { ofKind, ofType, removeRunFolders, runToy, toyDataset, toyLearner, toyManifest, type ToySpec } from './toyRuns';
import { asTheyLie } from './toyData';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const settings = { steps: 200, stepsGrowth: 50, thresholds: [0.5, 0.5, 0.5], window: 5, alphaScale: 3 };
const wake: ToySpec = {
  network: { bias: false, dropout: 0.25, output: 'relu', init: 0.1 },
  training: { optimizer: 'sgd', momentum: 0.5, learningRate: 0.1, samplesPerTask: 20 },
};

/** Falls asleep after task 0 and 1 with the given network, and returns what there is to see each time. */
async function sleepTwice(spec: ToySpec = wake, own: object = settings) {
  const method = createSleep(sleepSettings.parse(own));
  const learner = await toyLearner(spec, method);
  const naps = [];
  for (const task of [0, 1]) {
    const before = Float32Array.from(learner.theta.dataSync());
    await method.afterTask?.(task);
    naps.push({
      task,
      before,
      after: Float32Array.from(learner.theta.dataSync()),
      mean: learner.memory.floats('mean'),
      views: method.inspect?.(task) ?? [],
    });
  }
  return { learner, method, naps };
}

const seenImages = ({ stream }: Learner, task: number) =>
  Int32Array.from(stream.tasks.slice(0, task + 1).flatMap(({ train }) => [...train]));

describe('sleep', () => {
  it('is driven by the mean of all training images of all tasks seen, not only of those trained on', async () => {
    const { learner, naps } = await sleepTwice();
    expect(learner.examples[0]?.length).toBe(20);
    for (const { task, mean } of naps) {
      const indices = seenImages(learner, task);
      expect(indices.length).toBe(80 * (task + 1));
      const { images } = learner.stream.dataset.train;
      const expected = Float32Array.from({ length: 64 }, (_, pixel) =>
        indices.reduce((sum, index) => sum + (images[index * 64 + pixel] ?? 0) / 255 / indices.length, 0),
      );
      mean.forEach((value, pixel) => expect(value).toBeCloseTo(expected[pixel] ?? NaN, 6));
    }
  });

  it.each([
    ['relu', (logits: tf.Tensor2D) => tf.relu(logits)],
    ['softmax', (logits: tf.Tensor2D) => tf.softmax(logits)],
    ['sigmoid', (logits: tf.Tensor2D) => tf.sigmoid(logits)],
  ] as const)(
    'scales each layer by its largest weight or activation over all those images, with the dropout factor (%s outputs)',
    async (output, outputsFrom) => {
      // More images than go through the network at once; weights so large that logits are far from what outputs say.
      const network = { ...wake.network, output, init: 0.8 };
      const { learner, naps } = await sleepTwice({ ...wake, network, dataset: toyDataset({ train: 300 }) });
      for (const { task, before, views } of naps) {
        const { network, stream } = learner;
        const maxima = tf.tidy(() => {
          const x = inputTensor(stream.dataset.train, asTheyLie(seenImages(learner, task)), 64);
          const parameters = parametersOf(network, tf.tensor1d(before));
          // By hand: hidden activations are relu(x W) · 0.75, outputs are not scaled.
          const hidden1 = tf.mul(tf.relu(tf.matMul(x, parameters[0] as tf.Tensor2D)), 0.75);
          const hidden2 = tf.mul(tf.relu(tf.matMul(hidden1, parameters[1] as tf.Tensor)), 0.75);
          const logits = tf.matMul<tf.Tensor2D>(hidden2, parameters[2] as tf.Tensor);
          if (output !== 'relu') expect(tf.max(logits).dataSync()[0]).toBeGreaterThan(1.5);
          return [hidden1, hidden2, outputsFrom(logits)].map((a) => tf.max(a).dataSync()[0] as number);
        });
        const largest = network.views.map(({ offset, size }) => Math.max(...before.subarray(offset, offset + size)));
        const alphas = layerScales(largest, maxima, settings.alphaScale);
        const shown = ofKind(views, 'layers').find(({ quantity }) => quantity === 'α')?.layers ?? [];
        shown.forEach(({ value }, layer) => expect((value ?? NaN) / (alphas[layer] ?? NaN)).toBeCloseTo(1, 5));
        expect(shown.length).toBe(3);
      }
    },
  );

  it('shows all channels of a pixel together, and refuses at the start images without a place for its window', async () => {
    // Bright images, so that each input of the window spikes in nearly every step.
    const bright = { ...settings, maxRate: 100_000 };
    const firstNight = async (shape: [number, number, number]) => {
      const method = createSleep(sleepSettings.parse(bright));
      await toyLearner({ ...wake, dataset: toyDataset({ shape }) }, method);
      await method.afterTask?.(0);
      const [inputs] = ofKind(method.inspect?.(0) ?? [], 'raster')[0]?.rows ?? [];
      return (inputs?.spikes ?? []).reduce((sum, count) => sum + count, 0);
    };
    expect((await firstNight([8, 8, 3])) / (200 * 25 * 3)).toBeCloseTo(1, 2);
    expect((await firstNight([8, 8, 1])) / (200 * 25)).toBeCloseTo(1, 2);
    const begun = (shape: [number, number, number]) =>
      toyLearner({ ...wake, dataset: toyDataset({ shape }) }, createSleep(sleepSettings.parse(settings)));
    await expect(begun([8, 7, 1])).rejects.toThrow('a window needs a square image');
    await expect(begun([4, 4, 1])).rejects.toThrow('a window of 5 pixels does not fit an image of 4 × 4');
  });

  it('is the published loop over the weights that training left, with each setting in its place', async () => {
    const own = {
      ...settings,
      thresholds: [0.3, 0.6, 0.4],
      increase: 0.02,
      decrease: 0.004,
      maxRate: 300,
      decay: 0.98,
    };
    const { learner, naps } = await sleepTwice(wake, own);
    const { network, random } = learner;
    const { sizes } = requireLayers(network, 'this');
    for (const { task, before, after, mean, views } of naps) {
      const alphas = ofKind(views, 'layers').find(({ quantity }) => quantity === 'α')?.layers ?? [];
      const wanted = before.slice();
      const { neurons } = sleep({
        weights: network.views.map(({ offset, size }) => wanted.subarray(offset, offset + size)),
        sizes,
        alphas: alphas.map(({ value }) => value ?? NaN),
        constants: {
          ...{ beta: [0.3, 0.6, 0.4], increase: 0.02, decrease: 0.004, maxRate: 300, decay: 0.98 },
          ...{ alphaScale: 3, threshold: 1, dt: 0.001, windowSize: 5 },
        },
        meanImage: mean,
        steps: 200 + 50 * task,
        random: random('sleep', task),
      });
      for (const { spikes } of neurons) expect(spikes).toBeGreaterThan(0);
      expect(after).toEqual(wanted);
    }
  });

  it('lasts longer after every task, lets neurons spike and moves weights', async () => {
    const { naps } = await sleepTwice();
    const rasters = naps.flatMap(({ views }) => ofKind(views, 'raster'));
    expect(rasters.map(({ duration }) => duration)).toEqual([200, 250]);
    for (const { rows } of rasters) {
      expect(rows.map(({ neurons }) => neurons)).toEqual([64, 12, 10, 6]);
      for (const { spikes } of rows) expect(Math.max(...spikes)).toBeGreaterThan(0);
    }
    for (const { before, after } of naps) {
      expect(after).not.toEqual(before);
    }
  });

  it('leaves biases alone, where a network has them', async () => {
    const { learner, naps } = await sleepTwice({ ...wake, network: { ...wake.network, bias: true } });
    for (const { before, after } of naps) {
      for (const { role, offset, size } of learner.network.views) {
        const [was, is] = [before, after].map((theta) => theta.subarray(offset, offset + size));
        if (role === 'bias') expect(is).toEqual(was);
        else expect(is).not.toEqual(was);
      }
    }
  });

  it('stores the mean image alone', async () => {
    const { learner } = await sleepTwice();
    expect(learner.memory.size).toBe(64 * 4);
  });

  it('leaves the velocity of the optimiser alone', async () => {
    // Two runs that differ in the sleep after the first task only: the first step after it starts from the same velocity.
    const velocities: Float32Array[] = [];
    for (const steps of [1, 400]) {
      const sleep = createMethod(toyManifest({ methods: { sleep: { ...settings, steps } } }).spec.methods);
      let previous: Float32Array | undefined;
      const method: Method = {
        ...sleep,
        gradient(theta, differentiate) {
          const slope = differentiate(theta);
          return { ...slope, total: tf.zerosLike(slope.total) };
        },
        update(proposed, _slope, { theta }) {
          // With no gradient the step is −rate · μ · v: only what the velocity held before.
          previous ??= Float32Array.from(tf.sub(theta, proposed.theta).dataSync());
          return {};
        },
      };
      await runToy({ ...wake }, { method: { ...method, ...firstTaskOnly(method, () => (previous = undefined)) } });
      velocities.push(previous ?? new Float32Array());
    }
    expect(velocities[0]?.some((value) => value !== 0)).toBe(true);
    velocities[0]?.forEach((value, i) => expect(value).toBeCloseTo(velocities[1]?.[i] ?? NaN, 6));
  });
});

/** Trains the first task in earnest; `then` is called when its sleep is over, and no gradient flows after that. */
function firstTaskOnly(method: Method, then: () => void): Partial<Method> {
  let task = 0;
  return {
    gradient: (theta, differentiate, step) =>
      task === 0 ? differentiate(theta) : (method.gradient?.(theta, differentiate, step) ?? differentiate(theta)),
    async afterTask(ended) {
      if (ended > 0) return;
      await method.afterTask?.(ended);
      task = 1;
      then();
    },
  };
}

describe('the wake network of sleep', () => {
  it('trains the head of the task alone where the task is known, though its outputs are no softmax', async () => {
    const spec: ToySpec = { ...wake, stream: { scenario: 'task' } };
    const before = Float32Array.from((await toyLearner(spec)).theta.dataSync());
    let after: Float32Array | undefined;
    const end: Method = {
      id: 'watching',
      begin: (learner) => {
        end.afterTask = (task) => {
          if (task === 0) after = Float32Array.from(learner.theta.dataSync());
        };
      },
      afterTask: () => undefined,
    };
    await runToy(spec, { method: end });
    const { offset = 0, size = 0 } = (await toyLearner(spec)).network.views.at(-1) ?? {};
    const changed = Array.from({ length: 6 }, () => false);
    for (let i = 0; i < size; i++) if (after?.[offset + i] !== before[offset + i]) changed[i % 6] = true;
    expect(changed).toEqual([true, true, false, false, false, false]);
  });
});

describe('sleep in a run', () => {
  it('changes the accuracy after the first task already, and reports its progress', async () => {
    const awake = await runToy({ ...wake, training: { ...wake.training, iterations: 12 } });
    const asleep = await runToy({
      ...wake,
      training: { ...wake.training, iterations: 12 },
      methods: { sleep: settings },
    });
    const trained = ({ events }: typeof awake) =>
      ofType(events, 'step')
        .filter(({ task }) => task === 0)
        .map(({ loss }) => loss);
    expect(trained(asleep)).toEqual(trained(awake));
    const slept = ofType(asleep.events, 'phase').filter(({ name, task }) => name === 'sleep' && task === 0);
    expect(new Set(slept.map(({ step }) => step))).toEqual(new Set([12]));
    expect(ofType(asleep.events, 'mechanism').length).toBe(3);
  });
});
