import * as tf from '@tensorflow/tfjs-core';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeSettings } from '../../src/core/analyses/probe';
import { parseExperiment } from '../../src/core/parse';
import { networkSchema } from '../../src/core/recipe';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { toyTasks } from '../../src/engine/contractCheck/toyRun';
import { inputTensor } from '../../src/engine/data/inputTensor';
import { examplesOf } from '../../src/engine/data/examplesOf';
import { beginningOf } from '../../src/engine/givenWeights';
import { createMethod } from '../../src/engine/methods/index';
import type { Passed } from '../../src/engine/measures/layerPasses';
import { trainedProbe } from '../../src/engine/measures/linearProbe';
import { activationsOf, createNetwork, logitsOf } from '../../src/engine/networks/network';
import { sample } from '../../src/engine/random';
import { encodeTensors } from '../../src/engine/safetensors';
import { headBits, lookedInto } from './looked';
import {
  ofType,
  parametersAfter,
  removeRunFolders,
  runToy,
  toyDataset,
  toyLearner,
  toyManifest,
  viewsOf,
  type ToySpec,
} from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

/** 64-12-10 and a head of two: what a task has for itself by its stage. */
const LAYERS = [64 * 12 + 12, 12 * 10 + 10, 10 * 2 + 2];
const HIDDEN = [64 * 12 + 12, 12 * 10 + 10];
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const ownOf = (stage: number) => sum(LAYERS.slice(stage));

/** Task 2 has its own second layer, which task 3 shares. */
const byHand: ToySpec = { methods: { branching: { branching: [1, 2], parents: [0, 2], directions: 4 } } };

/** Runs it, and looks after every task at the bits of the answers of all tasks so far. */
async function runObserved(spec: ToySpec) {
  const answers: Uint32Array[][] = [];
  const observed = lookedInto(createMethod(toyManifest(spec).spec.methods), (at, task) => {
    answers.push(Array.from({ length: task + 1 }, (_, old) => headBits(at, old)));
  });
  const run = await runToy(spec, { method: observed });
  expect(run.error).toBeUndefined();
  return { run, answers };
}

describe.each(['Adam', 'momentum and weight decay', 'a clipped norm'])('branches with %s', (recipe) => {
  const training = {
    Adam: { learningRate: 0.03 },
    'momentum and weight decay': { optimizer: 'sgd', momentum: 0.9, weightDecay: 0.1, learningRate: 0.1 },
    'a clipped norm': { learningRate: 0.03, clipping: { norm: 0.1 } },
  }[recipe];

  it('leave what earlier tasks are answered as it was, bit for bit', async () => {
    const { answers } = await runObserved({ ...byHand, training });
    for (const task of [0, 1]) {
      expect(new Set(answers[task]?.[task]).size).toBeGreaterThan(20);
      for (const later of answers.slice(task + 1)) expect(later[task]).toEqual(answers[task]?.[task]);
    }
  });
});

