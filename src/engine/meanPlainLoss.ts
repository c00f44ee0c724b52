import * as tf from '@tensorflow/tfjs-core';
import type { Network } from './contract/network';
import type { NetworkAtTest, OfLogits } from './networkAtTest';
import { plainLoss } from './steps/gradient';
import type { TrainingData } from './steps/trainingData';
import { examplesOf } from './data/examplesOf';
import { valuesOf } from './valuesOf';

/** Examples taken through the network at once. */
const CHUNK = 500;

export interface PlainLossInput {
  readonly network: () => Network;
  readonly data: TrainingData;
  readonly networkAtTest: NetworkAtTest;
  /** Output units that take part in a task; all when undefined. */
  readonly headOf: (task: number) => readonly number[] | undefined;
}

/** The mean loss, as the experiment has it, of training examples of a task at some θ, with the network as at test. */
export class MeanPlainLoss {
  private readonly sumOf: OfLogits;

  constructor(private readonly input: PlainLossInput) {
    this.sumOf = (logits, ...more) => {
      const [targets, weights, active] = more as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D | undefined];
      return [plainLoss(input.network(), logits, { targets, weights, ...(active && { active }) })];
    };
  }

  /** @throws RangeError without examples */
  at(theta: tf.Tensor1D, { task, indices }: { readonly task: number; readonly indices: Int32Array }): number {
    if (indices.length === 0) throw new RangeError('there is no loss of no examples');
    const rows = Math.min(CHUNK, indices.length);
    let sum = 0;
    for (let start = 0; start < indices.length; start += rows) {
      const part = indices.subarray(start, start + rows);
      const [partSum = NaN] = valuesOf(() => this.partSum(theta, task, part, rows));
      sum += partSum;
    }
    return sum / indices.length;
  }

  private partSum(theta: tf.Tensor1D, task: number, indices: Int32Array, rows: number): tf.Tensor {
    const { data, networkAtTest, headOf } = this.input;
    const head = headOf(task);
    const { outputs } = data.widths;
    const active = Float32Array.from({ length: outputs }, (_, unit) => (head?.includes(unit) ? 1 : 0));
    const more = [
      data.targetsOf(examplesOf(task, indices)),
      tf.ones([indices.length]),
      ...(head ? [tf.tensor2d(active, [1, outputs])] : []),
    ];
    return networkAtTest.apply(this.sumOf, { theta, part: 'train', task, indices, rows }, more)[0] as tf.Tensor;
  }
}
