import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { fisherKinds } from '../../src/core/methods/ewc';
import { parseExperiment } from '../../src/core/parse';
import { networkSchema } from '../../src/core/recipe';
import { openTestBackend, testBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import { fisherDiagonal } from '../../src/engine/importance/fisher';
import { squaredGradientsOneByOne } from '../../src/engine/importance/oneByOne';
import { squaredGradients, type FisherBatch } from '../../src/engine/importance/squaredGradients';
import { createMethod } from '../../src/engine/methods/index';
import { oneHot } from '../../src/engine/networks/layers';
import { createNetwork, parametersOf } from '../../src/engine/networks/network';
import { randomStream } from '../../src/engine/random';
import { inputTensor } from '../../src/engine/data/inputTensor';
import { asTheyLie } from './toyData';
import {
  largestDifference,
  numbersOf,
  ofType,
  parametersAfter,
  removeRunFolders,
  runToy,
  toyLearner,
  toyManifest,
  type ToySpec,
} from './toyRuns';

afterAll(removeRunFolders);

const resnet = { kind: 'resnet18', filters: 2 };
const recipe = { optimizer: 'sgd', learningRate: 0.05, iterations: 4 };

/** Methods that say they work with any network. */
const methods: ToySpec['methods'][] = [
  { none: {} },
  { joint: {} },
  { ewc: { lambda: 10, samples: 3 } },
  { si: {} },
  { replay: { perClass: 3 } },
  { agem: { perClass: 3 } },
  { gem: { perTask: 6 } },
  { derpp: { size: 12, batchSize: 6 } },
  { ogd: { perTask: 3 } },
  { sam: {} },
  { packnet: {} },
  { si: {}, agem: { perClass: 3 }, sam: {} },
];

/** Making a graph of a ResNet takes seconds: on native TensorFlow three stand for all. */
const tried =
  testBackend === 'native' ? methods.filter((own) => own?.ewc ?? own?.packnet ?? (own?.si && own.sam)) : methods;

describe.each(tried.map((own) => ({ name: Object.keys(own ?? {}).join('+'), own })))(
  '$name with a ResNet and batch norm',
  ({ own }) => {
    const spec: ToySpec = { methods: own ?? {}, network: resnet, training: recipe };

    it('trains to its end, compiled where it can be, and goes on where it was stopped', async () => {
      const whole = await runToy(spec);
      expect(whole.error).toBeUndefined();
      expect(ofType(whole.events, 'warning')).toEqual([]);
      const statistics = [0, 1, 2].map((task) => parametersAfter(whole.folder, task)['norm1.mean']?.values);
      expect(statistics[0]?.some((value) => value !== 0)).toBe(true);
      // PackNet leaves them alone from the second task on.
      if (own?.packnet) expect(statistics[2]).toEqual(statistics[0]);
      else expect(statistics[2]).not.toEqual(statistics[0]);
      if (testBackend === 'native') {
        // In a few small steps: batch norm over few values makes much of rounding soon.
        const gentle = { ...spec, training: { ...recipe, learningRate: 0.002 } };
        const [compiled, eager] = [await runToy(gentle), await runToy({ ...gentle, eager: true })];
        expect(largestDifference(compiled, eager, [0])).toBeLessThan(2e-3);
        return;
      }
      const stopped = await runToy(spec, { stopAt: 7 });
      expect(stopped.status).toBe('stopped');
      const resumed = await runToy(spec, { resume: stopped.folder });
      expect(numbersOf(resumed)).toEqual(numbersOf(whole));
    }, 180_000);
  },
);

describe('running statistics', () => {
  it('move with the batches of the loss, and not with references of A-GEM and GEM', async () => {
    // Steps that move no parameter: what statistics become is the batches' alone.
    const still = { network: resnet, training: { ...recipe, learningRate: 1e-30, iterations: 2 }, eager: true };
    const statistics = async (own: ToySpec['methods'] = {}) => {
      const { folder, error } = await runToy({ ...still, methods: own });
      expect(error).toBeUndefined();
      return parametersAfter(folder, 2)['norm1.mean']?.values;
    };
    const without = await statistics({ none: {} });
    expect(await statistics({ agem: { perClass: 3 } })).toEqual(without);
    expect(await statistics({ gem: { perTask: 6 } })).toEqual(without);
    expect(await statistics({ der: { size: 12, batchSize: 6 } })).not.toEqual(without);
    expect(await statistics({ replay: { perClass: 3 } })).not.toEqual(without);
  }, 180_000);
});

// ---- PackNet

const bitsOf = (tensor: tf.Tensor) => new Uint32Array(Float32Array.from(tensor.dataSync()).buffer);

/** After each task the bits of the logits of all tasks until then, each with its own weights and the present statistics. */
async function logitsAfterTasks(spec: ToySpec): Promise<Uint32Array[][]> {
  const packnet = createMethod(toyManifest(spec).spec.methods);
  const seen: Uint32Array[][] = [];
  let learner: Learner | undefined;
  const observed: Method = {
    ...packnet,
    begin(own) {
      learner = own;
      packnet.begin?.(own);
    },
    inspect(task) {
      const { stream, network, theta, buffers } = learner as Learner;
      const logits = stream.tasks.slice(0, task + 1).map(({ test }, old) => {
        const ofHead = tf.tidy(() => {
          const parameters = parametersOf(network, packnet.parametersFor?.(old, theta) ?? theta);
          const x = inputTensor(stream.dataset.test, asTheyLie(test), 64);
          const asked = { training: false, buffers, columns: {}, constants: {} };
          return tf.gather(network.forward(parameters, x, asked).logits, [...(stream.heads[old] ?? [])], 1);
        });
        return bitsOf(ofHead);
      });
      seen.push(logits);
      return packnet.inspect?.(task) ?? [];
    },
  };
  const run = await runToy(spec, { method: observed });
  expect(run.error).toBeUndefined();
  return seen;
}

describe('PackNet with a ResNet', () => {
  const cases = ['batch', 'group', 'none'].flatMap((norm) => [0.5, 0].map((retrain) => ({ norm, retrain })));

  it.each(cases)(
    'never changes the logits of a learned task again, bit for bit (norm $norm, retrain $retrain)',
    async ({ norm, retrain }) => {
      // Slow steps: a unit of which all weights were pruned has no variance, and what it gets later is divided by it.
      const spec: ToySpec = {
        methods: { packnet: { retrain } },
        network: { ...resnet, filters: 4, norm, groups: 2 },
        training: { ...recipe, learningRate: 0.002 },
      };
      const logits = await logitsAfterTasks(spec);
      expect(logits.map((tasks) => tasks.length)).toEqual([1, 2, 3]);
      for (const task of [0, 1]) {
        const once = logits[task]?.[task];
        expect(new Set(once).size).toBeGreaterThan(20);
        for (const later of logits.slice(task + 1)) expect(later[task]).toEqual(once);
      }
    },
    180_000,
  );
});

// ---- Fisher information

describe('squared gradients one by one', () => {
  const OUTPUTS = 4;
  const active = [1, 3];

  it.each(fisherKinds)('are those of all at once (%s)', async (kind) => {
    await openTestBackend();
    const network = createNetwork(networkSchema.parse({ hidden: [6, 5] }), 20, OUTPUTS);
    const draw = (name: string, size: number) => {
      const random = randomStream(7, name);
      return Float32Array.from({ length: size }, () => 2 * random() - 1);
    };
    const labels = {
      exact: undefined,
      predicted: undefined,
      sampled: tf.tensor2d([0.1, 0.6, 0.97], [3, 1]),
      empirical: oneHot([1, 3, 3], OUTPUTS),
      batched: oneHot([1, 3, 3], OUTPUTS),
    }[kind];
    const batch: FisherBatch = {
      x: tf.tensor2d(draw('x', 60).map(Math.abs), [3, 20]),
      labels,
      weights: tf.tensor2d([1, 0.5, 2], [3, 1]),
      active: tf.tensor2d([[0, 1, 0, 1]]),
    };
    const theta = tf.tensor1d(draw('theta', network.parameterCount));
    const [found, wanted] = [squaredGradientsOneByOne, squaredGradients].map((of) =>
      of(network, kind, theta, batch, active).dataSync(),
    );
    const largest = Math.max(...(wanted ?? []));
    expect(largest).toBeGreaterThan(0);
    wanted?.forEach((value, i) => expect(Math.abs(value - (found?.[i] ?? NaN)) / largest).toBeLessThan(1e-5));
  });
});

describe('the Fisher information of a ResNet', () => {
  const fisherOf = (learner: Learner, indices: Int32Array, kind: (typeof fisherKinds)[number] = 'exact') =>
    fisherDiagonal({ learner, task: 0, kind, indices, batchSize: 4, random: randomStream(1, 'labels') });

  it('is of each example alone: with its running statistics, whatever stands beside it', async () => {
    const learner = await toyLearner({ network: resnet });
    const indices = (learner.examples[0] as Int32Array).subarray(0, 5);
    const whole = await fisherOf(learner, indices);
    const [front, back] = [
      await fisherOf(learner, indices.subarray(0, 2)),
      await fisherOf(learner, indices.subarray(2)),
    ];
    const largest = Math.max(...whole);
    whole.forEach((value, i) => {
      const joined = (2 * (front[i] as number) + 3 * (back[i] as number)) / 5;
      expect(Math.abs(value - joined) / largest).toBeLessThan(1e-5);
    });
    for (const { name, role, offset, size } of learner.network.views)
      if (role === 'scale' || role === 'shift')
        expect(
          whole.subarray(offset, offset + size).some((value) => value > 0),
          name,
        ).toBe(true);
  }, 120_000);

  it('depends on the running statistics', async () => {
    const learner = await toyLearner({ network: resnet });
    const indices = (learner.examples[0] as Int32Array).subarray(0, 4);
    const before = await fisherOf(learner, indices, 'empirical');
    learner.setBuffers(Float32Array.from(learner.buffers?.dataSync() ?? [], (value) => value + 0.5));
    expect(await fisherOf(learner, indices, 'empirical')).not.toEqual(before);
  }, 120_000);
});

// ---- statistics

describe('statistics that are measured again', () => {
  it('are the means of batches, each with the weight of its rows', async () => {
    const learner = await toyLearner({ network: resnet });
    const indices = (learner.examples[1] as Int32Array).subarray(0, 20);
    const before = Float32Array.from(learner.buffers?.dataSync() ?? []);
    /** Out of what a step leaves: 0.9 · before + 0.1 · of the batch. */
    const ofBatch = (part: Int32Array) =>
      tf.tidy(() => {
        const x = inputTensor(learner.stream.dataset.train, asTheyLie(part), 64);
        const asked = { training: true, buffers: learner.buffers, columns: {}, constants: {} };
        const after = learner.network.forward(parametersOf(learner.network, learner.theta), x, asked).buffers;
        return Array.from(after?.dataSync() ?? [], (value, i) => (value - 0.9 * (before[i] as number)) / 0.1);
      });
    // Every second example, and then the others, in batches of 16.
    const order = Int32Array.from([...indices.filter((_, i) => i % 2 === 0), ...indices.filter((_, i) => i % 2 === 1)]);
    const [first, last] = [ofBatch(order.subarray(0, 16)), ofBatch(order.subarray(16))];
    const found = learner.measuredBuffers(learner.theta, { task: 1, indices }, 16);
    expect(found.length).toBe(before.length);
    found.forEach((value, i) => expect(value).toBeCloseTo(0.8 * (first[i] ?? NaN) + 0.2 * (last[i] ?? NaN), 4));
    // Nothing has changed.
    expect(Float32Array.from(learner.buffers?.dataSync() ?? [])).toEqual(before);
    learner.setBuffers(found);
    expect(Float32Array.from(learner.buffers?.dataSync() ?? [])).toEqual(found);
  }, 120_000);

  it('need a network that has some', async () => {
    const learner = await toyLearner({ network: { ...resnet, norm: 'group', groups: 1 } });
    const examples = { task: 0, indices: learner.examples[0] as Int32Array };
    expect(learner.buffers).toBeUndefined();
    expect(() => learner.measuredBuffers(learner.theta, examples, 8)).toThrow('no running statistics');
    expect(() => learner.setBuffers(new Float32Array(3))).toThrow('no running statistics');
  });
});

// ---- what an experiment file may ask for

describe('an experiment with a ResNet', () => {
  const problemsOf = (network: object, more: object = {}) =>
    parseExperiment(
      JSON.stringify(
        { name: 'x', network: { kind: 'resnet18', ...network }, methods: [{ method: 'ewc' }], ...more },
        null,
        1,
      ),
    ).problems;

  it.each<[object, string]>([
    [{ hidden: [10] }, 'hidden'],
    [{ groups: 5 }, 'Groups are those of "norm": "group"'],
    [{ norm: 'group', groups: 3 }, '20 filters do not divide evenly into 3 groups'],
  ])('refuses %o', (network, message) => {
    expect(
      problemsOf(network)
        .map((problem) => problem.message)
        .join(),
    ).toContain(message);
  });

  it('refuses settings of other networks in an entry, and sleep at its line', () => {
    const sleep = { method: 'sleep', network: { kind: 'resnet18' } };
    const methods = [{ method: 'ewc', network: { hidden: [10] } }, sleep];
    const problems = problemsOf({}, { methods });
    expect(problems).toContainEqual(
      expect.objectContaining({ message: '"hidden" is no setting of networks of "kind": "resnet18".' }),
    );
    expect(problems.map(({ message }) => message).join()).toContain('it needs "kind": "mlp"');
    expect(problemsOf({}, { methods: [{ method: 'ewc' }] })).toEqual([]);
  });
});
