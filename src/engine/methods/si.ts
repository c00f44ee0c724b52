import * as tf from '@tensorflow/tfjs-core';
import type { SiSettings } from '../../core/methods/si';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import { anchored, anchoredPenalty } from './anchoredPenalty';
import { importanceViews } from '../importance/views';

/**
 * Synaptic intelligence (Zenke, Poole & Ganguli 2017) as the authors' code has it. While a task is learned each parameter
 * adds up how much it lowered the loss (eq. 3, the path integral over the optimiser's real steps):
 *
 *     ω ← ω − g · Δθ
 *
 * with g the gradient of the task's loss alone, without the penalty, before the step. After the task (eq. 5)
 *
 *     Ω ← max(0, Ω + ω / ((θ − θ_before)² + ξ)),   θ* ← θ,   ω ← 0
 *
 * and later tasks are learned with the loss L + c Σ Ω (θ − θ*)² (eq. 4), without a ½. That Ω is never negative is in the
 * code and not in the paper. Deviation: heads are not set to zero at first, as the code does on Split MNIST.
 */
export function createSi({ c, xi, resetOptimizer }: SiSettings): Method {
  let learner: Learner;
  return {
    id: 'si',
    begin(own) {
      learner = own;
    },
    keeps() {
      const lengths = [0, learner.network.parameterCount];
      return {
        omega: { initial: new Float32Array(), lengths },
        anchor: { initial: new Float32Array(), lengths },
      };
    },
    beforePhase({ task, phase }) {
      if (phase > 0) return;
      if (task === 0) learner.memory.set('anchor', Float32Array.from(learner.theta.dataSync()));
      else if (resetOptimizer) learner.resetOptimizer();
    },
    carries() {
      const { parameterCount } = learner.network;
      return { path: { shape: [parameterCount], values: new Float32Array(parameterCount) } };
    },
    // c Σ Ω d² is half of 2 c Σ Ω d².
    constants: () => anchored(learner.memory.floats('omega'), 2 * c, learner.memory.floats('anchor')),
    penalty: anchoredPenalty,
    carry: (next, { task }, { theta, carried }) => ({
      path: tf.sub(carried['path'] as tf.Tensor1D, tf.mul(task, tf.sub(next, theta))),
    }),
    afterTask() {
      const theta = Float32Array.from(learner.theta.dataSync());
      const [omega, before] = [learner.memory.floats('omega'), learner.memory.floats('anchor')];
      learner.memory.set('omega', importanceOf(omega, learner.carried.floats('path'), theta, before, xi));
      learner.memory.set('anchor', theta);
      learner.carried.set('path', new Float32Array(theta.length));
    },
    inspect: () => importanceViews(learner.network, learner.memory.floats('omega'), 'importance Ω'),
  };
}

/** Ω after a task: eq. 5, clipped at 0. @param omega that of the tasks before; empty for none */
export function importanceOf(
  omega: Float32Array,
  path: Float32Array,
  theta: Float32Array,
  before: Float32Array,
  xi: number,
): Float32Array {
  return path.map((lowered, i) => {
    const change = (theta[i] as number) - (before[i] as number);
    return Math.max(0, (omega[i] ?? 0) + lowered / (change * change + xi));
  });
}
