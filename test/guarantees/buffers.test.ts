import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bufferPolicies, bufferSettings, type BufferPolicy } from '../../src/core/methods/buffers';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Buffer } from '../../src/engine/buffers/buffer';
import { bufferFor, reservoirBuffer } from '../../src/engine/buffers/index';
import type { Learner } from '../../src/engine/contract/learner';
import type { ExampleList, Method, Position } from '../../src/engine/contract/method';
import { closestToMean } from '../../src/engine/coresets/closestToMean';
import { featuresOf } from '../../src/engine/coresets/features';
import { herding } from '../../src/engine/coresets/herding';
import { kCenter } from '../../src/engine/coresets/kCenter';
import { createMethod } from '../../src/engine/methods/index';
import { randomStream } from '../../src/engine/random';
import {
  digestAfter,
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

/** Three tasks of two classes; of each class as many examples as are given. */
const many = (train: number): ToySpec => ({ dataset: toyDataset({ train, test: 1, shape: [1, 1, 1] }) });

/** A learner whose memory is that of a buffer. */
async function learnerWith(buffer: Buffer, spec: ToySpec): Promise<Learner> {
  let learner: Learner | undefined;
  const method: Method = {
    id: 'own',
    begin(own) {
      learner = own;
    },
    keeps: () => buffer.keeps(learner as Learner),
  };
  return toyLearner(spec, method);
}

/** The same learner with an empty memory and the random numbers of another seed. */
function begunAnew(learner: Learner, buffer: Buffer, seed: number): Learner {
  for (const [name, { initial }] of Object.entries(buffer.keeps(learner))) learner.memory.set(name, initial);
  const random: Learner['random'] = (name, ...place) => randomStream(seed, name, ...place);
  return Object.create(learner, { random: { value: random } }) as Learner;
}

/** The examples of a task, in batches of 16, as steps of a first pass; each with what the buffer holds after it. */
function meet(buffer: Buffer, learner: Learner, task: number, order = learner.examples[task] ?? new Int32Array()) {
  const met: { lesson: ExampleList; position: Position; stored: number[] }[] = [];
  for (let start = 0; start + 16 <= order.length; start += 16) {
    const indices = order.slice(start, start + 16);
    const lesson = { indices, tasks: new Int32Array(16).fill(task) };
    const position = { task, phase: 0, step: start / 16 };
    buffer.met(lesson, position, learner);
    met.push({ lesson, position, stored: [...buffer.stored(learner.memory).indices] });
  }
  return met;
}

const policy = (buffer: BufferPolicy, sizes: { perClass?: number; size?: number; perTask?: number }) =>
  bufferFor({ buffer, perClass: 100, size: 1000, ...sizes });

/** How many of each class are stored. */
function countsOf(buffer: Buffer, { memory, stream }: Learner): number[] {
  const counts = new Array<number>(stream.dataset.classes).fill(0);
  for (const index of buffer.stored(memory).indices) {
    const label = stream.dataset.train.labels[index] as number;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

describe('a ring', () => {
  it('holds the newest of each class of each task, in the order in which they were met', async () => {
    const buffer = policy('ring', { perClass: 3 });
    const learner = await learnerWith(buffer, many(40));
    const { labels } = learner.stream.dataset.train;
    const all: number[] = [];
    for (const task of [0, 1, 2]) {
      for (const { lesson, stored } of meet(buffer, learner, task)) {
        all.push(...lesson.indices);
        const newest = all.filter(
          (index, i) => all.slice(i + 1).filter((later) => labels[later] === labels[index]).length < 3,
        );
        expect(stored).toEqual(newest);
      }
    }
    expect(countsOf(buffer, learner)).toEqual([3, 3, 3, 3, 3, 3]);
  });

  it('of tasks holds the last that were met of each, whatever their classes', async () => {
    const buffer = policy('task-ring', { perTask: 5 });
    const learner = await learnerWith(buffer, many(40));
    const wanted: number[] = [];
    for (const task of [0, 1, 2]) {
      const met = meet(buffer, learner, task);
      wanted.push(...(met.at(-1)?.lesson.indices.slice(-5) ?? []));
      expect(met.at(-1)?.stored).toEqual(wanted);
    }
    expect([...buffer.stored(learner.memory).tasks]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
  });

  it('takes each example once, in the first pass', async () => {
    const views = async (iterations: number) =>
      viewsOf(
        (await runToy({ methods: { replay: { buffer: 'ring', perClass: 4 } }, training: { iterations } })).events,
        'memory',
      ).map(({ examples }) => examples);
    expect(await views(12)).toEqual(await views(5));
  });
});

describe('a class-balanced buffer', () => {
  it('is filled first, and then equally by the classes met, however many were met of each', async () => {
    const buffer = policy('class-balanced', { size: 30 });
    const learner = await learnerWith(buffer, many(200));
    const { labels } = learner.stream.dataset.train;
    // Eight of ten in the first task are of its first class.
    const [first = new Int32Array(), second = new Int32Array(), third = new Int32Array()] = learner.examples;
    const skewed = first.filter((index, i) => labels[index] === 0 || i % 8 === 1);
    const [start] = meet(buffer, learner, 0, skewed);
    expect(start?.stored).toEqual([...(start?.lesson.indices ?? [])]);
    expect(countsOf(buffer, learner)).toEqual([15, 15, 0, 0, 0, 0]);
    meet(buffer, learner, 1, second);
    const four = countsOf(buffer, learner).slice(0, 4);
    expect([Math.min(...four), Math.max(...four), four.reduce((sum, n) => sum + n)]).toEqual([7, 8, 30]);
    meet(buffer, learner, 2, third);
    expect(countsOf(buffer, learner)).toEqual([5, 5, 5, 5, 5, 5]);
  });

  it('leaves a class alone that has fewer examples than its share, and holds all of them', async () => {
    const buffer = policy('class-balanced', { size: 30 });
    const learner = await learnerWith(buffer, many(200));
    const { labels } = learner.stream.dataset.train;
    const [first = new Int32Array(), second = new Int32Array()] = learner.examples;
    const ofClass = (label: number) => first.filter((index) => labels[index] === label);
    const rare = ofClass(1).slice(0, 4);
    meet(buffer, learner, 0, Int32Array.of(...ofClass(0).slice(0, 100), ...rare, ...ofClass(0).slice(100, 156)));
    meet(buffer, learner, 1, second);
    expect([...buffer.stored(learner.memory).indices]).toEqual(expect.arrayContaining([...rare]));
    expect(countsOf(buffer, learner)[1]).toBe(4);
  });

  it('remembers which classes were the largest: they take no place of another any more', async () => {
    const buffer = policy('class-balanced', { size: 10 });
    const learner = await learnerWith(buffer, many(200));
    const { labels } = learner.stream.dataset.train;
    const some = (label: number, from: number) =>
      (learner.examples[Math.floor(label / 2)] ?? new Int32Array())
        .filter((index) => labels[index] === label)
        .slice(from, from + 16);
    for (const label of [0, 1]) meet(buffer, learner, 0, some(label, 0));
    expect(countsOf(buffer, learner)).toEqual([5, 5, 0, 0, 0, 0]);
    meet(buffer, learner, 1, some(2, 0));
    // The last of ten went to the newest class.
    expect(countsOf(buffer, learner)).toEqual([3, 3, 4, 0, 0, 0]);
    for (const label of [0, 1]) meet(buffer, learner, 0, some(label, 16));
    expect(countsOf(buffer, learner)).toEqual([3, 3, 4, 0, 0, 0]);
  });

  it('holds a uniform sample of each class (chi-square over 600 seeds)', async () => {
    const [size, seeds] = [8, 600];
    const counts = new Map<number, number>();
    const buffer = policy('class-balanced', { size });
    const first = await learnerWith(buffer, many(16));
    for (let seed = 1; seed <= seeds; seed++) {
      const learner = begunAnew(first, buffer, seed);
      for (const task of [0, 1]) meet(buffer, learner, task);
      expect(countsOf(buffer, learner)).toEqual([2, 2, 2, 2, 0, 0]);
      for (const index of buffer.stored(learner.memory).indices) counts.set(index, (counts.get(index) ?? 0) + 1);
    }
    const share = 2 / 16;
    const expected = seeds * share;
    const { examples, stream } = first;
    const { labels } = stream.dataset.train;
    for (const label of [0, 1, 2, 3]) {
      const ofClass = examples.flatMap((indices) => [...indices]).filter((index) => labels[index] === label);
      expect(ofClass.length).toBe(16);
      const statistic =
        ofClass.reduce((sum, index) => sum + ((counts.get(index) ?? 0) - expected) ** 2 / (expected * (1 - share)), 0) *
        (15 / 16);
      // 15 degrees of freedom: 0.0005 quantiles at 2.9 and 39.7.
      expect(statistic).toBeGreaterThan(2.9);
      expect(statistic).toBeLessThan(39.7);
    }
  });
});

describe('a reservoir', () => {
  it('says beforehand where each example of a step will lie', async () => {
    const buffer = reservoirBuffer(20);
    const learner = await learnerWith(buffer, many(80));
    let replaced = 0;
    for (const task of [0, 1, 2])
      for (let step = 0; step < 10; step++) {
        const indices = (learner.examples[task] ?? new Int32Array()).slice(16 * step, 16 * step + 16);
        const lesson = { indices, tasks: new Int32Array(16).fill(task) };
        const position = { task, phase: 0, step };
        const before = [...buffer.stored(learner.memory).indices];
        const places = buffer.placesOf(lesson, position, learner);
        expect([...buffer.stored(learner.memory).indices]).toEqual(before);
        buffer.met(lesson, position, learner);
        const wanted = [...before];
        places.forEach((place, i) => {
          if (place >= 0) wanted[place] = indices[i] as number;
        });
        expect([...buffer.stored(learner.memory).indices]).toEqual(wanted);
        const taken = [...places].filter((place) => place >= 0);
        expect(new Set(taken).size).toBe(taken.length);
        replaced += taken.length;
      }
    expect(replaced).toBeGreaterThan(20);
  });

  it('says so too where nothing is met for the first time', async () => {
    const buffer = reservoirBuffer(20);
    const learner = await learnerWith(buffer, many(80));
    const lesson = { indices: Int32Array.of(0), tasks: Int32Array.of(0) };
    expect([...buffer.placesOf(lesson, { task: 0, phase: 0, step: 10 }, learner)]).toEqual([-1]);
  });
});

describe('a coreset as a buffer', () => {
  it.each([
    ['herding', herding],
    ['k-center', kCenter],
    ['closest-to-mean', closestToMean],
  ] as const)('is chosen by the features that the network has when the task ends: %s', async (name, order) => {
    const spec: ToySpec = { methods: { replay: { buffer: name, perClass: 4 } } };
    const replay = createMethod(toyManifest(spec).spec.methods);
    const chosen: { found: number[]; wanted: number[] }[] = [];
    let learner: Learner | undefined;
    const run = await runToy(spec, {
      method: {
        ...replay,
        begin(own) {
          learner = own;
          replay.begin?.(own);
        },
        async afterTask(task) {
          await replay.afterTask?.(task);
          const { memory, stream, examples } = learner as Learner;
          const { labels } = stream.dataset.train;
          const stored = memory.part('replay/').integers('indices');
          for (const label of stream.tasks[task]?.classes ?? []) {
            const indices = (examples[task] ?? new Int32Array()).filter((index) => labels[index] === label);
            const places = [...order(featuresOf(learner as Learner, { task, indices }))].slice(0, 4);
            const found = [...stored].filter((index) => labels[index] === label);
            chosen.push({ found, wanted: places.map((place) => indices[place] as number) });
          }
        },
      },
    });
    expect(run.error).toBeUndefined();
    expect(chosen.length).toBe(6);
    for (const { found, wanted } of chosen) expect(found).toEqual(wanted);
  });
});

describe('the buffers of replay', () => {
  it.each(Object.keys(bufferPolicies) as BufferPolicy[])('%s: hold what was met, in its task, once', async (name) => {
    const replay = { buffer: name, perClass: 3, size: 9, perTask: 5, mixing: 'concatenate' };
    const run = await runToy({ methods: { replay } });
    expect(run.error).toBeUndefined();
    const { examples } = await toyLearner({});
    const views = viewsOf(run.events, 'memory');
    expect(views.map(({ policy: shown }) => shown)).toEqual([name, name, name]);
    for (const [after, { examples: shown, count }] of views.entries()) {
      const { index = [], task = [] } = shown ?? {};
      expect(index.length).toBe(count);
      expect(count).toBeGreaterThan(0);
      expect(new Set(index).size).toBe(count);
      index.forEach((example, i) => {
        expect(task[i]).toBeLessThanOrEqual(after);
        expect(examples[task[i] as number]).toContain(example);
      });
    }
  });

  it.each(['ring', 'reservoir', 'class-balanced', 'gss-greedy'] as const)(
    '%s: meet all of a task beside a warm-up, however short it is',
    async (buffer) => {
      const metBeside = async (methods: ToySpec['methods']) => {
        const met = { buffer, perClass: 1000, size: 1000 };
        const run = await runToy({ methods: { ...methods, replay: met }, training: { iterations: 5 } });
        expect(run.error).toBeUndefined();
        return viewsOf(run.events, 'memory').map(({ examples }) => new Set(examples?.index));
      };
      expect(await metBeside({ lwf: { warmUp: 0.2 } })).toEqual(await metBeside({}));
    },
  );

  it.each([
    ['replay', 'reservoir'],
    ['replay', 'class-balanced'],
    ['replay', 'gss-greedy'],
    ['der', undefined],
    ['derpp', undefined],
  ] as const)(
    '%s, %s: no more places are held than examples can fill, and numbers are the same',
    async (method, buffer) => {
      const learner = await toyLearner({});
      const all = learner.examples.reduce((sum, { length }) => sum + length, 0);
      const run = (size: number) =>
        runToy({ methods: { [method]: { size, ...(buffer && { buffer }) } }, training: { iterations: 5 } });
      // A billion of places would not even fit.
      const [large, fitting] = [await run(1e9), await run(all)];
      expect([large.error, fitting.error]).toEqual([undefined, undefined]);
      for (const task of [0, 1, 2]) expect(digestAfter(large.folder, task)).toBe(digestAfter(fitting.folder, task));
    },
  );

  it('have the sizes of the settings where none are given', () => {
    expect(bufferSettings.buffer.parse(undefined)).toBe('per-class');
    expect(bufferSettings.perTask.parse(undefined)).toBeUndefined();
  });
});
