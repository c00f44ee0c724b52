import * as tf from '@tensorflow/tfjs-core';
import type { Stream } from './contract/stream';
import { argmaxAmong } from './evaluation';
import type { MeanPlainLoss } from './meanPlainLoss';
import type { TestedWith } from './networkAtTest';
import type { Validated } from './passes';

export interface ValidatorInput {
  readonly stream: Stream;
  /** Of each task. */
  readonly examples: readonly Int32Array[];
  readonly plainLoss: MeanPlainLoss;
  /** Only the task-aware accuracy is defined. */
  readonly taskAwareOnly: boolean;
}

/** Measures loss and accuracy on validation examples, with the network as at test. */
export class Validator {
  constructor(private readonly input: ValidatorInput) {}

  /** Of the examples of some tasks together. @param testedWith what a task is tested with */
  over(tasks: readonly number[], testedWith: (task: number) => TestedWith): Validated {
    let [loss, right, count] = [0, 0, 0];
    for (const task of tasks) {
      const indices = this.input.examples[task] ?? new Int32Array();
      count += indices.length;
      tf.tidy(() =>
        this.input.plainLoss.each(testedWith(task), { task, indices }, (part) => {
          loss += part.sum;
          right += this.rightIn(part.logits(), part.indices, task);
        }),
      );
    }
    return { loss: loss / count, accuracy: right / count };
  }

  /** How many are answered rightly, in the sense of the scenario. */
  private rightIn(logits: Float32Array, indices: Int32Array, task: number): number {
    const { stream, taskAwareOnly } = this.input;
    const { outputs, unitOf, heads, dataset } = stream;
    const isOneSoftmax = stream.scenario === 'class' && !taskAwareOnly;
    const units = isOneSoftmax ? Array.from({ length: outputs }, (_, unit) => unit) : (heads[task] ?? []);
    return indices.reduce((sum, index, row) => {
      const target = unitOf[task]?.[dataset.train.labels[index] as number];
      const answer = argmaxAmong(logits.subarray(row * outputs, (row + 1) * outputs), units);
      return sum + Number(answer === target);
    }, 0);
  }
}
