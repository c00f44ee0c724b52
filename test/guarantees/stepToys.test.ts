import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { decodeCheckpoint } from '../../src/engine/checkpoint';
import { latestFile } from '../../src/engine/checkpointFiles';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import type { BatchTensors } from '../../src/engine/contract/step';
import { dataTypes } from '../../src/engine/graph/model';
import { GraphSession } from '../../src/engine/graph/session';
import { combine } from '../../src/engine/methods/combine';
import { rowOf } from '../../src/engine/steps/rowOf';
import { askingHost, stepToys } from './stepToys';
import { ofType, removeRunFolders, runToy, toyStream, type ToySpec } from './toyRuns';

let isNative = false;
beforeAll(async () => {
  isNative = (await openTestBackend()).name === 'native';
});
afterEach(() => void vi.restoreAllMocks());
afterAll(removeRunFolders);

const snapshotOf = (folder: string) => decodeCheckpoint(readFileSync(path.join(folder, latestFile)));

/** A run in which nothing went wrong, and no step was eager that could be compiled. */
async function goodRun(method: Method, spec: ToySpec = {}) {
  const run = await runToy(spec, { method });
  expect(run.error).toBeUndefined();
  expect(ofType(run.events, 'warning')).toEqual([]);
  return run;
}

it('what a method makes of the slots of the optimiser is what the next step finds', async () => {
  const found: number[] = [];
  const { folder } = await goodRun({
    id: 'own',
    update: ({ theta, slots: { m } }) => ({
      slots: { m: tf.where(tf.greater(tf.range(0, theta.size, 1), 9), m as tf.Tensor1D, 0.5) },
    }),
  });
  const { slots } = snapshotOf(folder);
  found.push(...(slots['m'] ?? []));
  expect(found.slice(0, 10)).toEqual(new Array(10).fill(0.5));
  expect(found.slice(10).every((value) => value !== 0.5)).toBe(true);
  expect(slots['v']?.some((value) => value > 0)).toBe(true);
});

it('a step knows how many there were since the slots were zero, and its learning rate', async () => {
  let learner: Learner | undefined;
  const { folder } = await goodRun({
    id: 'own',
    begin(own) {
      learner = own;
    },
    phases: (_task, steps) => [
      { name: 'train', steps },
      { name: 'slow', steps: 2, learningRate: 0.001 },
    ],
    beforePhase({ phase }) {
      if (phase === 1) learner?.resetOptimizer();
    },
    carries: () => ({ seen: { shape: [4], values: new Float32Array(4) } }),
    carry: (_next, _slope, { count, learningRate, carried: { seen } }) => ({
      seen: tf.concat([tf.slice(seen as tf.Tensor1D, 2, 2), tf.stack([count, learningRate])]),
    }),
  });
  expect([...(snapshotOf(folder).carried['seen'] ?? [])]).toEqual([1, 0.001, 2, 0.001].map(Math.fround));
});

it('a slot that the optimiser does not have cannot be written', async () => {
  const { error } = await runToy(
    { eager: true },
    { method: { id: 'own', update: ({ theta }) => ({ slots: { velocity: theta } }) } },
  );
  expect(error?.message).toBe('the optimiser does not have the slot "velocity"');
});

it('the host is asked once in each step, and what it says counts', async () => {
  const asked: Float32Array[] = [];
  await goodRun(askingHost((products) => asked.push(products)));
  // The test of a new graph asks twice about its first step.
  const once = isNative ? asked.slice(2) : asked;
  const eager: Float32Array[] = [];
  await runToy({ eager: true }, { method: askingHost((products) => eager.push(products)) });
  expect([once.length, eager.length]).toEqual([18, 18]);
  eager.forEach((products, i) => products.forEach((value, k) => expect(once[i]?.[k]).toBeCloseTo(value, 3)));
});

it('a host that sometimes has nothing to be asked is asked in the other steps', async () => {
  let learner: Learner | undefined;
  let asked = 0;
  const host = askingHost(() => asked++);
  await goodRun({
    ...host,
    begin(own) {
      learner = own;
    },
    constants: () => ((learner?.task ?? 0) > 0 ? { old: tf.scalar(1) } : {}),
    ask: (slope, step) => (step.constants['old'] ? host.ask?.(slope, step) : undefined),
  });
  expect(asked).toBe(isNative ? 14 : 12);
});

