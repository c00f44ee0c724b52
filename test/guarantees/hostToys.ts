import * as tf from '@tensorflow/tfjs-core';
import type { Learner } from '../../src/engine/contract/learner';
import type { ExampleList, Method, Phase } from '../../src/engine/contract/method';
import { parametersOf } from '../../src/engine/networks/network';

/** Equal phases of which there are so many, as epochs are. */
const epochs = (count: number, steps: number, more: Partial<Phase> = {}): Phase[] =>
  Array.from({ length: count }, (_, i) => ({ name: `epoch ${i + 1}`, steps: Math.ceil(steps / count), ...more }));

/** Methods of a few lines that plan, teach and test otherwise; as `toyMethods` are, they are no remedies. */
export const hostToys: Readonly<Record<string, () => Method>> = {
  /** A task that already fits is skipped, here by its loss; so is the second phase of the last (DEN). */
  'phases that are skipped': () => {
    let learner: Learner;
    const lossOf = (task: number) => learner.loss({ task, indices: learner.examples[task] ?? new Int32Array() });
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      phases: (_task, steps) => epochs(2, steps),
      async beforePhase({ task, phase }) {
        await learner.progress('fit', 1);
        if (task === 1 && lossOf(1) > lossOf(0)) return 'skip';
        return task === 2 && phase === 1 ? 'skip' : undefined;
      },
    };
  },

  /** A phase ends as soon as its training loss is low, or a loss on examples held out is (early stopping). */
  'phases that end early': () => {
    let learner: Learner;
    const heldOut = (task: number) => learner.examples[task]?.filter((_, i) => i % 5 === 0) ?? new Int32Array();
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      keeps: () => ({ best: { initial: Float32Array.of(Infinity), lengths: [1] } }),
      lesson(task) {
        const indices = learner.examples[task]?.filter((_, i) => i % 5 !== 0) ?? new Int32Array();
        return { indices, tasks: new Int32Array(indices.length).fill(task) };
      },
      phases: (_task, steps) => [
        { name: 'to a loss', steps, askEvery: 2 },
        { name: 'to a validation loss', steps, askEvery: 1 },
      ],
      afterSteps({ task, phase, step }, loss) {
        if (phase === 0) return loss < 1.8 ? 'end' : undefined;
        const now = learner.loss({ task, indices: heldOut(task) });
        const [best = NaN] = learner.memory.floats('best');
        learner.memory.set('best', Float32Array.of(Math.min(best, now)));
        return step >= 3 && now > best * 0.5 ? 'end' : undefined;
      },
      afterTask() {
        learner.memory.set('best', Float32Array.of(Infinity));
      },
    };
  },

  /** Exemplars that the network has lowest losses on stand in the training set of later tasks, each of them twice. */
  'exemplars in the training set': () => {
    let learner: Learner;
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      keeps: () => ({
        indices: { initial: new Int32Array(), below: learner.stream.dataset.train.count, asLongAs: 'tasks' },
        tasks: { initial: new Int32Array(), below: learner.stream.tasks.length },
      }),
      lesson(task) {
        const own = learner.examples[task] ?? new Int32Array();
        const [indices, tasks] = [learner.memory.integers('indices'), learner.memory.integers('tasks')];
        return {
          indices: Int32Array.of(...own, ...indices, ...indices),
          tasks: Int32Array.of(...own.map(() => task), ...tasks, ...tasks),
        } satisfies ExampleList;
      },
      afterTask(task) {
        const loss = (index: number) => learner.loss({ task, indices: Int32Array.of(index) });
        const found = [...(learner.examples[task] ?? [])]
          .slice(0, 20)
          .sort((a, b) => loss(a) - loss(b))
          .slice(0, 5);
        learner.memory.set('indices', Int32Array.of(...learner.memory.integers('indices'), ...found));
        learner.memory.set('tasks', Int32Array.of(...learner.memory.integers('tasks'), ...found.map(() => task)));
      },
    };
  },

  /** What a task trains on is found with the parameters of its beginning: the examples with the highest outputs. */
  'a lesson out of the parameters': () => {
    let learner: Learner;
    const sums = (theta: tf.Tensor1D, x: tf.Tensor2D) => [
      tf.matMul(x, tf.reshape(tf.slice(theta, 0, x.shape[1]), [-1, 1])),
    ];
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      lesson(task) {
        const own = learner.examples[task] ?? new Int32Array();
        const values = tf.tidy(() => [
          ...(learner.apply(sums, own.length, { task, indices: own })[0]?.dataSync() ?? []),
        ]);
        const order = [...own.keys()].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0)).slice(0, 32);
        return { indices: Int32Array.from(order, (i) => own[i] ?? 0), tasks: new Int32Array(order.length).fill(task) };
      },
    };
  },

  /** Warm-up over the first steps of each task, and a decay from task to task (Stable SGD). */
  'a step size for each step': () => ({
    id: 'toy',
    stepSize: ({ task, step }, base) => base * Math.min(1, (step + 1) / 4) * 0.6 ** task,
  }),

  /** The optimiser begins anew in each epoch. */
  'fresh slots in each epoch': () => {
    let learner: Learner;
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      phases: (_task, steps) => epochs(3, steps),
      beforePhase() {
        learner.resetOptimizer();
      },
    };
  },

  /** Tests are made with an average of the parameters, set off by what is measured before each of them. */
  'work before tests': () => {
    let learner: Learner;
    const means = (_theta: tf.Tensor1D, x: tf.Tensor2D) => [tf.mean(x)];
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      carries: () => ({
        mean: { shape: [learner.network.parameterCount], values: new Float32Array(learner.network.parameterCount) },
      }),
      carry: (next, _slope, { carried: { mean } }) => ({
        mean: tf.add(tf.mul(mean as tf.Tensor1D, 0.5), tf.mul(next, 0.5)),
      }),
      // Without this no number of the training would differ.
      stepSize: (_position, base) => base / 2,
      beforeEvaluation(theta) {
        const indices = (learner.examples[learner.task] ?? new Int32Array()).slice(0, 8);
        const [brightness] = learner.apply(means, 8, { task: learner.task, indices });
        const mean = tf.tensor1d(learner.carried.floats('mean'));
        return tf.add(tf.mul(mean, 0.9), tf.mul(theta, tf.mul(brightness ?? tf.scalar(NaN), 0.1)));
      },
    };
  },

  /** Classifies by the nearest of the mean outputs of hidden units, which are measured before each test (iCaRL). */
  'answers of its own': () => {
    let learner: Learner;
    const hidden = (_present: tf.Tensor1D, x: tf.Tensor2D, theta: tf.Tensor) => {
      const { network } = learner;
      const asked = { training: false, columns: {}, constants: {} };
      const { layers } = network.forward(parametersOf(network, theta as tf.Tensor1D), x, asked);
      return [layers[1] as tf.Tensor2D];
    };
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      // Without this no number of the training would differ.
      stepSize: (_position, base) => base / 2,
      templates(theta) {
        const { stream, examples } = learner;
        const means = stream.tasks.flatMap(({ classes }, task) =>
          classes.map((label) => {
            const all = examples[task] ?? new Int32Array();
            const indices = all.filter((index) => stream.dataset.train.labels[index] === label).subarray(0, 8);
            const [found] = learner.apply(hidden, 8, { task, indices }, [theta]);
            return tf.mean(found as tf.Tensor2D, 0);
          }),
        );
        return { means: tf.transpose(tf.stack(means)) };
      },
      scores({ layers }, { means }) {
        const columns = tf.expandDims(means as tf.Tensor2D, 0);
        return tf.neg(tf.sum(tf.squaredDifference(tf.expandDims(layers[1] as tf.Tensor2D, 2), columns), 1));
      },
    };
  },
};