describe('a tree by hand', () => {
  it('answers each task as the network of the layers on its path does', async () => {
    const { run, answers } = await runObserved(byHand);
    const files = toyTasks.map((task) => parametersAfter(run.folder, task));
    /** Whose layers are on the path of each task. */
    const paths = [
      [0, 0, 0],
      [0, 1, 1],
      [0, 1, 2],
    ];
    const network = createNetwork(networkSchema.parse({ hidden: [12, 10] }), 64, 6);
    const { test, classes } = toyDataset();
    for (const [task, owners] of paths.entries()) {
      const parameters = owners.flatMap((owner, layer) =>
        ['weights', 'bias'].map((part) => {
          const { values, shape } = files[owner]?.[`layer${layer + 1}.${part}`] ?? { values: [], shape: [] };
          return tf.tensor(Float32Array.from(values), [...shape]);
        }),
      );
      const own = [2 * task, 2 * task + 1];
      const indices = Int32Array.from(test.labels.keys()).filter((i) => own.includes(test.labels[i] ?? NaN));
      const logits = logitsOf(network, parameters, inputTensor(test, examplesOf(task, indices), 64)).dataSync();
      const ofHead = Float32Array.from(logits.filter((_, i) => own.includes(i % classes)));
      expect(new Uint32Array(ofHead.buffer)).toEqual(answers[2]?.[task]);
    }
    // Own layers were trained, and no other.
    const changed = (layer: string, from: number, to: number) =>
      files[from]?.[`${layer}.weights`]?.values.some(
        (value, i) => value !== files[to]?.[`${layer}.weights`]?.values[i],
      );
    expect([changed('layer1', 0, 1), changed('layer2', 0, 1)]).toEqual([false, true]);
    expect([changed('layer1', 1, 2), changed('layer2', 1, 2)]).toEqual([false, false]);
  });

  it('is shown with its relatedness and what each branch costs, and its memory is counted to the byte', async () => {
    const run = await runToy(byHand);
    const tree = viewsOf(run.events, 'tree').at(-1);
    expect(tree?.nodes.map(({ parent }) => parent)).toEqual([null, 0, 0, 2]);
    expect(tree?.nodes.map(({ values }) => values.slice(0, 2))).toEqual([
      [sum(HIDDEN), null],
      [ownOf(2), 2],
      [ownOf(1), 1],
      [ownOf(2), 2],
    ]);
    expect(new Set(tree?.nodes.map(({ label }) => label)).size).toBe(4);
    const [related = NaN] = [tree?.nodes[3]?.values[2]];
    expect(related).toBeGreaterThan(0);
    expect(related).toBeLessThan(1);
    const sizes = viewsOf(run.events, 'layers').filter(({ title }) => title === 'Parameters of the whole tree');
    const [first = NaN, second = NaN, head = NaN] = LAYERS;
    expect(sizes.map(({ layers }) => layers.map(({ value }) => value))).toEqual([
      [first, 2 * second, 2 * head],
      [first, 2 * second, 3 * head],
    ]);
    // Trunk and branches, a parent and a stage of each task, four components of each hidden layer.
    const components = 4 * (64 + 12);
    const bytes = (kept: number, tasks: number) => 4 * (sum(HIDDEN) + kept + 2 * 3 + tasks * components);
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual([
      0,
      bytes(ownOf(2) + ownOf(1), 2),
      bytes(ownOf(2) + ownOf(1) + ownOf(2), 3),
    ]);
  });
});

/** Digits as they are, then in another order of pixels, then the same data set twice: of each task all classes. */
const mixed: ToySpec['stream'] = {
  kind: 'parts',
  scenario: 'task',
  parts: [
    { dataset: 'toy' },
    { dataset: 'toy', kind: 'permuted', tasks: 1, identityFirst: false },
    { dataset: 'toy', kind: 'rotated', angles: [0, 3] },
    { dataset: 'toy', kind: 'permuted', tasks: 1, identityFirst: false },
  ],
};
const treeAfter = async (settings: object) => {
  const run = await runToy({ stream: mixed, methods: { branching: { threshold: 0.7, directions: 64, ...settings } } });
  expect(run.error).toBeUndefined();
  return { run, nodes: viewsOf(run.events, 'tree').at(-1)?.nodes.slice(1) ?? [] };
};

describe('a tree', () => {
  it('that is chosen has related tasks share layers, and gives unrelated ones their own', async () => {
    const { nodes, run } = await treeAfter({ samples: 1000 });
    const stages = nodes.map(({ values }) => values[1]);
    // The same images again; other orders of pixels have little to do with each other.
    expect(stages[2]).toBe(2);
    expect([stages[1], stages[4]]).toEqual([0, 0]);
    const related = viewsOf(run.events, 'layers').filter(({ title }) => title.startsWith('Relatedness to the task'));
    // After the third task: the same images as in the first.
    expect(related[1]?.layers.map(({ value }) => Number(value?.toFixed(4)))).toEqual([1, 1]);
  });

  it('that is random has as many parameters as the chosen one, by another distribution', async () => {
    const chosen = await treeAfter({});
    const size = (nodes: typeof chosen.nodes) => sum(nodes.map(({ values }) => values[0] ?? NaN));
    const stages = (nodes: typeof chosen.nodes) => nodes.map(({ values }) => values[1]);
    expect(new Set(stages(chosen.nodes)).size).toBeGreaterThan(1);
    const drawn = [];
    for (const draw of [1, 2]) {
      const random = await treeAfter({ branching: 'random', draw });
      expect(size(random.nodes)).toBe(size(chosen.nodes));
      expect(stages(random.nodes).sort()).toEqual(stages(chosen.nodes).sort());
      const [own, wanted] = [random, chosen].map(({ run }) => ofType(run.events, 'task-end').at(-1)?.memoryBytes);
      expect(own).toBe(wanted);
      drawn.push(JSON.stringify(random.nodes.map(({ parent, values }) => [parent, values[1]])));
    }
    expect(new Set(drawn).size).toBeGreaterThan(1);
  });
});

