import * as tf from '@tensorflow/tfjs-core';
import { asked, l2Of } from '../../core/trainingSettings';
import type { TrainingSpec } from '../../core/recipe';

/** What the optimiser gets for a gradient; both and θ in the same parts. A pure function of tensors. */
export type BeforeOptimizer = (
  gradients: readonly tf.Tensor[],
  parameters: readonly tf.Tensor[],
) => readonly tf.Tensor[];

/**
 * What becomes of a step's gradient, with all that methods made of it, before the optimiser has it: it is clipped, and
 * the L2 weight decay is added. In this order, which is PyTorch's: `clip_grad_norm_` stands before `optimizer.step()`,
 * and its `weight_decay` is the first thing that a step adds. Undefined where nothing is asked for.
 */
export function beforeOptimizer(training: TrainingSpec): BeforeOptimizer | undefined {
  const { norm, value } = asked(training.clipping) ?? {};
  const l2 = l2Of(training);
  if (norm === undefined && value === undefined && l2 === 0) return undefined;
  return (gradients, parameters) => {
    const clipped = norm === undefined ? gradients : clippedByNorm(gradients, norm);
    const within = value === undefined ? clipped : clipped.map((part) => tf.clipByValue(part, -value, value));
    if (l2 === 0) return within;
    return within.map((part, i) => tf.add(part, tf.mul(parameters[i] as tf.Tensor, l2)));
  };
}

/** Added to the norm that is divided by, as `clip_grad_norm_` does. */
const TINY = 1e-6;

/** Scaled down to a norm of all parts together of at most `most`. */
function clippedByNorm(gradients: readonly tf.Tensor[], most: number): tf.Tensor[] {
  const squares = gradients.map((part) => tf.sum<tf.Scalar>(tf.square(part)));
  const [only, ...more] = squares;
  const norm = tf.sqrt(more.length > 0 ? tf.addN(squares) : (only as tf.Scalar));
  const factor = tf.minimum(tf.div(most, tf.add(norm, TINY)), 1);
  return gradients.map((part) => tf.mul(part, factor));
}
