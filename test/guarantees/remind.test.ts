import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remindSettings } from '../../src/core/methods/remind';
import { networkSchema } from '../../src/core/recipe';
import { parseExperiment } from '../../src/core/parse';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Asked } from '../../src/engine/contract/network';
import type { ExampleList, Method } from '../../src/engine/contract/method';
import { createRemind } from '../../src/engine/methods/remind';
import { remindNetwork } from '../../src/engine/methods/remindNetwork';
import { plainLoss } from '../../src/engine/steps/gradient';
import { networkFor } from '../../src/engine/networks/networkFor';
import { logitsOf, parametersOf } from '../../src/engine/networks/network';
import { randomStream } from '../../src/engine/random';
import { cases } from './cases';
import { ofType, parametersAfter, removeRunFolders, runToy, viewsOf, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const small = { codebooks: 4, centroids: 8, replaySamples: 6 };
const remind = (more: object = {}): ToySpec => ({ methods: { remind: { ...small, ...more } } });
/** The toy network is 64-12-10-6, of which the first layer is frozen. */
const CHANNELS = 12;

/** In place of the method's own parts, or after a task. */
interface Looks extends Pick<Method, 'batches' | 'stepSize'> {
  readonly after?: (task: number) => void;
}

/** Runs it, and looks at what the method does. */
async function runObserved(spec: ToySpec, look: (method: Method, learner: Learner) => Looks) {
  const method = createRemind(remindSettings.parse(spec.methods?.remind));
  const parts: { own: Looks } = { own: {} };
  const observed: Method = {
    ...method,
    begin(learner) {
      method.begin?.(learner);
      parts.own = look(method, learner);
    },
    batches: (...given) => (parts.own.batches ?? method.batches)?.(...given) ?? given[0],
    stepSize: (...given) => (parts.own.stepSize ?? method.stepSize)?.(...given) ?? given[1],
    inspect(task) {
      parts.own.after?.(task);
      return method.inspect?.(task) ?? [];
    },
  };
  const run = await runToy(spec, { method: observed });
  expect(run.error).toBeUndefined();
  return run;
}

/** Values of an image as the network gets them. */
const imageAt = ({ stream }: Learner, index: number) =>
  Array.from(stream.dataset.train.images.subarray(index * 64, (index + 1) * 64), (byte) => byte / 255);

/** What the first layer makes of an image, in double precision. */
function featuresOf(learner: Learner, index: number, theta: Float32Array): number[] {
  const image = imageAt(learner, index);
  return Array.from({ length: CHANNELS }, (_, unit) => {
    const bias = theta[64 * CHANNELS + unit] as number;
    return Math.max(
      0,
      image.reduce((sum, value, i) => sum + value * (theta[i * CHANNELS + unit] as number), bias),
    );
  });
}

describe.each(['Adam', 'momentum', 'weight decay'])('after the base with %s', (recipe) => {
  const training = {
    Adam: { learningRate: 0.01 },
    momentum: { optimizer: 'sgd', momentum: 0.9, learningRate: 0.05 },
    'weight decay': { optimizer: 'sgd', weightDecay: 0.1, learningRate: 0.05 },
  }[recipe];

  it('the front never changes, bit for bit, and the back learns', async () => {
    const run = await runToy({ ...remind(), training });
    expect(run.error).toBeUndefined();
    const [base, ...later] = [0, 1, 2].map((task) => parametersAfter(run.folder, task));
    for (const after of later) {
      for (const name of ['layer1.weights', 'layer1.bias'])
        expect(after[name]?.values, name).toEqual(base?.[name]?.values);
      for (const name of ['layer2.weights', 'layer3.weights'])
        expect(after[name]?.values, name).not.toEqual(base?.[name]?.values);
    }
  });
});

it('learns its base as without a remedy, bit for bit', async () => {
  const lossesOf = async (spec: ToySpec) =>
    ofType((await runToy(spec)).events, 'step')
      .filter(({ task }) => task === 0)
      .map(({ loss }) => loss);
  const losses = await lossesOf(remind());
  expect(losses.length).toBeGreaterThan(2);
  expect(losses).toEqual(await lossesOf({}));
});

it('leaves the front of a residual network as it is with its running statistics, and measures those of the back', async () => {
  const run = await runToy({
    ...remind({ codebooks: 2, centroids: 4, replaySamples: 2 }),
    network: { kind: 'resnet18', filters: 2 },
    training: { iterations: 2, batchSize: 8 },
  });
  expect(run.error).toBeUndefined();
  const [base, , last] = [0, 1, 2].map((task) => parametersAfter(run.folder, task));
  const changed = Object.keys(base ?? {}).filter((name) =>
    base?.[name]?.values.some((value, i) => value !== last?.[name]?.values[i]),
  );
  expect(new Set(changed.map((name) => name.split('.').slice(0, 2).join('.')))).toEqual(
    new Set(['stage4.2', 'head.weights', 'head.bias']),
  );
  expect(changed).toContain('stage4.2.norm1.mean');
});

describe('the memory', () => {
  it('holds of each example the nearest entry of every codebook, and is counted to the byte', async () => {
    let looked = 0;
    const run = await runObserved(remind({ size: 30 }), (_method, learner) => ({
      after(task) {
        const { memory } = learner;
        const [codes, indices, books] = [
          memory.bytes('features'),
          memory.integers('indices'),
          memory.floats('codebooks'),
        ];
        expect(memory.integers('rows')).toEqual(Int32Array.from(indices, (_, row) => row));
        expect(indices.length).toBe(30);
        expect(codes.length).toBe(30 * small.codebooks);
        expect(books.length).toBe(CHANNELS * small.centroids);
        const theta = Float32Array.from(learner.theta.dataSync());
        const width = CHANNELS / small.codebooks;
        indices.forEach((index, row) => {
          const features = featuresOf(learner, index, theta);
          for (let part = 0; part < small.codebooks; part++) {
            const errors = Array.from({ length: small.centroids }, (_, entry) => {
              const start = (part * small.centroids + entry) * width;
              return features
                .slice(part * width, (part + 1) * width)
                .reduce((sum, value, i) => sum + (value - (books[start + i] as number)) ** 2, 0);
            });
            const code = codes[row * small.codebooks + part] as number;
            // Nearest in single precision.
            expect(errors[code]).toBeLessThanOrEqual(Math.min(...errors) + 1e-5);
            looked++;
          }
        });
        expect(new Set(memory.integers('tasks'))).toEqual(new Set(Array.from({ length: task + 1 }, (_, own) => own)));
      },
    }));
    expect(looked).toBe(3 * 30 * small.codebooks);
    // A byte for each codebook and one for the label; entries are floats.
    const expected = 30 * (small.codebooks + 1) + 4 * small.centroids * CHANNELS;
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual([
      expected,
      expected,
      expected,
    ]);
    const views = viewsOf(run.events, 'memory');
    expect(views.map(({ bytes, count, capacity }) => [bytes, count, capacity])).toEqual(
      views.map(() => [expected, 30, 30]),
    );
    expect(views.at(-1)?.perClass).toEqual([5, 5, 5, 5, 5, 5]);
  });

  it('of so many bytes holds as many examples as these are for, and says what does not fit', async () => {
    const [each, books] = [small.codebooks + 1, 4 * small.centroids * CHANNELS];
    const run = await runToy(remind({ bytes: books + 20 * each + each - 1 }));
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      [0, 1, 2].map(() => books + 20 * each),
    );
    await expect(runToy(remind({ bytes: books + each - 1 }))).rejects.toThrow(
      `a memory of ${books + each - 1} bytes does not hold the codebooks (${books} bytes) and one example (${each})`,
    );
  });

  it('of features themselves holds what the front makes of each example, four bytes a number', async () => {
    const run = await runObserved(remind({ quantise: false, size: 25 }), (_method, learner) => ({
      after() {
        const { memory } = learner;
        const theta = Float32Array.from(learner.theta.dataSync());
        const features = memory.floats('features');
        memory.integers('indices').forEach((index, row) => {
          featuresOf(learner, index, theta).forEach((value, i) =>
            expect(features[row * CHANNELS + i]).toBeCloseTo(value, 4),
          );
        });
      },
    }));
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      [0, 1, 2].map(() => 25 * (4 * CHANNELS + 1)),
    );
  });
});