describe('relatedness in a run', () => {
  it('is linear CKA of the pixels for the first layer', async () => {
    const { run } = await treeAfter({ samples: 1000 });
    const { train } = toyDataset();
    const rows = Array.from({ length: train.count }, (_, i) =>
      Array.from(train.images.subarray(64 * i, 64 * i + 64), (value) => value / 255),
    );
    const mean = rows[0]?.map((_, i) => sum(rows.map((row) => row[i] ?? NaN)) / rows.length) ?? [];
    const covariance = mean.map((one, i) =>
      mean.map((other, j) => sum(rows.map((row) => ((row[i] ?? NaN) - one) * ((row[j] ?? NaN) - other))) / rows.length),
    );
    // The second task is the first one in another order of its pixels, the view of which the stream has.
    const order = await viewOfSecondTask();
    const product = (a: number[][], b: number[][]) =>
      sum(a.flatMap((row, i) => row.map((value, j) => value * (b[i]?.[j] ?? NaN))));
    const permuted = covariance.map((_, i) =>
      covariance.map((__, j) => covariance[order[i] ?? 0]?.[order[j] ?? 0] ?? NaN),
    );
    const wanted = product(covariance, permuted) / product(covariance, covariance);
    const shown = viewsOf(run.events, 'layers').find(({ title }) => title.startsWith('Relatedness to the task'))
      ?.layers[0]?.value;
    expect(wanted).toBeLessThan(0.7);
    expect(shown).toBeCloseTo(wanted, 4);
  });
});

