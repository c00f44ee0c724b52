import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';

/** The elements of a float32 tensor, where they lie: such a view is dead once anything was allocated. */
export function elementsOf(backend: BackendWasm, { dataId, shape }: tf.TensorInfo): Float32Array {
  const { memoryOffset } = backend.dataIdMap.get(dataId);
  // The typings know only the functions of the module, not its heap.
  const { HEAPU8 } = backend.wasm as unknown as { HEAPU8: Uint8Array };
  return new Float32Array(
    HEAPU8.buffer,
    memoryOffset,
    shape.reduce((product, n) => product * n, 1),
  );
}

/** Allocates the outputs first: views of the heap die when it grows. */
export function heapOf(backend: BackendWasm, inputs: readonly tf.TensorInfo[], shapes: readonly number[][]) {
  const made = shapes.map((shape) => backend.makeOutput(shape, 'float32'));
  return {
    made,
    read: inputs.map((info) => elementsOf(backend, info)),
    write: made.map((info) => elementsOf(backend, info)),
  };
}
