import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Step } from '../../src/engine/contract/step';
import { plasticity } from '../../src/engine/methods/hat';
import { createMethod } from '../../src/engine/methods/index';
import { createNetwork, logitsOf, parametersOf, requireLayers } from '../../src/engine/networks/network';
import { lookedInto } from './looked';
import {
  ofType,
  parametersAfter,
  removeRunFolders,
  runToy,
  toyLearner,
  toyManifest,
  viewsOf,
  type ToySpec,
} from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const plainSgd = { optimizer: 'sgd', learningRate: 0.1, iterations: 60 };
// Of so few units the penalty at its usual strength would shut all.
const settings = { compressibility: 0.02 };
const hat: ToySpec = { methods: { hat: settings }, training: plainSgd };
const hatOf = (spec: ToySpec) => createMethod(toyManifest(spec).spec.methods);

/** Runs it and looks, after every task, at what it keeps. */
async function runObserved(spec: ToySpec) {
  const used: Float32Array[] = [];
  const observed = lookedInto(hatOf(spec), ({ learner }) => void used.push(learner.memory.floats('hat/used')));
  return { used, run: await runToy(spec, { method: observed }) };
}

describe.each(
  Object.entries({
    SGD: plainSgd,
    'momentum and weight decay': { ...plainSgd, momentum: 0.9, weightDecay: 0.01, learningRate: 0.05 },
    Adam: { iterations: 60, learningRate: 0.02 },
  }),
)('HAT with %s', (_, training) => {
  it('never moves a weight between units that old tasks use, nor the heads and gates of other tasks, bit for bit', async () => {
    const { run, used } = await runObserved({ ...hat, training });
    expect(run.error).toBeUndefined();
    for (const task of [1, 2]) {
      const [before, after] = [parametersAfter(run.folder, task - 1), parametersAfter(run.folder, task)];
      const gates = used[task - 1] ?? new Float32Array();
      const [first, second] = [gates.subarray(0, 12), gates.subarray(12)];
      const [old, now] = [before['layer2.weights']?.values ?? [], after['layer2.weights']?.values ?? []];
      let [held, moved] = [0, 0];
      first.forEach((from, i) =>
        second.forEach((to, j) => {
          const isSame = Object.is(old[i * 10 + j], now[i * 10 + j]);
          if (Math.min(from, to) === 1) expect(isSame).toBe(true);
          if (Math.min(from, to) === 1) held++;
          else if (!isSame) moved++;
        }),
      );
      expect(held).toBeGreaterThan(0);
      expect(moved).toBeGreaterThan(0);
      // Of the head two columns are the task's own; of the gates a row.
      const [headBefore, head] = [before['layer3.weights']?.values ?? [], after['layer3.weights']?.values ?? []];
      const own = [2 * task, 2 * task + 1];
      head.forEach((value, i) => !own.includes(i % 6) && expect(Object.is(value, headBefore[i])).toBe(true));
      const [rowsBefore, rows] = [before['gates']?.values ?? [], after['gates']?.values ?? []];
      rows.forEach((value, i) => Math.floor(i / 22) !== task && expect(Object.is(value, rowsBefore[i])).toBe(true));
      expect(rows.some((value, i) => !Object.is(value, rowsBefore[i]))).toBe(true);
    }
  });
});

