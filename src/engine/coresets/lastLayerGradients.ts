import * as tf from '@tensorflow/tfjs-core';
import type { Learner, RowFunction } from '../contract/learner';
import { parametersOf } from '../networks/network';
import { perNetwork } from '../networks/perNetwork';
import { unitMask } from '../networks/layers';
import { plainLoss } from '../steps/gradient';
import { valuesOf } from '../valuesOf';
import { featuresIn } from './features';

/**
 * Of training examples as a task sees them, each by itself, the gradient of its loss with respect to the weights and biases
 * of the last layer, at the present parameters with the network as at test. With δ the gradient at the logits it is δ for
 * the biases and φ δᵀ for the weights, φ being what the last hidden layer passes on: (width + 1) × outputs numbers, the
 * biases last, whether the layer has some or not.
 */
export function lastLayerGradients(
  learner: Learner,
  { task, indices }: { readonly task: number; readonly indices: Int32Array },
): Float64Array[] {
  const { network, buffers, stream } = learner;
  const { outputs } = stream;
  const units = learner.activeUnits(task);
  const values = valuesOf(() => {
    const more = [
      learner.targets(task, indices),
      unitMask([units], outputs),
      ...(network.statistics && buffers ? [buffers] : []),
    ];
    return learner.apply(functionOf(network), indices.length, { task, indices }, more)[0] as tf.Tensor;
  });
  const width = values.length / indices.length - outputs;
  return Array.from(indices, (_, row) => {
    const start = row * (width + outputs);
    const delta = values.subarray(start, start + outputs);
    const features = [...values.subarray(start + outputs, start + outputs + width), 1];
    const gradient = new Float64Array(features.length * outputs);
    features.forEach((phi, i) => delta.forEach((slope, unit) => (gradient[i * outputs + unit] = phi * slope)));
    return gradient;
  });
}

/** δ and φ of each row, [rows, outputs + width]. */
const functionOf = perNetwork((network): RowFunction => (theta, x, targets, active, buffers) => {
  const asked = { training: false, columns: {}, constants: {}, buffers: buffers as tf.Tensor1D | undefined };
  const outputs = network.forward(parametersOf(network, theta), x, asked);
  const batch = {
    targets: targets as tf.Tensor2D,
    weights: tf.ones<tf.Rank.R1>([x.shape[0]]),
    active: active as tf.Tensor2D,
  };
  const loss = (z: tf.Tensor) => plainLoss(network, z as tf.Tensor2D, batch);
  return [tf.concat([tf.grad(loss)(outputs.logits), featuresIn(outputs)], 1)];
});

/** The mean of some gradients. */
export function meanGradient(gradients: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(gradients[0]?.length ?? 0);
  for (const gradient of gradients)
    gradient.forEach((value, i) => (mean[i] = (mean[i] as number) + value / gradients.length));
  return mean;
}

/** The cosine of the angle between two gradients; 0 where one of them is 0. */
export function cosine(a: Float64Array, b: Float64Array): number {
  let [dot, first, second] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    dot += x * y;
    first += x * x;
    second += y * y;
  }
  return first > 0 && second > 0 ? dot / Math.sqrt(first * second) : 0;
}

/** The largest cosine of a gradient with others. */
export const likeness = (gradient: Float64Array, others: readonly Float64Array[]): number =>
  others.reduce((most, other) => Math.max(most, cosine(gradient, other)), -1);
