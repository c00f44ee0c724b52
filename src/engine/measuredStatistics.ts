import * as tf from '@tensorflow/tfjs-core';
import type { RowFunction } from './contract/learner';
import type { Network } from './contract/network';
import { parametersOf } from './networks/network';
import { perNetwork } from './networks/perNetwork';
import { valuesOf } from './valuesOf';

/** Results of a function of θ and the inputs of some examples: compiled where it is given so many rows. */
export type ApplyToRows = (
  fn: RowFunction,
  rows: number,
  indices: Int32Array,
  more: readonly tf.Tensor[],
) => tf.Tensor[];

/**
 * Running statistics measured anew: their mean over all batches of the examples, each with the weight of its rows, as for
 * averaged weights (Izmailov et al. 2018, their `bn_update`). Nothing of the run changes. Where their batches are drawn,
 * each takes examples from the whole list here, at equal distances: data sorted by class fill all batches alike.
 *
 * @param rows of a batch, at most
 * @throws Error when the network has no statistics that can be measured again
 */
export function measuredStatistics(
  network: Network,
  apply: ApplyToRows,
  indices: Int32Array,
  rows: number,
): Float32Array {
  const { initial, momentum } = network.statistics ?? {};
  if (!initial || momentum === undefined)
    throw new Error('the network has no running statistics that can be measured again');
  if (indices.length === 0) throw new RangeError('statistics are measured on at least one example');
  const fn = functionOf(network);
  const sums = new Float64Array(initial.length);
  const order = spread(indices, Math.ceil(indices.length / rows));
  for (let start = 0; start < order.length; start += rows) {
    const part = order.subarray(start, start + rows);
    // From zeros on, statistics are the batch's times its share.
    const found = valuesOf(() => apply(fn, rows, part, [tf.zeros([initial.length])])[0] as tf.Tensor);
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (found[i] as number) * part.length;
  }
  return Float32Array.from(sums, (sum) => sum / (momentum * indices.length));
}

/** Every so many-th of a list, from its first on, and so from its second on, to the end. */
function spread(indices: Int32Array, every: number): Int32Array {
  const order = new Int32Array(indices.length);
  let place = 0;
  for (let first = 0; first < every; first++)
    for (let i = first; i < indices.length; i += every) order[place++] = indices[i] as number;
  return order;
}

const functionOf = perNetwork((network): RowFunction => (theta, x, buffers) => {
  const asked = { training: true, buffers: buffers as tf.Tensor1D, columns: {}, constants: {} };
  return [network.forward(parametersOf(network, theta), x, asked).buffers as tf.Tensor1D];
});
