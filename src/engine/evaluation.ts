import * as tf from '@tensorflow/tfjs-core';
import type { Network } from './contract/network';
import type { Stream } from './contract/stream';
import type { OfLogits } from './networkAtTest';

/** Accuracy of one task: as the scenario asks, and with outputs masked to the task's classes. Fractions; null when not defined. */
export interface TaskAccuracy {
  readonly accuracy: number | null;
  readonly taskAware: number;
}

/** What is made of the logits: those of a softmax or of sigmoids can be compared as they are. */
export const answersOf: Readonly<Record<Network['output'], OfLogits>> = {
  softmax: (logits) => [logits],
  sigmoid: (logits) => [logits],
  relu: (logits) => [tf.relu(logits)],
};

/** Test examples taken through the network at once. */
export const CHUNK = 500;

export interface EvaluationInput {
  readonly stream: Stream;
  readonly task: number;
  /** Outputs for test examples, at most `CHUNK` (or `samples`, if fewer): [n, outputs]. */
  readonly outputs: (indices: Int32Array) => Float32Array;
  /** Only the task-aware accuracy is defined. */
  readonly taskAwareOnly: boolean;
  /** Test on so many examples of the task, evenly spread over its test set; all when undefined. */
  readonly samples?: number;
}

/** Tests a task. Ties go to the first output, as an argmax has it. */
export function evaluateTask({ stream, task, outputs, taskAwareOnly, samples }: EvaluationInput): TaskAccuracy {
  const { dataset, unitOf, heads } = stream;
  const all = stream.tasks[task]?.test ?? new Int32Array();
  const indices = samples === undefined ? all : evenlySpread(all, samples);
  const head = heads[task] ?? [];
  let right = 0;
  let rightInHead = 0;
  for (let start = 0; start < indices.length; start += CHUNK) {
    const chunk = indices.subarray(start, start + CHUNK);
    const found = outputs(chunk);
    chunk.forEach((example, row) => {
      const values = found.subarray(row * stream.outputs, (row + 1) * stream.outputs);
      const target = unitOf[task]?.[dataset.test.labels[example] as number];
      if (argmax(values) === target) right++;
      if (argmaxAmong(values, head) === target) rightInHead++;
    });
  }
  const share = (n: number) => (indices.length === 0 ? 0 : n / indices.length);
  const taskAware = share(rightInHead);
  if (taskAwareOnly) return { accuracy: null, taskAware };
  // Outputs of a larger task than this one compete too, where nobody says which task it is.
  return { accuracy: stream.scenario === 'task' ? taskAware : share(right), taskAware };
}

/** MNIST's test set gets harder towards its end, so a part of it must come from everywhere. */
function evenlySpread(indices: Int32Array, count: number): Int32Array {
  if (count >= indices.length) return indices;
  return Int32Array.from({ length: count }, (_, i) => indices[Math.floor((i * indices.length) / count)] as number);
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** The one of some units whose value is largest; of equal ones the first. */
export function argmaxAmong(values: Float32Array, units: readonly number[]): number {
  let best = units[0] ?? 0;
  for (const unit of units) if ((values[unit] as number) > (values[best] as number)) best = unit;
  return best;
}
