import * as tf from '@tensorflow/tfjs-core';
import type { MasSettings } from '../../core/methods/mas';
import type { Learner, RowFunction } from '../contract/learner';
import type { Network } from '../contract/network';
import { unitMask } from '../networks/layers';
import { flatten, isLayered, logitsOf, parametersOf, passesOf } from '../networks/network';
import { pairsAtOnce } from './oneByOne';
import { examplesAtOnce } from './squaredGradients';
import { summedMagnitudes } from './summedMagnitudes';
import { summedOver } from './summedOver';

type Kind = MasSettings['importance'];

interface SensitivityInput {
  readonly learner: Learner;
  readonly task: number;
  readonly kind: Kind;
  /** Training examples to average over. */
  readonly indices: Int32Array;
  /** Batch of the kind `batch`. */
  readonly batchSize: number;
}

/**
 * How much the outputs depend on each parameter, 1/n · Σ |∂ ‖f(x)‖² / ∂θ| over n examples x at the present parameters,
 * with the network as at test time and f the logits that are active in the task. Length: number of parameters.
 *
 * `sample`: the absolute value is that of each example's gradient; `batch`: of the sum of the gradients of a batch, in
 * which signs cancel, so that it is smaller.
 */
export async function outputSensitivity(input: SensitivityInput): Promise<Float32Array> {
  const { learner, task, kind, indices, batchSize } = input;
  const { network, buffers, stream } = learner;
  const rows = kind === 'batch' ? batchSize : isLayered(network) ? examplesAtOnce(network, 1) : pairsAtOnce(1);
  const { total } = await summedOver(learner, input, {
    ...{ fn: functionOf(network, kind), rows, name: 'importance' },
    more: () => [unitMask([learner.activeUnits(task)], stream.outputs), ...(buffers ? [buffers] : [])],
  });
  return new Float32Array(total.map((value) => value / Math.max(1, indices.length)));
}

const functions = new WeakMap<Network, Map<Kind, RowFunction>>();

/** The same function for the same network, so that it is compiled once. */
function functionOf(network: Network, kind: Kind): RowFunction {
  const known = functions.get(network) ?? new Map<Kind, RowFunction>();
  functions.set(network, known);
  const found: RowFunction =
    known.get(kind) ??
    ((theta, x, active, buffers) => [
      sensitivities(network, kind, theta, {
        x,
        active: active as tf.Tensor2D,
        buffers: buffers as tf.Tensor1D | undefined,
      }),
    ]);
  known.set(kind, found);
  return found;
}

/** A batch of n examples: float32 tensors. */
interface Rows {
  /** Inputs, [n, inputs]. */
  readonly x: tf.Tensor2D;
  /** 0/1, [1, outputs]: the outputs that count. */
  readonly active: tf.Tensor2D;
  /** Running statistics, [buffers]; of a network that has some. */
  readonly buffers?: tf.Tensor1D | undefined;
}

/** Σ over the batch of |∂ ‖f(x)‖² / ∂θ|; of the kind `batch` |Σ ∂ ‖f(x)‖² / ∂θ|. Flat, [parameters]. Pure. */
export function sensitivities(network: Network, kind: Kind, theta: tf.Tensor1D, rows: Rows): tf.Tensor1D {
  const parameters = parametersOf(network, theta);
  if (kind === 'batch') return tf.abs(gradientOf(network, parameters, rows));
  if (!isLayered(network)) return oneByOne(network, parameters, rows);
  const passes = passesOf(network, parameters, rows.x);
  const logits = passes.at(-1)?.output as tf.Tensor2D;
  // ∂ ‖f‖² / ∂f = 2 f.
  return summedMagnitudes(network, parameters, passes, tf.mul(logits, tf.mul(rows.active, 2)), 'absolute');
}

/** Σ ∂ ‖f(x)‖² / ∂θ, flat. */
function gradientOf(network: Network, parameters: readonly tf.Tensor[], { x, active, buffers }: Rows): tf.Tensor1D {
  const squared = (...p: tf.Tensor[]) => tf.sum<tf.Scalar>(tf.square(tf.mul(logitsOf(network, p, x, buffers), active)));
  return flatten(tf.grads(squared)([...parameters]));
}

/** Of a network of which nothing is known but its function. */
function oneByOne(network: Network, parameters: readonly tf.Tensor[], rows: Rows): tf.Tensor1D {
  const each = Array.from({ length: rows.x.shape[0] }, (_, row) =>
    tf.tidy(() => tf.abs(gradientOf(network, parameters, { ...rows, x: tf.slice(rows.x, row, 1) }))),
  );
  return tf.addN(each);
}
