import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { networkSchema } from '../../src/core/recipe';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { createMethod } from '../../src/engine/methods/index';
import { columnsNetwork } from '../../src/engine/networks/columns';
import { createNetwork, logitsOf, parametersOf } from '../../src/engine/networks/network';
import { randomStream } from '../../src/engine/random';
import { lookedInto, testedLogits } from './looked';
import { ofType, parametersAfter, removeRunFolders, runToy, toyManifest, viewsOf, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const progressive: ToySpec = { methods: { progressive: {} } };

/** Runs it, and looks after every task at the bits of the logits of all tasks so far, as they are tested. */
async function runObserved(spec: ToySpec) {
  const logits: Uint32Array[][] = [];
  const observed = lookedInto(createMethod(toyManifest(spec).spec.methods), (at, task) => {
    logits.push(Array.from({ length: task + 1 }, (_, old) => new Uint32Array(testedLogits(at, old).buffer)));
  });
  return { logits, run: await runToy(spec, { method: observed }) };
}

describe.each(['Adam', 'momentum', 'weight decay'])('progressive networks with %s', (recipe) => {
  const training = {
    Adam: { learningRate: 0.03 },
    momentum: { optimizer: 'sgd', momentum: 0.9, learningRate: 0.1 },
    'weight decay': { optimizer: 'sgd', weightDecay: 0.1, learningRate: 0.1 },
  }[recipe];

  it('never change a column that was learned, nor what a task is answered, bit for bit', async () => {
    const { run, logits } = await runObserved({ ...progressive, training });
    expect(run.error).toBeUndefined();
    for (const task of [0, 1]) {
      expect(new Set(logits[task]?.[task]).size).toBeGreaterThan(20);
      for (const later of logits.slice(task + 1)) expect(later[task]).toEqual(logits[task]?.[task]);
      const before = parametersAfter(run.folder, task);
      const after = parametersAfter(run.folder, task + 1);
      expect(Object.keys(before).length).toBeGreaterThan(5);
      for (const [name, { values }] of Object.entries(before)) expect(after[name]?.values, name).toEqual(values);
    }
  });
});

describe('the columns', () => {
  it('are trained with their adapters, and the log says how the network grows', async () => {
    const run = await runToy(progressive);
    expect(run.error).toBeUndefined();
    const sizes = [started(run.events), ...ofType(run.events, 'network').map(({ parameters }) => parameters)];
    // 64-12-10-2: own parameters of a column; from the second on α, V and U of two layers.
    const own = 64 * 12 + 12 + 12 * 10 + 10 + 10 * 2 + 2;
    const adapters = (before: number) => 2 * before + before * 12 * 10 + 10 * 10 + before * 10 * 2 + 2 * 2;
    expect(sizes).toEqual([own, 2 * own + adapters(1), 3 * own + adapters(1) + adapters(2)]);
    const tree = viewsOf(run.events, 'tree').at(-1);
    expect(tree?.nodes.map(({ parent }) => parent)).toEqual([null, null, null]);
    expect(tree?.nodes.map(({ values }) => values.slice(0, 2))).toEqual([
      [own, 0],
      [own + adapters(1), adapters(1)],
      [own + adapters(2), adapters(2)],
    ]);
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual([
      0,
      4 * own,
      4 * (sizes[1] ?? 0),
    ]);
    // Adapters begin within 0 … 0.1 and learn.
    const scales = [1, 2].map((task) => parametersAfter(run.folder, task)[`column${task + 1}.layer2.scales`]?.values);
    expect(scales.map((one) => one?.length)).toEqual([1, 2]);
  });

  it('begin as other methods do: the first task is learned as without a remedy, its head alone', async () => {
    const spec: ToySpec = { stream: { scenario: 'task' } };
    const [plain, first] = [await runToy(spec), await runToy({ ...spec, ...progressive })];
    const [wanted, found] = [parametersAfter(plain.folder, 0), parametersAfter(first.folder, 0)];
    for (const name of ['layer1.weights', 'layer2.bias']) {
      const [a, b] = [wanted[name]?.values ?? [], found[`column1.${name}`]?.values];
      expect(b?.length).toBe(a.length);
      a.forEach((value, i) => expect(Math.abs(value - (b?.[i] ?? NaN))).toBeLessThan(1e-5));
    }
  });

  it('compute what equation 2 of the paper says', () => {
    const base = createNetwork(networkSchema.parse({ hidden: [2, 3] }), 2, 4);
    const heads = [[0, 1], [2]];
    const network = columnsNetwork({ base, heads, scale: 2 });
    const random = randomStream(1, 'theta');
    const theta = Float32Array.from({ length: network.parameterCount }, () => 2 * random() - 0.5);
    const x = [0.3, 0.9];
    const found = tf.tidy(() =>
      Array.from(logitsOf(network, parametersOf(network, tf.tensor1d(theta)), tf.tensor2d([x])).dataSync()),
    );
    const of = (name: string) => {
      const { offset = 0, size = 0 } = network.views.find((view) => view.name === name) ?? {};
      return [...theta.subarray(offset, offset + size)];
    };
    const times = (vector: number[], matrix: number[]) => {
      const units = matrix.length / vector.length;
      return Array.from({ length: units }, (_, j) =>
        vector.reduce((sum, value, i) => sum + value * (matrix[i * units + j] ?? NaN), 0),
      );
    };
    const plus = (a: number[], b: number[]) => a.map((value, i) => value + (b[i] ?? NaN));
    const relu = (vector: number[]) => vector.map((value) => Math.max(0, value));
    const affine = (vector: number[], name: string) => plus(times(vector, of(`${name}.weights`)), of(`${name}.bias`));
    const lateral = (vector: number[], name: string) => {
      const [alpha = NaN] = of(`${name}.scales`);
      const scaled = vector.map((value) => value * alpha);
      return times(relu(times(scaled, of(`${name}.adapter`))), of(`${name}.lateral`));
    };
    const [first1, second1] = [relu(affine(x, 'column1.layer1')), relu(affine(x, 'column2.layer1'))];
    const first2 = relu(affine(first1, 'column1.layer2'));
    const second2 = relu(plus(affine(second1, 'column2.layer2'), lateral(first1, 'column2.layer2')));
    const [output = NaN] = plus(affine(second2, 'column2.layer3'), lateral(first2, 'column2.layer3'));
    expect(found.slice(0, 2)).toEqual([0, 0]);
    expect(found[2]).toBeCloseTo(output, 4);
    expect(found[3]).toBe(0);
  });

  it('are refused before they grow where they would not fit into memory, with the size', async () => {
    const machine = vi.spyOn(process, 'constrainedMemory').mockReturnValue(30_000);
    const run = await runToy(progressive);
    machine.mockRestore();
    expect(run.error?.message).toMatch(/^Out of memory: training a network of [\d,]+ parameters/);
    expect(ofType(run.events, 'network')).toEqual([]);
  });
});

const started = (events: Parameters<typeof viewsOf>[0]) => ofType(events, 'started')[0]?.parameters ?? NaN;
