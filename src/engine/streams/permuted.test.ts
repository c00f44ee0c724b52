import { describe, expect, it } from 'vitest';
import { streamKinds } from '../../core/stream';
import type { Dataset } from '../contract/dataset';
import { padded } from '../data/padded';
import { streamOf } from './index';

/** Two classes; images of 3 × 4 pixels of two channels, each value another one. */
const part = (count: number) => ({
  count,
  labels: Uint16Array.from({ length: count }, (_, i) => i % 2),
  images: Uint8Array.from({ length: count * 24 }, (_, i) => i + 1),
});
const dataset: Dataset = {
  id: 'two',
  title: 'Two',
  classes: 2,
  shape: [3, 4, 2],
  train: part(6),
  test: part(4),
  checksums: {},
};

const permuted = (spec: object = {}, seed = 1) =>
  streamOf(dataset, streamKinds.permuted.parse({ kind: 'permuted', tasks: 3, ...spec }), seed);
const orderOf = (stream: ReturnType<typeof permuted>) => (stream.views ?? []).map((view) => [...view]);
const asTheyLie = Array.from({ length: 24 }, (_, i) => i);

describe('label maps of two classes, each in three tasks', () => {
  it.each([
    ['class', 6],
    ['task', 6],
  ])('%s-incremental: a unit for each class of each task', (scenario, outputs) => {
    const stream = permuted({ scenario });
    expect(stream.outputs).toBe(outputs);
    expect(stream.unitOf).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(stream.heads).toEqual(stream.unitOf);
  });

  it('domain-incremental: the same units in all tasks', () => {
    const { outputs, unitOf, heads } = permuted({ scenario: 'domain' });
    const shared = [
      [0, 1],
      [0, 1],
      [0, 1],
    ];
    expect({ outputs, unitOf, heads }).toEqual({ outputs: 2, unitOf: shared, heads: shared });
  });
});

describe('the tasks of a permuted stream', () => {
  it('have all examples and all classes each, in one list that they share', () => {
    const { tasks, dataset: used } = permuted();
    expect(used).toBe(dataset);
    expect(tasks.map(({ name }) => name)).toEqual(['identity', 'permutation 2', 'permutation 3']);
    for (const { classes, train, test } of tasks) {
      expect(classes).toEqual([0, 1]);
      expect([...train]).toEqual([0, 1, 2, 3, 4, 5]);
      expect([...test]).toEqual([0, 1, 2, 3]);
      expect(train).toBe(tasks[0]?.train);
      expect(test).toBe(tasks[0]?.test);
    }
  });

  it('have an order of the pixels of their own, the first one the images as they are', () => {
    const [first, ...others] = orderOf(permuted());
    expect(first).toEqual(asTheyLie);
    for (const order of others) {
      expect(order).not.toEqual(asTheyLie);
      expect([...order].sort((a, b) => a - b)).toEqual(asTheyLie);
    }
    expect(others[0]).not.toEqual(others[1]);
  });

  it('have other images than those that lie there from the first task on, where asked for', () => {
    const stream = permuted({ identityFirst: false });
    expect(orderOf(stream)[0]).not.toEqual(asTheyLie);
    expect(stream.tasks[0]?.name).toBe('permutation 1');
    // The later tasks are those of the stream that begins with the identity.
    expect(orderOf(stream).slice(1)).toEqual(orderOf(permuted()).slice(1));
  });

  it('are the same for the same seed, whatever the scenario and however many follow, and others for another', () => {
    const orders = orderOf(permuted());
    expect(orderOf(permuted({ scenario: 'domain' }))).toEqual(orders);
    expect(orderOf(permuted({ tasks: 5 })).slice(0, 3)).toEqual(orders);
    expect(orderOf(permuted({}, 2)).slice(1)).not.toEqual(orders.slice(1));
  });

  it('permute padded images whole: a pixel of the border may come to stand anywhere', () => {
    const { dataset: used, views } = permuted({ pad: 2 });
    expect(used.shape).toEqual([7, 8, 2]);
    const pixels = Array.from({ length: 7 * 8 * 2 }, (_, i) => i);
    for (const view of views ?? []) expect([...view].sort((a, b) => a - b)).toEqual(pixels);
    expect([...(views?.[1]?.subarray(0, 32) ?? [])].some((pixel) => used.train.images[pixel] !== 0)).toBe(true);
  });
});

describe('padding', () => {
  it('puts zeros around each image and moves nothing else', () => {
    const { train, test, shape } = padded(dataset, 2);
    expect([shape, train.count, test.count]).toEqual([[7, 8, 2], 6, 4]);
    for (const [wide, plain] of [
      [train, dataset.train],
      [test, dataset.test],
    ] as const)
      for (let i = 0; i < plain.count; i++)
        for (let y = 0; y < 7; y++)
          for (let x = 0; x < 8; x++)
            for (let channel = 0; channel < 2; channel++) {
              const inside = y >= 2 && y < 5 && x >= 2 && x < 6;
              const expected = inside ? plain.images[i * 24 + (y - 2) * 8 + (x - 2) * 2 + channel] : 0;
              expect(wide.images[i * 112 + y * 16 + x * 2 + channel]).toBe(expected);
            }
    expect(train.labels).toBe(dataset.train.labels);
  });

  it('of nothing leaves the data set itself', () => {
    expect(padded(dataset, 0)).toBe(dataset);
  });
});
