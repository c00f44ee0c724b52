import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { ExampleList, Method } from '../../src/engine/contract/method';
import { createMethod } from '../../src/engine/methods/index';
import { parametersOf } from '../../src/engine/networks/network';
import {
  ofType,
  parametersAfter,
  removeRunFolders,
  runToy,
  toyManifest,
  toyStream,
  viewsOf,
  type ToySpec,
} from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const withIcarl = (settings: object, more: ToySpec = {}): ToySpec => ({
  ...more,
  methods: { icarl: { perClass: 5, ...settings } },
  network: { output: 'sigmoid', ...more.network },
});

/** What is kept after a task, and the parameters then. */
interface Kept extends ExampleList {
  readonly theta: Float32Array;
}

/** Runs iCaRL and notes what it keeps after each task. @param more looks at the run too */
async function kept(spec: ToySpec, more: (method: Method, learner: () => Learner) => Partial<Method> = () => ({})) {
  const icarl = createMethod(toyManifest(spec).spec.methods);
  let learner: Learner | undefined;
  const ofRun = (): Learner => {
    if (!learner) throw new Error('not begun');
    return learner;
  };
  const after: Kept[] = [];
  const run = await runToy(spec, {
    method: {
      ...icarl,
      ...more(icarl, ofRun),
      begin(own) {
        learner = own;
        icarl.begin?.(own);
      },
      async afterTask(task) {
        await icarl.afterTask?.(task);
        const memory = ofRun().memory.part('icarl/');
        const [indices, tasks] = [memory.integers('indices'), memory.integers('tasks')];
        after.push({ indices, tasks, theta: Float32Array.from(ofRun().theta.dataSync()) });
      },
    },
  });
  expect(run.error).toBeUndefined();
  return { run, after, learner: ofRun() };
}

type Row = readonly number[];
const unit = (row: Row): Row => row.map((value) => value / Math.hypot(...row));
const meanOf = (rows: readonly Row[]): Row =>
  (rows[0] ?? []).map((_, i) => rows.reduce((sum, row) => sum + (row[i] ?? NaN), 0) / rows.length);
const distance = (a: Row, b: Row) => Math.hypot(...a.map((value, i) => value - (b[i] ?? NaN)));

/** Features of length 1 of some examples of a part of the data, at some parameters: rows of plain numbers. */
function featuresOf(
  spec: ToySpec,
  { network }: Learner,
  theta: Float32Array,
  part: 'train' | 'test',
  indices: Int32Array,
  mirrored = false,
): Row[] {
  const stream = toyStream(spec);
  const examples = stream.dataset[part];
  const [height, width, channels] = stream.dataset.shape;
  const inputs = height * width * channels;
  const rows = tf.tidy(() => {
    const images = [...indices].map((index) => {
      const image = [...examples.images.subarray(index * inputs, (index + 1) * inputs)].map((value) => value / 255);
      const from = (i: number) => {
        const [pixel, channel] = [Math.floor(i / channels), i % channels];
        const [row, column] = [Math.floor(pixel / width), pixel % width];
        return (row * width + (width - 1 - column)) * channels + channel;
      };
      return mirrored ? image.map((_, i) => image[from(i)] ?? NaN) : image;
    });
    const { layers } = network.forward(
      parametersOf(network, tf.tensor1d(theta)),
      tf.tensor2d(images.flat(), [indices.length, inputs]),
      { training: false, columns: {}, constants: {} },
    );
    return layers.at(-2)?.arraySync() ?? [];
  });
  return rows.map(unit);
}

const labelsOf = (spec: ToySpec) => toyStream(spec).dataset.train.labels;
const ofClass = (spec: ToySpec, { indices }: ExampleList, label: number) =>
  indices.filter((index) => labelsOf(spec)[index] === label);

