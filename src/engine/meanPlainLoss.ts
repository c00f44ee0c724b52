import * as tf from '@tensorflow/tfjs-core';
import type { ActiveOf } from './steps/activeOutputs';
import type { Network } from './contract/network';
import type { NetworkAtTest, OfOutputs, TestedWith } from './networkAtTest';
import { unitMask } from './networks/layers';
import { plainLoss } from './steps/gradient';
import type { TrainingData } from './steps/trainingData';
import { examplesOf } from './data/examplesOf';

/** Examples taken through the network at once. */
const CHUNK = 500;

export interface PlainLossInput {
  readonly network: () => Network;
  readonly data: TrainingData;
  readonly networkAtTest: NetworkAtTest;
  readonly activeOf: ActiveOf;
}

/** Some examples as a task sees them; of the training data when left out. */
export interface AskedExamples {
  readonly task: number;
  readonly indices: Int32Array;
  readonly part?: 'train' | 'test';
}

/** What some examples come to: the sum of their losses, and the logits [n, outputs]. */
export interface LossPart {
  readonly indices: Int32Array;
  readonly sum: number;
  readonly logits: () => Float32Array;
}

/** The loss, as the experiment has it, of examples of a task at some θ, with the network as at test. */
export class MeanPlainLoss {
  private readonly sumOf: OfOutputs;

  constructor(private readonly input: PlainLossInput) {
    this.sumOf = ({ logits }, ...more) => {
      const [targets, weights, active] = more as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D | undefined];
      return [plainLoss(input.network(), logits, { targets, weights, ...(active && { active }) }), logits];
    };
  }

  /** The mean. @throws RangeError without examples */
  at(theta: tf.Tensor1D, asked: AskedExamples): number {
    let total = 0;
    this.each({ theta }, asked, ({ sum }) => (total += sum));
    return total / asked.indices.length;
  }

  /** Some examples at a time, in their order. @throws RangeError without examples */
  each(tested: TestedWith, { indices, ...asked }: AskedExamples, see: (part: LossPart) => void): void {
    if (indices.length === 0) throw new RangeError('there is no loss of no examples');
    const rows = Math.min(CHUNK, indices.length);
    for (let start = 0; start < indices.length; start += rows) {
      const part = indices.subarray(start, start + rows);
      tf.tidy(() => see(this.of(tested, { ...asked, indices: part }, rows)));
    }
  }

  /** Of some examples at once. Call it in a tidy. @param rows for which it is compiled */
  of(tested: TestedWith, asked: AskedExamples, rows: number): LossPart {
    const [sum, logits] = this.tensorsOf(tested, asked, rows) as [tf.Tensor, tf.Tensor];
    const [value = NaN] = sum.dataSync();
    return { indices: asked.indices, sum: value, logits: () => logits.dataSync() as Float32Array };
  }

  private tensorsOf(tested: TestedWith, { task, indices, part = 'train' }: AskedExamples, rows: number): tf.Tensor[] {
    const { data, networkAtTest, activeOf } = this.input;
    const units = activeOf(task);
    const { outputs } = data.widths;
    const more = [
      data.lossTargetsOf(examplesOf(task, indices), part),
      tf.ones([indices.length]),
      ...(units ? [unitMask([units], outputs)] : []),
    ];
    return networkAtTest.apply(this.sumOf, { ...tested, part, task, indices, rows }, more);
  }
}