describe('relatedness by probes', () => {
  const byProbe = { relatedness: 'probe', samples: 60 };
  /** Trained until paths know their tasks, and so narrow that they know little else. */
  const spec = (settings: object = {}): ToySpec => ({
    stream: mixed,
    network: { hidden: [8, 4] },
    methods: { branching: { ...byProbe, ...settings } },
    training: { iterations: 150, learningRate: 0.01 },
  });
  const relatedIn = (run: Awaited<ReturnType<typeof runToy>>, title: string) =>
    viewsOf(run.events, 'layers').filter((view) => view.title.startsWith(title));

  it('is what a linear classifier makes of a layer, beside one of the inputs, both above chance', async () => {
    const run = await runToy(spec());
    expect(run.error).toBeUndefined();
    const learner = await toyLearner(spec());
    const { train, classes } = toyDataset();
    const all = Int32Array.from({ length: train.count }, (_, i) => i);
    const drawn = sample(all, 120, learner.random('branching probe', 1));
    const [own, held] = [0, 1].map((half) => drawn.filter((_, i) => i % 2 === half)) as [Int32Array, Int32Array];
    const files = parametersAfter(run.folder, 0);
    const [order, network] = [await viewOfSecondTask(), createNetwork(networkSchema.parse({ hidden: [8, 4] }), 64, 6)];
    // The head takes no part.
    const parameters = network.views.map(({ name, shape }) =>
      name.startsWith('layer3') ? tf.zeros([...shape]) : tf.tensor(files[name]?.values ?? [], [...shape]),
    );
    const featuresOf = (indices: Int32Array) => {
      const inputs = Float32Array.from(
        [...indices].flatMap((index) => [...order].map((from) => (train.images[64 * index + from] ?? NaN) / 255)),
      );
      const x = tf.tensor2d(inputs, [indices.length, 64]);
      return [x, ...activationsOf(network, parameters, x)].map((layer) => ({
        rows: indices.length,
        width: layer.shape[1],
        values: layer.dataSync() as Float32Array,
      }));
    };
    const labels = (indices: Int32Array) => indices.map((index) => train.labels[index] ?? NaN);
    const { samples: _, ...options } = probeSettings.parse({});
    const [features, others] = [featuresOf(own), featuresOf(held)];
    const accuracies: number[] = [];
    for (const layer of [0, 1, 2]) {
      const probe = await trainedProbe(features[layer] as Passed, labels(own), { ...options, classes });
      const right = labels(held);
      const said = probe.predict(others[layer] as Passed);
      accuracies.push(said.filter((one, i) => one === right[i]).length / held.length);
    }
    const [ofInputs = NaN, ...ofLayers] = accuracies;
    const wanted = ofLayers.map((accuracy) => (accuracy - 1 / classes) / (ofInputs - 1 / classes));
    const [shown] = relatedIn(run, 'Relatedness to the task whose path it leaves: of what each layer passes on');
    expect(ofInputs).toBeGreaterThan(0.5);
    expect(Math.min(...ofLayers)).toBeLessThan(ofInputs - 0.1);
    // One of the 60 may lie on the border between two classes.
    const one = 1 / held.length / (ofInputs - 1 / classes);
    shown?.layers.forEach(({ value }, i) =>
      expect(Math.abs((value ?? NaN) - (wanted[i] ?? NaN))).toBeLessThan(1.01 * one),
    );
  });

  it('is the largest with the path that learned the same task, which the task then leaves', async () => {
    // Tasks share what leaves them nearly as easy to tell apart as the inputs do.
    const run = await runToy(spec({ threshold: 0.9 }));
    const related = relatedIn(run, 'Relatedness of the new task to earlier ones');
    // The third task has the images of the first one; the second has them in another order.
    const [first = NaN, second = NaN] = related[1]?.layers.map(({ value }) => value ?? NaN) ?? [];
    expect(first).toBeGreaterThan(second);
    const nodes = viewsOf(run.events, 'tree').at(-1)?.nodes ?? [];
    expect(nodes[3]?.parent).toBe(0);
  });

  it('leaves what earlier tasks are answered as it was, bit for bit, and gives the same tree again', async () => {
    const toy: ToySpec = { methods: { branching: { ...byProbe, samples: 20 } }, training: { learningRate: 0.03 } };
    const [{ answers, run }, again] = [await runObserved(toy), await runObserved(toy)];
    for (const task of [0, 1])
      for (const later of answers.slice(task + 1)) expect(later[task]).toEqual(answers[task]?.[task]);
    expect(viewsOf(again.run.events, 'tree')).toEqual(viewsOf(run.events, 'tree'));
  });

  it('keeps a number for each earlier task and layer, and nothing else', async () => {
    const [probed, byCka] = [
      await runToy({ methods: { branching: { ...byHand.methods?.branching, ...byProbe } } }),
      await runToy(byHand),
    ];
    const bytesOf = (run: typeof probed) => ofType(run.events, 'task-end').at(-1)?.memoryBytes ?? NaN;
    const components = 3 * 4 * 4 * (64 + 12);
    expect(bytesOf(probed)).toBe(bytesOf(byCka) - components + 4 * (1 + 2) * 2);
  });
});

async function viewOfSecondTask(): Promise<Int32Array> {
  let view: Int32Array | undefined;
  const spec: ToySpec = { stream: mixed };
  const method = createMethod(toyManifest(spec).spec.methods);
  await runToy(spec, { method: { ...method, begin: ({ stream }) => (view = stream.views?.[1]) as never } });
  return view ?? new Int32Array();
}

