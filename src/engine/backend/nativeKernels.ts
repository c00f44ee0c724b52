import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../graph/binding';
import { dataTypes } from '../graph/model';
import { batchNormGradientKernel, batchNormKernel, crossEntropyKernel, input, type KernelArguments } from './kernels';
import { registerNativeConvolutions } from './nativeConvolution';
import { registerNativeResidue } from './nativeResidue';

/** Operations of TensorFlow that TensorFlow.js has no kernel for. */
export function registerNativeKernels(): void {
  if ((tf.getKernel(crossEntropyKernel, 'tensorflow') as tf.KernelConfig | undefined) !== undefined) return;
  tf.registerKernel({
    kernelName: crossEntropyKernel,
    backendName: 'tensorflow',
    kernelFunc: (a) => crossEntropy(a),
  });
  tf.registerKernel({ kernelName: batchNormKernel, backendName: 'tensorflow', kernelFunc: (a) => batchNorm(a) });
  tf.registerKernel({
    kernelName: batchNormGradientKernel,
    backendName: 'tensorflow',
    kernelFunc: (a) => batchNormGradient(a),
  });
  registerNativeConvolutions();
  registerNativeResidue();
}

function crossEntropy({ inputs, backend }: KernelArguments): tf.TensorInfo[] {
  const native = backend as NativeBackend;
  const type = { name: 'T', type: native.binding.TF_ATTR_TYPE, value: dataTypes.float32 };
  const tensors = [input(inputs, 'logits'), input(inputs, 'targets')];
  return native.executeMultipleOutputs('SoftmaxCrossEntropyWithLogits', [type], tensors, 2);
}

/** What TensorFlow's operation keeps for its gradient are its last three outputs. */
function batchNorm({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo[] {
  const native = backend as NativeBackend;
  const { momentum } = attrs as unknown as { momentum: number };
  const factor = { name: 'exponential_avg_factor', type: native.binding.TF_ATTR_FLOAT, value: momentum };
  const tensors = ['x', 'scale', 'shift', 'mean', 'variance'].map((name) => input(inputs, name));
  return native.executeMultipleOutputs('FusedBatchNormV3', [...batchNormAttributes(native, attrs), factor], tensors, 6);
}

function batchNormGradient({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo[] {
  const native = backend as NativeBackend;
  const tensors = ['dy', 'x', 'scale', 'kept0', 'kept1', 'kept2'].map((name) => input(inputs, name));
  const found = native.executeMultipleOutputs('FusedBatchNormGradV3', batchNormAttributes(native, attrs), tensors, 5);
  // The last two stand for nothing.
  tf.dispose(found.slice(3));
  return found.slice(0, 3);
}

function batchNormAttributes({ binding }: NativeBackend, attrs: KernelArguments['attrs']) {
  const { epsilon } = attrs as unknown as { epsilon: number };
  return [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: dataTypes.float32 },
    { name: 'U', type: binding.TF_ATTR_TYPE, value: dataTypes.float32 },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ];
}
