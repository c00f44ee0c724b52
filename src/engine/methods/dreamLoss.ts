import * as tf from '@tensorflow/tfjs-core';
import type { GenerativeReplaySettings } from '../../core/methods/generative-replay';
import type { Network } from '../contract/network';
import type { Tensors } from '../contract/step';
import type { Stream } from '../contract/stream';
import { maskLogits } from '../networks/layers';
import { plainLoss } from '../steps/gradient';
import { distillation, unitMask } from './lwf';

/**
 * The heads by which images of no known task are replayed, as constants of a step: `heads` 0/1, [heads, outputs], and what the
 * loss of each counts, `shares` [heads]. Task-incremental each old head counts alike; elsewhere all outputs are one head.
 *
 * @param task that is being trained, from 0; not the first one
 */
export function replayedHeads(
  { scenario, heads, outputs }: Pick<Stream, 'scenario' | 'heads' | 'outputs'>,
  task: number,
) {
  if (scenario !== 'task') return { heads: tf.ones<tf.Rank.R2>([1, outputs]), shares: tf.ones<tf.Rank.R1>([1]) };
  // All heads, so that every task has the same shapes.
  return { heads: unitMask(heads, outputs), shares: tf.tensor1d(heads.map((_, head) => (head < task ? 1 / task : 0))) };
}

/** Rows of a replayed batch: the network's logits and those of the network before the task, [rows, outputs], and weights. */
interface Replayed {
  readonly logits: tf.Tensor2D;
  readonly old: tf.Tensor2D;
  readonly weights: tf.Tensor1D;
}

/**
 * Σ over heads of their share of Σ_rows weight · loss of a row, towards the largest of the head's old outputs (`hard`), or
 * towards their softmax of logits / T (`soft`).
 */
export function dreamLoss(
  network: Pick<Network, 'output'>,
  { logits, old, weights }: Replayed,
  constants: Tensors,
  { targets, temperature }: Pick<GenerativeReplaySettings, 'targets' | 'temperature'>,
): tf.Scalar {
  const { heads, shares } = constants as { heads: tf.Tensor2D; shares: tf.Tensor1D };
  if (targets === 'soft')
    return distillation(logits, old, weights, { asked: heads, answering: heads, shares, temperature });
  const [count, outputs] = heads.shape;
  const [rows] = logits.shape;
  const ofHeads = (values: tf.Tensor2D) =>
    tf.reshape<tf.Rank.R2>(tf.tile(tf.expandDims(values, 1), [1, count, 1]), [rows * count, outputs]);
  const active = tf.tile(heads, [rows, 1]);
  // (tf.oneHot yields integers on WASM.)
  const answers = tf.oneHot(tf.argMax(maskLogits(ofHeads(old), active), 1), outputs);
  return plainLoss(network, ofHeads(logits), {
    targets: tf.cast(answers, 'float32') as tf.Tensor2D,
    weights: tf.reshape(tf.mul(tf.expandDims(weights, 1), tf.expandDims(shares, 0)), [-1]),
    active,
  });
}
