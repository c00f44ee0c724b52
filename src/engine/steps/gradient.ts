import * as tf from '@tensorflow/tfjs-core';
import type { Method } from '../contract/method';
import type { BatchTensors, Differentiate, Outputs, Slope, Step } from '../contract/step';
import { maskLogits, weightedCrossEntropy, weightedSquaredError } from '../networks/layers';
import type { Network } from '../contract/network';
import { activationsOf, flatten, parametersOf } from '../networks/network';

/** What the network in training makes of a batch: a pure function of tensors. */
export function outputsOf(
  network: Network,
  parameters: readonly tf.Tensor[],
  { x, kept }: BatchTensors,
): Outputs & { readonly layers: readonly tf.Tensor2D[] } {
  const dropout = kept && tf.split<tf.Tensor2D>(kept, [...network.spec.hidden], 1);
  const layers = activationsOf(network, parameters, x, dropout);
  return { logits: layers.at(-1) as tf.Tensor2D, layers };
}

/** The loss of a batch as the experiment has it. */
export function plainLoss(
  { spec }: Network,
  { logits }: Outputs,
  { targets, weights, active }: BatchTensors,
): tf.Scalar {
  if (spec.output === 'relu') return weightedSquaredError(logits, targets, weights, active);
  return weightedCrossEntropy(active ? maskLogits(logits, active) : logits, targets, weights);
}

/**
 * Loss of a batch and its gradients with respect to the network's parameters, in the order of its views: a pure function
 * of tensors.
 */
export function lossAndGradients(
  network: Network,
  parameters: readonly tf.Tensor[],
  batch: BatchTensors,
): { loss: tf.Scalar; gradients: tf.Tensor[] } {
  const lossOf = (...own: tf.Tensor[]) => plainLoss(network, outputsOf(network, own, batch), batch);
  const { value, grads } = tf.valueAndGrads(lossOf)([...parameters]);
  return { loss: value, gradients: grads };
}

/** What the slopes of a step depend on besides θ. `apart`: the batches that do not belong to the loss. */
export interface Slopes {
  readonly network: Network;
  readonly method: Method;
  readonly step: Step;
  readonly apart: ReadonlySet<string>;
}

/** The slope of a step at its θ, with all that the method makes of it; runs eagerly and in compiled steps alike. */
export function slopeOf(slopes: Slopes): Slope {
  const { method, step } = slopes;
  const differentiate = differentiateFor(slopes);
  return method.gradient?.(step.theta, differentiate, step) ?? differentiate(step.theta);
}

function differentiateFor({ network, method, step, apart }: Slopes): Differentiate {
  const all = Object.keys(step.batches).filter((name) => !apart.has(name));
  return (theta, names = all) => {
    const batches = names.map((name) => batchOf(step, name));
    const lossOf = (...own: tf.Tensor[]) => sumOf(batches.map((batch) => batchLoss(network, method, step, own, batch)));
    const { value, grads } = tf.valueAndGrads(lossOf)(parametersOf(network, theta));
    const task = flatten(grads);
    const penalty = method.penalty?.(theta, step);
    if (!penalty) return { loss: value, task, total: task };
    return { loss: tf.add(value, penalty.value), task, total: tf.add(task, penalty.gradient) };
  };
}

function batchOf({ batches }: Step, name: string): BatchTensors {
  const batch = Object.hasOwn(batches, name) ? batches[name] : undefined;
  if (!batch) throw new Error(`the step has no batch named "${name}"`);
  return batch;
}

function batchLoss(
  network: Network,
  method: Method,
  step: Step,
  parameters: readonly tf.Tensor[],
  batch: BatchTensors,
): tf.Scalar {
  const outputs = outputsOf(network, parameters, batch);
  const plain = plainLoss(network, outputs, batch);
  return method.loss?.(plain, outputs, batch, step) ?? plain;
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
export function stepFor(
  network: Network,
  { theta, batches, constants, carried }: Pick<Step, 'theta' | 'batches' | 'constants' | 'carried'>,
): Step {
  const outputs: Step['outputs'] = (at, batch) => outputsOf(network, parametersOf(network, at), batch);
  return { theta, batches, constants, carried, outputs };
}
