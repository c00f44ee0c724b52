import * as tf from '@tensorflow/tfjs-core';
import type { Network } from './contract/network';
import type { NetworkAtTest, OfLogits, TestedWith } from './networkAtTest';
import { plainLoss } from './steps/gradient';
import type { TrainingData } from './steps/trainingData';
import { examplesOf } from './data/examplesOf';

/** Examples taken through the network at once. */
const CHUNK = 500;

export interface PlainLossInput {
  readonly network: () => Network;
  readonly data: TrainingData;
  readonly networkAtTest: NetworkAtTest;
  /** Output units that take part in a task; all when undefined. */
  readonly headOf: (task: number) => readonly number[] | undefined;
}

/** What some training examples come to: the sum of their losses, and the logits [n, outputs]. */
export interface LossPart {
  readonly indices: Int32Array;
  readonly sum: number;
  readonly logits: () => Float32Array;
}

/** The mean loss, as the experiment has it, of training examples of a task at some θ, with the network as at test. */
export class MeanPlainLoss {
  private readonly sumOf: OfLogits;

  constructor(private readonly input: PlainLossInput) {
    this.sumOf = (logits, ...more) => {
      const [targets, weights, active] = more as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D | undefined];
      return [plainLoss(input.network(), logits, { targets, weights, ...(active && { active }) }), logits];
    };
  }

  /** @throws RangeError without examples */
  at(theta: tf.Tensor1D, { task, indices }: { readonly task: number; readonly indices: Int32Array }): number {
    let total = 0;
    this.each({ theta }, { task, indices }, ({ sum }) => (total += sum));
    return total / indices.length;
  }

  /** Some examples at a time, in their order. @throws RangeError without examples */
  each(
    tested: TestedWith,
    { task, indices }: { readonly task: number; readonly indices: Int32Array },
    see: (part: LossPart) => void,
  ): void {
    if (indices.length === 0) throw new RangeError('there is no loss of no examples');
    const rows = Math.min(CHUNK, indices.length);
    for (let start = 0; start < indices.length; start += rows) {
      const part = indices.subarray(start, start + rows);
      tf.tidy(() => {
        const [sum, logits] = this.partOf(tested, task, part, rows) as [tf.Tensor, tf.Tensor];
        const [value = NaN] = sum.dataSync();
        see({ indices: part, sum: value, logits: () => logits.dataSync() as Float32Array });
      });
    }
  }

  private partOf(tested: TestedWith, task: number, indices: Int32Array, rows: number): tf.Tensor[] {
    const { data, networkAtTest, headOf } = this.input;
    const head = headOf(task);
    const { outputs } = data.widths;
    const active = Float32Array.from({ length: outputs }, (_, unit) => (head?.includes(unit) ? 1 : 0));
    const more = [
      data.lossTargetsOf(examplesOf(task, indices)),
      tf.ones([indices.length]),
      ...(head ? [tf.tensor2d(active, [1, outputs])] : []),
    ];
    return networkAtTest.apply(this.sumOf, { ...tested, part: 'train', task, indices, rows }, more);
  }
}
