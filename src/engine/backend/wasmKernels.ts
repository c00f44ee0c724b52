import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { registerConvolutionKernels } from './wasmConvolution';
import { crossEntropyKernel, input, type KernelArguments } from './kernels';
import { LANES, updateRulesOf } from './updateRules';
import { heapOf } from './wasmHeap';
import { registerNormKernels } from './wasmNorm';

/**
 * Whole update rules as single WASM kernels. A rule written in single operations walks over the parameters a dozen
 * times and takes as long as the training step itself; here one loop over the WASM heap does it, in SIMD.
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
  tf.registerKernel({
    kernelName: crossEntropyKernel,
    backendName: 'wasm',
    kernelFunc: (a) => crossEntropy(a),
  });
  registerConvolutionKernels();
  registerNormKernels();
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
  const { rules, done, bytes, offsets } = inSimd(backend as BackendWasm, [...read, ...write]);
  const places = offsets as [number, number, number, number, number, number, number];
  rules?.adam(...places, bytes, beta1, beta2, stepSize, epsilon);
  for (let i = done; i < theta.length; i++) {
    const g = gradient[i] as number;
    const first = beta1 * (m[i] as number) + (1 - beta1) * g;
    const second = beta2 * (v[i] as number) + (1 - beta2) * g * g;
    mOut[i] = first;
    vOut[i] = second;
    thetaOut[i] = (theta[i] as number) - (stepSize * first) / (Math.sqrt(second) + epsilon);
  }
  return made;
}

/** The rules in SIMD, and the elements they do: all but three at most, none where there is no SIMD. */
function inSimd(backend: BackendWasm, vectors: readonly Float32Array[]) {
  const rules = updateRulesOf(backend);
  const length = rules ? (vectors[0]?.length ?? 0) : 0;
  const done = length - (length % LANES);
  const bytes = done * Float32Array.BYTES_PER_ELEMENT;
  return { rules, done, bytes, offsets: vectors.map(({ byteOffset }) => byteOffset) };
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
  const { rules, done, bytes, offsets } = inSimd(backend as BackendWasm, [...read, ...write]);
  const places = offsets as [number, number, number, number, number];
  rules?.momentum(...places, bytes, learningRate, mu);
  for (let i = done; i < theta.length; i++) {
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

function crossEntropy({ inputs, backend }: KernelArguments): tf.TensorInfo[] {
  const [logits, targets] = [input(inputs, 'logits'), input(inputs, 'targets')];
  const [rows = 0, outputs = 0] = logits.shape;
  const { made, read, write } = heapOf(backend as BackendWasm, [logits, targets], [[rows], [rows, outputs]]);
  const [z, target] = read as [Float32Array, Float32Array];
  const [losses, differences] = write as [Float32Array, Float32Array];
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * outputs, (row + 1) * outputs];
    let largest = -Infinity;
    // A NaN stays one.
    for (let i = start; i < end; i++) largest = Math.max(largest, z[i] as number);
    let sum = 0;
    for (let i = start; i < end; i++) sum += Math.exp((z[i] as number) - largest);
    const normaliser = largest + Math.log(sum);
    let loss = 0;
    for (let i = start; i < end; i++) {
      const logProbability = (z[i] as number) - normaliser;
      const wanted = target[i] as number;
      if (wanted !== 0) loss -= wanted * logProbability;
      differences[i] = Math.exp(logProbability) - wanted;
    }
    losses[row] = loss;
  }
  return made;
}
