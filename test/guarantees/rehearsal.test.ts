import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Lesson } from '../../src/engine/contract/method';
import { herding } from '../../src/engine/coresets/herding';
import { featuresOf } from '../../src/engine/coresets/features';
import { createMethod } from '../../src/engine/methods/index';
import { ofType, removeRunFolders, runToy, toyLearner, toyManifest, viewsOf, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

async function lessonsOf(settings: object, training: object = {}) {
  const spec: ToySpec = { methods: { rehearsal: { ...settings } }, training: { ...training } };
  const method = createMethod(toyManifest(spec).spec.methods);
  const learner = await toyLearner(spec, method);
  return { learner, lessons: [0, 1, 2].map((task) => method.lesson?.(task) as Lesson) };
}

describe('the lesson of rehearsal', () => {
  it('is the task itself and a share of all examples before it, none of them twice', async () => {
    const { learner, lessons } = await lessonsOf({ share: 0.3 });
    lessons.forEach(({ indices, tasks }, task) => {
      const own = learner.examples[task] ?? new Int32Array();
      expect(indices.subarray(0, own.length)).toEqual(own);
      const past = [...tasks].slice(own.length);
      expect(past.length).toBe(Math.round(0.3 * 80 * task));
      expect(past.every((of) => of < task)).toBe(true);
      [...indices]
        .slice(own.length)
        .forEach((index, i) => expect(learner.examples[past[i] as number]).toContain(index));
      expect(new Set(Array.from(indices, (index, i) => `${tasks[i]}/${index}`)).size).toBe(indices.length);
    });
  });

  it('is drawn anew for each task', async () => {
    const { lessons } = await lessonsOf({ share: 0.5 });
    const ofFirst = (task: number) =>
      [...(lessons[task]?.indices ?? [])].filter((_, i) => lessons[task]?.tasks[i] === 0).sort((a, b) => a - b);
    expect(ofFirst(1).length).toBe(40);
    expect(ofFirst(2)).not.toEqual(ofFirst(1));
  });

  it('is rounded, and drawn from all images of past tasks, as the authors of sleep have it', async () => {
    const few = { samplesPerTask: 20 };
    const counts = async (settings: object) =>
      (await lessonsOf(settings, few)).lessons.map(({ indices }) => indices.length - 20);
    expect(await counts({ share: 0.25 })).toEqual([0, 5, 10]);
    expect(await counts({ share: 0.25, from: 'all' })).toEqual([0, 20, 40]);
    expect(await counts({ share: 0.25, from: 'all', roundTo: 15 })).toEqual([0, 15, 45]);
    const { learner, lessons } = await lessonsOf({ share: 1, from: 'all' }, few);
    expect(new Set(lessons[1]?.indices.subarray(20))).toEqual(new Set(learner.stream.tasks[0]?.train));
  });

  it('asks for as many more steps of a recipe in passes, and counts all past images as memory', async () => {
    const run = await runToy({
      methods: { rehearsal: { share: 0.5 } },
      training: { iterations: undefined, epochs: 2 },
    });
    expect(run.error).toBeUndefined();
    const steps = [0, 1, 2].map((task) =>
      Math.max(
        ...ofType(run.events, 'step')
          .filter((e) => e.task === task)
          .map((e) => e.step),
      ),
    );
    expect(steps).toEqual([80, 120, 160].map((count) => 2 * Math.floor(count / 16)));
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      [80, 160, 240].map((n) => n * 65),
    );
  });
});

describe('exemplars in place of a share', () => {
  it('are as many of each class, fewer with each task, and the first ones of the list before', async () => {
    const spec: ToySpec = { methods: { rehearsal: { exemplars: 21 } } };
    const method = createMethod(toyManifest(spec).spec.methods);
    const learner = await toyLearner(spec, method);
    const chosen: Map<string, number[]>[] = [];
    for (const task of [0, 1, 2]) {
      const own = learner.examples[task] ?? new Int32Array();
      const { indices, tasks } = method.lesson?.(task) as Lesson;
      expect(indices.subarray(0, own.length)).toEqual(own);
      expect([...tasks.subarray(0, own.length)].every((of) => of === task)).toBe(true);
      await method.afterTask?.(task);
      const { labels } = learner.stream.dataset.train;
      const lists = new Map<string, number[]>();
      const memory = learner.memory.part('rehearsal/');
      memory.integers('indices').forEach((index, i) => {
        const key = `${memory.integers('tasks')[i]} ${labels[index]}`;
        lists.set(key, [...(lists.get(key) ?? []), index]);
      });
      chosen.push(lists);
    }
    // 21 / 2, 21 / 4 and 21 / 6, rounded.
    expect(chosen.map((lists) => [...lists.values()].map(({ length }) => length))).toEqual([
      [11, 11],
      [5, 5, 5, 5],
      [4, 4, 4, 4, 4, 4],
    ]);
    for (const [key, list] of chosen[1] ?? []) expect(chosen[2]?.get(key)).toEqual(list.slice(0, 4));
    for (const [key, list] of chosen[0] ?? []) expect(chosen[1]?.get(key)).toEqual(list.slice(0, 5));
    // Of the last task they are what herding chooses with the present features.
    for (const [key, list] of chosen[2] ?? []) {
      const [task = NaN, label = NaN] = key.split(' ').map(Number);
      if (task !== 2) continue;
      const { labels } = learner.stream.dataset.train;
      const indices = (learner.examples[2] ?? new Int32Array()).filter((index) => labels[index] === label);
      const order = herding(featuresOf(learner, { task, indices }));
      expect(list.map(() => indices[Number(order.next().value)])).toEqual(list);
    }
  });

  it('are chosen among all images of a task where it says so, and counted with their labels', async () => {
    const training = { samplesPerTask: 20, iterations: undefined, epochs: 2 };
    const run = await runToy({ methods: { rehearsal: { exemplars: 30, from: 'all' } }, training });
    expect(run.error).toBeUndefined();
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      [30, 32, 30].map((n) => n * 65),
    );
    expect(viewsOf(run.events, 'memory').map(({ count, capacity }) => [count, capacity])).toEqual([
      [30, 30],
      [32, 30],
      [30, 30],
    ]);
    const spec: ToySpec = { methods: { rehearsal: { exemplars: 30, from: 'all' } }, training };
    const method = createMethod(toyManifest(spec).spec.methods);
    const learner = await toyLearner(spec, method);
    await method.afterTask?.(0);
    const trained = new Set(learner.examples[0]);
    const indices = [...learner.memory.part('rehearsal/').integers('indices')];
    expect(indices.every((index) => learner.stream.tasks[0]?.train.includes(index))).toBe(true);
    expect(indices.some((index) => !trained.has(index))).toBe(true);
  });

  it('that are fewer than the classes are refused', async () => {
    await expect(runToy({ methods: { rehearsal: { exemplars: 2 } } })).rejects.toThrow(/6 classes.*"exemplars": 2/);
  });
});
