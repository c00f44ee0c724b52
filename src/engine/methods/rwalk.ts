import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { RwalkSettings } from '../../core/methods/rwalk';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import { branch } from '../contract/branch';
import { importanceViews, movementViews } from '../importance/views';
import { anchored, anchoredPenalty } from './anchoredPenalty';

/** What steps hand on besides their number, each [parameters]: a task's own but for the Fisher information. */
type Walk = Readonly<Record<'path' | 'squares' | 'fisher' | 'score' | 'start', tf.Tensor>>;

/**
 * Riemannian walk (Chaudhry, Dokania, Ajanthan & Torr 2018) as the authors' code has it. While a task is learned, with g
 * the gradient of its loss alone, each parameter adds up how much it lowered the loss, and its squared gradients:
 *
 *     ω ← ω − g · Δθ,   q ← q + g²
 *
 * Every `every` (10) steps, before the step and its g, comes the score s: by how much the loss fell for each step of KL
 * divergence (in the code without its ½), with θ' the parameters at the last such point, and then the running
 * Fisher information F, which goes on from task to task (eq. 10 of the paper; in the code α weighs what is new):
 *
 *     s ← s + max(0, ω / (F (θ − θ')² + ξ)),   F ← (1 − α) F + α q / every,   ω ← 0,   θ' ← θ
 *
 * After the task, with S the score of the tasks before, of which the first one's s counts twice,
 *
 *     S ← S + (S + s) / 2,   θ* ← θ
 *
 * and later tasks are learned with the loss L + λ Σ (F̂ + Ŝ) (θ − θ*)², without a ½: hats say that smallest and
 * largest value of the whole network became 0 and 1. Steps after the last update of a task count neither in s nor in F.
 *
 * `form` "paper", as the text has it: S ← (S + s) / 2; the score is divided by ½ F (θ − θ')² + ξ, the divergence with its ½;
 * and q begins anew after each update, while in the code of RWalk it goes on to the end of the task (in that of EWC beside
 * it, it does not). The first `every` of a task is one step shorter, in both, and in both g is that of a batch and F is brought
 * up to date as seldom as the score.
 *
 * Deviation: a memory of examples, with which the paper's own results were had, is another method here: combine it with
 * replay.
 */
export function createRwalk({ lambda, form, alpha, every, xi }: RwalkSettings): Method {
  let learner: Learner;
  /** How far parameters moved in the task just learned. */
  let moved: View[] = [];

  /** All that is brought up to date every so many steps. */
  const broughtUpToDate = ({
    theta,
    path,
    squares,
    fisher,
    score,
    start,
  }: Walk & { readonly theta: tf.Tensor }): Walk => {
    const measured = tf.mul(fisher, tf.square(tf.sub(theta, start)));
    const divergence = form === 'paper' ? tf.mul(measured, 0.5) : measured;
    return {
      score: tf.add(score, tf.relu(tf.div(path, tf.add(divergence, xi)))),
      fisher: tf.add(tf.mul(fisher, tf.sub(1, tf.scalar(alpha))), tf.mul(squares, alpha / every)),
      start: theta,
      path: tf.zerosLike(path),
      squares: form === 'paper' ? tf.zerosLike(squares) : squares,
    };
  };

  return {
    id: 'rwalk',
    begin(own) {
      learner = own;
    },
    keeps() {
      const lengths = [0, learner.network.parameterCount];
      return {
        score: { initial: new Float32Array(), lengths },
        fisher: { initial: new Float32Array(), asLongAs: 'score' },
        anchor: { initial: new Float32Array(), asLongAs: 'score' },
      };
    },
    carries() {
      const { parameterCount } = learner.network;
      const vector = () => ({ shape: [parameterCount], values: new Float32Array(parameterCount) });
      const steps = { shape: [], values: Float32Array.of(0) };
      return { path: vector(), squares: vector(), fisher: vector(), score: vector(), start: vector(), steps };
    },
    beforePhase({ phase }) {
      if (phase > 0) return;
      const { carried, network } = learner;
      for (const name of ['path', 'squares', 'score']) carried.set(name, new Float32Array(network.parameterCount));
      carried.set('start', Float32Array.from(learner.theta.dataSync()));
      carried.set('steps', Float32Array.of(0));
    },
    // λ Σ Ω d² is half of 2 λ Σ Ω d².
    constants() {
      const { memory } = learner;
      return anchored(
        importanceOf(memory.floats('fisher'), memory.floats('score')),
        2 * lambda,
        memory.floats('anchor'),
      );
    },
    penalty: anchoredPenalty,
    carry(next, { task: gradient }, { theta, carried }) {
      const { steps, ...walk } = carried as Walk & { readonly steps: tf.Tensor };
      const count = tf.add(steps, 1);
      const isDue = tf.equal(count, every);
      const { path, squares, ...others } = branch(
        isDue,
        { theta, ...walk },
        { then: broughtUpToDate, otherwise: ({ theta: _, ...asItWas }): Walk => asItWas },
      );
      return {
        ...others,
        path: tf.sub(path, tf.mul(gradient, tf.sub(next, theta))),
        squares: tf.add(squares, tf.square(gradient)),
        steps: tf.mul(count, tf.sub(1, tf.cast(isDue, 'float32'))),
      };
    },
    afterTask(task) {
      const { carried, memory } = learner;
      const theta = Float32Array.from(learner.theta.dataSync());
      const importance = importanceOf(memory.floats('fisher'), memory.floats('score'));
      moved = task === 0 ? [] : movementViews(importance, memory.floats('anchor'), theta);
      const own = carried.floats('score');
      const fresh = task === 0 ? own.map((value) => 2 * value) : own;
      memory.set('score', scoreAfter(memory.floats('score'), fresh, form));
      memory.set('fisher', fromZeroToOne(carried.floats('fisher')));
      memory.set('anchor', theta);
    },
    inspect() {
      const { network, memory } = learner;
      const importance = importanceOf(memory.floats('fisher'), memory.floats('score'));
      return [...importanceViews(network, importance, 'importance F̂ + Ŝ'), ...moved];
    },
  };
}

/** The score of all tasks so far. @param before that of the tasks before; empty for none */
export const scoreAfter = (before: Float32Array, fresh: Float32Array, form: RwalkSettings['form']): Float32Array =>
  fresh.map((value, i) => {
    const old = before[i] ?? 0;
    const mean = (old + value) / 2;
    return form === 'paper' ? mean : old + mean;
  });

/** F̂ + Ŝ. @param fisher from 0 to 1 already */
const importanceOf = (fisher: Float32Array, score: Float32Array): Float32Array => {
  const relative = fromZeroToOne(score);
  return fisher.map((value, i) => value + (relative[i] as number));
};

/** Keeps a division by nothing from being one, as in the authors' code. */
const EPSILON = 1e-32;

/** The smallest value becomes 0, the largest 1; all 0 where all are alike. */
export function fromZeroToOne(values: Float32Array): Float32Array {
  const least = values.reduce((least, value) => Math.min(least, value), Infinity);
  const most = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return values.map((value) => (value - least) / (most - least + EPSILON));
}
