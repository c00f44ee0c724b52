import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';

/**
 * What steps carry of how two directions lay to each other, float32 [5]: number of steps, sum of the cosines, the least
 * and the most, number of steps in which something was done about it.
 */
export const noCosines = { shape: [5], values: Float32Array.of(0, 0, 1, -1, 0) };

/** The cosine of two directions [parameters], from −1 to 1; 0 where one of them is none. */
export function cosineOf(first: tf.Tensor1D, second: tf.Tensor1D): tf.Scalar {
  const dot = tf.sum<tf.Scalar>(tf.mul(first, second));
  const lengths = tf.mul<tf.Scalar>(lengthOf(first), lengthOf(second));
  return tf.clipByValue(tf.div(dot, tf.maximum(lengths, TINY)), -1, 1);
}

/** ‖x‖. `tf.norm` takes powers of absolute values. */
export const lengthOf = (x: tf.Tensor): tf.Scalar => tf.sqrt(tf.sum<tf.Scalar>(tf.square(x)));

/** Keeps a division by nothing from being one; of no effect on anything larger. */
export const TINY = 1e-30;

/** One step more. @param event 1 when something was done about it, else 0 */
export function withCosine(cosines: tf.Tensor, cosine: tf.Scalar, event: tf.Scalar): tf.Tensor {
  const [steps, sum, least, most, events] = tf.unstack(cosines) as [
    tf.Scalar,
    tf.Scalar,
    tf.Scalar,
    tf.Scalar,
    tf.Scalar,
  ];
  return tf.stack([
    tf.add(steps, 1),
    tf.add(sum, cosine),
    tf.minimum(least, cosine),
    tf.maximum(most, cosine),
    tf.add(events, event),
  ]);
}

/** What to show of them: nothing where there was no such step. */
export function cosineViews(
  cosines: Float32Array,
  { title, first, second, event }: { title: string; first: string; second: string; event?: string },
): View[] {
  const [steps = 0, sum = 0, least = 0, most = 0, events = 0] = cosines;
  if (steps === 0) return [];
  // A mean of float32 may come out a little beyond what it is the mean of.
  const mean = Math.min(most, Math.max(least, sum / steps));
  const pair = { first, second, steps, mean, least, most };
  return [
    {
      kind: 'angle',
      title,
      unit: 'cosine',
      pairs: [event === undefined ? pair : { ...pair, event: { name: event, share: events / steps } }],
    },
  ];
}
