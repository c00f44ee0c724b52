import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replaySettings } from '../../src/core/methods/replay';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Batch, Method } from '../../src/engine/contract/method';
import { reservoirSlot } from '../../src/engine/buffers/reservoir';
import { createReplay } from '../../src/engine/methods/replay';
import { randomStream } from '../../src/engine/random';
import {
  ofType,
  removeRunFolders,
  runToy,
  toyDataset,
  toyLearner,
  toyManifest,
  viewsOf,
  type ToySpec,
} from './toyRuns';
import { createMethod } from '../../src/engine/methods/index';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

describe('reservoir sampling', () => {
  it('keeps every item offered equally often (chi-square over 4000 seeds)', () => {
    const [items, size, seeds] = [30, 10, 4000];
    const counts = new Array<number>(items).fill(0);
    for (let seed = 0; seed < seeds; seed++) {
      const random = randomStream(seed, 'reservoir');
      const kept: number[] = [];
      for (let item = 0; item < items; item++) {
        const slot = reservoirSlot(item, size, random);
        if (slot !== undefined) kept[slot] = item;
      }
      for (const item of kept) counts[item] = (counts[item] ?? 0) + 1;
    }
    const share = size / items;
    // Inclusions within a sample exclude each other, which shrinks the statistic by (items − 1) / items.
    const expected = seeds * share;
    const statistic =
      counts.reduce((sum, n) => sum + (n - expected) ** 2 / (expected * (1 - share)), 0) * ((items - 1) / items);
    // 29 degrees of freedom: 0.001 quantiles at 9.3 and 58.3.
    expect(statistic).toBeGreaterThan(9.3);
    expect(statistic).toBeLessThan(58.3);
  });

  it('keeps everything while there is room', () => {
    expect([0, 1, 2].map((offered) => reservoirSlot(offered, 5, () => 0))).toEqual([0, 1, 2]);
  });
});

/** Runs replay and keeps the batches it makes, with the place of each. */
async function batchesOf(spec: ToySpec) {
  const replay = createMethod(toyManifest(spec).spec.methods);
  const seen: { task: number; step: number; current: Batch; batch: Batch; stored: number[] }[] = [];
  let learner: Learner | undefined;
  const method: Method = {
    ...replay,
    begin(own) {
      learner = own;
      replay.begin?.(own);
    },
    batches(batches, position, lesson) {
      const memory = learner?.memory.part('replay/');
      const all = memory?.integers('indices') ?? new Int32Array();
      const isReservoir = 'buffer' in (spec.methods?.replay ?? {});
      const stored = [...(isReservoir ? all.subarray(0, memory?.integers('offered')[0]) : all)];
      const found = replay.batches?.(batches, position, lesson) ?? batches;
      seen.push({ ...position, current: batches.current, batch: found.current, stored });
      return found;
    },
  };
  const run = await runToy(spec, { method });
  if (!learner) throw new Error('not begun');
  return { seen, run, learner };
}

describe('a step with replay', () => {
  const perClass = { methods: { replay: { perClass: 4, batchSize: 6 } } };
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

  it('balanced: the current loss counts 1/k, the replayed one 1 − 1/k', async () => {
    const { seen } = await batchesOf(perClass);
    expect(seen.length).toBe(18);
    for (const { task, current, batch } of seen) {
      const now = current.indices.length;
      expect([...batch.indices.subarray(0, now)]).toEqual([...current.indices]);
      expect(batch.indices.length).toBe(task === 0 ? now : now + 6);
      expect(sum(batch.weights)).toBeCloseTo(1, 6);
      expect(sum(batch.weights.subarray(0, now))).toBeCloseTo(1 / (task + 1), 6);
      expect(new Set(batch.weights.subarray(0, now)).size).toBe(1);
      expect(new Set(batch.weights.subarray(now)).size).toBeLessThanOrEqual(1);
    }
  });

  it('concatenate: every example counts the same', async () => {
    const { seen } = await batchesOf({ methods: { replay: { perClass: 4, batchSize: 6, mixing: 'concatenate' } } });
    for (const { batch } of seen) {
      for (const weight of batch.weights) expect(weight).toBeCloseTo(1 / batch.indices.length, 7);
    }
  });

  it('draws stored examples without replacement, and other ones in other steps', async () => {
    const { seen } = await batchesOf(perClass);
    const draws = seen
      .filter(({ task }) => task > 0)
      .map(({ batch, stored }) => {
        const replayed = [...batch.indices.subarray(16)];
        expect(new Set(replayed).size).toBe(6);
        expect(stored).toEqual(expect.arrayContaining(replayed));
        return replayed.join();
      });
    expect(new Set(draws).size).toBe(draws.length);
  });

  it('replays as many examples as the training has in a batch, unless it is told otherwise', async () => {
    const { seen } = await batchesOf({ methods: { replay: { perClass: 20 } }, training: { batchSize: 11 } });
    expect(seen.filter(({ task }) => task > 0).map(({ batch }) => batch.indices.length)).toEqual(
      Array<number>(12).fill(22),
    );
  });

  it('never has more examples than are stored', async () => {
    const { seen } = await batchesOf({ methods: { replay: { perClass: 1 } } });
    expect(seen.find(({ task }) => task === 1)?.batch.indices.length).toBe(16 + 2);
    expect(seen.find(({ task }) => task === 2)?.batch.indices.length).toBe(16 + 4);
  });

  it('in the task-incremental scenario trains each example with the head of its own task', async () => {
    // With weights on one task's examples alone, the units of other heads must not move: their gradient is 0.
    const spec: ToySpec = {
      methods: { replay: { perClass: 4 } },
      stream: { scenario: 'task' },
      training: { optimizer: 'sgd', learningRate: 0.1, iterations: 3 },
    };
    const { learner } = await batchesOf(spec);
    const { unitOf, heads, tasks } = learner.stream;
    for (const [task, { classes }] of tasks.entries()) {
      for (const label of classes) expect(heads[task]).toContain(unitOf[task]?.[label]);
    }
    const bias = learner.network.views.at(-1);
    const moved: boolean[][] = [];
    const replay = createMethod(toyManifest(spec).spec.methods);
    await runToy(spec, {
      method: {
        ...replay,
        gradient(theta, differentiate) {
          const slope = differentiate(theta);
          moved.push(Array.from(slope.total.dataSync().subarray(bias?.offset), (g) => g !== 0));
          return slope;
        },
      },
    });
    expect(moved[0]).toEqual([true, true, false, false, false, false]);
    expect(moved[3]).toEqual([true, true, true, true, false, false]);
    expect(moved[6]).toEqual([true, true, true, true, true, true]);
  });
});

