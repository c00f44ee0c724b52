import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner, RowFunction } from '../../src/engine/contract/learner';
import type { Batch, Method } from '../../src/engine/contract/method';
import type { Examples } from '../../src/engine/contract/dataset';
import { createMethod } from '../../src/engine/methods/index';
import type { Stream } from '../../src/engine/contract/stream';
import {
  digestAfter,
  ofType,
  parametersAfter,
  removeRunFolders,
  runToy,
  toyLearner,
  toyManifest,
  toyStream,
  viewsOf,
  type ToySpec,
} from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const permuted = (scenario: string, more: object = {}) => ({ kind: 'permuted', scenario, ...more });
const rotated = (scenario: string, more: object = {}) => ({ kind: 'rotated', scenario, ...more });
const parts = [{ dataset: 'toy' }, { dataset: 'other' }, { dataset: 'toy', kind: 'rotated', angles: [65] }];
const inParts = (scenario: string) => ({ kind: 'parts', scenario, parts });

/** The inputs of an example as a task sees it: by the definition, one value after the other. */
function seenBy({ views }: Stream, { images }: Examples, pixels: number, index: number, task: number): number[] {
  return Array.from({ length: pixels }, (_, i) => {
    const from = views ? (views[task]?.[i] ?? NaN) : i;
    return from === -1 ? 0 : (images[index * pixels + from] ?? NaN) / 255;
  });
}

/** More rows than any step has. */
const ROWS = 40;

interface Seen {
  readonly batch: Batch;
  readonly x: Float32Array;
  readonly targets: Float32Array;
}

/** Of the last step of each task the examples that the methods asked for, and the tensors that the step got. */
async function lastSteps(spec: ToySpec): Promise<{ readonly seen: readonly Seen[]; readonly stream: Stream }> {
  const methods = createMethod(toyManifest(spec).spec.methods);
  const seen: Seen[] = [];
  const stream = toyStream(spec);
  const inputs = stream.views?.[0]?.length ?? 0;
  let learner: Learner | undefined;
  let last: Batch | undefined;
  const filled = (values: tf.Tensor2D) => tf.concat2d([values, tf.zeros([ROWS - values.shape[0], values.shape[1]])], 0);
  const carried = (width: number) => ({ shape: [ROWS, width], values: new Float32Array(ROWS * width) });
  const method: Method = {
    ...methods,
    begin(own) {
      learner = own;
      methods.begin?.(own);
    },
    batches(batches, position, lesson) {
      const found = methods.batches?.(batches, position, lesson) ?? batches;
      last = found.current;
      return found;
    },
    carries: () => ({ x: carried(inputs), targets: carried(stream.outputs) }),
    carry(_next, _slope, { batches: { current } }) {
      if (!current) throw new Error('a step has a current batch');
      return { x: filled(current.x), targets: filled(current.targets) };
    },
    async afterTask(task) {
      if (!learner || !last) throw new Error('no step was taken');
      seen.push({ batch: last, x: learner.carried.floats('x'), targets: learner.carried.floats('targets') });
      await methods.afterTask?.(task);
    },
  };
  const { error, events } = await runToy(spec, { method, clock: 'real' });
  expect(error).toBeUndefined();
  expect(ofType(events, 'warning')).toEqual([]);
  return { seen, stream };
}

