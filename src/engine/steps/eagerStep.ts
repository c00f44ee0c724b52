import * as tf from '@tensorflow/tfjs-core';
import type { Arrays, Question, Tensors } from '../contract/step';
import { tensorsFor, type Constants } from './constants';
import type { PlannedStep } from './batch';
import { apartOf, slopeAfter, slopeOf, stepFor } from './gradient';
import { rewrittenWith, slotsByName } from './rewritten';
import { handedOn } from './statistics';
import type { StepperInput } from './stepperInput';

/** θ and the optimizer's slots, each float32 [parameters], and what steps carry. */
export interface StepState {
  readonly theta: tf.Tensor1D;
  readonly slots: readonly tf.Tensor1D[];
  readonly carried: Tensors;
}

export const tensorsOf = ({ theta, slots, carried }: StepState): tf.Tensor[] => [
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
  { network: present, method, optimizer, data, answering, frozen: isFrozen, beforeOptimizer }: StepperInput,
  state: StepState,
  planned: PlannedStep,
  constants: Constants,
  count: number,
): { readonly loss: number; readonly answers?: Int32Array; readonly state: StepState } {
  const network = present();
  const frozen = isFrozen?.() ?? false;
  const { loss, answers, ...next } = tf.tidy(() => {
    const { theta, carried } = state;
    const batches = Object.fromEntries(
      Object.entries(planned.batches).map(([name, batch]) => [name, data.tensorsOf(batch)]),
    );
    const given = {
      theta,
      carried,
      batches,
      constants: tensorsFor(constants),
      count: tf.scalar(count),
      learningRate: tf.scalar(planned.learningRate),
      examples: (indices: tf.Tensor1D, tasks: tf.Tensor1D) => data.chosen(indices, tasks),
    };
    const step = stepFor(network, given, frozen);
    const asked = { network, method, step, apart: apartOf(planned.batches), answering, frozen };
    const { slope: before, answers: found } = slopeOf(asked);
    const question = method.ask?.(before, step);
    const slope = question ? slopeAfter(before, question.goOn(answersTo(question))) : before;
    const [gradient = slope.total] = beforeOptimizer?.([slope.total], [theta]) ?? [];
    const updated = optimizer.update(theta, gradient as tf.Tensor1D, state.slots, count, planned.learningRate);
    const proposed = { theta: updated.theta, slots: slotsByName(optimizer.slotNames, updated.slots) };
    const rewritten = rewrittenWith(proposed, method.update?.(proposed, slope, step));
    return {
      loss: slope.loss.dataSync()[0] as number,
      answers: found && Int32Array.from(found.dataSync()),
      // Copies: what a method hands back may be a tensor that stands elsewhere too.
      theta: tf.clone(rewritten.theta),
      slots: optimizer.slotNames.map((name) => tf.clone(rewritten.slots[name] as tf.Tensor1D)),
      carried: copiesOf(handedOn(method, rewritten.theta, slope, step)),
    };
  });
  // Others may call within a tidy of their own.
  for (const tensor of tensorsOf(next)) tf.keep(tensor);
  return { loss, ...(answers && { answers }), state: next };
}

const copiesOf = (tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.clone(tensor)]));

/** The host's answers as tensors. @throws Error when one does not have the shape that was announced */
function answersTo({ told, answers, answer }: Question): Tensors {
  const arrays = Object.entries(told).map(([name, tensor]): [string, Arrays[string]] => [
    name,
    { shape: tensor.shape, values: tensor.dataSync() },
  ]);
  const given = answer(Object.fromEntries(arrays));
  return Object.fromEntries(
    Object.entries(answers).map(([name, shape]) => {
      const values = given[name];
      if (!values) throw new Error(`the host has not answered with "${name}"`);
      return [name, tf.tensor(values, [...shape], 'float32')];
    }),
  );
}
