import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/**
 * Whole update rules as single WASM kernels. A rule written in single operations walks over the parameters a dozen
 * times and takes as long as the training step itself; here one loop over the WASM heap does it.
 */
export const adamKernel = 'LetheAdam';
export const momentumKernel = 'LetheMomentum';

interface KernelArguments {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly attrs?: tf.NamedAttrMap;
  readonly backend: unknown;
}

export function registerWasmOptimizers(): void {
  if (tf.getKernel(adamKernel, 'wasm')) return;
  tf.registerKernel({
    kernelName: adamKernel,
    backendName: 'wasm',
    kernelFunc: (a) => adam(a as unknown as KernelArguments),
  });
  tf.registerKernel({
    kernelName: momentumKernel,
    backendName: 'wasm',
    kernelFunc: (a) => momentum(a as unknown as KernelArguments),
  });
}

/** Allocates the outputs first: views of the heap die when it grows. */
function heapOf(backend: BackendWasm, inputs: readonly tf.TensorInfo[], outputs: number) {
  const shape = inputs[0]?.shape ?? [];
  const made = Array.from({ length: outputs }, () => backend.makeOutput(shape, 'float32'));
  const view = ({ dataId }: tf.TensorInfo) => {
    const { memoryOffset } = backend.dataIdMap.get(dataId);
    return new Float32Array(
      (backend.wasm as unknown as { HEAPU8: Uint8Array }).HEAPU8.buffer,
      memoryOffset,
      tf.util.sizeFromShape(shape),
    );
  };
  return { made, read: inputs.map(view), write: made.map(view) };
}

const input = (inputs: tf.NamedTensorInfoMap, name: string): tf.TensorInfo => {
  const found = inputs[name];
  if (!found) throw new Error(`missing input ${name}`);
  return found;
};

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
    3,
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
    2,
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