describe('the exemplars of iCaRL', () => {
  const spec = withIcarl({});

  it('are those of the greedy choice, tried out on all examples of each class with the features of the end of its task', async () => {
    const { after, learner } = await kept(spec);
    for (const [task, now] of after.entries()) {
      for (const label of learner.stream.tasks[task]?.classes ?? []) {
        const all = ofClass(
          spec,
          { indices: learner.examples[task] ?? new Int32Array(), tasks: new Int32Array() },
          label,
        );
        const features = featuresOf(spec, learner, now.theta, 'train', all);
        const mean = meanOf(features);
        const taken: number[] = [];
        const chosen = ofClass(spec, now, label);
        expect(chosen.length).toBe(5);
        for (const index of chosen) {
          const gap = (place: number) => distance(mean, meanOf([...taken, place].map((one) => features[one] ?? [])));
          const left = features.map((_, place) => place).filter((place) => !taken.includes(place));
          const place = all.indexOf(index);
          expect(gap(place)).toBeLessThanOrEqual(Math.min(...left.map(gap)) + 1e-6);
          taken.push(place);
        }
      }
    }
  });

  it('stay as they were chosen, so many of each class', async () => {
    const { after, run } = await kept(spec);
    expect(after.map(({ indices }) => indices.length)).toEqual([10, 20, 30]);
    for (const [task, { indices, tasks }] of after.slice(1).entries()) {
      const before = after[task] as Kept;
      expect(indices.subarray(0, before.indices.length)).toEqual(before.indices);
      expect(tasks.subarray(0, before.tasks.length)).toEqual(before.tasks);
    }
    expect(viewsOf(run.events, 'memory').map(({ policy, count }) => [policy, count])).toEqual([
      ['herding', 10],
      ['herding', 20],
      ['herding', 30],
    ]);
  });

  it('with K in all share it evenly, and a list that gets shorter keeps its first', async () => {
    const inAll = withIcarl({ budget: 'in-all', size: 26 });
    const { after, run, learner } = await kept(inAll);
    const most = [13, 6, 4];
    after.forEach((now, task) => {
      learner.stream.tasks.forEach(({ classes }, of) => {
        for (const label of classes) {
          const list = ofClass(inAll, now, label);
          expect(list.length).toBe(of <= task ? most[task] : 0);
          const first = ofClass(inAll, after[of] as Kept, label);
          if (of <= task) expect(list).toEqual(first.subarray(0, list.length));
        }
      });
      expect(now.indices.length).toBeLessThanOrEqual(26);
    });
    expect(viewsOf(run.events, 'memory').map(({ capacity }) => capacity)).toEqual([26, 26, 26]);
  });

  it('are counted with the network before the task, which the loss needs', async () => {
    const { run, learner } = await kept(spec);
    const network = 4 * learner.network.parameterCount;
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual([
      10 * 65,
      20 * 65 + network,
      30 * 65 + network,
    ]);
  });

  it('are trained on with the examples of the task', async () => {
    const lessons: ExampleList[] = [];
    const { after } = await kept(spec, (icarl) => ({
      lesson: (task) => {
        const lesson = icarl.lesson?.(task);
        if (!lesson) throw new Error('no lesson');
        lessons.push(lesson);
        return lesson;
      },
    }));
    expect(lessons.map(({ indices }) => indices.length)).toEqual([80, 90, 100]);
    lessons.slice(1).forEach(({ indices, tasks }, task) => {
      expect(indices.subarray(80)).toEqual(after[task]?.indices);
      expect(tasks.subarray(80)).toEqual(after[task]?.tasks);
      expect(new Set(tasks.subarray(0, 80))).toEqual(new Set([task + 1]));
    });
  });
});

describe('the loss of iCaRL', () => {
  const spec = withIcarl({ perClass: 4 });
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

  const withBatchNorm: ToySpec = {
    network: { kind: 'resnet18', filters: 2 },
    training: { learningRate: 0.003, iterations: 2 },
  };

  it.each([
    ['', {}, {}],
    [', by a temperature, of the classes so far', { activeClasses: 'all-so-far', temperature: 2 }, {}],
    [', with batch norm by the statistics of then', {}, withBatchNorm],
  ])(
    'is the cross-entropy of every output%s, to the label where a class is not old and to the old network where it is',
    async (_, settings: { temperature?: number; activeClasses?: string }, more: ToySpec) => {
      const found: { loss: number; wanted: number; task: number }[] = [];
      let before = new Float32Array();
      let statistics: Float32Array | undefined;
      const toy = withIcarl({ perClass: 4, ...settings }, { ...more, eager: true });
      await kept(toy, (icarl, learner) => ({
        async beforePhase(position) {
          await icarl.beforePhase?.(position);
          const { theta, buffers } = learner();
          before = Float32Array.from(theta.dataSync());
          statistics = buffers && Float32Array.from(buffers.dataSync());
        },
        loss(plain, outputs, batch, step) {
          const loss = icarl.loss?.(plain, outputs, batch, step) ?? plain;
          const { network, stream, task } = learner();
          const old = new Set(stream.heads.slice(0, task).flat());
          const met = settings.activeClasses ? stream.heads.slice(0, task + 1).flat() : stream.heads.flat();
          const logits = outputs.logits.arraySync();
          const targets = batch.targets.arraySync();
          const earlier = network
            .forward(parametersOf(network, tf.tensor1d(before)), batch.x, {
              training: false,
              columns: {},
              constants: {},
              ...(statistics && { buffers: tf.tensor1d(statistics) }),
            })
            .logits.arraySync();
          const crossEntropies = logits.map((row, i) =>
            row.map((z, u) => {
              if (!met.includes(u)) return 0;
              const before = (earlier[i]?.[u] ?? NaN) / (settings.temperature ?? 1);
              const target = old.has(u) ? sigmoid(before) : (targets[i]?.[u] ?? NaN);
              return -target * Math.log(sigmoid(z)) - (1 - target) * Math.log(1 - sigmoid(z));
            }),
          );
          const all = crossEntropies.flat();
          found.push({
            loss: loss.dataSync()[0] ?? NaN,
            wanted: all.reduce((sum, one) => sum + one, 0) / all.length,
            task,
          });
          return loss;
        },
      }));
      expect(new Set(found.map(({ task }) => task))).toEqual(new Set([0, 1, 2]));
      for (const { loss, wanted } of found) expect(loss).toBeCloseTo(wanted, 5);
    },
  );

  it('of the classes so far alone leaves the weights of all others as they are, to the bit', async () => {
    const soFar = withIcarl({ activeClasses: 'all-so-far', temperature: 2 });
    const { run, learner } = await kept(soFar);
    const { views } = learner.network;
    const { outputs, heads } = learner.stream;
    const head = views.filter(({ isHead }) => isHead).map(({ name }) => name);
    const columnsAfter = (task: number, unit: number) =>
      head.map((name) => parametersAfter(run.folder, task)[name]?.values.filter((_, i) => i % outputs === unit));
    for (const unit of heads[2] ?? []) expect(columnsAfter(1, unit)).toEqual(columnsAfter(0, unit));
    for (const unit of heads[2] ?? []) expect(columnsAfter(2, unit)).not.toEqual(columnsAfter(1, unit));
    for (const unit of heads[1] ?? []) expect(columnsAfter(1, unit)).not.toEqual(columnsAfter(0, unit));
  });

  it('is in the first task that of sigmoid outputs without a remedy, bit for bit', async () => {
    const losses = async (toy: ToySpec) => ofType((await runToy(toy)).events, 'step').map(({ loss }) => loss);
    const eager = { ...spec, eager: true };
    const [with_, without] = [await losses(eager), await losses({ ...eager, methods: { none: {} } })];
    expect(with_.slice(0, 6)).toEqual(without.slice(0, 6));
    expect(with_.slice(6)).not.toEqual(without.slice(6));
  });
});