it('shows the error of what comes back from its codes, of each class so far, and features beside what comes back', async () => {
  const errors: (number | null)[][] = [];
  let firsts: string[] = [];
  const run = await runObserved(remind(), (_method, learner) => ({
    after(task) {
      const theta = Float32Array.from(learner.theta.dataSync());
      const books = learner.memory.floats('codebooks');
      const { labels, images } = learner.stream.dataset.train;
      firsts = learner.stream.tasks.slice(0, task + 1).flatMap(({ classes }, own) =>
        classes.map((label) => {
          const index = learner.examples[own]?.find((one) => labels[one] === label) ?? NaN;
          return Buffer.from(images.subarray(64 * index, 64 * (index + 1)) as Uint8Array).toString('base64');
        }),
      );
      const width = CHANNELS / small.codebooks;
      errors.push(
        learner.stream.tasks.slice(0, task + 1).flatMap(({ classes }, own) =>
          classes.map((label) => {
            const { labels } = learner.stream.dataset.train;
            const indices = [...(learner.examples[own] ?? [])].filter((index) => labels[index] === label).slice(0, 20);
            let [error, length] = [0, 0];
            for (const index of indices) {
              const features = featuresOf(learner, index, theta);
              length += features.reduce((sum, value) => sum + value ** 2, 0);
              for (let part = 0; part < small.codebooks; part++) {
                const distances = Array.from({ length: small.centroids }, (_, entry) =>
                  features
                    .slice(part * width, (part + 1) * width)
                    .reduce(
                      (sum, value, i) =>
                        sum + (value - (books[(part * small.centroids + entry) * width + i] ?? NaN)) ** 2,
                      0,
                    ),
                );
                error += Math.min(...distances);
              }
            }
            return error / length;
          }),
        ),
      );
    },
  }));
  const views = viewsOf(run.events, 'layers').filter(({ title }) => title.startsWith('Error of features'));
  expect(views.map(({ layers }) => layers.map(({ name }) => name))).toEqual(
    [2, 4, 6].map((count) => [0, 1, 2, 3, 4, 5].slice(0, count).map((label) => `class ${label}`)),
  );
  views.forEach(({ layers }, task) =>
    layers.forEach(({ value }, i) => expect(value).toBeCloseTo(errors[task]?.[i] ?? NaN, 4)),
  );
  const images = viewsOf(run.events, 'images');
  expect(images.map(({ rows }) => rows.map((row) => row.images.length))).toEqual([
    [2],
    [2, 2],
    [4],
    [4, 4],
    [6],
    [6, 6],
  ]);
  const [features, back] = images.at(-1)?.rows ?? [];
  const [originals] = images.at(-2)?.rows ?? [];
  expect(originals?.captions).toEqual(features?.captions);
  // The first training example of each class, byte for byte.
  expect(originals?.images).toEqual(firsts);
  expect(features?.images).not.toEqual(back?.images);
  const raw = await runToy(remind({ quantise: false }));
  const titles = [...viewsOf(raw.events, 'images'), ...viewsOf(raw.events, 'layers')].map(({ title }) => title);
  expect(titles.filter((title) => title.includes('codes'))).toEqual([]);
});