describe('the tensors of a step whose tasks see images each in their own way', () => {
  it.each<[string, ToySpec]>([
    ['replay per class', { methods: { replay: { perClass: 2 } }, stream: permuted('class') }],
    ['a reservoir', { methods: { replay: { buffer: 'reservoir', size: 20 } }, stream: permuted('domain', { pad: 2 }) }],
    ['joint training', { methods: { joint: {} }, stream: permuted('task', { identityFirst: false }) }],
    ['replay on a rotated stream', { methods: { replay: { perClass: 2 } }, stream: rotated('class') }],
    [
      'joint training on a rotated stream',
      { methods: { joint: {} }, stream: rotated('domain', { angles: [0, 45, 91] }) },
    ],
    ['replay on a stream of parts', { methods: { replay: { perClass: 2 } }, stream: inParts('class') }],
    ['joint training on a stream of parts', { methods: { joint: {} }, stream: inParts('domain') }],
    [
      'a reservoir where tasks run into each other',
      {
        methods: { replay: { buffer: 'reservoir', size: 20, mixing: 'concatenate' } },
        stream: rotated('task', { blurry: 1 }),
      },
    ],
  ])('with %s are each example as its own task sees it, and its class there', async (_, spec) => {
    const { seen, stream } = await lastSteps(spec);
    const { train } = stream.dataset;
    const inputs = stream.views?.[0]?.length ?? 0;
    for (const { batch, x, targets } of seen) {
      batch.indices.forEach((index, row) => {
        const task = batch.tasks[row] ?? NaN;
        const expected = seenBy(stream, train, inputs, index, task);
        const found = x.subarray(row * inputs, (row + 1) * inputs);
        expect(Math.max(...expected.map((value, i) => Math.abs(value - (found[i] ?? NaN))))).toBeLessThan(1e-6);
        const unit = stream.unitOf[task]?.[train.labels[index] ?? NaN] ?? NaN;
        const row0 = row * stream.outputs;
        expect([...targets.subarray(row0, row0 + stream.outputs)]).toEqual(
          Array.from({ length: stream.outputs }, (_, i) => (i === unit ? 1 : 0)),
        );
      });
    }
    // At the end there are examples of all tasks, so that one permutation for all would be found out.
    expect(new Set(seen.at(-1)?.batch.tasks)).toEqual(new Set([0, 1, 2]));
  });
});

describe('what a method computes on training examples', () => {
  const inputsThemselves: RowFunction = (_theta, x) => [tf.add(x, 0)];

  it.each<[number, number, object]>([
    [10, 144, permuted('domain', { pad: 2 })],
    [7, 144, permuted('domain', { pad: 2 })],
    [10, 64, rotated('domain', { angles: [45, 0, 100] })],
    [7, 64, rotated('domain', { angles: [45, 0, 100] })],
  ])('uses the view of the task it asks for (%i of 10 examples at once, %i inputs)', async (count, inputs, stream_) => {
    const { stream, apply } = await toyLearner({ stream: { ...stream_ } });
    const indices = Int32Array.from({ length: count }, (_, i) => 3 * i + 1);
    for (const task of [0, 1, 2]) {
      const [found] = apply(inputsThemselves, 10, { task, indices });
      const expected = [...indices].flatMap((index) => seenBy(stream, stream.dataset.train, inputs, index, task));
      const values = found?.dataSync() ?? [];
      expect(Math.max(...expected.map((value, i) => Math.abs(value - (values[i] ?? NaN))))).toBeLessThan(1e-6);
    }
  });
});

/** Accuracy of a fully connected network, one multiplication after the other. @param among outputs that may win */
function accuracyOf(folder: string, stream: Stream, task: number, among: readonly number[]): number {
  const parameters = parametersAfter(folder, 2);
  const layer = (values: readonly number[], n: number) => {
    const [weights, bias] = ['weights', 'bias'].map((part) => parameters[`layer${n}.${part}`]?.values ?? []);
    const units = bias?.length ?? 0;
    const sums = Array.from({ length: units }, (_, unit) =>
      values.reduce((sum, value, i) => sum + value * (weights?.[i * units + unit] ?? NaN), bias?.[unit] ?? NaN),
    );
    return n < 3 ? sums.map((sum) => Math.max(0, sum)) : sums;
  };
  const { test } = stream.dataset;
  const inputs = stream.views?.[0]?.length ?? 0;
  const right = [...(stream.tasks[task]?.test ?? [])].filter((index) => {
    const outputs = layer(layer(layer(seenBy(stream, test, inputs, index, task), 1), 2), 3);
    const best = among.reduce((a, b) => ((outputs[b] ?? NaN) > (outputs[a] ?? NaN) ? b : a));
    return best === stream.unitOf[task]?.[test.labels[index] ?? NaN];
  });
  return right.length / test.count;
}

