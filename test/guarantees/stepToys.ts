import * as tf from '@tensorflow/tfjs-core';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import type { BatchTensors, Slope } from '../../src/engine/contract/step';
import { rowOf } from '../../src/engine/steps/rowOf';

/** Every seventh parameter. */
const everySeventh = (size: number): tf.Tensor1D =>
  tf.cast(tf.equal(tf.mod(tf.range(0, size, 1, 'int32'), tf.scalar(7, 'int32')), 0), 'bool');

/** Methods of a few lines for what goes on inside a step, as `toyMethods`. */
export const stepToys: Readonly<Record<string, () => Method>> = {
  /** The optimiser's slots, its count of steps and the step size (continual backprop): some units start anew. */
  'slots of the optimiser that it sets back': () => ({
    id: 'toy',
    update({ theta, slots }, _slope, { count, learningRate }) {
      const isFourth = tf.equal(tf.mod(count, 4), 0);
      const anew = tf.logicalAnd(everySeventh(theta.size), isFourth);
      const zeros = tf.zerosLike(theta);
      return {
        theta: tf.where(anew, tf.mul(theta, tf.sub(1, learningRate)), theta),
        slots: Object.fromEntries(Object.entries(slots).map(([name, slot]) => [name, tf.where(anew, zeros, slot)])),
      };
    },
  }),

  /** The host in the middle of a step (GEM): it is told products of gradients, and says what is made of them. */
  'a question to the host in the middle of a step': () => askingHost(),

  /** Examples that the step chose by what it found out: those of which its weights know least (GSS, by its loss). */
  'gradients over examples that the step chose': () => {
    let learner: Learner;
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      constants: () => ({
        candidates: { shape: [20], values: (learner.examples[0] ?? new Int32Array()).slice(0, 20) },
      }),
      gradient(theta, differentiate, { constants: { candidates }, examples, outputs }) {
        const here = differentiate(theta);
        const tasks = tf.zeros<tf.Rank.R1>([20], 'int32');
        const all = examples(candidates as tf.Tensor1D, tasks);
        const errors = tf.sum(tf.squaredDifference(outputs(theta, all).logits, all.targets), 1);
        const { indices } = tf.topk(errors, 5);
        const chosen = examples(tf.gather(candidates as tf.Tensor1D, indices), tf.slice(tasks, 0, 5));
        return { ...here, total: tf.add(here.total, tf.mul(differentiate(theta, [chosen]).total, 0.3)) };
      },
    };
  },

  /** The gradient of each example by itself, and of their sum as much as is within a bound. */
  'gradients example by example': () => ({
    id: 'toy',
    gradient(theta, differentiate, { batches }) {
      const here = differentiate(theta);
      const current = batches['current'] as BatchTensors;
      const each = Array.from({ length: 4 }, (_, row) => differentiate(theta, [rowOf(current, row)]).total);
      const bounded = each.map((one) => tf.div(one, tf.maximum(tf.norm(one), 1)));
      return { ...here, total: tf.add(here.total, tf.mul(tf.addN(bounded), 0.25)) } satisfies Slope;
    },
  }),

  /** A mask and images of a memory, as bytes: the images are examples beside those of the data set. */
  'bytes of its memory in the graph': () => {
    let learner: Learner;
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      keeps: () => ({
        mask: { initial: new Uint8Array(learner.network.parameterCount).map((_, i) => (i % 5 === 0 ? 0 : 1)) },
        images: { initial: new Uint8Array() },
      }),
      afterTask(task) {
        const images = learner.stream.dataset.train.images.slice(task * 64, (task + 6) * 64);
        learner.memory.set('images', images);
      },
      constants() {
        const images = learner.memory.bytes('images');
        return {
          mask: { shape: [learner.network.parameterCount], values: learner.memory.bytes('mask') },
          ...(images.length > 0 && { images: { shape: [images.length / 64, 64], values: images } }),
        };
      },
      gradient(theta, differentiate, { batches, constants: { images, mask } }) {
        const here = differentiate(theta);
        const masked = tf.mul<tf.Tensor1D>(here.total, tf.cast(mask as tf.Tensor1D, 'float32'));
        const current = batches['current'];
        if (!images || !current) return { ...here, total: masked };
        const x = tf.div<tf.Tensor2D>(tf.cast(tf.gather(images, [0, 2, 4]), 'float32'), 255);
        const first = <T extends tf.Tensor>(tensor: T): T => tf.slice(tensor, 0, 3);
        const own = { x, targets: first(current.targets), weights: first(current.weights), columns: {} };
        return { ...here, total: tf.add(masked, tf.mul(differentiate(theta, [own]).total, 0.5)) };
      },
    };
  },
};

/** @param asked called with what the host is told */
export function askingHost(asked: (products: Float32Array) => void = () => undefined): Method {
  return {
    id: 'toy',
    gradient(theta, differentiate, { batches }) {
      const slope = differentiate(theta);
      const current = batches['current'] as BatchTensors;
      const rows = [0, 1].map((row) => differentiate(theta, [rowOf(current, row)]).total);
      return { ...slope, notes: { ...slope.notes, 'toy rows': tf.stack(rows) } };
    },
    ask(slope, { theta }) {
      const rows = slope.notes?.['toy rows'] as tf.Tensor2D;
      return {
        told: { products: tf.matMul(rows, rows, false, true) },
        answers: { multipliers: [1, 2], shift: [] },
        answer({ products }) {
          const values = Float32Array.from(products?.values ?? []);
          asked(values);
          const [first = 0, mixed = 0, , second = 0] = values;
          return {
            multipliers: Float32Array.of(mixed / (first + 1), mixed / (second + 1)),
            shift: Float32Array.of(first / (first + 10)),
          };
        },
        goOn({ multipliers, shift }) {
          const added = tf.reshape<tf.Rank.R1>(tf.matMul(multipliers as tf.Tensor2D, rows), [-1]);
          const pull = tf.mul<tf.Tensor1D>(theta, tf.mul(shift as tf.Scalar, 0.01));
          return { ...slope, total: tf.addN<tf.Tensor1D>([slope.total, added, pull]) };
        },
      };
    },
    carries: () => ({ seen: { shape: [2, 2], values: new Float32Array(4) } }),
    carry: (_next, { notes }, { carried: { seen } }) => {
      const rows = notes?.['toy rows'] as tf.Tensor2D;
      return { seen: tf.add(seen as tf.Tensor2D, tf.matMul(rows, rows, false, true)) };
    },
  };
}
