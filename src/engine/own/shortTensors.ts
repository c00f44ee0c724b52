import * as tf from '@tensorflow/tfjs-core';

/** Numbers of a tensor that are said. */
const SAID = 6;

/**
 * From here on a tensor as text is its shape, its type and its first numbers: `Tensor [2, 3] float32: 1, 2, 3, …`. A debugger
 * asks for the text of every variable in sight, and that of TensorFlow.js goes through all numbers, which takes minutes there.
 */
export function shortTensors(): void {
  tf.Tensor.prototype.toString = function (this: tf.Tensor) {
    const what = `Tensor [${this.shape.join(', ')}] ${this.dtype}`;
    if (this.isDisposed) return `${what}, disposed`;
    const values = Array.from(this.dataSync().slice(0, SAID), (value) => Number(value.toPrecision(6)));
    return `${what}: ${values.join(', ')}${this.size > SAID ? ', …' : ''}`;
  };
}
