import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { SiSettings } from '../../core/methods/si';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import { anchored, anchoredPenalty } from './anchoredPenalty';
import { importanceViews, movementViews } from '../importance/views';

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
 * code and not in the paper. Deviation: heads are not set to zero at first, as the code does on Split MNIST; the network's
 * `headInit` can say so; and where the optimiser starts anew (`resetOptimizer`) Adam's count of steps does, too, while the
 * code sets its moments to zero alone.
 *
 * Two others go by this name (`variant`). "van-de-ven", as in van de Ven, Tuytelaars & Tolias 2022: g has the penalty in it,
 * and Ω is not clipped. "buzzega", as in the code of Buzzega et al. 2020: the step takes the gradient with the penalty, each
 * value clipped to −1 … 1, and with that g and the step size η it is ω ← ω + η g², which is the path of plain SGD and of no
 * other optimiser; Ω is not clipped.
 */
export function createSi({ variant, c, xi, resetOptimizer }: SiSettings): Method {
  const least = variant === 'zenke' ? 0 : -Infinity;
  let learner: Learner;
  /** How far parameters moved in the task just learned. */
  let moved: View[] = [];
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
    ...(variant === 'buzzega' && { gradient: clippedGradient }),
    carry(next, { task, total }, { theta, carried, learningRate }) {
      const path = carried['path'] as tf.Tensor1D;
      if (variant === 'buzzega') return { path: tf.add(path, tf.mul(learningRate, tf.square(total))) };
      return { path: tf.sub(path, tf.mul(variant === 'zenke' ? task : total, tf.sub(next, theta))) };
    },
    afterTask() {
      const theta = Float32Array.from(learner.theta.dataSync());
      const [omega, before] = [learner.memory.floats('omega'), learner.memory.floats('anchor')];
      moved = movementViews(omega, before, theta);
      learner.memory.set('omega', importanceOf(omega, learner.carried.floats('path'), { theta, before, xi, least }));
      learner.memory.set('anchor', theta);
      learner.carried.set('path', new Float32Array(theta.length));
    },
    inspect: () => [...importanceViews(learner.network, learner.memory.floats('omega'), 'importance Ω'), ...moved],
  };
}

/** Each value of the gradient, penalty included, is clipped to −1 … 1. */
const clippedGradient: NonNullable<Method['gradient']> = (theta, differentiate) => {
  const slope = differentiate(theta);
  return { ...slope, total: tf.clipByValue(slope.total, -1, 1) };
};

/** Ω after a task: eq. 5, not less than `least`. @param omega that of the tasks before; empty for none */
export function importanceOf(
  omega: Float32Array,
  path: Float32Array,
  {
    theta,
    before,
    xi,
    least,
  }: { readonly theta: Float32Array; readonly before: Float32Array; readonly xi: number; readonly least: number },
): Float32Array {
  return path.map((lowered, i) => {
    const change = (theta[i] as number) - (before[i] as number);
    return Math.max(least, (omega[i] ?? 0) + lowered / (change * change + xi));
  });
}
