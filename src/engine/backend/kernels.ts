import type * as tf from '@tensorflow/tfjs-core';

/**
 * Cross-entropies of a softmax in one kernel, where the backend has it. Inputs logits and targets [n, outputs], float32;
 * outputs the cross-entropy of each row [n], and softmax − targets [n, outputs]: its gradient where targets add up to 1.
 */
export const crossEntropyKernel = 'LetheCrossEntropy';

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
