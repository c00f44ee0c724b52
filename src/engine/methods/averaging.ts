import * as tf from '@tensorflow/tfjs-core';
import type { AveragingSettings } from '../../core/methods/averaging';
import type { View } from '../../core/mechanism';
import { stepsPerTask } from '../../core/recipe';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import { distanceView } from './distanceView';

/**
 * Weight averaging: what is tested is the mean of the parameters at many steps; training goes on from the last of them, and
 * is the same, bit for bit, as without.
 *
 * `swa` (Izmailov et al. 2018, algorithm 1): of the last steps of a task, every c-th one counted back from its end,
 *
 *     θ̄ ← θ̄ + (θ − θ̄) / n   at the n-th of them.
 *
 * A task begins without a mean, and until its first point is there the parameters themselves are tested (as in the authors'
 * code; in the algorithm the parameters that it starts from count as a point). Deviation: the step size stays as the recipe
 * has it; the authors use a constant or cyclical one of their own. `ema`: θ̄ ← d θ̄ + (1 − d) θ after every step of the run,
 * θ̄ = θ after the first, as PyTorch's `AveragedModel` has it.
 *
 * Running statistics of batch normalisation are measured again with θ̄ (the authors' `bn_update`), on the training examples
 * of the present task.
 *
 * How many steps a task has is what the recipe asks for its own examples: where it ends early, or another method gives
 * it another lesson, the last points are taken at other steps.
 */
export function createAveraging({ average, last, every, decay }: AveragingSettings): Method {
  let learner: Learner;
  let statistics: Float32Array | undefined;

  const plannedSteps = () => stepsPerTask(learner.training, learner.examples[learner.task]?.length ?? 0);

  /** Weight of θ in the mean after a step. @param step of the task, from 1; `taken`: points in the mean before */
  const weightOf = (step: tf.Tensor, taken: tf.Tensor, planned: tf.Tensor): { weight: tf.Tensor; taken: tf.Tensor } => {
    if (average === 'ema') {
      const isFirst = tf.cast(tf.equal(taken, 0), 'float32');
      return { weight: tf.maximum(isFirst, 1 - decay), taken: tf.add(taken, 1) };
    }
    const left = tf.sub(planned, step);
    const isPoint = tf.logicalAnd(
      tf.less(left, tf.mul(planned, last)),
      tf.equal(left, tf.mul(tf.floor(tf.div(left, every)), every)),
    );
    const point = tf.cast(isPoint, 'float32');
    const now = tf.add(taken, point);
    return { weight: tf.div(point, tf.maximum(now, 1)), taken: now };
  };

  return {
    id: 'averaging',
    begin(own) {
      learner = own;
    },
    beforePhase({ phase }) {
      if (average === 'ema' || phase > 0) return;
      learner.carried.set('steps', Float32Array.of(0));
      learner.carried.set('taken', Float32Array.of(0));
      learner.carried.set('mean', new Float32Array(learner.network.parameterCount));
    },
    constants: () => ({ planned: tf.tensor1d([plannedSteps()]) }),
    carries() {
      const size = learner.network.parameterCount;
      return {
        mean: { shape: [size], values: new Float32Array(size) },
        steps: { shape: [1], values: new Float32Array(1) },
        taken: { shape: [1], values: new Float32Array(1) },
      };
    },
    carry(next, _slope, { carried, constants }) {
      const { mean, steps, taken } = carried as Record<'mean' | 'steps' | 'taken', tf.Tensor1D>;
      const step = tf.add(steps, 1);
      const point = weightOf(step, taken, constants['planned'] as tf.Tensor1D);
      return {
        mean: tf.add(mean, tf.mul(tf.sub(next, mean), point.weight)),
        steps: step,
        taken: point.taken,
      };
    },
    grown(move) {
      learner.carried.set('mean', move(learner.carried.floats('mean')));
    },
    beforeEvaluation(theta) {
      statistics = undefined;
      if (learner.carried.floats('taken')[0] === 0) return theta;
      const mean = tf.tensor1d(learner.carried.floats('mean'));
      if (learner.network.statistics) statistics = measuredWith(mean, learner);
      return mean;
    },
    statisticsFor: (_task, running) => (statistics ? tf.tensor1d(statistics) : running),
    inspect: () => (learner.carried.floats('taken')[0] === 0 ? [] : [distanceFromLast(learner)]),
  };
}

function measuredWith(mean: tf.Tensor1D, { task, examples, training, measuredBuffers }: Learner): Float32Array {
  const indices = examples[task] ?? new Int32Array();
  return measuredBuffers(mean, { task, indices }, Math.min(training.batchSize, indices.length));
}

const distanceFromLast = ({ network, carried, theta }: Learner): View =>
  distanceView(network, {
    title: 'Distance of the mean from the last parameters',
    from: carried.floats('mean'),
    to: theta.dataSync() as Float32Array,
  });
