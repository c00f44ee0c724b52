import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { streamKinds } from '../core/stream';
import { networkSchema } from '../core/recipe';
import { openTestBackend } from './backend/testBackends';
import type { Dataset } from './contract/dataset';
import { inputTensor } from './data/inputTensor';
import { answersOf, evaluateTask } from './evaluation';
import { createNetwork, logitsOf, parametersOf } from './networks/network';
import { streamOf } from './streams/index';

beforeAll(async () => {
  await openTestBackend();
}, 60_000);

/** Four classes in two tasks; an image is four bytes, the "logits" a network without weights of its own passes on. */
function tested(images: number[][], labels: number[], scenario: 'task' | 'domain' | 'class', output = 'softmax') {
  const part = { count: labels.length, labels: Uint16Array.from(labels), images: Uint8Array.from(images.flat()) };
  const dataset: Dataset = {
    id: 'd',
    title: 'D',
    classes: 4,
    shape: [2, 2, 1],
    train: part,
    test: part,
    checksums: {},
  };
  const stream = streamOf(dataset, streamKinds.split.parse({ tasks: 2, scenario }), 1);
  const network = createNetwork(networkSchema.parse({ hidden: [4], bias: false, output }), 4, stream.outputs);
  const identity = [...tf.eye(4).dataSync()];
  const last = scenario === 'domain' ? [1, 0, 0, 1, 0, 0, 0, 0] : identity;
  const theta = tf.tensor1d([...identity, ...last]);
  return (task: number, more: { taskAwareOnly?: boolean; samples?: number } = {}) =>
    evaluateTask({
      stream,
      task,
      outputs: (indices) =>
        tf.tidy(() => {
          const x = inputTensor(dataset.test, { indices, tasks: new Int32Array(indices.length) }, 4);
          const [found] = answersOf[network.output]({
            logits: logitsOf(network, parametersOf(network, theta), x),
            layers: [],
          });
          return found?.dataSync() as Float32Array;
        }),
      taskAwareOnly: false,
      ...more,
    });
}

describe('accuracy', () => {
  const images = [
    [9, 1, 0, 0], // 0: right
    [1, 5, 0, 9], // 1: right within its task only
    [9, 5, 0, 0], // 1: wrong
    [0, 0, 3, 9], // 3: right
  ];
  const labels = [0, 1, 1, 3];

  it('class-incremental: among all outputs; task-aware: among those of the task', () => {
    const evaluate = tested(images, labels, 'class');
    expect(evaluate(0)).toEqual({ accuracy: 1 / 3, taskAware: 2 / 3 });
    expect(evaluate(1)).toEqual({ accuracy: 1, taskAware: 1 });
  });

  it('task-incremental: the task is known, both are the same', () => {
    expect(tested(images, labels, 'task')(0)).toEqual({ accuracy: 2 / 3, taskAware: 2 / 3 });
  });

  it('domain-incremental: the position of the class in its task counts', () => {
    const evaluate = tested(
      [
        [9, 1, 0, 0],
        [1, 9, 0, 0],
        [9, 1, 0, 0],
        [9, 1, 0, 0],
      ],
      [2, 3, 3, 0],
      'domain',
    );
    expect(evaluate(0)).toEqual({ accuracy: 1, taskAware: 1 });
    expect(evaluate(1)).toEqual({ accuracy: 2 / 3, taskAware: 2 / 3 });
  });

  it('is null where only the task-aware one is defined', () => {
    expect(tested(images, labels, 'class')(0, { taskAwareOnly: true })).toEqual({ accuracy: null, taskAware: 2 / 3 });
  });

  it('of ties goes to the first output', () => {
    const tie = [
      [5, 5, 0, 0],
      [5, 5, 0, 0],
      [0, 0, 5, 5],
    ];
    const evaluate = tested(tie, [0, 1, 3], 'class');
    expect(evaluate(0)).toEqual({ accuracy: 0.5, taskAware: 0.5 });
    expect(evaluate(1)).toEqual({ accuracy: 0, taskAware: 0 });
  });

  it('of ReLU outputs without any activity counts as the first output', () => {
    // Outputs of 0 everywhere are a tie of all.
    const evaluate = tested(
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      [0, 1],
      'class',
      'relu',
    );
    expect(evaluate(0)).toEqual({ accuracy: 0.5, taskAware: 0.5 });
  });

  it('of the first so many examples', () => {
    const evaluate = tested(images, labels, 'class');
    expect(evaluate(0, { samples: 1 })).toEqual({ accuracy: 1, taskAware: 1 });
    expect(evaluate(0, { samples: 2 })).toEqual({ accuracy: 0.5, taskAware: 1 });
    expect(evaluate(0, { samples: 500 })).toEqual(evaluate(0));
  });

  it('is the same for more examples than go through the network at once, and leaves no tensor', () => {
    const many = Array.from({ length: 1203 }, (_, i) => (i % 3 === 0 ? [9, 1, 0, 0] : [1, 9, 0, 0]));
    const evaluate = tested(
      many,
      many.map(() => 0),
      'class',
    );
    const before = tf.memory().numTensors;
    expect(evaluate(0).accuracy).toBeCloseTo(401 / 1203, 12);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('inputs', () => {
  it('are bytes as 0 to 1, row for row as asked', () => {
    const examples = { count: 2, labels: new Uint16Array(2), images: Uint8Array.of(0, 255, 51, 102) };
    const rows = inputTensor(examples, { indices: Int32Array.of(1, 0), tasks: new Int32Array(2) }, 2);
    expect(rows.shape).toEqual([2, 2]);
    expect([...rows.dataSync()]).toEqual([51 / 255, 102 / 255, 0, 1].map(Math.fround));
  });

  it('are in the order in which the task of each row sees them', () => {
    const examples = { count: 2, labels: new Uint16Array(2), images: Uint8Array.of(0, 255, 51, 102) };
    const views = [Int32Array.of(0, 1), Int32Array.of(1, 0)];
    const rows = inputTensor(examples, { indices: Int32Array.of(1, 1), tasks: Int32Array.of(0, 1) }, 2, views);
    expect([...rows.dataSync()]).toEqual([51 / 255, 102 / 255, 102 / 255, 51 / 255].map(Math.fround));
  });
});
