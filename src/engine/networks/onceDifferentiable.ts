import * as tf from '@tensorflow/tfjs-core';

/**
 * A gradient that cannot be differentiated again, because it comes from kernels or from values that TensorFlow.js has no
 * derivative of: it would leave out what it does not know. Asking for its derivative is an error instead.
 *
 * @param what whose gradient it is, for the message
 * @param sources all that the gradient depends on
 */
export function onceDifferentiable<T extends tf.Tensor>(
  what: string,
  sources: readonly tf.Tensor[],
  gradient: () => T,
): T {
  // While no gradient is recorded, which is in each step but those of a method that asks for more, nothing is added.
  if (tf.engine().state.gradientDepth === 0) return gradient();
  const op = tf.customGrad(() => ({
    value: gradient(),
    gradFunc: (): tf.Tensor[] => {
      throw new Error(`there is no second derivative of ${what}`);
    },
  }));
  return op(...sources);
}

/** The same for several gradients that are made at once. */
export function allOnceDifferentiable(
  what: string,
  sources: readonly tf.Tensor[],
  gradients: () => tf.Tensor[],
): tf.Tensor[] {
  const made = gradients();
  if (tf.engine().state.gradientDepth === 0) return made;
  return made.map((gradient) => onceDifferentiable(what, sources, () => tf.clone(gradient)));
}
