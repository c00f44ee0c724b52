import { describe, expect, it } from 'vitest';
import { streamKinds } from '../../core/stream';
import type { Dataset } from '../contract/dataset';
import { streamOf } from './index';

/** Six classes; labels 5, 4, 3, 2, 1, 0, 5, … so that file order is not class order. */
const labels = (count: number) => Uint16Array.from({ length: count }, (_, i) => 5 - (i % 6));
const part = (count: number) => ({ count, labels: labels(count), images: new Uint8Array(count) });
const dataset: Dataset = {
  id: 'six',
  title: 'Six',
  classes: 6,
  shape: [1, 1, 1],
  train: part(18),
  test: part(12),
  checksums: {},
};

const split = (spec: object, seed = 1) => streamOf(dataset, streamKinds.split.parse({ tasks: 3, ...spec }), seed);

describe('label maps of a split stream with classes 4 1 | 0 5 | 3 2', () => {
  const classOrder = [4, 1, 0, 5, 3, 2];
  // Class:                                   0  1  2  3  4  5
  const expected = {
    class: {
      outputs: 6,
      unitOf: [2, 1, 5, 4, 0, 3],
      heads: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    },
    task: {
      outputs: 6,
      unitOf: [2, 1, 5, 4, 0, 3],
      heads: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    },
    domain: {
      outputs: 2,
      unitOf: [0, 1, 1, 0, 0, 1],
      heads: [
        [0, 1],
        [0, 1],
        [0, 1],
      ],
    },
  } as const;

  it.each(['class', 'task', 'domain'] as const)('%s-incremental', (scenario) => {
    const stream = split({ scenario, classOrder });
    const { outputs, unitOf, heads } = stream;
    const classes = [0, 1, 2, 3, 4, 5];
    const units = expected[scenario].unitOf;
    expect({ outputs, heads }).toEqual({ outputs: expected[scenario].outputs, heads: expected[scenario].heads });
    // Of a class that a task does not have there is no unit.
    expect(unitOf).toEqual(
      stream.tasks.map((task) => classes.map((label) => (task.classes.includes(label) ? units[label] : -1))),
    );
    expect(stream.tasks.map(({ classes }) => classes)).toEqual([
      [4, 1],
      [0, 5],
      [3, 2],
    ]);
    expect(stream.tasks.map(({ name }) => name)).toEqual(['4/1', '0/5', '3/2']);
  });

  it('deals every example to the task of its class, in file order', () => {
    const { tasks } = split({ classOrder });
    expect([...(tasks[0]?.train ?? [])]).toEqual([1, 4, 7, 10, 13, 16]);
    expect([...(tasks[0]?.test ?? [])]).toEqual([1, 4, 7, 10]);
    const all = tasks.flatMap(({ train }) => [...train]).sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 18 }, (_, i) => i));
  });
});

describe('the order of classes', () => {
  const orderOf = (stream: ReturnType<typeof split>) => stream.tasks.flatMap(({ classes }) => classes);

  it('fixed: ascending, whatever the seed', () => {
    expect(orderOf(split({ classOrder: 'fixed' }, 1))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(orderOf(split({ classOrder: 'fixed' }, 2))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('per seed: a permutation that differs between seeds and repeats with the seed', () => {
    const orders = Array.from({ length: 8 }, (_, seed) => orderOf(split({ classOrder: 'per-seed' }, seed)));
    for (const order of orders) expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(orders.map((order) => order.join())).size).toBeGreaterThan(5);
    expect(orderOf(split({ classOrder: 'per-seed' }, 3))).toEqual(orders[3]);
  });

  it('may put all classes into one task', () => {
    const stream = split({ tasks: 1, scenario: 'task' });
    expect(stream.heads).toEqual([[0, 1, 2, 3, 4, 5]]);
    expect(stream.tasks[0]?.train.length).toBe(18);
  });
});

describe('a base task and increments, classes 4 1 3 | 0 | 5', () => {
  const spec = { tasks: 3, classesPerTask: [3, 1, 1], classOrder: [4, 1, 3, 0, 5, 2] };

  it.each(['class', 'task'])(
    '%s-incremental: a unit for each class that is used, in the order they are met',
    (scenario) => {
      const { outputs, heads, unitOf, tasks } = split({ ...spec, scenario });
      expect({ outputs, heads, unitOf }).toEqual({
        outputs: 5,
        heads: [[0, 1, 2], [3], [4]],
        // Class: 0   1   2   3   4   5; there is no task with class 2.
        unitOf: [
          [-1, 1, -1, 2, 0, -1],
          [3, -1, -1, -1, -1, -1],
          [-1, -1, -1, -1, -1, 4],
        ],
      });
      expect(tasks.map(({ name, train, test }) => [name, train.length, test.length])).toEqual([
        ['4/1/3', 9, 6],
        ['0', 3, 2],
        ['5', 3, 2],
      ]);
    },
  );

  it('domain-incremental: as many units as the largest task has classes, of which a smaller one has the first', () => {
    const { outputs, heads, unitOf } = split({ ...spec, classesPerTask: [2, 3], tasks: 2, scenario: 'domain' });
    expect({ outputs, heads, unitOf }).toEqual({
      outputs: 3,
      heads: [
        [0, 1],
        [0, 1, 2],
      ],
      // The tasks are 4 1 | 3 0 5.
      unitOf: [
        [-1, 1, -1, -1, 0, -1],
        [1, -1, -1, 0, -1, 2],
      ],
    });
  });

  it('draws for each seed which classes are left out', () => {
    const of = (seed: number) =>
      split({ classesPerTask: [2, 2], tasks: 2, classOrder: 'per-seed' }, seed).tasks.flatMap(({ classes }) => classes);
    const sets = Array.from({ length: 8 }, (_, seed) => [...of(seed)].sort().join());
    expect(new Set(sets).size).toBeGreaterThan(3);
    expect(of(3)).toEqual(of(3));
  });

  it('deals a list of some classes evenly over the tasks', () => {
    const { tasks, outputs } = split({ classOrder: [5, 2, 0, 3], tasks: 2 });
    expect(tasks.map(({ classes }) => classes)).toEqual([
      [5, 2],
      [0, 3],
    ]);
    expect(outputs).toBe(4);
  });
});
