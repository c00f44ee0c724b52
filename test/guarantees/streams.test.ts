import { afterAll, describe, expect, it } from 'vitest';
import type { Method } from '../../src/engine/contract/method';
import { createMethod } from '../../src/engine/methods/index';
import {
  digestAfter,
  numbersOf,
  ofType,
  removeRunFolders,
  runToy,
  toyDataset,
  toyManifest,
  toyStream,
  viewsOf,
  type ToySpec,
} from './toyRuns';

afterAll(removeRunFolders);

const parameters = ({ folder }: { readonly folder: string }) => [0, 1, 2].map((task) => digestAfter(folder, task));
const reservoir = { replay: { buffer: 'reservoir', size: 30, mixing: 'concatenate' } };

/** A method that also keeps what each step trained on. */
function watched(spec: ToySpec) {
  const own = createMethod(toyManifest(spec).spec.methods);
  const met: { readonly task: number; readonly step: number; readonly tasks: number[]; readonly indices: number[] }[] =
    [];
  const method: Method = {
    ...own,
    met(lesson, position) {
      met.push({ task: position.task, step: position.step, tasks: [...lesson.tasks], indices: [...lesson.indices] });
      own.met?.(lesson, position);
    },
  };
  return { met, method };
}

describe('tasks of different sizes', () => {
  const classesPerTask = [3, 1, 2];

  it('have in the log the classes and examples that they have', async () => {
    const { events } = await runToy({ stream: { classesPerTask } });
    expect(ofType(events, 'started')[0]?.tasks).toEqual([
      { name: '0/1/2', classes: [0, 1, 2], train: 120, test: 60 },
      { name: '3', classes: [3], train: 40, test: 20 },
      { name: '4/5', classes: [4, 5], train: 80, test: 40 },
    ]);
  });

  it('take as many passes each, and so steps of their own', async () => {
    const { events } = await runToy({ stream: { classesPerTask }, training: { iterations: undefined, epochs: 2 } });
    expect(ofType(events, 'task-start').map(({ steps }) => steps)).toEqual([14, 4, 10]);
  });

  it('class-incremental are all learned jointly, and forgotten without a remedy', async () => {
    const lastOf = async (methods: ToySpec['methods']) => {
      const spec = { methods, stream: { classesPerTask }, training: { iterations: 120 } };
      return ofType((await runToy(spec, { clock: 'real' })).events, 'task-end').at(-1)?.accuracy ?? [];
    };
    for (const accuracy of await lastOf({ joint: {} })) expect(accuracy).toBeGreaterThan(0.9);
    expect((await lastOf({ none: {} })).slice(0, 2)).toEqual([0, 0]);
  });

  it('domain-incremental compete with the units of the largest, where the task is not known', async () => {
    const dataset = toyDataset({ classes: 7 });
    const stream = { classesPerTask: [2, 2, 3], scenario: 'domain' };
    const { events } = await runToy({ dataset, stream, training: { iterations: 120 } }, { clock: 'real' });
    const ends = ofType(events, 'task-end');
    // Of the first task two units can win when it is told, and three when not.
    ends.forEach(({ accuracy, taskAware }) =>
      accuracy.forEach((value, task) => expect(value).toBeLessThanOrEqual(taskAware[task] ?? NaN)),
    );
    const [first = NaN] = ends.at(-1)?.accuracy ?? [];
    expect(first).toBeLessThan((ends.at(-1)?.taskAware[0] ?? NaN) - 0.05);
    expect(ends.at(-1)?.accuracy[2]).toBe(ends.at(-1)?.taskAware[2]);
  });
});