it('in a combination one method asks the host, about the slope of all', async () => {
  const host = askingHost();
  expect(() => combine([host, { ...host, id: 'other' }])).toThrow(
    'toy and other both want to ask the host in the middle of a step',
  );
  const doubling: Method = {
    id: 'double',
    gradient(theta, differentiate) {
      const slope = differentiate(theta);
      return { ...slope, total: tf.mul(slope.total, 2) };
    },
  };
  const told: number[] = [];
  const asking: Method = {
    id: 'ask',
    ask: (slope) => ({
      told: { ratio: tf.div(tf.norm(slope.total), tf.norm(slope.task)) },
      answers: { zero: [] },
      answer({ ratio }) {
        told.push(...(ratio?.values ?? []));
        return { zero: Float32Array.of(0) };
      },
      goOn: ({ zero }) => ({ ...slope, total: tf.mul(slope.total, zero as tf.Scalar) }),
    }),
  };
  const { folder } = await goodRun(combine([asking, doubling]), {
    training: { optimizer: 'sgd', learningRate: 0.1 },
  });
  told.forEach((ratio) => expect(ratio).toBeCloseTo(2, 4));
  const { theta } = snapshotOf(folder);
  const untrained = await goodRun({ id: 'still', gradient: (at, own) => ({ ...own(at), total: tf.zerosLike(at) }) });
  expect([...theta]).toEqual([...snapshotOf(untrained.folder).theta]);
});

it('examples that a step chooses are those of the data set, as their tasks see them', async () => {
  const spec: ToySpec = { stream: { kind: 'permuted', scenario: 'task', identityFirst: false } };
  const { dataset, views, heads, unitOf, outputs } = toyStream(spec);
  const [indices, tasks] = [
    [7, 3, 30],
    [0, 1, 1],
  ];
  const shape = (width: number) => ({ shape: [3, width], values: new Float32Array(3 * width) });
  const { folder } = await goodRun(
    {
      id: 'own',
      constants: () => ({ indices: tf.tensor1d(indices, 'int32'), tasks: tf.tensor1d(tasks, 'int32') }),
      carries: () => ({ x: shape(64), targets: shape(outputs), active: shape(outputs), weights: shape(1) }),
      carry(_next, _slope, { constants, examples }) {
        const { x, targets, active, weights } = examples(
          constants['indices'] as tf.Tensor1D,
          constants['tasks'] as tf.Tensor1D,
        );
        return { x, targets, active: active as tf.Tensor2D, weights: tf.expandDims(weights, 1) };
      },
    },
    spec,
  );
  const { carried } = snapshotOf(folder);
  const rows = indices.map((index, i) => ({ index, task: tasks[i] ?? 0 }));
  const pixels = rows.flatMap(({ index, task }) =>
    Array.from(views?.[task] ?? [], (place) => (dataset.train.images[index * 64 + place] ?? NaN) / 255),
  );
  // A graph multiplies by 1/255, which is rounded.
  pixels.forEach((pixel, i) => expect(carried['x']?.[i]).toBeCloseTo(pixel, 6));
  const units = Array.from({ length: outputs }, (_, unit) => unit);
  const unit = ({ index, task }: (typeof rows)[number]) => unitOf[task]?.[dataset.train.labels[index] ?? -1];
  expect([...(carried['targets'] ?? [])]).toEqual(rows.flatMap((row) => units.map((u) => Number(unit(row) === u))));
  expect([...(carried['active'] ?? [])]).toEqual(
    rows.flatMap(({ task }) => units.map((u) => Number(heads[task]?.includes(u)))),
  );
  expect([...(carried['weights'] ?? [])]).toEqual(new Array(3).fill(Math.fround(1 / 3)));
});

it('the gradients of single examples have the gradient of their batch as their mean', async () => {
  const { folder } = await goodRun({
    id: 'own',
    carries: () => ({ off: { shape: [], values: Float32Array.of(1) } }),
    gradient(theta, differentiate, { batches }) {
      const here = differentiate(theta);
      const current = batches['current'] as BatchTensors;
      const each = Array.from({ length: 16 }, (_, row) => differentiate(theta, [rowOf(current, row)]).task);
      const off = tf.norm(tf.sub(tf.div(tf.addN(each), 16), here.task));
      return { ...here, notes: { off: tf.div(off, tf.norm(here.task)) } };
    },
    carry: (_next, { notes }) => ({ off: notes?.['off'] as tf.Scalar }),
  });
  expect(snapshotOf(folder).carried['off']?.[0]).toBeLessThan(1e-5);
});

it('bytes of a memory are fed as bytes', async ({ skip }) => {
  skip(!isNative, 'no graphs');
  const run = vi.spyOn(GraphSession.prototype, 'run');
  await goodRun((stepToys['bytes of its memory in the graph'] as () => Method)());
  const fed = run.mock.calls.flatMap(([feeds]) => Object.entries(feeds));
  const constants = fed.filter(([name]) => name.startsWith('constant'));
  expect(new Set(constants.map(([, { dtype }]) => dtype))).toEqual(new Set([dataTypes.uint8]));
  expect(constants.some(([, { shape }]) => shape[1] === 64)).toBe(true);
});
