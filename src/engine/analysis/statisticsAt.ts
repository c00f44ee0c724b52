import * as tf from '@tensorflow/tfjs-core';
import { measuredStatistics } from '../measuredStatistics';
import type { RowFunctions } from '../steps/rowFunctions';
import type { FinishedRun, KeptParameters } from './finishedRun';
import { pooledStatistics } from './pooledStatistics';

/** Training examples of a task. */
export interface TaskExamples {
  readonly task: number;
  readonly indices: Int32Array;
}

/**
 * Running statistics of a network measured anew at some θ, on training examples: each counts the same. Those of several tasks
 * are pooled, so that a variance is that of all examples and not the mean of the tasks' own.
 */
export function statisticsAt(
  run: FinishedRun,
  { network, theta: values }: Pick<KeptParameters, 'network' | 'theta'>,
  examples: readonly TaskExamples[],
  rowFunctions: RowFunctions,
): Float32Array {
  const theta = tf.tensor1d(values);
  const all = examples.reduce((sum, { indices }) => sum + indices.length, 0);
  try {
    const measured = examples.map(({ task, indices }) => ({
      values: measuredStatistics(
        network,
        (fn, count, part, more) => rowFunctions.apply(fn, count, theta, 'train', { task, indices: part }, more),
        indices,
        Math.min(run.manifest.spec.training.batchSize, indices.length),
      ),
      share: indices.length / all,
    }));
    return pooledStatistics(network.statistics?.views ?? [], measured);
  } finally {
    theta.dispose();
  }
}