describe('a trunk', () => {
  it('of two tasks is learned with the examples of both, and frozen then', async () => {
    const spec: ToySpec = {
      methods: { branching: { trunkTasks: 2, branching: [0] } },
      training: { epochs: 1, iterations: undefined },
    };
    const { run, answers } = await runObserved(spec);
    const steps = ofType(run.events, 'task-start').map((event) => event.steps);
    expect(steps[1]).toBe(2 * (steps[0] ?? NaN));
    expect(answers[1]?.[0]).not.toEqual(answers[0]?.[0]);
    expect(answers[2]?.slice(0, 2)).toEqual(answers[1]);
  });

  it('that learns no task is the network as it begins: the first task learns a head', async () => {
    const run = await runToy({ methods: { branching: { trunkTasks: 0, branching: [2, 2, 2] } } });
    expect(run.error).toBeUndefined();
    const files = toyTasks.map((task) => parametersAfter(run.folder, task));
    const plain = await runToy({ training: { learningRate: 1e-30 } });
    const initial = parametersAfter(plain.folder, 0);
    for (const name of ['layer1.weights', 'layer1.bias', 'layer2.weights', 'layer2.bias'])
      for (const file of files)
        initial[name]?.values.forEach((value, i) => expect(file[name]?.values[i]).toBeCloseTo(value, 6));
    expect(files[0]?.['layer3.weights']?.values).not.toEqual(initial['layer3.weights']?.values);
  });

  it.each([
    ['missing', 'layer2.bias', undefined, 'there is no tensor for layer2.bias [10]: expected "layer2.bias"'],
    ['of another shape', 'layer2.weights', [12, 9], '"layer2.weights" is [12, 9], and the network needs [12, 10]'],
  ])('from a file with a tensor that is %s is refused, with what was expected', (_, name, shape, message) => {
    const network = createNetwork(networkSchema.parse({ hidden: [12, 10] }), 64, 6);
    const sizeOf = (own: readonly number[]) => own.reduce((product, n) => product * n, 1);
    const tensors = Object.fromEntries(
      network.views
        .map((view) => [view.name, view.name === name ? shape : view.shape] as const)
        .flatMap(([own, is]) => (is ? [[own, { shape: is, values: new Float32Array(sizeOf(is)) }] as const] : [])),
    );
    const folder = mkdtempSync(path.join(tmpdir(), 'lethe-trunk-'));
    try {
      const bytes = encodeTensors({ tensors, metadata: {} });
      writeFileSync(path.join(folder, 'weights.safetensors'), bytes);
      const { spec } = toyManifest({ network: { weights: 'trunk.safetensors', freshHead: true } });
      const contents = { 'trunk.safetensors': createHash('sha256').update(bytes).digest('hex') };
      const begin = () => beginningOf({ ...spec, contents }, folder, network, new Float32Array(network.parameterCount));
      expect(begin).toThrow(message);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('an experiment file', () => {
  const problemsOf = (settings: object, more: object = {}) =>
    parseExperiment(
      JSON.stringify({
        name: 'x',
        stream: { kind: 'permuted', tasks: 4, scenario: 'task' },
        network: { hidden: [20, 20] },
        methods: [{ method: 'branching', ...settings }],
        ...more,
      }),
    ).problems.map(({ path: at, message }) => [at.slice(2).join('.'), message]);

  it.each<[object, string, string]>([
    [{ trunkTasks: 0 }, 'trunkTasks', 'has to come from a file: give the network "weights"'],
    [{ trunkTasks: 5 }, 'trunkTasks', 'The trunk learns 4 at most'],
    [{ branching: [1, 2] }, 'branching', 'for each of the 3 tasks after the trunk'],
    [{ branching: [1, 2, 3] }, 'branching', 'A branch shares 0 to 2 layers'],
    [{ branching: [1, 2, 2], parents: [1, 1] }, 'parents', 'for each of the 3 tasks after the trunk'],
    [{ branching: [1, 2, 2], parents: [1, 3, 1] }, 'parents', 'Task 3 can only leave the path of a task before it.'],
    [{ branching: 'random', relatedness: 'probe' }, 'relatedness', 'before there are branches'],
    [{ parents: [1, 1, 1] }, 'parents', 'a list of stages in "branching"'],
  ])('with %j is refused at %s', (settings, at, message) => {
    expect(problemsOf(settings)).toEqual([[at, expect.stringContaining(message) as string]]);
  });

  it('with a whole tree by hand is taken; a residual network is refused', () => {
    expect(problemsOf({ branching: [1, 0, 2], parents: [1, 2, 3] })).toEqual([]);
    expect(problemsOf({}, { network: { kind: 'resnet18' } }).map(([, message]) => message)).toEqual([
      expect.stringContaining('"kind": "mlp" or "cnn"') as string,
    ]);
  });
});
