import type { View } from '../../core/mechanism';
import type { EwcSettings } from '../../core/methods/ewc';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import { fisherDiagonal } from '../importance/fisher';
import { sample } from '../random';
import { anchored, anchoredPenalty } from './anchoredPenalty';
import { importanceViews, movementViews } from '../importance/views';

/**
 * Elastic weight consolidation (Kirkpatrick et al. 2017, eq. 3): after each task the Fisher information F and the
 * parameters θ* are kept, and the loss of later tasks grows by
 *
 *     λ/2 · Σ_k Σ_i F_k,i (θ_i − θ*_k,i)²
 *
 * Offline, one penalty per task k. A sum of quadratics is one quadratic: with F = Σ F_k and θ̄ = Σ F_k θ*_k / Σ F_k it is
 * λ/2 · Σ F (θ − θ̄)² plus a constant. So two vectors are stored whatever the number of tasks; the constant is left out
 * of the loss.
 *
 * Online (Schwarz et al. 2018, "Progress & Compress"): F ← γ F + F_k, anchored at the newest θ*. `form` says what
 * the literature does differently: in the paper and in van de Ven's code the penalty has γ F instead of F, so that their λ is
 * that of the plain form divided by γ; and the paper normalises each F_k before it is added. It does not say how: here it is
 * divided by its Euclidean norm.
 *
 * Deviation from van de Ven's code: F_k is divided by the number of examples, there by one less. In that of 2019 the softmax
 * of class-incremental training and of F_k is over the classes of the tasks so far; here both are over what
 * `training.activeClasses` says. From Buzzega's: that weights each example's square by the probability of its true label, and
 * has no ½; "empirical" has no such weight.
 */
export function createEwc(settings: EwcSettings): Method {
  let learner: Learner;
  /** How far parameters moved in the task just learned. */
  let moved: View[] = [];
  return {
    id: 'ewc',
    begin(own) {
      learner = own;
    },
    keeps() {
      const lengths = [0, learner.network.parameterCount];
      return {
        fisher: { initial: new Float32Array(), lengths },
        anchor: { initial: new Float32Array(), asLongAs: 'fisher' },
      };
    },
    async afterTask(task) {
      const all = learner.examples[task] ?? new Int32Array();
      const indices =
        settings.samples === undefined ? all : sample(all, settings.samples, learner.random('fisher samples', task));
      const random = learner.random('fisher labels', task);
      const added = await fisherDiagonal({
        learner,
        task,
        kind: settings.fisher,
        indices,
        batchSize: settings.fisherBatch,
        random,
      });
      const theta = Float32Array.from(learner.theta.dataSync());
      const [fisher, anchor] = [learner.memory.floats('fisher'), learner.memory.floats('anchor')];
      moved = movementViews(fisher, anchor, theta);
      const merged = settings.online
        ? mergeOnline(fisher, settings.form === 'schwarz' ? ofNormOne(added) : added, theta, settings.gamma)
        : mergeOffline(fisher, anchor, added, theta);
      learner.memory.set('fisher', merged.fisher);
      learner.memory.set('anchor', merged.anchor);
    },
    constants() {
      const { lambda, gamma, form } = settings;
      const strength = form === 'plain' ? lambda : lambda * gamma;
      return anchored(learner.memory.floats('fisher'), strength, learner.memory.floats('anchor'));
    },
    penalty: anchoredPenalty,
    inspect: () => [
      ...importanceViews(learner.network, learner.memory.floats('fisher'), 'Fisher information'),
      ...moved,
    ],
  };
}

/** F ← F + F_k and the anchor that makes one quadratic of all; where nothing matters yet the anchor is of no effect. */
export function mergeOffline(fisher: Float32Array, anchor: Float32Array, added: Float32Array, theta: Float32Array) {
  if (fisher.length === 0) return { fisher: added, anchor: theta };
  const total = added.map((value, i) => value + (fisher[i] as number));
  const mean = theta.map((value, i) => {
    const sum = total[i] as number;
    return sum === 0 ? value : ((anchor[i] as number) * (fisher[i] as number) + value * (added[i] as number)) / sum;
  });
  return { fisher: total, anchor: mean };
}

function mergeOnline(fisher: Float32Array, added: Float32Array, theta: Float32Array, gamma: number) {
  return { fisher: added.map((value, i) => value + gamma * (fisher[i] ?? 0)), anchor: theta };
}

/** Divided by its Euclidean norm; zeros stay zeros. */
function ofNormOne(values: Float32Array): Float32Array {
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return norm === 0 ? values : values.map((value) => value / norm);
}