describe('the stream after the base', () => {
  it('meets each example once and by itself, with others that are drawn from all that were met before', async () => {
    const met: number[][] = [[], [], []];
    const run = await runObserved(remind(), (method, learner) => ({
      batches(batches, position, lesson: ExampleList) {
        const found = method.batches?.(batches, position, lesson) ?? batches;
        const { task } = position;
        if (task === 0) return found;
        expect(lesson.indices.length).toBe(1);
        const before = new Set([...learner.examples.slice(0, task).flatMap((own) => [...own]), ...(met[task] ?? [])]);
        const { indices, weights } = found.current;
        expect(indices.length).toBe(1 + 2 * small.replaySamples);
        expect(indices[0]).toBe(lesson.indices[0]);
        const drawn = indices.slice(1);
        expect(new Set(drawn).size).toBe(drawn.length);
        expect([...drawn].every((index) => before.has(index))).toBe(true);
        // Of a pair the two weights add up to that of the new example.
        const [own = NaN] = weights;
        expect(own).toBeCloseTo(1 / (1 + small.replaySamples), 6);
        for (let pair = 1; pair <= small.replaySamples; pair++)
          expect((weights[pair] as number) + (weights[pair + small.replaySamples] as number)).toBeCloseTo(own, 6);
        met[task]?.push(lesson.indices[0] as number);
        return found;
      },
      after(task) {
        if (task > 0) expect([...(met[task] ?? [])].sort()).toEqual([...(learner.examples[task] ?? [])].sort());
      },
    }));
    expect(ofType(run.events, 'task-start').map(({ steps }) => steps)).toEqual([6, met[1]?.length, met[2]?.length]);
  });

  it('takes smaller steps on a class the more of its examples were met', async () => {
    const met = new Map<number, number>();
    let present = 0;
    await runObserved(remind({ learningRate: 0.08, decay: 0.5, decayEvery: 7 }), (method, { stream }) => ({
      batches(batches, position, lesson) {
        present = stream.dataset.train.labels[lesson.indices[0] as number] as number;
        return method.batches?.(batches, position, lesson) ?? batches;
      },
      stepSize(position, base) {
        const found = method.stepSize?.(position, base) ?? base;
        if (position.task === 0) {
          expect(found).toBe(base);
          return found;
        }
        const before = met.get(present) ?? 0;
        met.set(present, before + 1);
        expect(found).toBe(0.08 * 0.5 ** Math.floor(before / 7));
        return found;
      },
    }));
    expect([...met.keys()].sort()).toEqual([2, 3, 4, 5]);
  });

  it('with two base tasks learns them together first, and then streams', async () => {
    const run = await runToy(cases['REMIND with raw features, two base tasks, permuted, domain-incremental'] ?? {});
    expect(run.error).toBeUndefined();
    const [first, second, third] = ofType(run.events, 'task-start').map(({ steps }) => steps);
    expect([first, second]).toEqual([6, 6]);
    expect(third).toBeGreaterThan(6);
    expect(ofType(run.events, 'task-end')[0]?.memoryBytes).toBe(0);
  });
});

