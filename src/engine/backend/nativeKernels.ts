import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../graph/binding';
import { dataTypes } from '../graph/model';
import { crossEntropyKernel, input, type KernelArguments } from './kernels';

/** Operations of TensorFlow that TensorFlow.js has no kernel for. */
export function registerNativeKernels(): void {
  if ((tf.getKernel(crossEntropyKernel, 'tensorflow') as tf.KernelConfig | undefined) !== undefined) return;
  tf.registerKernel({
    kernelName: crossEntropyKernel,
    backendName: 'tensorflow',
    kernelFunc: (a) => crossEntropy(a),
  });
}

function crossEntropy({ inputs, backend }: KernelArguments): tf.TensorInfo[] {
  const native = backend as NativeBackend;
  const type = { name: 'T', type: native.binding.TF_ATTR_TYPE, value: dataTypes.float32 };
  const tensors = [input(inputs, 'logits'), input(inputs, 'targets')];
  return native.executeMultipleOutputs('SoftmaxCrossEntropyWithLogits', [type], tensors, 2);
}
