import { describe, expect, it } from 'vitest';
import { streamKinds } from '../../core/stream';
import type { Dataset } from '../contract/dataset';
import { splitStream } from './split';

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

const split = (spec: object, seed = 1) => splitStream(dataset, streamKinds.split.parse({ tasks: 3, ...spec }), seed);

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
