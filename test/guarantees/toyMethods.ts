import * as tf from '@tensorflow/tfjs-core';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import type { Slope } from '../../src/engine/contract/step';

/**
 * Methods of a few lines, each of which needs a part of the contract that no built-in method has needed yet. They are not
 * remedies for anything.
 */
export const toyMethods: Readonly<Record<string, () => Method>> = {
  /** The outputs of every layer: a penalty on activity, in the loss of each batch. */
  'outputs of every layer': () => ({
    id: 'toy',
    loss: (plain, { layers }) =>
      tf.addN([plain, ...layers.slice(0, -1).map((output) => tf.mul<tf.Scalar>(tf.mean(tf.square(output)), 0.1))]),
  }),

  /** Dark knowledge: logits are kept in the graph, at slots that are columns of the batch (DER). */
  'logits kept in the graph': () => {
    let learner: Learner;
    const size = 24;
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      carries() {
        const { outputs } = learner.stream;
        return { logits: { shape: [size, outputs], values: new Float32Array(size * outputs) } };
      },
      batches({ current }, { step }) {
        // Each batch takes the slots in turn, and is compared with what stood there.
        const slots = Int32Array.from(current.indices, (_, i) => (step * 7 + i) % size);
        return { current: { ...current, columns: { slots } } };
      },
      loss(plain, { logits }, { columns: { slots } }, { carried }) {
        const then = tf.gather(carried['logits'] as tf.Tensor2D, slots as tf.Tensor1D);
        return tf.add(plain, tf.mul<tf.Scalar>(tf.mean(tf.squaredDifference(logits, then)), 0.05));
      },
      carry(_next, _slope, { theta, batches, carried, outputs }) {
        const current = batches['current'];
        const slots = current?.columns['slots'];
        if (!current || !slots) return carried;
        const { logits } = outputs(theta, current);
        const kept = tf.tensorScatterUpdate(carried['logits'] as tf.Tensor2D, tf.expandDims(slots, 1), logits);
        return { logits: kept };
      },
      memoryBytes: () => 0,
    };
  },

  /** Gradients at other points, of two batches of different sizes that both belong to the loss (MC-SGD). */
  'gradients at several points': () => {
    let learner: Learner;
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      keeps: () => ({ before: { initial: new Float32Array(), lengths: [0, learner.network.parameterCount] } }),
      batches({ current }) {
        const half = current.indices.length / 2;
        const part = (from: number, to: number) => ({
          indices: current.indices.slice(from, to),
          tasks: current.tasks.slice(from, to),
          weights: new Float32Array(to - from).fill(1 / current.indices.length),
        });
        return { current: part(0, half - 2), rest: part(half - 2, 2 * half) };
      },
      constants() {
        const before = learner.memory.floats('before');
        return before.length === 0 ? {} : { before: tf.tensor1d(before) };
      },
      gradient(theta, differentiate, { constants: { before } }) {
        const here = differentiate(theta);
        if (!before) return here;
        const points = [0.3, 0.6].map((t) => {
          const at = tf.add<tf.Tensor1D>(tf.mul(before, 1 - t), tf.mul(theta, t));
          return tf.mul<tf.Tensor1D>(differentiate(at, ['rest']).total, t);
        });
        return { ...here, total: tf.addN([here.total, ...points]) } satisfies Slope;
      },
      afterTask() {
        learner.memory.set('before', Float32Array.from(learner.theta.dataSync()));
      },
    };
  },

  /** A set of directions that grows with each task: the graph is made anew (OGD). */
  'directions that become more': () => {
    let learner: Learner;
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      keeps: () => ({ basis: { initial: new Float32Array() } }),
      constants() {
        const basis = learner.memory.floats('basis');
        const { parameterCount } = learner.network;
        return basis.length === 0 ? {} : { basis: tf.tensor2d(basis, [basis.length / parameterCount, parameterCount]) };
      },
      gradient(theta, differentiate, { constants: { basis } }) {
        const slope = differentiate(theta);
        if (!basis) return slope;
        const shares = tf.matMul(basis, tf.expandDims(slope.total, 1));
        const within = tf.squeeze<tf.Tensor1D>(tf.matMul(basis, shares, true), [1]);
        return { ...slope, total: tf.sub(slope.total, within) };
      },
      afterTask(task) {
        const theta = learner.theta.dataSync();
        const length = Math.hypot(...theta);
        const direction = Float32Array.from(theta, (value, i) => (i % 3 === task ? value / length : 0));
        learner.memory.set('basis', Float32Array.of(...learner.memory.floats('basis'), ...direction));
      },
    };
  },

  /** All examples so far, each with its own task's labels, in so many more steps (cumulative training). */
  'what a task trains on': () => {
    let learner: Learner;
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      lesson(task) {
        const parts = learner.examples.slice(0, task + 1);
        return {
          indices: Int32Array.from(parts.flatMap((part) => [...part])),
          tasks: Int32Array.from(parts.flatMap((part, of) => [...part].map(() => of))),
        };
      },
    };
  },

  /** An average of the parameters, carried from step to step, that the task ends with (weight averaging). */
  'an average of the parameters': () => {
    let learner: Learner;
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      carries: () => ({
        mean: { shape: [learner.network.parameterCount], values: new Float32Array(learner.network.parameterCount) },
      }),
      beforePhase() {
        learner.carried.set('mean', Float32Array.from(learner.theta.dataSync()));
      },
      carry: (next, _slope, { carried: { mean } }) => ({
        mean: tf.add(tf.mul(mean as tf.Tensor1D, 0.8), tf.mul(next, 0.2)),
      }),
      afterTask() {
        learner.setTheta(learner.carried.floats('mean'));
      },
    };
  },
};
