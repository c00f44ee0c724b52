import * as tf from '@tensorflow/tfjs-core';
import type { ActiveOf } from './steps/activeOutputs';
import type { TrainingSpec } from '../core/recipe';
import type { Method } from './contract/method';
import type { Network } from './contract/network';
import type { Stream } from './contract/stream';
import { evenlySpread } from './evaluation';
import type { NetworkAtTest } from './networkAtTest';
import { unitMask } from './networks/layers';
import { plainLoss } from './steps/gradient';
import type { TrainingData } from './steps/trainingData';
import { valuesOf } from './valuesOf';

/** Training images of old tasks whose gradient is looked at, at most. */
const MOST_IMAGES = 500;
/** Share of the examples that the steps of a task see: no more images than this in all its points together. */
const LARGEST_SHARE = 1 / 20;

export interface InterferenceInput {
  readonly stream: Stream;
  readonly network: () => Network;
  readonly method: Method;
  readonly training: TrainingSpec;
  readonly data: TrainingData;
  readonly networkAtTest: NetworkAtTest;
  /** Running statistics in training, where the network has some. */
  readonly buffers: () => tf.Tensor1D | undefined;
  /** Output units that take part in a task; all when undefined. */
  readonly activeOf: ActiveOf;
  /** Training examples of each task. */
  readonly examples: readonly Int32Array[];
}

/** A step, and what it does to old tasks. */
export interface InterferenceFound {
  /** Null where the step or the gradient is 0. */
  readonly cosine: number | null;
  /** Of the way down of the plain loss of the task's own examples; left out where the step has none of them. */
  readonly plain?: number | null;
  readonly images: number;
}

/** A step that is about to be taken. */
interface Watched {
  /** Of the task. */
  readonly steps: number;
  /** At which it is looked at. */
  readonly points: number;
  /** Those of the step that are of the task. */
  readonly own: Int32Array;
}

/**
 * How far a training step goes along the gradient of the loss on the tasks before: above 0 it makes them worse to first
 * order, at 0 it is orthogonal to what they need. Both are measured, nothing is changed: the step is the difference of
 * the parameters before and after it, whatever made it; the gradient is that of the mean plain loss on training images of
 * the old tasks, evenly spread over them, with the network as at test and each task with the parameters that the method
 * tests it with (`parametersFor`, through which the gradient goes back to the parameters in training).
 *
 * Beside it stands what a step without a remedy would do: the way down of the plain loss on the examples of the step that
 * are of the task, measured likewise, so that the two differ by what method and optimiser made of it.
 */
export class Interference {
  constructor(private readonly input: InterferenceInput) {}

  /** Looks at the old tasks before a step. */
  before(task: number, theta: tf.Tensor1D, { steps, points, own }: Watched) {
    const images = this.imagesFor(task, steps, points);
    const count = images.reduce((sum, { length }) => sum + length, 0);
    const gradient = this.gradient(theta, images, count);
    const start = Float32Array.from(theta.dataSync());
    const plain = own.length > 0 && { plain: this.plainCosine(theta, task, own, gradient) };
    return {
      after: (next: tf.Tensor1D): InterferenceFound => ({
        cosine: cosineOf(gradient, start, next.dataSync()),
        ...plain,
        images: count,
      }),
    };
  }

  /** Of each old task. */
  private imagesFor(task: number, steps: number, points: number): Int32Array[] {
    const { examples, training } = this.input;
    const allowed = (steps * training.batchSize * LARGEST_SHARE) / points;
    const each = Math.max(1, Math.floor(Math.min(MOST_IMAGES, allowed) / task));
    return examples.slice(0, task).map((own) => evenlySpread(own, each));
  }

  /** Of the way down of the plain loss of a task's examples with a gradient. */
  private plainCosine(theta: tf.Tensor1D, task: number, own: Int32Array, gradient: Float32Array): number | null {
    const down = valuesOf(() => tf.neg(this.gradientOn(theta, task, own)));
    return cosineOf(gradient, new Float32Array(down.length), down);
  }

  /** Of the mean loss over all images, [parameters]. */
  private gradient(theta: tf.Tensor1D, images: readonly Int32Array[], count: number): Float32Array {
    return valuesOf(() => {
      const ofTasks = images.flatMap((indices, task) =>
        indices.length === 0 ? [] : [this.gradientOn(theta, task, indices)],
      );
      return tf.div(tf.addN(ofTasks), count);
    });
  }

  /** Of the summed loss on images of a task. */
  private gradientOn(theta: tf.Tensor1D, task: number, indices: Int32Array): tf.Tensor1D {
    const { network, method, networkAtTest, data, activeOf, buffers } = this.input;
    const units = activeOf(task);
    const { outputs } = data.widths;
    const batch = {
      targets: data.lossTargetsOf({ indices, tasks: new Int32Array(indices.length).fill(task) }),
      weights: tf.ones<tf.Rank.R1>([indices.length]),
      ...(units && { active: unitMask([units], outputs) }),
    };
    const tested = method.parametersFor?.(task, theta) ?? theta;
    const running = buffers();
    const gradient = networkAtTest.gradient((logits) => plainLoss(network(), logits, batch), {
      ...{ network: method.networkFor?.(task), theta: tested, part: 'train', task, indices },
      buffers: running && (method.statisticsFor?.(task, running) ?? running),
    });
    return tested === theta ? gradient : this.throughMethod(theta, task, gradient);
  }

  /** The gradient with respect to the parameters in training, from that with respect to those that a task is tested with. */
  private throughMethod(theta: tf.Tensor1D, task: number, gradient: tf.Tensor1D): tf.Tensor1D {
    const { method } = this.input;
    const product = (at: tf.Tensor) => tf.sum(tf.mul(method.parametersFor?.(task, at as tf.Tensor1D) ?? at, gradient));
    try {
      return tf.grad(product)(theta) as tf.Tensor1D;
    } catch (error) {
      // A task that is tested with parameters of its own does not depend on those in training.
      if (error instanceof Error && error.message.includes(INDEPENDENT)) return tf.zerosLike(theta);
      throw error;
    }
  }
}

/** What TensorFlow.js says of a function that does not depend on its argument. */
const INDEPENDENT = 'Cannot compute gradient';

/** Of the step from `start` to `next` and a gradient; sums in double precision. */
export function cosineOf(gradient: Float32Array, start: Float32Array, next: ArrayLike<number>): number | null {
  let [product, steps, gradients] = [0, 0, 0];
  for (let i = 0; i < start.length; i++) {
    const step = (next[i] as number) - (start[i] as number);
    const slope = gradient[i] as number;
    product += step * slope;
    steps += step * step;
    gradients += slope * slope;
  }
  const cosine = product / Math.sqrt(steps * gradients);
  return Number.isFinite(cosine) ? Math.max(-1, Math.min(1, cosine)) : null;
}
