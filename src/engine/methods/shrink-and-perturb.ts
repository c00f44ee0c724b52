import * as tf from '@tensorflow/tfjs-core';
import type { ShrinkAndPerturbSettings } from '../../core/methods/shrink-and-perturb';
import { stepsPerTask } from '../../core/recipe';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import { normalStream, randomInt } from '../random';

/** Parameters that get one piece of noise, and pieces in store for a task, each as it is and turned round. */
const PIECE = 256;
const PIECES = 1024;
/** Choices of a piece that are drawn for a task at most; after that they begin anew. */
const MOST_CHOICES = 2 ** 22;

/**
 * Shrink and perturb. `every: 'step'`, as in the code of Dohare et al. 2024 (continual backprop): after each step of the
 * optimiser, whose L2 weight decay shrinks (the card prescribes it to the training),
 *
 *     θ ← θ + ε,   ε ~ N(0, σ²) for each parameter, biases too.
 *
 * `every: 'task'`, as Ash & Adams 2020 have it where new data come: θ ← λ θ + ε once before each task but the first.
 *
 * Deviation in `step`: as many normal numbers as there are parameters are too many to draw in each step. So 1024 pieces of 256
 * are drawn for each task, and in each step every 256 parameters get one of them, drawn anew, with a sign that is drawn
 * too. Each number is N(0, σ²), and steps are uncorrelated; within a task two steps may give 256 parameters the same noise, and in one
 * step two stretches the same up to the sign. With `task` the authors make the optimiser anew each time; here the recipe says so. What is
 * drawn of a task is enough for 2²² choices (of a network of 100,000 parameters 10,700 steps), and is gone through again after
 * that.
 */
export function createShrinkAndPerturb({ every, shrink, sigma }: ShrinkAndPerturbSettings): Method {
  let learner: Learner;
  const begin: Method['begin'] = (own) => {
    learner = own;
  };
  if (every === 'task')
    return {
      id: 'shrink-and-perturb',
      begin,
      beforePhase({ task, phase }) {
        if (task === 0 || phase > 0) return;
        const normal = normalStream(learner.random('perturb', task));
        learner.setTheta((learner.theta.dataSync() as Float32Array).map((value) => shrink * value + sigma * normal()));
      },
    };
  return {
    id: 'shrink-and-perturb',
    begin,
    beforePhase({ phase }) {
      if (phase === 0) learner.carried.set('taken', Float32Array.of(0));
    },
    constants() {
      const { task, training, examples, network } = learner;
      const steps = stepsPerTask(training, examples[task]?.length ?? 0);
      return noiseOf(network.parameterCount, steps, sigma, (name) => learner.random(name, task));
    },
    carries: () => ({ taken: { shape: [1], values: new Float32Array(1) } }),
    update({ theta }, _slope, { carried, constants }) {
      const choices = constants['choices'] as tf.Tensor2D;
      const row = tf.cast(tf.mod(carried['taken'] as tf.Tensor1D, choices.shape[0]), 'int32');
      const chosen = tf.gather(constants['pieces'] as tf.Tensor2D, tf.reshape(tf.gather(choices, row), [-1]));
      return { theta: tf.add(theta, tf.slice1d(tf.reshape(chosen, [-1]), 0, theta.size)) };
    },
    carry: (_next, _slope, { carried }) => ({ taken: tf.add(carried['taken'] as tf.Tensor1D, 1) }),
    // Where a task stands in its noise is nothing that is kept for old tasks.
    memoryBytes: () => 0,
  };
}

/**
 * The noise of a task: pieces, [2 · pieces, piece], the second half with their signs turned round, and which of them each
 * stretch of θ gets in each step, int32 [steps, stretches].
 */
function noiseOf(
  parameters: number,
  steps: number,
  sigma: number,
  random: (name: string) => ReturnType<Learner['random']>,
): { readonly pieces: tf.Tensor2D; readonly choices: tf.Tensor2D } {
  const half = PIECES * PIECE;
  const values = new Float32Array(2 * half);
  const normal = normalStream(random('pieces'));
  for (let i = 0; i < half; i++) {
    const value = sigma * normal();
    values[i] = value;
    values[half + i] = -value;
  }
  const stretches = Math.ceil(parameters / PIECE);
  const rows = Math.max(1, Math.min(steps, Math.floor(MOST_CHOICES / stretches)));
  const choose = random('choices');
  const choices = Int32Array.from({ length: rows * stretches }, () => randomInt(choose, 2 * PIECES));
  return {
    pieces: tf.tensor2d(values, [2 * PIECES, PIECE]),
    choices: tf.tensor2d(choices, [rows, stretches], 'int32'),
  };
}