describe('the network', () => {
  const random = randomStream(1, 'remind network');
  const floats = (count: number) => Float32Array.from({ length: count }, () => 2 * random() - 1);
  const asked = (more: Partial<Asked>): Asked => ({ training: true, columns: {}, constants: {}, ...more });

  it.each([
    [{ hidden: [6, 5] }, 1],
    [{ kind: 'cnn', conv: [4, 6], hidden: [5] }, 2],
    [{ kind: 'cnn', conv: [4, 6], hidden: [5] }, 3],
    [{ kind: 'resnet18', filters: 2, norm: 'group', groups: 2 }, 3],
    [{ kind: 'resnet18', filters: 2, norm: 'none' }, 8],
  ])('of %j cut behind %d is, put together, the network itself', (spec, frozen) => {
    const whole = networkFor(networkSchema.parse(spec), [8, 8, 1], 4);
    const parameters = parametersOf(whole, tf.tensor1d(whole.initial(randomStream(1, 'init'))));
    const x = tf.tensor2d(floats(3 * 64), [3, 64]);
    const cut = whole.cut?.after(frozen);
    const { features, layers } = cut?.front(parameters, x, asked({ training: false })) ?? {};
    expect(features?.shape[1]).toBe(cut?.shape.reduce((product, side) => product * side, 1));
    const back = cut?.back(parameters, features as tf.Tensor2D, asked({ training: false }));
    const wanted = whole.forward(parameters, x, asked({ training: false }));
    expect([...(back?.logits.dataSync() ?? [])]).toEqual([...wanted.logits.dataSync()]);
    expect([...(layers ?? []), ...(back?.layers ?? [])].map(({ shape }) => shape)).toEqual(
      wanted.layers.map(({ shape }) => shape),
    );
  });

  it('sees features at test as they come back from their codes', () => {
    const whole = networkFor(networkSchema.parse({ hidden: [4, 3] }), [1, 1, 2], 2);
    const cut = whole.cut?.after(1);
    if (!cut) throw new Error('it can be cut');
    const parameters = parametersOf(whole, tf.tensor1d(floats(whole.parameterCount)));
    const x = tf.tensor2d(floats(10), [5, 2]);
    const books = tf.tensor3d(floats(2 * 3 * 2), [2, 3, 2]);
    const { features } = cut.front(parameters, x, asked({}));
    const [values, entries] = [features.dataSync(), books.dataSync()];
    const back = Float32Array.from(values, (_, i) => {
      const [row, part] = [Math.floor(i / 4), Math.floor((i % 4) / 2)];
      const errors = [0, 1, 2].map((entry) =>
        [0, 1].reduce(
          (sum, k) =>
            sum + ((values[row * 4 + part * 2 + k] as number) - (entries[(part * 3 + entry) * 2 + k] as number)) ** 2,
          0,
        ),
      );
      const nearest = errors.indexOf(Math.min(...errors));
      return entries[(part * 3 + nearest) * 2 + (i % 2)] as number;
    });
    const found = remindNetwork(whole, cut).forward(
      parameters,
      x,
      asked({ training: false, constants: { codebooks: books } }),
    );
    const wanted = cut.back(parameters, tf.tensor2d(back, [5, 4]), asked({ training: false }));
    expect([...found.logits.dataSync()]).toEqual([...wanted.logits.dataSync()]);
    // Without codebooks, as before the end of the base, it is the experiment's.
    const plain = remindNetwork(whole, cut).forward(parameters, x, asked({}));
    expect([...plain.logits.dataSync()]).toEqual([...logitsOf(whole, parameters, x).dataSync()]);
  });

  it('has the loss of mixup: λ times that of one label of a pair, and 1 − λ times that of the other', () => {
    const whole = networkFor(networkSchema.parse({ hidden: [4, 3] }), [1, 1, 2], 2);
    const cut = whole.cut?.after(1);
    if (!cut) throw new Error('it can be cut');
    const parameters = parametersOf(whole, tf.tensor1d(floats(whole.parameterCount)));
    const lambda = 0.3;
    const stored = floats(5 * 4);
    const labels = [0, 1, 0, 0, 1];
    const batch = {
      targets: tf.tensor2d(
        labels.flatMap((label) => (label === 0 ? [1, 0] : [0, 1])),
        [5, 2],
      ),
      weights: tf.tensor1d([1, lambda, lambda, 1 - lambda, 1 - lambda].map((weight) => weight / 3)),
    };
    const columns = { stored: tf.tensor2d(stored, [5, 4]), share: tf.fill([5], lambda) };
    const { logits } = remindNetwork(whole, cut).forward(parameters, tf.zeros([5, 2]), asked({ columns }));
    const [found = NaN] = plainLoss(whole, logits, batch).dataSync();
    const row = (at: number) => stored.subarray(at * 4, (at + 1) * 4);
    const mixed = [
      row(0),
      ...[1, 2].map((a) => row(a).map((value, i) => lambda * value + (1 - lambda) * (row(a + 2)[i] ?? NaN))),
    ];
    const outputs = cut
      .back(
        parameters,
        tf.tensor2d(
          mixed.flatMap((one) => [...one]),
          [3, 4],
        ),
        asked({}),
      )
      .logits.arraySync();
    const entropy = (of: number, label: number) => {
      const own = outputs[of] ?? [];
      return Math.log(own.reduce((sum, value) => sum + Math.exp(value), 0)) - (own[label] ?? NaN);
    };
    const pair = (a: number) => lambda * entropy(a, labels[a] ?? NaN) + (1 - lambda) * entropy(a, labels[a + 2] ?? NaN);
    expect(found).toBeCloseTo((entropy(0, labels[0] ?? NaN) + pair(1) + pair(2)) / 3, 5);
  });
});