describe('the accuracy on a task that sees images in its own way', () => {
  it.each<[string, object, object]>([
    ['permuted, task-incremental', permuted('task', { identityFirst: false }), {}],
    ['permuted, domain-incremental', permuted('domain', { identityFirst: false }), {}],
    ['permuted, class-incremental', permuted('class', { identityFirst: false }), {}],
    ['rotated, task-incremental', rotated('task', { angles: [10, 75, 190] }), { angles: [100, 165, 280] }],
    ['rotated, domain-incremental', rotated('domain', { angles: [10, 75, 190] }), { angles: [100, 165, 280] }],
    ['rotated, class-incremental', rotated('class', { angles: [10, 75, 190] }), { angles: [100, 165, 280] }],
  ])('is that on its own view (%s)', async (_, own, others) => {
    const spec: ToySpec = {
      methods: { replay: { perClass: 10 } },
      stream: { ...own },
      training: { iterations: 150 },
    };
    const { events, folder } = await runToy(spec, { clock: 'real' });
    const [stream, otherwise] = [toyStream(spec), toyStream({ ...spec, stream: { ...own, ...others }, seed: 2 })];
    const all = Array.from({ length: stream.outputs }, (_, unit) => unit);
    const { accuracy = [], taskAware = [] } = ofType(events, 'task-end').at(-1) ?? {};
    for (const task of [0, 1, 2]) {
      const head = stream.heads[task] ?? [];
      const expected = accuracyOf(folder, stream, task, stream.scenario === 'class' ? all : head);
      // One of the 120 may lie at the edge.
      expect(Math.abs((accuracy[task] ?? NaN) - expected)).toBeLessThan(0.01);
      const known = accuracyOf(folder, stream, task, head);
      expect(Math.abs((taskAware[task] ?? NaN) - known)).toBeLessThan(0.01);
      expect(known).toBeGreaterThan(accuracyOf(folder, otherwise, task, head) + 0.3);
    }
  });
});

describe('a stream that begins with the identity', () => {
  it('has in its first task the parameters of the images as they lie, bit for bit', async () => {
    const plain = await runToy({ stream: { kind: 'split', tasks: 1, scenario: 'domain' } });
    const first = (more: object) => runToy({ stream: permuted('domain', more) });
    expect(digestAfter((await first({})).folder, 0)).toBe(digestAfter(plain.folder, 0));
    expect(digestAfter((await first({ identityFirst: false })).folder, 0)).not.toBe(digestAfter(plain.folder, 0));
  });
});

describe('a memory of a permuted stream', () => {
  it('per class holds so many of each class of each task, and the log says of which', async () => {
    const { events } = await runToy({ methods: { replay: { perClass: 3 } }, stream: permuted('class') });
    const [, , last] = viewsOf(events, 'memory');
    expect(last?.perTask).toEqual([18, 18, 18]);
    expect(last?.perClass).toEqual([9, 9, 9, 9, 9, 9]);
    expect(ofType(events, 'started')[0]?.tasks).toEqual(
      ['identity', 'permutation 2', 'permutation 3'].map((name) => ({
        name,
        classes: [0, 1, 2, 3, 4, 5],
        train: 240,
        test: 120,
      })),
    );
  });
});

describe('sleep on a permuted stream', () => {
  it('is driven by the mean of the images as each task sees them', async () => {
    const sleep = { steps: 5, stepsGrowth: 0, thresholds: [1, 1, 1], window: 5, alphaScale: 3 };
    const spec: ToySpec = {
      methods: { sleep },
      stream: permuted('domain'),
      network: { bias: false, output: 'relu', init: 0.1 },
    };
    const own = createMethod(toyManifest(spec).spec.methods);
    let mean: Float32Array | undefined;
    let learner: Learner | undefined;
    const method: Method = {
      ...own,
      begin(given) {
        learner = given;
        own.begin?.(given);
      },
      async afterTask(task) {
        await own.afterTask?.(task);
        mean = learner?.memory.part('sleep/').floats('mean');
      },
    };
    await runToy(spec, { method, clock: 'real' });
    const stream = toyStream(spec);
    const { train } = stream.dataset;
    const all = [0, 1, 2].flatMap((task) =>
      Array.from({ length: train.count }, (_, index) => seenBy(stream, train, 64, index, task)),
    );
    for (let i = 0; i < 64; i++) {
      const expected = all.reduce((sum, image) => sum + (image[i] ?? NaN), 0) / all.length;
      expect(mean?.[i]).toBeCloseTo(expected, 5);
    }
  });
});
