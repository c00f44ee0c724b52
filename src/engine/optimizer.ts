import * as tf from '@tensorflow/tfjs-core';
import type { TrainingSpec } from '../core/recipe';
import type { FusedOptimizer } from './graph/fusedOptimizer';
import { adamKernel, momentumKernel } from './backend/wasmKernels';

/** An update rule over the flat parameter vector. `slots` are its state (Adam's moments, the velocity), same length as θ. */
export interface Optimizer {
  readonly slotNames: readonly string[];
  /** The same rule as one operation of TensorFlow. */
  readonly fused: FusedOptimizer;
  /** Share lr · λ of which each step takes θ away beside the update rule: decoupled weight decay. Absent: none. */
  readonly decay?: number;
  /** What changes from step to step: the step size and, for Adam, ε. `step` counts from 1 since the slots were zero. */
  scalars(step: number, learningRate: number): { stepSize: number; epsilon: number };
  /** New θ and slots after one step. `step` counts from 1 since the slots were zero. Pure: disposes nothing. */
  update(
    theta: tf.Tensor1D,
    gradient: tf.Tensor1D,
    slots: readonly tf.Tensor1D[],
    step: number,
    learningRate: number,
  ): { theta: tf.Tensor1D; slots: tf.Tensor1D[] };
}

/**
 * Adam (Kingma & Ba 2015, the efficient form of their §2, with PyTorch's place of epsilon) or SGD with momentum, either
 * with decoupled weight decay where it is asked for (AdamW, SGDW). L2 weight decay is part of the gradient instead
 * (steps/beforeOptimizer.ts).
 */
export function createOptimizer(training: TrainingSpec): Optimizer {
  const rule = ruleOf(training);
  const { weightDecay = 0, decoupledWeightDecay = false } = training;
  return decoupledWeightDecay && weightDecay > 0 ? decaying(rule, weightDecay) : rule;
}

function ruleOf({ optimizer, momentum: mu, nesterov = false }: TrainingSpec): Optimizer {
  if (optimizer === 'adam') return adam;
  return mu === 0 ? sgd : momentum(mu, nesterov);
}

/** What is left of θ in a step before the update rule has its turn, 1 − lr λ. */
export const keptShare = (decay: number, learningRate: number): number => Math.fround(1 - learningRate * decay);

/** θ ← (1 − lr λ) θ, then the rule (Loshchilov & Hutter 2019 as PyTorch has it: λ is multiplied by the step size). */
const decaying = (rule: Optimizer, decay: number): Optimizer => ({
  ...rule,
  decay,
  update: (theta, gradient, slots, step, learningRate) => {
    const less = tf.mul<tf.Tensor1D>(theta, keptShare(decay, learningRate));
    const next = rule.update(less, gradient, slots, step, learningRate);
    less.dispose();
    return next;
  },
});

/** In single precision, as TensorFlow's own Adam has them: so that it and the rule in single operations are the same. */
const beta1 = Math.fround(0.9);
const beta2 = Math.fround(0.999);
const epsilon = 1e-8;

const runsOnWasm = () => tf.getBackend() === 'wasm';

const adam: Optimizer = {
  slotNames: ['m', 'v'],
  fused: { kind: 'adam', beta1, beta2 },
  scalars(step, learningRate) {
    // lr · m̂ / (√v̂ + ε) with both bias corrections moved out of the loop.
    const root = Math.sqrt(1 - beta2 ** step);
    return { stepSize: (learningRate * root) / (1 - beta1 ** step), epsilon: epsilon * root };
  },
  update(theta, gradient, [m, v], step, learningRate) {
    if (!m || !v) throw new Error('Adam needs two slots');
    const { stepSize, epsilon: scaledEpsilon } = adam.scalars(step, learningRate);
    if (runsOnWasm()) {
      const inputs = { theta, gradient, m, v } as unknown as tf.NamedTensorMap;
      const [nextTheta, nextM, nextV] = tf
        .engine()
        .runKernel(adamKernel, inputs, { beta1, beta2, stepSize, epsilon: scaledEpsilon }) as unknown as tf.Tensor1D[];
      return { theta: nextTheta as tf.Tensor1D, slots: [nextM as tf.Tensor1D, nextV as tf.Tensor1D] };
    }
    return tf.tidy(() => {
      const nextM = tf.add<tf.Tensor1D>(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
      const nextV = tf.add<tf.Tensor1D>(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const change = tf.div(tf.mul(nextM, stepSize), tf.add(tf.sqrt(nextV), scaledEpsilon));
      return { theta: tf.sub<tf.Tensor1D>(theta, change), slots: [nextM, nextV] };
    });
  },
};

const plain = (_step: number, learningRate: number) => ({ stepSize: learningRate, epsilon: 0 });

const sgd: Optimizer = {
  slotNames: [],
  fused: { kind: 'sgd' },
  scalars: plain,
  update: (theta, gradient, _slots, _step, learningRate) => ({
    theta: tf.tidy(() => tf.sub<tf.Tensor1D>(theta, tf.mul(gradient, learningRate))),
    slots: [],
  }),
};

/** v ← μ v + g, θ ← θ − lr · v; with Nesterov's momentum θ ← θ − lr (g + μ v). */
const momentum = (mu: number, nesterov: boolean): Optimizer => ({
  slotNames: ['velocity'],
  fused: { kind: 'momentum', momentum: mu, ...(nesterov && { nesterov }) },
  scalars: plain,
  update(theta, gradient, [velocity], _step, learningRate) {
    if (!velocity) throw new Error('momentum needs a velocity');
    if (runsOnWasm() && !nesterov) {
      const inputs = { theta, gradient, velocity } as unknown as tf.NamedTensorMap;
      const [nextTheta, next] = tf
        .engine()
        .runKernel(momentumKernel, inputs, { learningRate, momentum: mu }) as unknown as tf.Tensor1D[];
      return { theta: nextTheta as tf.Tensor1D, slots: [next as tf.Tensor1D] };
    }
    return tf.tidy(() => {
      const next = tf.add<tf.Tensor1D>(tf.mul(velocity, mu), gradient);
      const direction = nesterov ? tf.add(gradient, tf.mul(next, mu)) : next;
      return { theta: tf.sub<tf.Tensor1D>(theta, tf.mul(direction, learningRate)), slots: [next] };
    });
  },
});
