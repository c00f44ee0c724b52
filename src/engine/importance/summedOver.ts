import type * as tf from '@tensorflow/tfjs-core';
import type { Learner, RowFunction } from '../contract/learner';
import { valuesOf } from '../valuesOf';

/** What is added up of training examples, and how. */
interface Summed {
  /** Gives a vector, [parameters], of some rows; one that is used again is the same object. */
  readonly fn: RowFunction;
  /** Examples that pass at once. */
  readonly rows: number;
  /** Further tensors that it gets with a part of the examples. */
  readonly more: (part: Int32Array) => readonly tf.Tensor[];
  /** What the progress is called. */
  readonly name: string;
}

/**
 * Σ of a row function over training examples of a task at the present parameters, a part of them at a time, added up in
 * double precision.
 *
 * @returns the sum, [parameters], and the number of parts
 */
export async function summedOver(
  learner: Learner,
  { task, indices }: { readonly task: number; readonly indices: Int32Array },
  { fn, rows, more, name }: Summed,
): Promise<{ readonly total: Float64Array; readonly parts: number }> {
  const total = new Float64Array(learner.network.parameterCount);
  let parts = 0;
  for (let start = 0; start < indices.length; start += rows) {
    const part = indices.subarray(start, start + rows);
    const sums = valuesOf(() => learner.apply(fn, rows, { task, indices: part }, more(part))[0] as tf.Tensor);
    for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (sums[i] as number);
    parts++;
    await learner.progress(name, Math.min(1, (start + rows) / indices.length));
  }
  return { total, parts };
}
