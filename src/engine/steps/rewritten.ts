import * as tf from '@tensorflow/tfjs-core';
import type { Proposed, Rewritten } from '../contract/step';

/** What an optimiser's step comes to after a method has rewritten some of it. @throws Error when a part does not fit */
export function rewrittenWith(proposed: Proposed, { theta = proposed.theta, slots = {} }: Rewritten = {}): Proposed {
  requireShape('the parameters', theta, proposed.theta);
  for (const [name, slot] of Object.entries(slots)) requireShape(`the slot "${name}"`, slot, proposed.slots[name]);
  return { theta, slots: { ...proposed.slots, ...slots } };
}

function requireShape(what: string, { shape }: tf.Tensor, wanted: tf.Tensor | undefined): void {
  if (!wanted) throw new Error(`the optimiser does not have ${what}`);
  if (!tf.util.arraysEqual(shape, wanted.shape))
    throw new Error(`${what} became [${shape.join()}] instead of [${wanted.shape.join()}]`);
}

/** The slots of an optimiser by name. @param slots in the order of the names */
export const slotsByName = (names: readonly string[], slots: readonly tf.Tensor1D[]): Proposed['slots'] =>
  Object.fromEntries(names.map((name, i) => [name, slots[i] as tf.Tensor1D]));