describe('an experiment is refused', () => {
  const problemsOf = (settings: object, more: object = {}) =>
    parseExperiment(
      JSON.stringify({
        name: 'Refused',
        stream: { dataset: 'mnist', kind: 'split', tasks: 5 },
        network: { hidden: [400, 100] },
        methods: [{ method: 'remind', ...settings }],
        ...more,
      }),
    )
      .problems.filter(({ severity }) => severity === 'error')
      .map(({ message }) => message);

  it.each([
    [{ baseTasks: 5 }, {}, 'The base is the first 4 of 5 tasks at most'],
    [{ codebooks: 32 }, {}, '400 channels cannot be cut into 32 equal parts: 1, 2, 4, 5, 8, 10, 16, 20, 25'],
    [{ frozen: 3 }, {}, 'This network has 2 hidden layers that may be frozen.'],
    [{ size: 100, bytes: 5000 }, {}, 'Give the memory a size or bytes, not both.'],
    [{ frozen: 9 }, { network: { kind: 'resnet18' } }, 'This network has 8 blocks that may be frozen.'],
    [
      {},
      { stream: { dataset: 'mnist', kind: 'split', tasks: 5, blurry: 0.5 } },
      'REMIND freezes its front and makes its codebooks when the base ends',
    ],
  ])('%j %j', (settings, more, reason) => {
    expect(problemsOf(settings, more).join()).toContain(reason);
  });

  it('and accepted with what suits it', () => {
    expect(problemsOf({ codebooks: 25 })).toEqual([]);
    expect(problemsOf({})).toEqual([]);
  });
});
