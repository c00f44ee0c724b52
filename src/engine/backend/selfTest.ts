import * as tf from '@tensorflow/tfjs-core';
import { CompiledFunction } from '../graph/compiledFunction';
import { openBackend } from './backend';

/**
 * Opens native TensorFlow as a run does and computes a product and a gradient whose values are known, one operation at a
 * time and as a graph.
 *
 * @returns the version of the backend
 * @throws Error when it cannot be opened or computes something else
 */
export async function testNative(wasmFolder: string): Promise<string> {
  const { version } = await openBackend('native', wasmFolder);
  const [product, gradient] = tf.tidy(() => {
    const x = tf.tensor2d([1, -2, 3, 4], [2, 2]);
    const w = tf.tensor2d([1, 0, -1, 2], [2, 2]);
    // Of x·w only the diagonal is positive, so the relu passes an identity matrix back: dw = xᵀ.
    const slope = tf.grad((weights: tf.Tensor) => tf.sum(tf.relu(tf.matMul(x, weights))))(w);
    return [[...tf.matMul(x, w).dataSync()], [...slope.dataSync()]];
  });
  expectEqual('the product', product, [3, -4, -1, 8]);
  expectEqual('the gradient', gradient, [1, 3, -2, 4]);
  expectEqual('the product in a graph', productInGraph(), [3, -4, -1, 8]);
  return version;
}

function productInGraph(): number[] {
  const inputs = [tf.tensor2d([1, -2, 3, 4], [2, 2]), tf.tensor2d([1, 0, -1, 2], [2, 2])];
  const product = new CompiledFunction(([x, w]) => [tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)], inputs);
  try {
    return product.call(inputs).flatMap((result) => [...result.dataSync()]);
  } finally {
    product.dispose();
  }
}

function expectEqual(what: string, found: readonly number[], wanted: readonly number[]): void {
  if (found.length === wanted.length && found.every((value, i) => value === wanted[i])) return;
  throw new Error(`${what} is ${found.join(', ')} instead of ${wanted.join(', ')}`);
}
