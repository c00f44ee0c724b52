import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend, testBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { ExampleList, Method } from '../../src/engine/contract/method';
import { inputTensor } from '../../src/engine/data/inputTensor';
import { createMethod } from '../../src/engine/methods/index';
import { parametersOf } from '../../src/engine/networks/network';
import { valuesOf } from '../../src/engine/valuesOf';
import { ofType, parametersAfter, removeRunFolders, runToy, toyLearner, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const methodOf = (spec: ToySpec) => createMethod(toyManifest(spec).spec.methods);
const pairs = ({ indices, tasks }: ExampleList) =>
  Array.from(indices, (index, i) => `${tasks[i]}/${index}`).sort((a, b) => a.localeCompare(b));

/** What each step begins with, and by how much it moves the parameters at most. */
async function stepsOf(spec: ToySpec) {
  const method = methodOf(spec);
  const seen: { task: number; theta: Float32Array; moved: number }[] = [];
  let learner: Learner | undefined;
  const watched: Method = {
    ...method,
    begin(own) {
      learner = own;
      method.begin?.(own);
    },
    update(proposed, slope, step) {
      seen.push({
        task: (learner as Learner).task,
        theta: Float32Array.from(step.theta.dataSync()),
        moved: tf.max(tf.abs(tf.sub(proposed.theta, step.theta))).dataSync()[0] as number,
      });
      return method.update?.(proposed, slope, step) ?? {};
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  return [0, 1, 2].map((task) => seen.filter((step) => step.task === task));
}

describe('cumulative training', () => {
  it.each<[string, ToySpec]>([
    ['split', {}],
    ['permuted', { stream: { kind: 'permuted', scenario: 'domain' } }],
    ['on some examples of each task', { training: { samplesPerTask: 20 } }],
  ])('trains a task on the union of the data of all tasks so far: %s', async (_, spec) => {
    const method = methodOf({ ...spec, methods: { cumulative: {} } });
    const learner = await toyLearner({ ...spec, methods: { cumulative: {} } }, method);
    for (const task of [0, 1, 2]) {
      const union = learner.examples
        .slice(0, task + 1)
        .flatMap((own, of) => pairs({ indices: own, tasks: new Int32Array(own.length).fill(of) }));
      const found = pairs(method.lesson?.(task) as ExampleList);
      expect(found).toEqual(union.sort((a, b) => a.localeCompare(b)));
      expect(new Set(found).size).toBe(found.length);
    }
  });

  it('meets each of them once in a pass, in as many steps as they ask for', async () => {
    const spec: ToySpec = { methods: { cumulative: {} }, training: { iterations: undefined, epochs: 1 } };
    const method = methodOf(spec);
    const met: string[][] = [[], [], []];
    const run = await runToy(spec, {
      method: { ...method, met: (lesson, { task }) => met[task]?.push(...pairs(lesson)) },
    });
    expect(run.error).toBeUndefined();
    const [started] = ofType(run.events, 'started');
    expect(started).toBeDefined();
    const { examples } = await toyLearner(spec, methodOf(spec));
    for (const task of [0, 1, 2]) {
      const count = examples.slice(0, task + 1).reduce((sum, { length }) => sum + length, 0);
      expect(met[task]?.length).toBe(Math.floor(count / 16) * 16);
      expect(new Set(met[task]).size).toBe(met[task]?.length);
      expect(new Set(met[task]?.map((pair) => pair[0])).size).toBe(task + 1);
    }
  });

  it('goes on from where it is, or from scratch from the initial weights with a fresh optimiser', async () => {
    const [goesOn, anew] = [
      await stepsOf({ methods: { cumulative: {} } }),
      await stepsOf({ methods: { cumulative: { fromScratch: true } } }),
    ];
    const first = anew[0]?.[0];
    expect(goesOn[0]?.[0]?.theta).toEqual(first?.theta);
    for (const task of [1, 2]) {
      expect(anew[task]?.[0]?.theta).toEqual(first?.theta);
      expect(goesOn[task]?.[0]?.theta).not.toEqual(first?.theta);
      // A first step of Adam has the size of the learning rate, to a part that its epsilon takes.
      expect(anew[task]?.[0]?.moved).toBeCloseTo(0.01, 4);
    }
    expect(anew[1]?.[1]?.theta).not.toEqual(anew[0]?.[1]?.theta);
  });

  it('counts all images so far as memory', async () => {
    const run = await runToy({ methods: { cumulative: {} } });
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      [80, 160, 240].map((n) => n * 65),
    );
  });
});

const bitsOf = (compute: () => tf.Tensor) => new Uint32Array(valuesOf(compute).slice().buffer);

/** [learned][task]: bits of the logits of the task's test images, as the task is tested after each task. */
async function logitsAfterTasks(spec: ToySpec): Promise<Uint32Array[][]> {
  const method = methodOf(spec);
  const seen: Uint32Array[][] = [];
  let learner: Learner | undefined;
  const run = await runToy(spec, {
    method: {
      ...method,
      begin(own) {
        learner = own;
        method.begin?.(own);
      },
      inspect(task) {
        const { stream, network, theta, buffers } = learner as Learner;
        const logits = stream.tasks.map(({ test }, of) =>
          bitsOf(() => {
            const parameters = parametersOf(network, method.parametersFor?.(of, theta) ?? theta);
            const running = buffers && (method.statisticsFor?.(of, buffers) ?? buffers);
            const own = { indices: test, tasks: new Int32Array(test.length).fill(of) };
            const x = inputTensor(stream.dataset.test, own, 64, stream.views);
            const asked = { training: false, buffers: running, columns: {}, constants: {} };
            return network.forward(parameters, x, asked).logits;
          }),
        );
        seen.push(logits);
        return method.inspect?.(task) ?? [];
      },
    },
  });
  expect(run.error).toBeUndefined();
  return seen;
}

describe('separate networks', () => {
  const kinds: Record<string, ToySpec> = {
    'task-incremental': { stream: { scenario: 'task' } },
    'class-incremental': {},
    'rotated, domain-incremental, with momentum': {
      stream: { kind: 'rotated', scenario: 'domain', angles: [20, 0, 110] },
      training: { optimizer: 'sgd', momentum: 0.9, learningRate: 0.1 },
    },
    // Making a graph of a ResNet takes seconds.
    ...(testBackend === 'wasm' && {
      'a ResNet with batch norm': {
        stream: { scenario: 'task' },
        network: { kind: 'resnet18', filters: 2 },
        training: { optimizer: 'sgd', learningRate: 0.05, iterations: 4 },
      },
    }),
  };

  it.each(Object.entries(kinds))(
    'never change the logits of a learned task again, bit for bit: %s',
    async (_, spec) => {
      const logits = await logitsAfterTasks({ ...spec, methods: { separate: {} } });
      expect(logits.length).toBe(3);
      for (const task of [0, 1]) {
        const once = logits[task]?.[task];
        expect(new Set(once).size).toBeGreaterThan(20);
        for (const later of logits.slice(task + 1)) expect(later[task]).toEqual(once);
      }
      // What has not come yet is tested with the untrained network.
      expect(logits[0]?.[2]).toEqual(logits[1]?.[2]);
      expect(logits[1]?.[2]).not.toEqual(logits[2]?.[2]);
    },
    180_000,
  );

  it('know nothing of each other: each starts from the initial weights with a fresh optimiser', async () => {
    const steps = await stepsOf({ methods: { separate: {} }, stream: { scenario: 'task' } });
    for (const task of [1, 2]) {
      expect(steps[task]?.[0]?.theta).toEqual(steps[0]?.[0]?.theta);
      expect(steps[task]?.[0]?.moved).toBeCloseTo(0.01, 4);
    }
  });

  it('learn the first task as a network without a remedy does', async () => {
    const stream = { scenario: 'task' };
    const [separate, none] = [await runToy({ methods: { separate: {} }, stream }), await runToy({ stream })];
    expect(parametersAfter(separate.folder, 0)).toEqual(parametersAfter(none.folder, 0));
  });

  it('take the room of all networks but the present one', async () => {
    const run = await runToy({ methods: { separate: {} }, stream: { scenario: 'task' } });
    const [{ parameters = NaN } = {}] = ofType(run.events, 'started');
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      [0, 1, 2].map((networks) => networks * 4 * parameters),
    );
  });
});
