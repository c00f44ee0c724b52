import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { registerConvolutionKernels } from './wasmConvolution';
import { heapOf, input, type KernelArguments } from './wasmHeap';

/**
 * Whole update rules as single WASM kernels. A rule written in single operations walks over the parameters a dozen
 * times and takes as long as the training step itself; here one loop over the WASM heap does it.
 */
export const adamKernel = 'LetheAdam';
export const momentumKernel = 'LetheMomentum';
/** Parts of a flat vector. TensorFlow.js' own slice copies the whole vector for each part. */
export const partsKernel = 'LetheParts';

export function registerWasmKernels(): void {
  if ((tf.getKernel(adamKernel, 'wasm') as tf.KernelConfig | undefined) !== undefined) return;
  tf.registerKernel({
    kernelName: partsKernel,
    backendName: 'wasm',
    kernelFunc: (a) => parts(a),
  });
  tf.registerKernel({
    kernelName: adamKernel,
    backendName: 'wasm',
    kernelFunc: (a) => adam(a),
  });
  tf.registerKernel({
    kernelName: momentumKernel,
    backendName: 'wasm',
    kernelFunc: (a) => momentum(a),
  });
  registerConvolutionKernels();
}

/** Inputs theta, gradient, m, v; attributes as in optimizer.ts. Outputs theta, m, v. */
function adam({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo[] {
  const { beta1, beta2, stepSize, epsilon } = attrs as unknown as {
    beta1: number;
    beta2: number;
    stepSize: number;
    epsilon: number;
  };
  const { made, read, write } = heapOf(
    backend as BackendWasm,
    ['theta', 'gradient', 'm', 'v'].map((name) => input(inputs, name)),
    Array.from({ length: 3 }, () => input(inputs, 'theta').shape),
  );
  const [theta, gradient, m, v] = read as [Float32Array, Float32Array, Float32Array, Float32Array];
  const [thetaOut, mOut, vOut] = write as [Float32Array, Float32Array, Float32Array];
  for (let i = 0; i < theta.length; i++) {
    const g = gradient[i] as number;
    const first = beta1 * (m[i] as number) + (1 - beta1) * g;
    const second = beta2 * (v[i] as number) + (1 - beta2) * g * g;
    mOut[i] = first;
    vOut[i] = second;
    thetaOut[i] = (theta[i] as number) - (stepSize * first) / (Math.sqrt(second) + epsilon);
  }
  return made;
}

/** Inputs theta, gradient, velocity; outputs theta, velocity. */
function momentum({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo[] {
  const { learningRate, momentum: mu } = attrs as unknown as { learningRate: number; momentum: number };
  const { made, read, write } = heapOf(
    backend as BackendWasm,
    ['theta', 'gradient', 'velocity'].map((name) => input(inputs, name)),
    Array.from({ length: 2 }, () => input(inputs, 'theta').shape),
  );
  const [theta, gradient, velocity] = read as [Float32Array, Float32Array, Float32Array];
  const [thetaOut, velocityOut] = write as [Float32Array, Float32Array];
  for (let i = 0; i < theta.length; i++) {
    const next = mu * (velocity[i] as number) + (gradient[i] as number);
    velocityOut[i] = next;
    thetaOut[i] = (theta[i] as number) - learningRate * next;
  }
  return made;
}

/** Input theta; attribute `sizes`: elements of each part, from the start on. One flat output each. */
function parts({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo[] {
  const sizes = attrs?.['sizes'] as number[];
  const { made, read, write } = heapOf(
    backend as BackendWasm,
    [input(inputs, 'theta')],
    sizes.map((size) => [size]),
  );
  let offset = 0;
  for (const part of write) {
    part.set((read[0] as Float32Array).subarray(offset, offset + part.length));
    offset += part.length;
  }
  return made;
}
