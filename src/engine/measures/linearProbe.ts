import * as tf from '@tensorflow/tfjs-core';
import { oneHot } from '../networks/layers';
import { valuesOf } from '../valuesOf';
import type { Passed } from './layerPasses';

export interface ProbeOptions {
  /** Number of classes; labels are 0 to classes − 1. */
  readonly classes: number;
  /** λ of λ/2 ‖W‖²; the bias is not held. */
  readonly ridge: number;
  readonly iterations: number;
  /** On the largest slope, of the mean loss of an example. */
  readonly tolerance: number;
  /** Told the number of steps after each; throws to end it. */
  readonly stepped?: (steps: number) => Promise<void>;
}

/** A linear classifier of features. */
export interface Probe {
  /** Largest slope of its loss, in magnitude, when training ended. */
  readonly slope: number;
  readonly steps: number;
  /** The class it says of each row. */
  predict(features: Passed): Int32Array;
}

/**
 * Multinomial logistic regression on features with mean 0 and variance 1: the mean cross-entropy of softmax(x W + b), plus
 * λ/2 ‖W‖². It is convex and, but for the bias, strictly so: whoever trains it long enough finds the same W. Trained by
 * accelerated gradient descent on all examples at once (Nesterov), with the step 1/L for the largest curvature
 * L = λmax(XᵀX/n)/2 + λ, beginning anew where the slope points against the way (O'Donoghue & Candès 2015).
 */
export async function trainedProbe(features: Passed, labels: Int32Array, options: ProbeOptions): Promise<Probe> {
  const { classes, ridge, iterations, tolerance } = options;
  const { rows, width } = features;
  const scaling = scalingOf(features);
  const x = withOnes(features, scaling);
  const targets = oneHot([...labels], classes);
  // The last row is the bias.
  const held = tf.tensor2d(
    Float32Array.from({ length: width + 1 }, (_, i) => (i < width ? ridge : 0)),
    [width + 1, 1],
  );
  const step = 1 / (1.05 * (largestCurvature(x, rows) / 2 + ridge));
  let [weights, ahead] = [tf.zeros<tf.Rank.R2>([width + 1, classes]), tf.zeros<tf.Rank.R2>([width + 1, classes])];
  let [momentum, slope, steps] = [1, Infinity, 0];
  try {
    for (; steps < iterations && slope > tolerance; steps++) {
      const next = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
      const moved = tf.tidy(() => {
        const errors = tf.sub(tf.softmax(tf.matMul(x, ahead)), targets);
        const gradient = tf.add(tf.div(tf.matMul(x, errors, true), rows), tf.mul(ahead, held));
        const reached = tf.sub<tf.Tensor2D>(ahead, tf.mul(gradient, step));
        const against = tf.sum(tf.mul(gradient, tf.sub(reached, weights)));
        const facts = tf.stack([tf.max(tf.abs(gradient)), against]);
        const way = tf.mul(tf.sub(reached, weights), (momentum - 1) / next);
        return { reached, further: tf.add<tf.Tensor2D>(reached, way), facts };
      });
      const [largest = NaN, against = NaN] = moved.facts.dataSync();
      slope = largest;
      tf.dispose([weights, ahead, moved.facts]);
      weights = moved.reached;
      const turns = against > 0;
      ahead = turns ? tf.clone(moved.reached) : moved.further;
      if (turns) moved.further.dispose();
      momentum = turns ? 1 : next;
      await options.stepped?.(steps + 1);
    }
    const learned = weights.dataSync().slice() as Float32Array;
    return { slope, steps, predict: (others) => predicted(others, scaling, learned, classes) };
  } finally {
    tf.dispose([x, targets, held, weights, ahead]);
  }
}

interface Scaling {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Of each feature mean and standard deviation; one that never changes is left as it is. */
function scalingOf({ rows, width, values }: Passed): Scaling {
  const [mean, square] = [new Float64Array(width), new Float64Array(width)];
  values.forEach((value, i) => (mean[i % width] = (mean[i % width] as number) + value / rows));
  values.forEach((value, i) => {
    const at = i % width;
    square[at] = (square[at] as number) + (value - (mean[at] as number)) ** 2 / rows;
  });
  return { mean, deviation: square.map((one) => (one > 1e-12 ? Math.sqrt(one) : 1)) };
}

/** [rows, width + 1]: scaled, and a 1 at the end of each row. */
function withOnes({ rows, width, values }: Passed, { mean, deviation }: Scaling): tf.Tensor2D {
  const scaled = new Float32Array(rows * (width + 1)).fill(1);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < width; i++)
      scaled[row * (width + 1) + i] =
        ((values[row * width + i] as number) - (mean[i] as number)) / (deviation[i] as number);
  return tf.tensor2d(scaled, [rows, width + 1]);
}

/** λmax(XᵀX / n), by power iteration from equal parts. */
function largestCurvature(x: tf.Tensor2D, rows: number): number {
  const STEPS = 50;
  const found = valuesOf(() => {
    let vector = tf.ones<tf.Rank.R2>([x.shape[1], 1]);
    let length: tf.Tensor = tf.scalar(0);
    for (let i = 0; i < STEPS; i++) {
      const next = tf.div(tf.matMul(x, tf.matMul(x, vector), true), rows);
      length = tf.norm(next);
      vector = tf.div(next, tf.maximum(length, 1e-20));
    }
    return length;
  });
  return found[0] ?? NaN;
}

function predicted(features: Passed, scaling: Scaling, learned: Float32Array, classes: number): Int32Array {
  const best = tf.tidy(() => {
    const x = withOnes(features, scaling);
    return tf.argMax(tf.matMul(x, tf.tensor2d(learned, [features.width + 1, classes])), 1);
  });
  const found = best.dataSync() as Int32Array;
  best.dispose();
  return Int32Array.from(found);
}
