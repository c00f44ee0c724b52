import * as tf from '@tensorflow/tfjs-core';
import type { Constants, Step } from './batch';
import { lossAndGradient } from './gradient';
import type { StepperInput } from './stepper';

/** θ and the optimizer's slots, each float32 [parameters]. */
export interface TrainingState {
  readonly theta: tf.Tensor1D;
  readonly slots: readonly tf.Tensor1D[];
}

/**
 * One step, an operation at a time. The tensors returned are the caller's to dispose; those given are left alone.
 *
 * @param count steps since the slots were zero, this one included
 */
export function eagerStep(
  { network, method, optimizer, data }: StepperInput,
  state: TrainingState,
  step: Step,
  constants: Constants,
  count: number,
): { readonly loss: number; readonly state: TrainingState } {
  const { loss, theta, slots } = tf.tidy(() => {
    const found = lossAndGradient(network, method, state.theta, data.tensorsOf(step), constants);
    const next = optimizer.update(state.theta, found.gradient, state.slots, count, step.learningRate);
    const updated = method.update?.(next.theta, state.theta, constants) ?? next.theta;
    return { loss: found.loss.dataSync()[0] as number, theta: updated, slots: next.slots };
  });
  // Others may call within a tidy of their own.
  return { loss, state: { theta: tf.keep(theta), slots: slots.map((slot) => tf.keep(slot)) } };
}