describe('hard attention', () => {
  it('learns each task and forgets next to nothing when told the task', async () => {
    const { events } = await runToy({ ...hat, training: { ...plainSgd, iterations: 120 } });
    const rows = ofType(events, 'task-end').map(({ taskAware }) => taskAware);
    for (const task of [0, 1, 2]) {
      const learned = rows[task]?.[task] ?? NaN;
      expect(learned).toBeGreaterThan(0.85);
      expect(learned - (rows[2]?.[task] ?? NaN)).toBeLessThan(0.03);
    }
  });

  it('tests a task with its gates at their steepest', async () => {
    const run = await runToy(hat);
    const { 'layer1.weights': first, gates } = parametersAfter(run.folder, 2);
    expect(gates?.shape).toEqual([3, 22]);
    expect(first?.shape).toEqual([64, 12]);
    const method = hatOf(hat);
    const learner = await toyLearner(hat, method);
    expect(method.columnsAt?.(1)).toEqual({ task: [0, 1, 0], slope: [400] });
    // Shut gates: nothing but the biases of the last layer is heard.
    const { network } = learner;
    const random = learner.random('theta');
    const theta = Float32Array.from({ length: network.parameterCount }, random);
    theta.fill(-6, network.views.at(-1)?.offset);
    const asked = {
      training: false,
      constants: {},
      columns: { task: tf.tensor2d([[0, 1, 0]]), slope: tf.tensor1d([400]) },
    };
    const found = tf.tidy(() => {
      const parameters = parametersOf(network, tf.tensor1d(theta));
      return Array.from(network.forward(parameters, tf.ones([1, 64]), asked).logits.dataSync());
    });
    const { offset = 0, size = 0 } = network.views.find(({ name }) => name === 'layer3.bias') ?? {};
    found.forEach((value, i) => expect(value).toBeCloseTo(theta[offset + i] ?? NaN, 5));
    expect(found.length).toBe(size);
  });

  it('with all gates open is the network itself, filters too', async () => {
    const spec: ToySpec = { ...hat, network: { kind: 'cnn', conv: [4, 6], hidden: [8] } };
    const { network } = await toyLearner(spec, hatOf(spec));
    const plain = requireLayers((await toyLearner({ network: spec.network ?? {} })).network, 'the test');
    const base = createNetwork(plain.spec, [8, 8, 1], 6);
    const theta = Float32Array.from({ length: network.parameterCount }, (_, i) => Math.sin(i));
    theta.fill(6, base.parameterCount);
    const x = tf.tensor2d(
      Float32Array.from({ length: 128 }, (_, i) => Math.cos(i)),
      [2, 64],
    );
    const columns = { task: tf.tensor2d([0, 1, 0, 1, 0, 0], [2, 3]), slope: tf.tensor1d([400, 400]) };
    const found = network.forward(parametersOf(network, tf.tensor1d(theta)), x, {
      training: false,
      constants: {},
      columns,
    });
    const wanted = logitsOf(base, parametersOf(base, tf.tensor1d(theta.slice(0, base.parameterCount))), x);
    const [a, b] = [found.logits.dataSync(), wanted.dataSync()];
    a.forEach((value, i) => expect(value).toBeCloseTo(b[i] ?? NaN, 4));
  });

  it('anneals its slope in each pass from 1/s_max to s_max', async () => {
    const spec: ToySpec = {
      methods: { hat: { maxSlope: 50 } },
      training: { ...plainSgd, batchSize: 8, iterations: 40 },
    };
    const method = hatOf(spec);
    const { examples } = await toyLearner(spec, method);
    const steps = Math.floor((examples[0]?.length ?? 0) / 8);
    method.phases?.(0, 4 * steps);
    const slopes = Array.from({ length: 2 * steps }, (_, step) => {
      const of = { indices: new Int32Array(2), tasks: new Int32Array(2), weights: new Float32Array(2).fill(0.5) };
      const found = method.batches?.({ current: of }, { task: 0, phase: 0, step }, of);
      return (found?.current.columns?.['slope'] as Float32Array)[1] ?? NaN;
    });
    expect(slopes[0]).toBeCloseTo(1 / 50, 5);
    expect(slopes[steps - 1]).toBeCloseTo(50, 4);
    expect(slopes[steps]).toBeCloseTo(1 / 50, 5);
    const half = slopes.slice(0, steps);
    expect(half).toEqual([...half].sort((a, b) => a - b));
    // A pass that is never finished: it anneals over the steps that there are.
    method.phases?.(0, 3);
    const of = { indices: new Int32Array(1), tasks: new Int32Array(1), weights: Float32Array.of(1) };
    const last = method.batches?.({ current: of }, { task: 0, phase: 0, step: 2 }, of);
    expect((last?.current.columns?.['slope'] as Float32Array)[0]).toBeCloseTo(50, 4);
  });

  it('has a penalty whose gradient is that of its value, and which compensation frees of s', async () => {
    const method = hatOf(hat);
    const { network } = await toyLearner(hat, method);
    const start = network.views.at(-1)?.offset ?? 0;
    const theta = tf.tensor1d(Float32Array.from({ length: network.parameterCount }, (_, i) => Math.sin(i)));
    const share = tf.tensor1d(Float32Array.from({ length: 22 }, (_, i) => (i % 3) / 21));
    const stepOf = (s: number) => {
      const columns = { task: tf.tensor2d([[0, 1, 0]]), slope: tf.tensor1d([s]) };
      const constants = { 'hat/share': share };
      return { batches: { current: { columns } }, constants, carried: {} } as unknown as Step;
    };
    const penaltyAt = (at: tf.Tensor, s: number) => {
      const found = method.penalty?.(at as tf.Tensor1D, stepOf(s));
      if (!found) throw new Error('no penalty');
      return found;
    };
    const wanted = tf
      .grad((at) => penaltyAt(at, 2).value)(theta)
      .dataSync();
    penaltyAt(theta, 2)
      .gradient.dataSync()
      .forEach((value, i) => expect(value).toBeCloseTo(wanted[i] ?? NaN, 5));
    const [gentle, steep] = [0.5, 3].map((s) => {
      const { gradient } = penaltyAt(theta, s);
      const slope = { loss: tf.scalar(0), task: gradient, total: gradient };
      return method.gradient?.(theta, () => slope, stepOf(s)).total.dataSync() ?? new Float32Array();
    });
    // c · share · s_max · σ′(e), whatever s.
    const values = theta.dataSync();
    for (let unit = 0; unit < 22; unit++) {
      const at = start + 22 + unit;
      const gate = 1 / (1 + Math.exp(-(values[at] ?? NaN)));
      const expected = settings.compressibility * ((unit % 3) / 21) * 400 * gate * (1 - gate);
      expect(gentle?.[at]).toBeCloseTo(expected, 3);
      expect(steep?.[at]).toBeCloseTo(expected, 3);
    }
  });

  it('lets a weight move by what is free at the less used of its ends', async () => {
    const method = hatOf(hat);
    const { network, stream } = await toyLearner(hat, method);
    const base = createNetwork(requireLayers((await toyLearner({})).network, 'the test').spec, 64, 6);
    const used = new Float32Array(22);
    used.set([1, 0.25], 0);
    used.set([0.5, 1], 12);
    const plastic = plasticity(base, { network, stream, task: 1 }, used);
    const at = (name: string, row: number, column: number) => {
      const { offset = 0, shape = [] } = network.views.find((view) => view.name === name) ?? {};
      return plastic[offset + row * (shape.at(-1) ?? 0) + column];
    };
    expect([0, 1, 2].map((unit) => at('layer1.weights', 5, unit))).toEqual([0, 0.75, 1]);
    expect([0, 1, 2].map((unit) => at('layer1.bias', 0, unit))).toEqual([0, 0.75, 1]);
    expect([at('layer2.weights', 0, 0), at('layer2.weights', 0, 1)]).toEqual([0.5, 0]);
    expect([at('layer2.weights', 1, 0), at('layer2.weights', 1, 1), at('layer2.weights', 2, 1)]).toEqual([
      0.75, 0.75, 1,
    ]);
    expect([0, 1, 2, 3, 4, 5].map((unit) => at('layer3.weights', 0, unit))).toEqual([0, 0, 1, 1, 0, 0]);
    expect([0, 1, 2].map((task) => at('gates', task, 7))).toEqual([0, 1, 0]);
  });

  it('shows which task was the first to use how many units', async () => {
    const { events } = await runToy(hat);
    const views = viewsOf(events, 'capacity');
    expect(views.map(({ layers }) => layers.map(({ name }) => name))).toEqual(
      [0, 1, 2].map(() => ['layer1', 'layer2']),
    );
    for (const { layers } of views)
      expect(layers.map(({ free, perTask }) => free + perTask.reduce((sum, n) => sum + n, 0))).toEqual([12, 10]);
    expect(views.at(-1)?.layers[0]?.free).toBeLessThan(views[0]?.layers[0]?.free ?? 0);
  });
});
