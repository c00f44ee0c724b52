import type * as tf from '@tensorflow/tfjs-core';
import type { Method } from '../contract/method';
import type { Network } from '../contract/network';
import type { Slope, Step, Tensors } from '../contract/step';

/** Running statistics travel from step to step with what methods carry, under a name that is nobody's id. */
const STATISTICS = '/statistics';

/** The running statistics of a network among what steps carry, as they are at first; nothing where it has none. */
export const statisticsOf = ({ statistics }: Network): ReturnType<NonNullable<Method['carries']>> =>
  statistics ? { [STATISTICS]: { shape: [statistics.initial.length], values: statistics.initial } } : {};

/** The running statistics in what steps carry, [buffers]; undefined where the network has none. */
export const buffersIn = (carried: Tensors): tf.Tensor1D | undefined => carried[STATISTICS] as tf.Tensor1D | undefined;

/** What a step hands on: what its method carries, and the network's running statistics. @param theta after the step */
export function handedOn(method: Method, theta: tf.Tensor1D, slope: Slope, step: Step): Tensors {
  const own = method.carry?.(theta, slope, step) ?? {};
  return slope.buffers ? { ...own, [STATISTICS]: slope.buffers } : own;
}
