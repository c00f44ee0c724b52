import * as tf from '@tensorflow/tfjs-core';
import type { BatchTensors } from '../contract/step';

/** One example of a batch as a batch of its own, in which it has the weight 1: its gradient is that of its own loss. */
export function rowOf({ x, targets, active, kept, columns }: BatchTensors, row: number): BatchTensors {
  const only = <T extends tf.Tensor>(tensor: T): T => tf.slice(tensor, row, 1);
  return {
    x: only(x),
    targets: only(targets),
    weights: tf.ones([1]),
    ...(active && { active: only(active) }),
    ...(kept && { kept: only(kept) }),
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, only(column)])),
  };
}
