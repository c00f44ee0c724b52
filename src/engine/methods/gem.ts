import * as tf from '@tensorflow/tfjs-core';
import type { GemSettings } from '../../core/methods/gem';
import { taskRingBuffer } from '../buffers/ring';
import type { Learner } from '../contract/learner';
import type { Batch, Batches, ExampleList, Method } from '../contract/method';
import type { Question, Slope } from '../contract/step';
import { bytesOf, memoryView } from '../exampleBuffer';
import { cosineViews, noCosines, TINY, withCosine } from './cosines';
import { leastOverBound } from './quadraticProgram';

/** The gradients of a step, notes of its slope: g first, then g_k of each old task, [1 + old tasks, parameters]. */
const GRADIENTS = 'gem gradients';
/** The smallest cosine of g with any g_k, and 1 where a constraint was violated. */
const COSINE = 'gem cosine';
const VIOLATED = 'gem violated';

/**
 * Gradient episodic memory (Lopez-Paz & Ranzato 2017). The last `perTask` examples met of each task are stored. With g the
 * gradient of the step and g_k that of the mean loss over the memory of an old task k, a step takes g where g · g_k ≥ 0 for
 * all of them, else (eq. 10)
 *
 *     g̃ = argmin ½ ‖g − g̃‖²   with g̃ · g_k ≥ 0 for all old tasks k,
 *
 * found by its dual (eq. 11): with G the rows g_k, v* = argmin ½ vᵀ G Gᵀ v + gᵀ Gᵀ v over v ≥ γ, and g̃ = Gᵀ v* + g. The host
 * solves it exactly, in double precision, in the middle of the step: it is told the inner products of all gradients alone.
 *
 * As in the authors' code the margin γ bounds the dual variables of all old tasks once one constraint is violated (the paper
 * adds γ to v*), and a ridge stands on the diagonal of G Gᵀ; with it a constraint may miss by ridge · v_k. g_k is the gradient
 * of the loss alone, without the penalties on parameters of other methods; what these add to the loss of a batch is in it.
 *
 * Deviations: training for several passes stores the last examples of the first pass (the authors train for one). Of a batch
 * that reaches past the end of the memory the authors' code drops the rest, and of a task with fewer examples than `perTask`
 * it also asks places in which nothing was written yet; here all that were met count, and nothing else. Running statistics
 * of batch norm do not move with the memories.
 */
export function createGem({ perTask, margin, ridge }: GemSettings): Method {
  const buffer = taskRingBuffer(perTask);
  let learner: Learner;
  const answer: Question['answer'] = ({ products }) => {
    const [found, violated] = dualVariables(products?.values as Float32Array, { margin, ridge });
    return { v: found, violated: Float32Array.of(violated ? 1 : 0) };
  };
  return {
    id: 'gem',
    begin(own) {
      learner = own;
    },
    keeps: () => buffer.keeps(learner),
    carries: () => ({ cosines: noCosines }),
    beforePhase({ phase }) {
      if (phase === 0) learner.carried.set('cosines', noCosines.values);
    },
    batches: (batches, { task }): Batches => ({ ...batches, ...memories(buffer.stored(learner.memory), task) }),
    met(lesson, position) {
      buffer.met(lesson, position, learner);
    },
    gradient(theta, differentiate, { batches }) {
      const slope = differentiate(theta);
      const old = Object.keys(batches).filter((name) => name.startsWith(MEMORY));
      if (old.length === 0) return slope;
      const gradients = tf.stack([slope.total, ...old.map((name) => differentiate(theta, [name]).task)]);
      return { ...slope, notes: { ...slope.notes, [GRADIENTS]: gradients } };
    },
    ask(slope) {
      const gradients = slope.notes?.[GRADIENTS] as tf.Tensor2D | undefined;
      if (!gradients) return undefined;
      const [rows, size] = gradients.shape;
      const products = tf.matMul<tf.Tensor2D>(gradients, gradients, false, true);
      return {
        told: { products },
        answers: { v: [1, rows - 1], violated: [1] },
        answer,
        goOn({ v, violated }): Slope {
          const old = tf.slice(gradients, [1, 0], [rows - 1, size]);
          const pushed = tf.reshape(tf.matMul(v as tf.Tensor2D, old), [size]);
          return {
            ...slope,
            total: tf.add(slope.total, pushed),
            notes: {
              ...slope.notes,
              [COSINE]: leastCosine(products),
              [VIOLATED]: tf.reshape(violated as tf.Tensor, []),
            },
          };
        },
      };
    },
    carry(_next, { notes }, { carried }) {
      const cosines = carried['cosines'] as tf.Tensor;
      const [cosine, violated] = [notes?.[COSINE], notes?.[VIOLATED]] as (tf.Scalar | undefined)[];
      return { cosines: cosine && violated ? withCosine(cosines, cosine, violated) : cosines };
    },
    memoryBytes: () => bytesOf(buffer.stored(learner.memory), learner),
    inspect: (task) => [
      memoryView(buffer.stored(learner.memory), task, learner, { policy: 'task-ring' }),
      ...cosineViews(learner.carried.floats('cosines'), {
        title: 'Gradient of the task and that of the old task it harms most',
        first: 'gradient',
        second: 'gradient of a memory',
        event: 'projected',
      }),
    ],
  };
}

