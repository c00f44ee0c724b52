import type * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from './step';

/** Two ways to go on: pure functions of tensors that give tensors of the same names and shapes. */
export interface Ways<Given = Tensors, Made = Tensors> {
  readonly then: (given: Given) => Made;
  readonly otherwise: (given: Given) => Made;
}

type Branch = (isTrue: tf.Tensor, given: Tensors, ways: Ways) => Tensors;

const atOnce: Branch = (isTrue, given, { then, otherwise }) => (isTrue.dataSync()[0] ? then : otherwise)(given);

let present = atOnce;

/**
 * For parts of a step that are due in some steps only: goes one of two ways. The other one is not computed, in a compiled
 * step neither.
 *
 * @param isTrue whether `then` is taken: a boolean scalar
 * @param given what the ways compute from; other tensors of the step are computed with whichever way
 */
export const branch = <Given extends Tensors, Made extends Tensors>(
  isTrue: tf.Tensor,
  given: Given,
  ways: Ways<Given, Made>,
): Made => {
  const asWay = (way: (given: Given) => Made) => (own: Tensors) => way(own as Given);
  return present(isTrue, given, { then: asWay(ways.then), otherwise: asWay(ways.otherwise) }) as Made;
};

/** Calls `work` while branches are dealt with otherwise: where a step is traced both ways are written down. */
export function withBranches<T>(own: Branch, work: () => T): T {
  const before = present;
  present = own;
  try {
    return work();
  } finally {
    present = before;
  }
}