describe('the buffer of replay', () => {
  it('per class holds exactly so many of each class seen, from the examples used in training', async () => {
    const { run, learner, seen } = await batchesOf({
      methods: { replay: { perClass: 5 } },
      training: { samplesPerTask: 30 },
    });
    const counts = viewsOf(run.events, 'memory').map(({ perClass }) => perClass);
    expect(counts).toEqual([
      [5, 5, 0, 0, 0, 0],
      [5, 5, 5, 5, 0, 0],
      [5, 5, 5, 5, 5, 5],
    ]);
    const used = new Set(learner.examples.flatMap((indices) => [...indices]));
    for (const index of seen.at(-1)?.stored ?? []) expect(used.has(index)).toBe(true);
    // 64 pixels and a label each.
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      [10, 20, 30].map((n) => n * 65),
    );
  });

  it('per class holds all of a class that has fewer', async () => {
    const { run } = await batchesOf({ methods: { replay: { perClass: 50 } }, dataset: toyDataset({ train: 9 }) });
    expect(viewsOf(run.events, 'memory')[0]?.perClass).toEqual([9, 9, 0, 0, 0, 0]);
  });

  it('as a reservoir is offered each example once, however many epochs there are', async () => {
    const { run } = await batchesOf({
      methods: { replay: { buffer: 'reservoir', size: 1000 } },
      training: { iterations: 23 },
    });
    // 80 examples are 5 batches of 16: all of them, once.
    const views = viewsOf(run.events, 'memory');
    expect(views.map(({ count }) => count)).toEqual([80, 160, 240]);
    expect(views[2]?.perClass).toEqual([40, 40, 40, 40, 40, 40]);
  });

  it('as a reservoir never holds more than its size, nor an example twice, and no example before it was met', async () => {
    const { seen, run } = await batchesOf({
      methods: { replay: { buffer: 'reservoir', size: 25, mixing: 'concatenate' } },
      training: { iterations: 12 },
    });
    expect(seen[0]?.stored).toEqual([]);
    const met = new Set<number>();
    for (const { stored, current } of seen) {
      expect(stored.length).toBeLessThanOrEqual(25);
      expect(new Set(stored).size).toBe(stored.length);
      for (const index of stored) expect(met.has(index)).toBe(true);
      current.indices.forEach((index) => met.add(index));
    }
    expect(ofType(run.events, 'task-end')[2]?.memoryBytes).toBe(25 * 65);
  });

  it('as a balanced reservoir leaves the first task alone: nothing is old yet', async () => {
    const spec = { methods: { replay: { buffer: 'reservoir', size: 25 } } };
    const { seen } = await batchesOf(spec);
    for (const { task, batch, current } of seen) {
      if (task === 0) expect(batch.indices.length).toBe(current.indices.length);
      else expect(batch.indices.length).toBeGreaterThan(current.indices.length);
    }
  });

  it('is empty to start with', async () => {
    const replay = createReplay(replaySettings.parse({}));
    await toyLearner({}, replay);
    expect(replay.memoryBytes?.()).toBe(0);
  });
});
