import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend, testBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import { createMethod } from '../../src/engine/methods/index';
import { parametersOf } from '../../src/engine/networks/network';
import { inputTensor } from '../../src/engine/data/inputTensor';
import { asTheyLie } from './toyData';
import { digestAfter, ofType, removeRunFolders, runToy, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

interface Seen {
  /** [task][step]: the parameters after each step. */
  readonly thetas: Float32Array[][];
  /** After each task: the mean as it is carried, and what all tests after the task were made with. */
  readonly means: Float32Array[];
  readonly tested: Float32Array[];
}

/** Takes steps one by one and looks at each. */
async function seenIn(settings: object, spec: ToySpec = {}): Promise<Seen> {
  const whole: ToySpec = { ...spec, methods: { averaging: { ...settings } } };
  const method = createMethod(toyManifest(whole).spec.methods);
  const seen: Seen = { thetas: [[], [], []], means: [], tested: [] };
  let learner: Learner | undefined;
  const watched: Method = {
    ...method,
    begin(own) {
      learner = own;
      method.begin?.(own);
    },
    carry(next, slope, step) {
      seen.thetas[learner?.task ?? 0]?.push(Float32Array.from(next.dataSync()));
      return method.carry?.(next, slope, step) ?? {};
    },
    parametersFor(task, theta) {
      if (task === 0) seen.tested.push(Float32Array.from(theta.dataSync()));
      return theta;
    },
    inspect(task) {
      seen.means.push((learner as Learner).carried.floats('averaging/mean').slice());
      return method.inspect?.(task) ?? [];
    },
  };
  const run = await runToy({ ...whole, evaluation: { points: 0 }, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  return seen;
}

/** In double precision. */
const meanOf = (thetas: readonly Float32Array[]) =>
  Array.from(thetas[0] ?? [], (_, i) => thetas.reduce((sum, theta) => sum + (theta[i] as number), 0) / thetas.length);

function expectClose(found: Float32Array | undefined, wanted: readonly number[]): void {
  expect(found?.length).toBe(wanted.length);
  expect(Math.max(...wanted.map((value, i) => Math.abs(value - (found?.[i] as number))))).toBeLessThan(2e-7);
}

const sgd = { optimizer: 'sgd', momentum: 0.9, learningRate: 0.1 };

describe('the mean of SWA', () => {
  it.each([
    { last: 0.7, every: 2, points: [1, 3, 5] },
    { last: 0.5, every: 1, points: [3, 4, 5] },
    { last: 0.25, every: 10, points: [5] },
    { last: 1, every: 3, points: [2, 5] },
  ])('is that of the parameters after every c-th of the last steps of a task: $last, $every', async (own) => {
    const { last, every, points } = own;
    const { thetas, means } = await seenIn({ last, every }, { training: sgd });
    expect(thetas.map(({ length }) => length)).toEqual([6, 6, 6]);
    for (const task of [0, 1, 2]) {
      const ofTask = thetas[task] ?? [];
      const wanted = meanOf(points.map((step) => ofTask[step] as Float32Array));
      expectClose(means[task], wanted);
    }
  });

  it('is what is tested, and not where training stands', async () => {
    const { thetas, means, tested } = await seenIn({ last: 0.7, every: 2 }, { training: sgd });
    expect(tested.length).toBe(3);
    for (const task of [0, 1, 2]) {
      expect(tested[task]).toEqual(means[task]);
      expect(tested[task]).not.toEqual(thetas[task]?.at(-1));
    }
  });
});

describe('the moving average', () => {
  it('is d · mean + (1 − d) · θ after each step of the run', async () => {
    const { thetas, means, tested } = await seenIn({ average: 'ema', decay: 0.8 }, { training: sgd });
    let mean: number[] | undefined;
    for (const task of [0, 1, 2]) {
      for (const theta of thetas[task] ?? []) {
        const before = mean;
        mean = Array.from(theta, (value, i) => (before ? 0.8 * (before[i] as number) + 0.2 * value : value));
      }
      expectClose(means[task], mean ?? []);
      expect(tested[task]).toEqual(means[task]);
    }
  });
});

describe('training', () => {
  const beside: Record<string, ToySpec> = {
    alone: {},
    'with momentum and dropout': { training: sgd, network: { dropout: 0.3 } },
    'beside EWC': { methods: { ewc: { lambda: 50 } } },
  };

  it.each(Object.entries(beside))('is the same, bit for bit, as without averaging: %s', async (_, spec) => {
    const plain = await runToy(spec);
    for (const settings of [
      { last: 0.7, every: 2 },
      { average: 'ema', decay: 0.8 },
    ]) {
      const averaged = await runToy({ ...spec, methods: { ...spec.methods, averaging: settings } });
      expect(averaged.error).toBeUndefined();
      for (const task of [0, 1, 2]) expect(digestAfter(averaged.folder, task)).toBe(digestAfter(plain.folder, task));
      const losses = ({ events }: typeof plain) => ofType(events, 'step').map(({ loss }) => loss);
      expect(losses(averaged)).toEqual(losses(plain));
      expect(ofType(averaged.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).not.toEqual(
        ofType(plain.events, 'task-end').map(({ memoryBytes }) => memoryBytes),
      );
    }
  });
});

// Making a graph of a ResNet takes seconds; what is measured is the same.
describe.runIf(testBackend === 'wasm')('batch normalisation', () => {
  it('is tested with statistics measured again with the mean, and trained with its own', async () => {
    const spec: ToySpec = {
      methods: { averaging: { last: 1, every: 1 } },
      network: { kind: 'resnet18', filters: 2 },
      training: { ...sgd, learningRate: 0.05, iterations: 4 },
      evaluation: { points: 0 },
    };
    const method = createMethod(toyManifest(spec).spec.methods);
    let learner: Learner | undefined;
    let compared = 0;
    const watched: Method = {
      ...method,
      begin(own) {
        learner = own;
        method.begin?.(own);
      },
      statisticsFor(task, statistics) {
        const found = method.statisticsFor?.(task, statistics) ?? statistics;
        const { network, examples, carried, task: present } = learner as Learner;
        // By definition: of each batch of the present task what it adds to statistics of 0, divided by its share. A batch
        // takes examples from the whole list: every so many-th of it.
        const indices = examples[present] ?? new Int32Array();
        const { initial, momentum = NaN } = network.statistics ?? { initial: new Float32Array() };
        const sums = new Float64Array(initial.length);
        const theta = tf.tensor1d(carried.floats('averaging/mean'));
        const batches = Math.ceil(indices.length / 16);
        const order = Array.from({ length: batches }, (_, batch) => [
          ...indices.filter((_, i) => i % batches === batch),
        ]).flat();
        for (let start = 0; start < order.length; start += 16) {
          const part = Int32Array.from(order.slice(start, start + 16));
          const asked = { training: true, buffers: tf.zeros<tf.Rank.R1>([initial.length]), columns: {}, constants: {} };
          const x = inputTensor((learner as Learner).stream.dataset.train, asTheyLie(part), 64);
          const { buffers } = network.forward(parametersOf(network, theta), x, asked);
          buffers?.dataSync().forEach((value, i) => (sums[i] = (sums[i] as number) + (value * part.length) / momentum));
        }
        const values = found.dataSync();
        sums.forEach((sum, i) => expect(values[i]).toBeCloseTo(sum / indices.length, 4));
        expect(Array.from(values)).not.toEqual(Array.from(statistics.dataSync()));
        compared++;
        return found;
      },
    };
    const run = await runToy(spec, { method: watched });
    expect(run.error).toBeUndefined();
    expect(compared).toBe(9);
    const plain = await runToy({ ...spec, methods: { none: {} } });
    for (const task of [0, 1, 2]) expect(digestAfter(run.folder, task)).toBe(digestAfter(plain.folder, task));
  }, 180_000);
});
