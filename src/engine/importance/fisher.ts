import * as tf from '@tensorflow/tfjs-core';
import type { Learner, RowFunction } from '../contract/learner';
import type { Network } from '../contract/network';
import { isLayered } from '../networks/network';
import type { Random } from '../random';
import { pairsAtOnce, squaredGradientsOneByOne } from './oneByOne';
import { examplesAtOnce, squaredGradients, type FisherBatch, type FisherKind } from './squaredGradients';
import { summedOver } from './summedOver';

export interface FisherInput {
  readonly learner: Learner;
  readonly task: number;
  readonly kind: FisherKind;
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
 * `exact`: y over all active labels, weighted by the softmax; `sampled`: one y drawn from it; `predicted`: that of the
 * largest output; `empirical`: the true label; `batched`: the square of the mean gradient of each batch of true labels, averaged over batches (what several
 * libraries compute; smaller by about the batch size). See van de Ven 2025, arXiv 2502.11756.
 */
export async function fisherDiagonal(input: FisherInput): Promise<Float32Array> {
  const { learner, indices, kind, task } = input;
  const { network, buffers } = learner;
  const units = learner.activeUnits(task);
  const labels = kind === 'exact' ? units.length : 1;
  const size = kind === 'batched' ? input.batchSize : atOnce(network, labels);
  const { total, parts } = await summedOver(learner, input, {
    ...{ fn: functionOf(network, kind, units), rows: size, name: 'fisher' },
    more: (part) => {
      const batch = batchOf(input, part, units);
      return [batch.weights, batch.active, ...(buffers ? [buffers] : []), ...(batch.labels ? [batch.labels] : [])];
    },
  });
  const count = kind === 'batched' ? parts : indices.length;
  return new Float32Array(total.map((value) => value / Math.max(1, count)));
}

const atOnce = (network: Network, labels: number) =>
  isLayered(network) ? examplesAtOnce(network, labels) : pairsAtOnce(labels);

const functions = new WeakMap<Network, Map<string, RowFunction>>();

/** The same function for the same network and labels, so that it is compiled once. */
function functionOf(network: Network, kind: FisherKind, units: readonly number[]): RowFunction {
  const known = functions.get(network) ?? new Map<string, RowFunction>();
  functions.set(network, known);
  // Only `exact` goes through the labels one by one.
  const key = kind === 'exact' ? `${kind} ${units.join()}` : kind;
  const found: RowFunction =
    known.get(key) ??
    ((theta, x, weights, active, ...more) => {
      const buffers = network.statistics && (more[0] as tf.Tensor1D);
      const [labels] = buffers ? more.slice(1) : more;
      const batch = {
        x,
        weights: weights as tf.Tensor2D,
        active: active as tf.Tensor2D,
        labels: labels as tf.Tensor2D,
        buffers,
      };
      const squares = isLayered(network)
        ? squaredGradients(network, kind, theta, batch, units)
        : squaredGradientsOneByOne(network, kind, theta, batch, units);
      return [squares];
    });
  known.set(key, found);
  return found;
}

function batchOf(
  { learner, task, kind, random }: FisherInput,
  part: Int32Array,
  units: readonly number[],
): Omit<FisherBatch, 'x'> {
  const { outputs } = learner.stream;
  const active = new Float32Array(outputs);
  for (const unit of units) active[unit] = 1;
  const labels =
    kind === 'exact' || kind === 'predicted'
      ? undefined
      : kind === 'sampled'
        ? tf.tensor2d(Float32Array.from(part, random), [part.length, 1])
        : learner.targets(task, part);
  return {
    labels,
    weights: tf.fill([part.length, 1], kind === 'batched' ? 1 / part.length : 1),
    active: tf.tensor2d(active, [1, outputs]),
  };
}