const MEMORY = 'gem memory of task ';

/** The memory of each old task. */
function memories(stored: ExampleList, task: number): Readonly<Record<string, Batch>> {
  const old = [...new Set(stored.tasks)].filter((one) => one < task);
  return Object.fromEntries(
    old.map((one): [string, Batch] => {
      const indices = stored.indices.filter((_, i) => stored.tasks[i] === one);
      const { length } = indices;
      const weights = new Float32Array(length).fill(1 / length);
      return [`${MEMORY}${one + 1}`, { indices, tasks: new Int32Array(length).fill(one), weights, apart: true }];
    }),
  );
}

/**
 * The dual variables of a step, [old tasks], and whether a constraint was violated; all 0 where none was.
 *
 * @param products inner products of the gradients with each other, that of the step first: [1 + old tasks, 1 + old tasks]
 */
export function dualVariables(
  products: Float32Array,
  { margin, ridge }: Pick<GemSettings, 'margin' | 'ridge'>,
): [Float32Array, boolean] {
  const rows = Math.sqrt(products.length);
  const at = (i: number, j: number) => products[i * rows + j] as number;
  const old = Array.from({ length: rows - 1 }, (_, k) => k + 1);
  const linear = old.map((k) => at(k, 0));
  if (linear.every((product) => product >= 0)) return [new Float32Array(old.length), false];
  const matrix = old.map((i) => old.map((j) => (at(i, j) + at(j, i)) / 2 + (i === j ? ridge : 0)));
  // Below this an inner product says no more than how its gradients were rounded.
  const tolerances = old.map((k) => ROUNDING * Math.sqrt(at(0, 0) * at(k, k)));
  return [Float32Array.from(leastOverBound(matrix, linear, margin, tolerances)), true];
}

/** Of float32, a few times over. */
const ROUNDING = 1e-6;

/** The smallest cosine of the first with any other, out of all inner products. */
function leastCosine(products: tf.Tensor2D): tf.Scalar {
  const [rows] = products.shape;
  const lengths = tf.sqrt(tf.sum<tf.Tensor1D>(tf.mul(products, tf.eye(rows)), 1));
  const dots = tf.reshape(tf.slice(products, [1, 0], [rows - 1, 1]), [-1]);
  const cosines = tf.div(dots, tf.maximum(tf.mul(tf.slice(lengths, 1), tf.slice(lengths, 0, 1)), TINY));
  return tf.clipByValue(tf.min<tf.Scalar>(cosines), -1, 1);
}