describe('a stream of parts', () => {
  it('of one data set whole is one task, bit for bit that of a split stream of one', async () => {
    const part = { dataset: 'toy' };
    const [split, parts] = [
      await runToy({ stream: { tasks: 1 } }),
      await runToy({ stream: { kind: 'parts', parts: [part, part, part] } }),
    ];
    expect(digestAfter(parts.folder, 0)).toBe(digestAfter(split.folder, 0));
    // The same classes again are the same: no unit is added.
    expect(ofType(parts.events, 'started')[0]?.parameters).toBe(ofType(split.events, 'started')[0]?.parameters);
  });

  it('keeps in a memory the examples of each data set as their own classes', async () => {
    const parts = [{ dataset: 'toy' }, { dataset: 'other' }, { dataset: 'toy', kind: 'rotated', angles: [65] }];
    const spec = { methods: { replay: { perClass: 2 } }, stream: { kind: 'parts', parts } };
    const { events } = await runToy(spec);
    const last = viewsOf(events, 'memory').at(-1);
    expect(last?.perTask).toEqual([12, 8, 12]);
    expect(last?.perClass).toEqual([4, 4, 4, 4, 4, 4, 2, 2, 2, 2]);
    expect(toyStream(spec).outputs).toBe(16);
  });

  it('in which classes come again is refused by PackNet', async () => {
    const parts = [{ dataset: 'toy' }, { dataset: 'toy', kind: 'split', tasks: 2 }];
    const run = runToy({ methods: { packnet: {} }, stream: { kind: 'parts', scenario: 'task', parts } });
    await expect(run).rejects.toThrow('PackNet needs a head per task');
  });
});

describe('blurred boundaries', () => {
  const blurry: ToySpec = { stream: { blurry: 0.7 }, training: { iterations: 20 } };

  it('are the same for every method, seed by seed, compiled or not', async () => {
    const seen = async (spec: ToySpec) => {
      const { met, method } = watched(spec);
      await runToy(spec, { method, clock: 'real' });
      return met;
    };
    const none = await seen(blurry);
    expect(none.length).toBe(60);
    expect(await seen({ ...blurry, methods: reservoir })).toEqual(none);
    expect(await seen({ ...blurry, methods: { sam: {} }, eager: true })).toEqual(none);
    expect(await seen({ ...blurry, seed: 2 })).not.toEqual(none);
    // Tasks meet their neighbours at their ends, and nobody else.
    for (const { task, step, tasks } of none) {
      const others = new Set(tasks.filter((of) => of !== task));
      if (step < 7) others.delete(task - 1);
      if (step >= 13) others.delete(task + 1);
      expect([...others]).toEqual([]);
    }
    for (const task of [0, 1, 2]) {
      const own = none.filter((step) => step.task === task);
      expect(own.some(({ tasks }) => tasks.some((of) => of !== task))).toBe(true);
      expect(own[10]?.tasks.every((of) => of === task)).toBe(true);
    }
  });

  it('label each example as its own task does', async () => {
    const { met, method } = watched(blurry);
    await runToy(blurry, { method });
    const { tasks, dataset } = toyStream(blurry);
    for (const { tasks: of, indices } of met)
      indices.forEach((index, row) => expect(tasks[of[row] ?? NaN]?.classes).toContain(dataset.train.labels[index]));
  });

  it('of no width are sharp, bit for bit', async () => {
    const [sharp, none] = [await runToy({}), await runToy({ stream: { blurry: 0 } })];
    expect(numbersOf(none)).toEqual(numbersOf(sharp));
    expect(parameters(await runToy({ stream: { blurry: 0.7 } }))).not.toEqual(parameters(sharp));
  });

  it('are nothing to joint training, which has no boundaries anyway', async () => {
    const methods = { joint: {} };
    expect(parameters(await runToy({ methods, stream: { blurry: 0.7 } }))).toEqual(
      parameters(await runToy({ methods })),
    );
  });

  it('let a reservoir fill from all that is met, whatever task it belongs to', async () => {
    const spec: ToySpec = { ...blurry, methods: reservoir };
    const { met, method } = watched(spec);
    const { events } = await runToy(spec, { method });
    const [first] = viewsOf(events, 'memory');
    const early = met.filter(({ task, tasks }) => task === 0 && tasks.includes(1)).length;
    expect(early).toBeGreaterThan(0);
    expect(first?.perTask?.[1]).toBeGreaterThan(0);
    expect(first?.perTask?.[2]).toBe(0);
    // When an example came is not told by its task.
    expect(first?.ages).toBeUndefined();
  });
});
