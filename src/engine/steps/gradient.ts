import * as tf from '@tensorflow/tfjs-core';
import type { Method } from '../contract/method';
import type { BatchTensors, Differentiate, Outputs, Slope, Step, Tensors } from '../contract/step';
import { maskLogits, weightedBinaryCrossEntropy, weightedCrossEntropy, weightedSquaredError } from '../networks/layers';
import type { Asked, Network } from '../contract/network';
import { flatten, parametersOf } from '../networks/network';
import { buffersIn } from './statistics';

/**
 * What the network in training makes of a batch: a pure function of tensors.
 *
 * @param statistics running ones, and whether they stay as they are
 */
const outputsOf = (
  network: Network,
  parameters: readonly tf.Tensor[],
  { x, kept, columns }: BatchTensors,
  constants: Tensors,
  statistics: Pick<Asked, 'buffers' | 'frozen'> = {},
): Outputs => network.forward(parameters, x, { training: true, kept, columns, constants, ...statistics });

/** The loss of a batch as the experiment has it. */
export function plainLoss(
  { output }: Pick<Network, 'output'>,
  logits: tf.Tensor2D,
  { targets, weights, active }: Pick<BatchTensors, 'targets' | 'weights' | 'active'>,
): tf.Scalar {
  if (output === 'relu') return weightedSquaredError(logits, targets, weights, active);
  if (output === 'sigmoid') return weightedBinaryCrossEntropy(logits, targets, weights, active);
  return weightedCrossEntropy(active ? maskLogits(logits, active) : logits, targets, weights);
}

/** What the network takes each row for: the largest output among those that take part, int32 [rows]. */
const answersOf = (logits: tf.Tensor2D, { active }: Pick<BatchTensors, 'active'>): tf.Tensor1D =>
  tf.argMax(active ? maskLogits(logits, active) : logits, 1);

/** What came of a batch at some θ: a loss, and what its rows were taken for, where that was asked for. */
interface Answered {
  readonly answers?: tf.Tensor1D;
}

/**
 * Loss of a batch and its gradients with respect to the network's parameters, in the order of its views: a pure function
 * of tensors.
 *
 * @param answering whether it is wanted what the rows were taken for
 */
export function lossAndGradients(
  network: Network,
  parameters: readonly tf.Tensor[],
  batch: BatchTensors,
  answering: boolean,
): { loss: tf.Scalar; gradients: tf.Tensor[] } & Answered {
  let answers: tf.Tensor1D | undefined;
  const lossOf = (...own: tf.Tensor[]) => {
    const { logits } = outputsOf(network, own, batch, {});
    if (answering) answers = tf.keep(answersOf(logits, batch));
    return plainLoss(network, logits, batch);
  };
  const { value, grads } = tf.valueAndGrads(lossOf)([...parameters]);
  return { loss: value, gradients: grads, ...(answers && { answers: unkept(answers) }) };
}

/** What the slopes of a step depend on besides θ. `apart`: the batches that do not belong to the loss. */
export interface Slopes {
  readonly network: Network;
  readonly method: Method;
  readonly step: Step;
  readonly apart: ReadonlySet<string>;
  /** Whether it is wanted what the rows of the batch `current` were taken for. */
  readonly answering: boolean;
  /** Whether running statistics stay as they are. */
  readonly frozen: boolean;
}

/** The slope of a step, and what the rows of its batch `current` were taken for at its θ, where the slope came by there. */
export interface AnsweredSlope extends Answered {
  readonly slope: Slope;
}

/** The slope of a step at its θ, with all that the method makes of it; runs eagerly and in compiled steps alike. */
export function slopeOf(slopes: Slopes): AnsweredSlope {
  const answered: { answers?: tf.Tensor1D } = {};
  const slope = slopeWith(slopes, answered);
  return { slope, ...(answered.answers && { answers: unkept(answered.answers) }) };
}

function slopeWith(slopes: Slopes, answered: { answers?: tf.Tensor1D }): Slope {
  const { method, step } = slopes;
  const plain = differentiateFor(slopes, answered);
  let first: Slope['buffers'];
  const differentiate: Differentiate = (...asked) => {
    const slope = plain(...asked);
    first ??= slope.buffers;
    return slope;
  };
  const slope = method.gradient?.(step.theta, differentiate, step) ?? differentiate(step.theta);
  return withBuffers(slope, first);
}

/** The slope that a method made of another on the host's answers; the running statistics stay, where it leaves them out. */
export const slopeAfter = (before: Slope, slope: Slope): Slope => withBuffers(slope, before.buffers);

const withBuffers = (slope: Slope, buffers: Slope['buffers']): Slope =>
  slope.buffers === undefined && buffers ? { ...slope, buffers } : slope;

function differentiateFor(
  { network, method, step, apart, answering, frozen }: Slopes,
  answered: { answers?: tf.Tensor1D },
): Differentiate {
  const all = Object.keys(step.batches).filter((name) => !apart.has(name));
  return (theta, asked = all) => {
    const batches = asked.map((batch) => (typeof batch === 'string' ? batchOf(step, batch) : batch));
    let buffers = buffersIn(step.carried);
    const lossOf = (...parameters: tf.Tensor[]) => {
      const losses = batches.map((batch) => {
        const outputs = outputsOf(network, parameters, batch, step.constants, { buffers, frozen });
        ({ buffers } = outputs);
        if (answering && !answered.answers && theta === step.theta && batch === step.batches['current'])
          answered.answers = tf.keep(answersOf(outputs.logits, batch));
        const plain = plainLoss(network, outputs.logits, batch);
        return method.loss?.(plain, outputs, batch, step) ?? plain;
      });
      // What is made in here is gone when the gradient is there.
      if (buffers) tf.keep(buffers);
      return sumOf(losses);
    };
    const { value, grads } = tf.valueAndGrads(lossOf)(parametersOf(network, theta));
    const task = flatten(grads);
    const penalty = method.penalty?.(theta, step);
    const measured = buffers && { buffers: unkept(buffers) };
    if (!penalty) return { loss: value, task, total: task, ...measured };
    return { loss: tf.add(value, penalty.value), task, total: tf.add(task, penalty.gradient), ...measured };
  };
}

/** The same tensor, of which the present tidy takes care. */
function unkept(tensor: tf.Tensor1D): tf.Tensor1D {
  const copy = tf.clone(tensor);
  tensor.dispose();
  return copy;
}

function batchOf({ batches }: Step, name: string): BatchTensors {
  const batch = Object.hasOwn(batches, name) ? batches[name] : undefined;
  if (!batch) throw new Error(`the step has no batch named "${name}"`);
  return batch;
}

const sumOf = (losses: readonly tf.Scalar[]): tf.Scalar => {
  const [only, ...more] = losses;
  if (!only) throw new Error('a slope of no batches');
  return more.length === 0 ? only : tf.addN([only, ...more]);
};

/** Names of the batches that do not belong to the loss. */
export const apartOf = (batches: Readonly<Record<string, { readonly apart?: true }>>): ReadonlySet<string> =>
  new Set(Object.keys(batches).filter((name) => batches[name]?.apart));

/** A step as its parts see it. */
export const stepFor = (network: Network, given: Omit<Step, 'outputs'>, frozen: boolean): Step => ({
  ...given,
  outputs: (at, batch) =>
    outputsOf(network, parametersOf(network, at), batch, given.constants, {
      buffers: buffersIn(given.carried),
      frozen,
    }),
});
