import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cards } from '../../src/core/methods/index';
import { parseExperiment } from '../../src/core/parse';
import type { TrainingSpec } from '../../src/core/recipe';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { GreedySampler } from '../../src/engine/buffers/greedy';
import type { ExampleList, Method } from '../../src/engine/contract/method';
import { createMethod } from '../../src/engine/methods/index';
import { randomStream } from '../../src/engine/random';
import { stepSizeAt } from '../../src/engine/steps/stepSizes';
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

const none: ExampleList = { indices: new Int32Array(), tasks: new Int32Array() };

describe('the greedy sampler', () => {
  it('keeps everything of a class up to its share, and makes room out of the largest for a new one', async () => {
    const learner = await toyLearner({});
    const { labels } = learner.stream.dataset.train;
    const sampler = new GreedySampler(none, 12, learner);
    const counts = () => {
      const found = new Array<number>(6).fill(0);
      for (const index of sampler.stored.indices) {
        const label = labels[index] as number;
        found[label] = (found[label] ?? 0) + 1;
      }
      return found;
    };
    const offer = (label: number, task: number, count: number) => {
      const ofClass = [...(learner.examples[task] ?? [])].filter((index) => labels[index] === label);
      for (const index of ofClass.slice(0, count)) sampler.offer(index, task, randomStream(label, 'test'));
    };
    offer(0, 0, 30);
    expect(counts()).toEqual([12, 0, 0, 0, 0, 0]);
    offer(1, 0, 30);
    expect(counts()).toEqual([6, 6, 0, 0, 0, 0]);
    offer(2, 1, 2);
    expect(counts().slice(2)).toEqual([2, 0, 0, 0]);
    expect(sampler.stored.indices.length).toBe(12);
    offer(3, 1, 30);
    offer(2, 1, 30);
    offer(4, 2, 30);
    offer(5, 2, 30);
    expect(counts()).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('makes room by a random example of the largest class: each goes equally often', async () => {
    const learner = await toyLearner({});
    const { labels } = learner.stream.dataset.train;
    const ofClass = (label: number) => [...(learner.examples[0] ?? [])].filter((index) => labels[index] === label);
    const [first, [other = NaN]] = [ofClass(0).slice(0, 6), ofClass(1)];
    const gone = new Map<number, number>();
    for (let seed = 0; seed < 3000; seed++) {
      const sampler = new GreedySampler(none, 6, learner);
      const random = randomStream(seed, 'room');
      for (const index of [...first, other]) sampler.offer(index, 0, random);
      const stored = new Set(sampler.stored.indices);
      expect([stored.size, stored.has(other)]).toEqual([6, true]);
      for (const index of first) if (!stored.has(index)) gone.set(index, (gone.get(index) ?? 0) + 1);
    }
    // Five standard deviations of a share of 1/6.
    for (const index of first)
      expect(Math.abs((gone.get(index) ?? 0) - 500)).toBeLessThan(5 * Math.sqrt(500 * (5 / 6)));
  });

  it('goes on where it was, out of what it stored', async () => {
    const learner = await toyLearner({});
    const [first = new Int32Array(), second = new Int32Array()] = learner.examples;
    const whole = new GreedySampler(none, 10, learner);
    for (const index of first) whole.offer(index, 0, randomStream(1, 'a', index));
    const again = new GreedySampler(whole.stored, 10, learner);
    for (const index of second)
      for (const sampler of [whole, again]) sampler.offer(index, 1, randomStream(1, 'b', index));
    expect(again.stored).toEqual(whole.stored);
    expect(whole.stored.indices.length).toBe(10);
  });
});

describe('GDumb', () => {
  const spec: ToySpec = { methods: { gdumb: { size: 12 } }, training: { optimizer: 'sgd', momentum: 0.9 } };

  it('trains on its memory alone, which is balanced over the classes so far', async () => {
    const method = createMethod(toyManifest(spec).spec.methods);
    const met: number[][] = [[], [], []];
    const watched: Method = { ...method, met: ({ indices }, { task }) => void met[task]?.push(...indices) };
    const { events } = await runToy(spec, { method: watched });
    const views = viewsOf(events, 'memory');
    expect(views.map(({ perClass }) => perClass)).toEqual([
      [6, 6, 0, 0, 0, 0],
      [3, 3, 3, 3, 0, 0],
      [2, 2, 2, 2, 2, 2],
    ]);
    views.forEach(({ examples }, task) => expect(new Set(met[task])).toEqual(new Set(examples?.index)));
    // The sampler meets them in random order: in that of the file it would keep the first ones, classes take turns there.
    const [first = new Int32Array()] = (await toyLearner(spec)).examples;
    expect(new Set(views[0]?.examples?.index)).not.toEqual(new Set(first.subarray(0, 12)));
    expect(ofType(events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual([12, 12, 12].map((n) => n * 65));
  });

  it('begins each training with the initial weights and a fresh optimiser: a task before leaves nothing but the memory', async () => {
    // With steps of no size the network stays as it began, after each task.
    const still = await runToy(
      { ...spec },
      { method: { ...createMethod(toyManifest(spec).spec.methods), stepSize: () => 0 } },
    );
    const [first, second, third] = [0, 1, 2].map((task) => parametersAfter(still.folder, task));
    expect([second, third]).toEqual([first, first]);
    // And a long training on the first task changes nothing of the later ones.
    const phases =
      (steps: number): Method['phases'] =>
      (task) => [{ name: 'train', steps: task === 0 ? steps : 6 }];
    const run = (steps: number) =>
      runToy(spec, { method: { ...createMethod(toyManifest(spec).spec.methods), phases: phases(steps) } });
    const [short, long] = [await run(1), await run(9)];
    expect(parametersAfter(long.folder, 0)).not.toEqual(parametersAfter(short.folder, 0));
    expect([1, 2].map((task) => parametersAfter(long.folder, task))).toEqual(
      [1, 2].map((task) => parametersAfter(short.folder, task)),
    );
  });

  it('is trained as its authors train unless an entry says otherwise, and refuses a stream without boundaries', () => {
    const resolved = (entry: object, stream = {}) =>
      parseExperiment(
        JSON.stringify({ name: 'x', stream, seeds: 1, bounds: false, methods: [{ method: 'gdumb', ...entry }] }),
      );
    const { experiment } = resolved({ training: { epochs: 2 } });
    expect(experiment?.variants[0]?.training).toMatchObject({
      optimizer: 'sgd',
      learningRate: 0.05,
      momentum: 0.9,
      weightDecay: 1e-6,
      batchSize: 16,
      epochs: 2,
      clipping: { norm: 10 },
    });
    const { training } = resolved({}).experiment?.variants[0] ?? {};
    expect(training?.epochs).toBe(128);
    // One pass at a tenth, and cosines of 1, 2, 4 … 64 passes.
    const perEpoch = 31;
    const place = (pass: number) => ({ task: 0, step: pass * perEpoch, steps: 128 * perEpoch, perEpoch, drops: 0 });
    const wanted = [0.005];
    for (let period = 1; period <= 64; period *= 2)
      for (let pass = 0; pass < period; pass++)
        wanted.push(0.0005 + ((0.05 - 0.0005) * (1 + Math.cos((Math.PI * pass) / period))) / 2);
    expect(wanted.length).toBe(128);
    wanted.forEach((size, pass) =>
      expect(stepSizeAt(training as TrainingSpec, 0.05, place(pass))).toBeCloseTo(size, 12),
    );
    expect(resolved({}, { blurry: 0.5 }).problems.map(({ message }) => message)).toEqual([
      'GDumb trains on its memory when a task ends, and with "blurry" no task has an end.',
    ]);
    expect(cards.gdumb.combines).toBe(false);
  });
});
