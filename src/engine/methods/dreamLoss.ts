import * as tf from '@tensorflow/tfjs-core';
import type { GenerativeReplaySettings } from '../../core/methods/generative-replay';
import type { TrainingSpec } from '../../core/recipe';
import type { Network } from '../contract/network';
import type { Tensors } from '../contract/step';
import type { Stream } from '../contract/stream';
import { maskLogits, unitMask } from '../networks/layers';
import { unitsMet } from '../steps/activeOutputs';
import { plainLoss } from '../steps/gradient';
import { distillation } from './lwf';

/**
 * The heads by which images of no known task are replayed, as constants of a step: of each 0/1 the outputs that the network
 * before the task is asked by, and those that the present one answers by, [heads, outputs], and what its loss counts, `shares`
 * [heads]. Task-incremental each old head counts alike; elsewhere all outputs are one head. Where only classes met take part,
 * what is replayed is of an old class, among all met.
 *
 * @param task that is being trained, from 0; not the first one
 */
export function replayedHeads(
  stream: Pick<Stream, 'scenario' | 'heads' | 'outputs'>,
  task: number,
  activeClasses: TrainingSpec['activeClasses'],
): { asked: tf.Tensor2D; answering: tf.Tensor2D; shares: tf.Tensor1D } {
  const { scenario, heads, outputs } = stream;
  if (scenario === 'task') {
    const asked = unitMask(heads, outputs);
    // All heads, so that every task has the same shapes.
    const shares = tf.tensor1d(heads.map((_, head) => (head < task ? 1 / task : 0)));
    return { asked, answering: tf.clone(asked), shares };
  }
  const amongMet = scenario === 'class' && activeClasses === 'all-so-far';
  const until = (count: number) =>
    amongMet ? unitMask([unitsMet(stream, count)], outputs) : tf.ones<tf.Rank.R2>([1, outputs]);
  return { asked: until(task), answering: until(task + 1), shares: tf.ones<tf.Rank.R1>([1]) };
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
  const { asked, answering, shares } = constants as unknown as ReturnType<typeof replayedHeads>;
  if (targets === 'soft') return distillation(logits, old, weights, { asked, answering, shares, temperature });
  const [count, outputs] = asked.shape;
  const [rows] = logits.shape;
  const ofHeads = (values: tf.Tensor2D) =>
    tf.reshape<tf.Rank.R2>(tf.tile(tf.expandDims(values, 1), [1, count, 1]), [rows * count, outputs]);
  // (tf.oneHot yields integers on WASM.)
  const answers = tf.oneHot(tf.argMax(maskLogits(ofHeads(old), tf.tile(asked, [rows, 1])), 1), outputs);
  return plainLoss(network, ofHeads(logits), {
    targets: tf.cast(answers, 'float32') as tf.Tensor2D,
    weights: tf.reshape(tf.mul(tf.expandDims(weights, 1), tf.expandDims(shares, 0)), [-1]),
    active: tf.tile(answering, [rows, 1]),
  });
}
