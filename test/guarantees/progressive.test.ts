import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/core/parse';
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

const convolutional = { kind: 'cnn', conv: [4, 6], hidden: [8] };

describe.each(['Adam', 'momentum', 'weight decay'])('progressive networks with %s', (recipe) => {
  const training = {
    Adam: { learningRate: 0.03 },
    momentum: { optimizer: 'sgd', momentum: 0.9, learningRate: 0.1 },
    'weight decay': { optimizer: 'sgd', weightDecay: 0.1, learningRate: 0.1 },
  }[recipe];

  it.each([
    ['dense layers', {}],
    ['convolutions', convolutional],
  ])('never change a column that was learned, nor what a task is answered, bit for bit: %s', async (_, network) => {
    const { run, logits } = await runObserved({ ...progressive, training, network });
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

  it('of convolutions have adapters of 1 × 1, and the log says how they grow', async () => {
    const run = await runToy({ ...progressive, network: convolutional });
    expect(run.error).toBeUndefined();
    const sizes = [started(run.events), ...ofType(run.events, 'network').map(({ parameters }) => parameters)];
    // 8 × 8 × 1 to 4 × 4 × 4 to 2 × 2 × 6 = 24, 24-8-2: α, V and U of the second convolution and of two dense layers.
    const own = 9 * 4 + 4 + 9 * 4 * 6 + 6 + 24 * 8 + 8 + 8 * 2 + 2;
    const adapters = (before: number) =>
      3 * before + before * 4 * 6 + 9 * 6 * 6 + before * 24 * 8 + 8 * 8 + before * 8 * 2 + 2 * 2;
    expect(sizes).toEqual([own, 2 * own + adapters(1), 3 * own + adapters(1) + adapters(2)]);
    const { 'column3.conv2.adapter': adapter, 'column3.conv2.lateral': lateral } = parametersAfter(run.folder, 2);
    expect([adapter?.shape, lateral?.shape]).toEqual([
      [1, 1, 8, 6],
      [3, 3, 6, 6],
    ]);
  });

  it('of convolutions compute what equation 2 says, place by place', () => {
    const [base, heads] = [createNetwork(networkSchema.parse(small), [5, 4, 1], 2), [[0], [1]]];
    const network = columnsNetwork({ base, heads, scale: 2 });
    const random = randomStream(2, 'theta');
    const theta = Float32Array.from({ length: network.parameterCount }, () => 2 * random() - 0.7);
    const x = Array.from({ length: 20 }, () => random());
    const found = tf.tidy(() =>
      Array.from(logitsOf(network, parametersOf(network, tf.tensor1d(theta)), tf.tensor2d([x])).dataSync()),
    );
    const of = (name: string) => {
      const view = network.views.find((one) => one.name === name);
      if (!view) throw new Error(name);
      return { shape: [...view.shape], values: [...theta.subarray(view.offset, view.offset + view.size)] };
    };
    const inputs: Image = { height: 5, width: 4, channels: 1, values: x };
    const first = (column: number) => {
      const name = `column${column}.conv1`;
      return pool(relu(convolve(inputs, of(`${name}.weights`), of(`${name}.bias`).values)));
    };
    const [heard, own] = [first(1), first(2)];
    const [alpha = NaN] = of('column2.conv2.scales').values;
    const scaled = { ...heard, values: heard.values.map((value) => value * alpha) };
    const adapted = convolve(relu(convolve(scaled, of('column2.conv2.adapter'))), of('column2.conv2.lateral'));
    const sum = convolve(own, of('column2.conv2.weights'), of('column2.conv2.bias').values);
    const passed = pool(relu({ ...sum, values: sum.values.map((value, i) => value + (adapted.values[i] ?? NaN)) }));
    // The output hears the second convolution of the first column, its image as a row.
    const second = convolve(heard, of('column1.conv2.weights'), of('column1.conv2.bias').values);
    const times = (row: readonly number[], { values }: { values: number[] }) =>
      row.reduce((all, value, i) => all + value * (values[i] ?? NaN), 0);
    const [beta = NaN] = of('column2.layer3.scales').values;
    const lateral = Math.max(0, beta * times(pool(relu(second)).values, of('column2.layer3.adapter')));
    const output =
      times(passed.values, of('column2.layer3.weights')) +
      (of('column2.layer3.bias').values[0] ?? NaN) +
      lateral * (of('column2.layer3.lateral').values[0] ?? NaN);
    expect(found[0]).toBe(0);
    expect(found[1]).toBeCloseTo(output, 3);
    expect(Math.abs(output)).toBeGreaterThan(0.01);
  });

  it('are of dense and convolutional layers; of another network they are refused, with the reason', () => {
    const problemsOf = (kind: string) =>
      parseExperiment(
        JSON.stringify({
          name: 'x',
          stream: { scenario: 'task' },
          network: { kind },
          methods: [{ method: 'progressive' }],
        }),
      ).problems.map(({ message }) => message);
    expect(['mlp', 'cnn'].flatMap(problemsOf)).toEqual([]);
    expect(problemsOf('resnet18')).toEqual([expect.stringContaining('"kind": "mlp" or "cnn"')]);
  });
});

/** Two convolutions and an output. */
const small = { kind: 'cnn', conv: [2, 3], hidden: [] };

/** Values by place and then channel. */
interface Image {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: readonly number[];
}

const relu = (image: Image): Image => ({ ...image, values: image.values.map((value) => Math.max(0, value)) });

const imageOf = (
  height: number,
  width: number,
  channels: number,
  at: (y: number, x: number, channel: number) => number,
): Image => ({
  ...{ height, width, channels },
  values: Array.from({ length: height * width * channels }, (_, i) => {
    const place = Math.floor(i / channels);
    return at(Math.floor(place / width), place % width, i % channels);
  }),
});

const valueAt = ({ height, width, channels, values }: Image, y: number, x: number, channel: number): number =>
  y < 0 || x < 0 || y >= height || x >= width ? 0 : (values[(y * width + x) * channels + channel] ?? NaN);

/** Stride 1, a border of zeros. @param filters of shape [kernel, kernel, channels, filters] */
function convolve(
  image: Image,
  filters: { readonly shape: readonly number[]; readonly values: readonly number[] },
  bias: readonly number[] = [],
): Image {
  const [kernel = 1, , channels = 1, count = 1] = filters.shape;
  const margin = (kernel - 1) / 2;
  return imageOf(image.height, image.width, count, (y, x, filter) => {
    let sum = bias[filter] ?? 0;
    for (let dy = 0; dy < kernel; dy++)
      for (let dx = 0; dx < kernel; dx++)
        for (let channel = 0; channel < channels; channel++) {
          const weight = filters.values[((dy * kernel + dx) * channels + channel) * count + filter] ?? NaN;
          sum += weight * valueAt(image, y + dy - margin, x + dx - margin, channel);
        }
    return sum;
  });
}

/** 2 × 2 max pooling; an odd last row or column is left out. */
const pool = (image: Image): Image =>
  imageOf(Math.floor(image.height / 2), Math.floor(image.width / 2), image.channels, (y, x, channel) =>
    Math.max(...[0, 1].flatMap((dy) => [0, 1].map((dx) => valueAt(image, 2 * y + dy, 2 * x + dx, channel)))),
  );

const started = (events: Parameters<typeof viewsOf>[0]) => ofType(events, 'started')[0]?.parameters ?? NaN;
