import type * as tf from '@tensorflow/tfjs-core';

/**
 * Cross-entropies of a softmax in one kernel, where the backend has it. Inputs logits and targets [n, outputs], float32;
 * outputs the cross-entropy of each row [n], and softmax − targets [n, outputs]: its gradient where targets add up to 1.
 */
export const crossEntropyKernel = 'LetheCrossEntropy';

/**
 * Batch normalisation in training. Inputs x [n, height, width, channels], and scale, shift and the running mean and variance,
 * each [channels]; attributes `epsilon` and `momentum`. Outputs the result, the running mean and variance after it, and what
 * the gradient needs besides x and scale (`kept0`, `kept1`, …).
 */
export const batchNormKernel = 'LetheBatchNorm';

/** Inputs dy, x, scale and what was kept; attribute `epsilon`. Outputs the gradients of x, scale and shift. */
export const batchNormGradientKernel = 'LetheBatchNormGradient';

/** Group normalisation. Inputs x, scale, shift; attributes `groups`, `epsilon`. Outputs the result, mean and 1 / deviation [n, groups]. */
export const groupNormKernel = 'LetheGroupNorm';

/** Inputs dy, x, scale, mean, inverse; attribute `groups`. Outputs the gradients of x, scale and shift. */
export const groupNormGradientKernel = 'LetheGroupNormGradient';

/**
 * What of some rows lies outside of a basis, by its singular value decomposition in double precision. Inputs `rows` [n, width]
 * and `basis` [directions, width], which is orthonormal, float32. Outputs, with k the smaller of n and width, the squared
 * singular values [k, 2] in falling order, and beside each a multiple of its singular vector [k, width, 2]: int32, each pair
 * the bits of a double, for TensorFlow.js has no type for those.
 */
export const residueKernel = 'LetheResidue';

/** What a kernel is called with. */
export interface KernelArguments {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly attrs?: tf.NamedAttrMap | undefined;
  readonly backend: unknown;
}

export const input = (inputs: tf.NamedTensorInfoMap, name: string): tf.TensorInfo => {
  const found = inputs[name];
  if (!found) throw new Error(`missing input ${name}`);
  return found;
};
