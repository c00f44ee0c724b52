import * as tf from '@tensorflow/tfjs-core';
import type { AgemSettings } from '../../core/methods/agem';
import { branch } from '../contract/branch';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import { perClassBuffer } from '../buffers/index';
import { bytesOf, drawnFrom, memoryView } from '../exampleBuffer';
import { cosineOf, cosineViews, noCosines, TINY, withCosine } from './cosines';

/**
 * A-GEM (Chaudhry, Ranzato, Rohrbach & Elhoseiny 2019). Examples of old tasks are stored, and a step must not raise their
 * mean loss: with g the gradient of the step and g_ref that of a random batch of the memory, where g · g_ref < 0 the step
 * takes (eq. 11)
 *
 *     g − (g · g_ref / g_ref · g_ref) g_ref
 *
 * which is orthogonal to g_ref, else g. The memory takes no other part in training. As the authors' code had it when the
 * paper appeared, the memory is drawn at random from a task's examples when it ends, so many of each class; a reference
 * batch is drawn without replacement. g_ref is the gradient of the loss alone, without the penalties on parameters of methods
 * beside it; what these add to the loss of a batch is in both.
 *
 * Deviations: nothing is added to g_ref · g_ref, to which van de Ven's code adds 1e-7; and that goes through a shuffled memory
 * before it shuffles anew, where here each batch is drawn from all of it. Batch norm normalises a reference batch by itself,
 * as in the authors' code, but its running statistics do not move with it: the memory takes no part in training.
 */
export function createAgem({ perClass, batchSize }: AgemSettings): Method {
  const buffer = perClassBuffer(perClass);
  let learner: Learner;
  return {
    id: 'agem',
    begin(own) {
      learner = own;
    },
    keeps: () => buffer.keeps(learner),
    beforePhase({ phase }) {
      if (phase === 0) learner.carried.set('cosines', noCosines.values);
    },
    batches(batches, { task, phase, step }) {
      const memory = drawnFrom(buffer.stored(learner.memory), batchSize, learner.random('agem', task, phase, step));
      const { length } = memory.indices;
      if (length === 0) return batches;
      return { ...batches, memory: { ...memory, weights: new Float32Array(length).fill(1 / length), apart: true } };
    },
    carries: () => ({ cosines: noCosines }),
    gradient(theta, differentiate, { batches }) {
      const slope = differentiate(theta);
      if (!batches['memory']) return slope;
      const reference = differentiate(theta, ['memory']).task;
      const dot = tf.sum(tf.mul(slope.total, reference));
      const share = tf.div(dot, tf.maximum(tf.sum(tf.square(reference)), TINY));
      const { total } = branch(
        tf.less(dot, 0),
        { total: slope.total, reference },
        {
          then: (own) => ({ total: tf.sub(own.total, tf.mul(share, own.reference)) }),
          otherwise: ({ total }) => ({ total }),
        },
      );
      return {
        ...slope,
        total: total as tf.Tensor1D,
        notes: { ...slope.notes, 'agem cosine': cosineOf(slope.total, reference) },
      };
    },
    carry(_next, { notes }, { carried }) {
      const [cosines, cosine] = [carried['cosines'] as tf.Tensor, notes?.['agem cosine'] as tf.Scalar | undefined];
      return { cosines: cosine ? withCosine(cosines, cosine, tf.cast(tf.less(cosine, 0), 'float32')) : cosines };
    },
    afterTask: (task) => buffer.taskEnded(task, learner),
    memoryBytes: () => bytesOf(buffer.stored(learner.memory), learner),
    inspect: (task) => [
      memoryView(buffer.stored(learner.memory), task, learner, { policy: 'per-class' }),
      ...cosineViews(learner.carried.floats('cosines'), {
        title: 'Gradient of the task and that of the memory',
        first: 'gradient',
        second: 'gradient of the memory',
        event: 'projected',
      }),
    ],
  };
}
