import * as tf from '@tensorflow/tfjs-core';
import type { EwcSettings } from '../core/methods/ewc';
import type { Learner } from './methods/method';
import { maskLogits, oneHot, weightedCrossEntropy } from './networks/layers';
import { activationsOf, flatten, layersOf, logitsOf, parametersOf, type Network } from './networks/mlp';
import type { Random } from './random';

/** Examples taken through the network at once; the result depends on it only in rounding. */
const CHUNK = 250;

export interface FisherInput {
  readonly learner: Learner;
  readonly task: number;
  readonly kind: EwcSettings['fisher'];
  /** Training examples to average over. */
  readonly indices: Int32Array;
  /** Batch of the kind `batched`. */
  readonly batchSize: number;
  /** For the kind `sampled`. */
  readonly random: Random;
}

/**
 * Diagonal of the Fisher information F = E_x E_y [(∂ log p(y|x) / ∂θ)²] at the present parameters, with the network as
 * at test time and the softmax over the units active in the task. Length: number of parameters.
 *
 * `exact`: y over all active labels, weighted by the softmax; `sampled`: one y drawn from it; `empirical`: the true
 * label; `batched`: the square of the mean gradient of each batch of true labels, averaged over batches (what several
 * libraries compute; smaller by about the batch size). See van de Ven 2025, arXiv 2502.11756.
 */
export async function fisherDiagonal(input: FisherInput): Promise<Float32Array> {
  const { learner, indices, kind } = input;
  const size = kind === 'batched' ? input.batchSize : CHUNK;
  const total = new Float64Array(learner.network.parameterCount);
  let parts = 0;
  for (let start = 0; start < indices.length; start += size) {
    const chunk = indices.subarray(start, start + size);
    const sums = tf.tidy(
      () =>
        (kind === 'batched'
          ? squaredMeanGradient(input, chunk)
          : sumOfSquares(input, chunk)
        ).dataSync() as Float32Array,
    );
    for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (sums[i] as number);
    parts++;
    await learner.progress('fisher', Math.min(1, (start + size) / indices.length));
  }
  const count = kind === 'batched' ? parts : indices.length;
  return Float32Array.from(total, (value) => value / Math.max(1, count));
}

function squaredMeanGradient({ learner, task }: FisherInput, chunk: Int32Array): tf.Tensor1D {
  const { network, theta } = learner;
  const x = learner.inputs(chunk);
  const targets = learner.targets(chunk);
  const weights = tf.fill<tf.Rank.R1>([chunk.length], 1 / chunk.length);
  const mask = activeMask(learner, task);
  const { grads } = tf.valueAndGrads((...p: tf.Tensor[]) =>
    weightedCrossEntropy(maskLogits(logitsOf(network, p, x), mask), targets, weights),
  )(parametersOf(network, theta));
  return tf.square(flatten(grads));
}

/**
 * Σ over the chunk of the squared gradients, without a loop over examples: the gradient of one example with respect to
 * a dense layer's weights is the outer product of its input a and output gradient δ, so the sum of squares over examples
 * and labels is (a²)ᵀ Σ_y p_y δ_y² (one matrix product per layer).
 */
function sumOfSquares({ learner, task, kind, random }: FisherInput, chunk: Int32Array): tf.Tensor1D {
  const { network, theta } = learner;
  const parameters = parametersOf(network, theta);
  const x = learner.inputs(chunk);
  const activations = activationsOf(network, parameters, x);
  const logits = activations.at(-1) as tf.Tensor2D;
  const probabilities = tf.softmax(maskLogits(logits, activeMask(learner, task)));
  const labels = labelWeights(kind, probabilities, learner, task, chunk, random);
  const inputs = [x, ...activations.slice(0, -1)];
  const squares = squaredOutputGradients(network, parameters, activations, probabilities, labels);
  const parts = squares.flatMap((square, layer) => {
    const weights = tf.matMul(tf.transpose(tf.square(inputs[layer] as tf.Tensor2D)), square);
    return network.spec.bias ? [weights, tf.sum(square, 0)] : [weights];
  });
  return flatten(parts);
}

interface WeightedLabels {
  readonly unit: number;
  /** Weight of this label for each example, [n, 1]. */
  readonly weight: tf.Tensor2D;
}

function labelWeights(
  kind: EwcSettings['fisher'],
  probabilities: tf.Tensor2D,
  learner: Learner,
  task: number,
  chunk: Int32Array,
  random: Random,
): WeightedLabels[] {
  const units = learner.activeUnits(task);
  const weights =
    kind === 'exact' ? probabilities : kind === 'empirical' ? learner.targets(chunk) : drawn(probabilities, random);
  return units.map((unit) => ({ unit, weight: tf.slice(weights, [0, unit], [-1, 1]) }));
}

/** One label drawn from each row, as one-hot rows. */
function drawn(probabilities: tf.Tensor2D, random: Random): tf.Tensor2D {
  const [rows, units] = probabilities.shape;
  const values = probabilities.dataSync();
  const labels = Array.from({ length: rows }, (_, row) => {
    let rest = random();
    let possible = 0;
    for (let unit = 0; unit < units; unit++) {
      const probability = values[row * units + unit] as number;
      rest -= probability;
      if (rest < 0) return unit;
      if (probability > 0) possible = unit;
    }
    // The probabilities may add up to a little less than 1.
    return possible;
  });
  return oneHot(labels, units);
}

/** For every layer Σ_y w_y δ_y², [n, units of the layer], where δ_y is the gradient of −log p(y|x) at the layer's output. */
function squaredOutputGradients(
  network: Network,
  parameters: readonly tf.Tensor[],
  activations: readonly tf.Tensor2D[],
  probabilities: tf.Tensor2D,
  labels: readonly WeightedLabels[],
): tf.Tensor2D[] {
  const layers = layersOf(network, parameters);
  const kept = 1 - network.spec.dropout;
  const slopes = activations.slice(0, -1).map((h) => tf.mul<tf.Tensor2D>(tf.cast(tf.greater(h, 0), 'float32'), kept));
  const transposes = layers.map(({ weights }) => tf.transpose(weights));
  let sums: tf.Tensor2D[] | undefined;
  for (const { unit, weight } of labels) {
    sums = tf.tidy(() => {
      let delta: tf.Tensor2D = tf.sub(probabilities, oneHot([unit], probabilities.shape[1]));
      const squares: tf.Tensor2D[] = [];
      for (let layer = layers.length - 1; layer >= 0; layer--) {
        squares.unshift(tf.mul(tf.square(delta), weight));
        if (layer > 0)
          delta = tf.mul(tf.matMul(delta, transposes[layer] as tf.Tensor2D), slopes[layer - 1] as tf.Tensor2D);
      }
      const before = sums;
      return before ? squares.map((square, i) => tf.add<tf.Tensor2D>(before[i] as tf.Tensor2D, square)) : squares;
    });
  }
  return sums ?? [];
}

function activeMask(learner: Learner, task: number): tf.Tensor2D {
  const outputs = learner.stream.outputs;
  const mask = new Float32Array(outputs);
  for (const unit of learner.activeUnits(task)) mask[unit] = 1;
  return tf.tensor2d(mask, [1, outputs]);
}
