import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../contract/step';
import type { PlannedStep } from './batch';
import { apartOf, slopeOf, stepFor } from './gradient';
import type { StepperInput } from './stepperInput';

/** θ and the optimizer's slots, each float32 [parameters], and what steps carry. */
export interface TrainingState {
  readonly theta: tf.Tensor1D;
  readonly slots: readonly tf.Tensor1D[];
  readonly carried: Tensors;
}

export const tensorsOf = ({ theta, slots, carried }: TrainingState): tf.Tensor[] => [
  theta,
  ...slots,
  ...Object.values(carried),
];

/**
 * One step, an operation at a time. The tensors returned are the caller's to dispose; those given are left alone.
 *
 * @param count steps since the slots were zero, this one included
 */
export function eagerStep(
  { network, method, optimizer, data }: StepperInput,
  state: TrainingState,
  planned: PlannedStep,
  constants: Tensors,
  count: number,
): { readonly loss: number; readonly state: TrainingState } {
  const { loss, ...next } = tf.tidy(() => {
    const batches = Object.fromEntries(
      Object.entries(planned.batches).map(([name, batch]) => [name, data.tensorsOf(batch)]),
    );
    const step = stepFor(network, { ...state, batches, constants });
    const slope = slopeOf({ network, method, step, apart: apartOf(planned.batches) });
    const proposed = optimizer.update(state.theta, slope.total, state.slots, count, planned.learningRate);
    const theta = method.update?.(proposed.theta, slope, step) ?? proposed.theta;
    // Copies: what is carried may be a tensor that stands elsewhere too.
    const carried = Object.fromEntries(
      Object.entries(method.carry?.(theta, slope, step) ?? {}).map(([name, tensor]) => [name, tf.clone(tensor)]),
    );
    return { loss: slope.loss.dataSync()[0] as number, theta, slots: proposed.slots, carried };
  });
  // Others may call within a tidy of their own.
  for (const tensor of tensorsOf(next)) tf.keep(tensor);
  return { loss, state: next };
}