describe('iCaRL at test', () => {
  it.each([
    ['its exemplars', { training: { iterations: 20 } }, false],
    ['exemplars and their mirror images', { training: { iterations: 20 } }, true],
    ['its exemplars, with convolutions', { network: { kind: 'cnn', conv: [4], hidden: [8], output: 'sigmoid' } }, true],
  ])('takes an image for the class with the nearest mean of %s', async (_, more: ToySpec, mirrored) => {
    const spec = withIcarl({ mirrored }, more);
    const { run, after, learner } = await kept(spec);
    const { stream } = learner;
    const rows = ofType(run.events, 'task-end');
    after.forEach((now, task) => {
      const means = stream.tasks.slice(0, task + 1).flatMap(({ classes }) =>
        classes.map((label) => {
          const own = ofClass(spec, now, label);
          const sides = (mirrored ? [false, true] : [false]).map((side) =>
            meanOf(featuresOf(spec, learner, now.theta, 'train', own, side)),
          );
          return { label, mean: unit(meanOf(sides)) };
        }),
      );
      const right = (of: number, among: readonly number[]) => {
        const indices = stream.tasks[of]?.test ?? new Int32Array();
        const features = featuresOf(spec, learner, now.theta, 'test', indices);
        const count = features.filter((phi, i) => {
          const found = means
            .filter(({ label }) => among.includes(label))
            .map(({ label, mean }) => ({ label, gap: distance(phi, mean) }))
            .sort((a, b) => a.gap - b.gap)[0];
          return found?.label === stream.dataset.test.labels[indices[i] as number];
        }).length;
        return count / indices.length;
      };
      const met = means.map(({ label }) => label);
      for (let of = 0; of <= task; of++) {
        expect(rows[task]?.accuracy[of]).toBeCloseTo(right(of, met), 6);
        expect(rows[task]?.taskAware[of]).toBeCloseTo(right(of, stream.tasks[of]?.classes ?? []), 6);
      }
      // What was never met has no mean.
      for (let of = task + 1; of < 3; of++) expect(rows[task]?.accuracy[of]).toBe(0);
    });
  });

  it('knows the classes of a task from its first step on', async () => {
    const spec = withIcarl({}, { training: { iterations: 40 }, evaluation: { points: 4, samples: 40 } });
    const { run } = await kept(spec);
    const points = ofType(run.events, 'eval');
    for (const { task, accuracy } of points) expect(accuracy[task]).toBeGreaterThan(0);
  });
});

describe('iCaRL is refused', () => {
  it.each([
    ['where K leaves nothing for some classes', { budget: 'in-all', size: 5 }, {}, /6 classes.*"size": 5/],
    [
      'where images do not lie as they are and are to be mirrored',
      { mirrored: true },
      { kind: 'permuted' },
      /mirrored/,
    ],
  ])('%s', async (_, settings, stream, message) => {
    const trained = async () => {
      const { error } = await runToy(withIcarl(settings, { stream: { scenario: 'class', ...stream } }));
      throw error ?? new Error('trained');
    };
    await expect(trained()).rejects.toThrow(message);
  });
});
