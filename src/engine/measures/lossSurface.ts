import * as tf from '@tensorflow/tfjs-core';
import type { RowFunction } from '../contract/learner';
import type { Network } from '../contract/network';
import { flatten, logitsOf, parametersOf } from '../networks/network';
import { perNetwork } from '../networks/perNetwork';
import { plainLoss } from '../steps/gradient';

/** Loss and gradient at some θ. */
export interface Height {
  readonly loss: number;
  /** [parameters]. */
  readonly gradient: Float32Array;
}

/** A loss as a function of θ: the mean over some fixed examples. The same θ gives the same bits. */
export type LossSurface = (theta: Float32Array) => Height;

/** Some examples, as the loss sees them; tensors belong to the caller. */
export interface SurfaceBatch {
  readonly task: number;
  readonly indices: Int32Array;
  /** Targets of the loss [rows, outputs], and 0/1 of the outputs that take part [1 or rows, outputs]; all when left out. */
  readonly targets: tf.Tensor2D;
  readonly active?: tf.Tensor2D | undefined;
}

export interface SurfaceInput {
  readonly network: Network;
  /** Running statistics, of a network that has some: they stay as they are. */
  readonly buffers?: tf.Tensor1D | undefined;
  /** Of such a network: rows are normalised by the statistics of their batch, as in training. */
  readonly byBatch?: boolean;
  readonly batches: readonly SurfaceBatch[];
  /** The function's results for the examples of a batch, compiled where that can be done. */
  readonly apply: (fn: RowFunction, theta: tf.Tensor1D, batch: SurfaceBatch, more: readonly tf.Tensor[]) => tf.Tensor[];
}

/**
 * The mean plain loss of all batches together, without penalties, with the network as at test: no dropout, running statistics
 * as they are.
 *
 * @throws RangeError without examples
 */
export function lossSurface({ network, buffers, byBatch = false, batches, apply }: SurfaceInput): LossSurface {
  const examples = batches.reduce((sum, { indices }) => sum + indices.length, 0);
  if (examples === 0) throw new RangeError('a loss is measured on at least one example');
  const { plain, masked } = heightsOf(network)[byBatch ? 'byBatch' : 'asAtTest'];
  return (theta) => {
    let loss = 0;
    const gradient = new Float64Array(theta.length);
    for (const batch of batches)
      tf.tidy(() => {
        const { indices, targets, active } = batch;
        const weights = tf.fill([indices.length], 1 / examples);
        const more = [targets, weights, ...(active ? [active] : []), ...(buffers ? [buffers] : [])];
        const [value, slope] = apply(active ? masked : plain, tf.tensor1d(theta), batch, more);
        loss += value?.dataSync()[0] ?? NaN;
        slope?.dataSync().forEach((part, i) => (gradient[i] = (gradient[i] as number) + part));
      });
    return { loss, gradient: Float32Array.from(gradient) };
  };
}

const heightsOf = perNetwork((network) => {
  const heights = (byBatch: boolean) => ({
    plain: heightOf(network, false, byBatch),
    masked: heightOf(network, true, byBatch),
  });
  return { asAtTest: heights(false), byBatch: heights(true) };
});

/** Loss and gradient of some rows: (θ, x, targets, weights, active where outputs are masked, running statistics if any). */
const heightOf =
  (network: Network, masks: boolean, byBatch: boolean): RowFunction =>
  (theta, x, ...more) => {
    const [targets, weights] = more as [tf.Tensor2D, tf.Tensor1D];
    const active = masks ? (more[2] as tf.Tensor2D) : undefined;
    const buffers = network.statistics && (more.at(-1) as tf.Tensor1D);
    const logits = (parameters: tf.Tensor[]) =>
      byBatch
        ? network.forward(parameters, x, { training: true, buffers, columns: {}, constants: {} }).logits
        : logitsOf(network, parameters, x, buffers);
    const lossOf = (...parameters: tf.Tensor[]) =>
      plainLoss(network, logits(parameters), { targets, weights, ...(active && { active }) });
    const { value, grads } = tf.valueAndGrads(lossOf)(parametersOf(network, theta));
    return [value, flatten(grads)];
  };
