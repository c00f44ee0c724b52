import * as tf from '@tensorflow/tfjs-core';
import type { L2InitSettings } from '../../core/methods/l2-init';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import { distanceView } from './distanceView';

/**
 * L2 Init, regenerative regularisation (Kumar, Marklund & Van Roy 2024): the loss of every step has
 *
 *     λ Σ_i (θ_i − θ₀_i)²
 *
 * beside it, θ₀ being the parameters that the run began with, biases too. There is no ½: the gradient is 2 λ (θ − θ₀).
 * Deviation: the authors' code has a ½ and leaves the parameters of layer norm out.
 */
export function createL2Init({ lambda }: L2InitSettings): Method {
  let learner: Learner;
  const start = () => learner.memory.floats('start');
  return {
    id: 'l2-init',
    begin(own) {
      learner = own;
    },
    keeps: () => ({ start: { initial: new Float32Array(), lengths: [0, learner.network.parameterCount] } }),
    beforePhase() {
      if (start().length === 0) learner.memory.set('start', learner.beginning.theta);
    },
    grown(move) {
      learner.memory.set('start', move(start()));
    },
    constants: () => (start().length === 0 ? {} : { start: { shape: [start().length], values: start() } }),
    penalty(theta, { constants }) {
      const start = constants['start'];
      if (!start) return undefined;
      const distance = tf.sub<tf.Tensor1D>(theta, start);
      return {
        value: tf.mul(tf.sum<tf.Scalar>(tf.square(distance)), lambda),
        gradient: tf.mul(distance, 2 * lambda),
      };
    },
    inspect: () => [
      distanceView(learner.network, {
        title: 'Distance of the parameters from those at first',
        from: start(),
        to: learner.theta.dataSync() as Float32Array,
      }),
    ],
  };
}
