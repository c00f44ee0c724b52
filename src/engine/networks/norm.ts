import * as tf from '@tensorflow/tfjs-core';
import { batchNormGradientKernel, batchNormKernel, groupNormGradientKernel, groupNormKernel } from '../backend/kernels';
import { passedRelu } from './layers';
import { allOnceDifferentiable } from './onceDifferentiable';

/** Added to variances, as PyTorch has it. */
export const EPSILON = 1e-5;

/** Share of a batch in the running statistics after it, as PyTorch has it. */
export const MOMENTUM = 0.1;

/** Running statistics of each channel, [channels]. */
export interface Running {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalisation in training (Ioffe & Szegedy 2015): each channel of x [batch, height, width, channels] less its mean
 * over the batch, divided by its standard deviation, times `scale` plus `shift`, each [channels]. As in PyTorch the running
 * variance is that of a sample (divided by n − 1), and the batch's own is not. One operation forward and one backward on
 * native TensorFlow and on WASM. Its gradient cannot be differentiated again.
 *
 * @returns the result, and the running statistics after the batch, to which no gradient flows
 */
export function batchNorm(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D,
  { mean, variance }: Running,
): { readonly y: tf.Tensor4D; readonly running: Running } {
  // Outside of what is differentiated: what is made in there and not its result is gone with it.
  const [made, nextMean, nextVariance, ...kept] = batchNormed({ x, scale, shift, mean, variance });
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [ownX, ownScale] = args as unknown as [tf.Tensor4D, tf.Tensor1D];
    save([ownX, ownScale, ...kept]);
    const gradFunc = (dy: tf.Tensor, [savedX, savedScale, ...reserved]: tf.Tensor[]) =>
      allOnceDifferentiable('batch normalisation', [dy, savedX as tf.Tensor, savedScale as tf.Tensor], () =>
        batchNormGradients(dy as tf.Tensor4D, savedX as tf.Tensor4D, savedScale as tf.Tensor1D, reserved),
      );
    return { value: tf.clone(made as tf.Tensor4D), gradFunc };
  });
  const y = op(x, scale, shift);
  return { y, running: { mean: nextMean as tf.Tensor1D, variance: nextVariance as tf.Tensor1D } };
}

type BatchNormInputs = Running & {
  readonly x: tf.Tensor4D;
  readonly scale: tf.Tensor1D;
  readonly shift: tf.Tensor1D;
};

/** The result, the running mean and variance after it, and what the gradient needs besides x and scale. */
function batchNormed(inputs: BatchNormInputs): tf.Tensor[] {
  const attributes = { epsilon: EPSILON, momentum: MOMENTUM };
  if (tf.getBackend() !== 'cpu')
    return tf.engine().runKernel(batchNormKernel, { ...inputs }, attributes) as unknown as tf.Tensor[];
  const { x, scale, shift, mean, variance } = inputs;
  const rows = x.size / scale.size;
  const own = tf.moments(x, PLACES);
  const inverse = tf.rsqrt(tf.add(own.variance, EPSILON));
  const factor = tf.mul(inverse, scale);
  const moved = (before: tf.Tensor, next: tf.Tensor) => tf.add(tf.mul(before, 1 - MOMENTUM), tf.mul(next, MOMENTUM));
  return [
    tf.add(tf.mul(tf.sub(x, own.mean), factor), shift),
    moved(mean, own.mean),
    moved(variance, tf.mul(own.variance, rows / Math.max(1, rows - 1))),
    own.mean,
    inverse,
  ];
}

/** All axes but that of the channels. */
const PLACES = [0, 1, 2];

/** Gradients of x, scale and shift. */
function batchNormGradients(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  kept: readonly tf.Tensor[],
): tf.Tensor[] {
  if (tf.getBackend() !== 'cpu') {
    const reserved = Object.fromEntries(kept.map((tensor, i) => [`kept${i}`, tensor]));
    const inputs: tf.NamedTensorMap = { dy, x, scale, ...reserved };
    const attributes = { epsilon: EPSILON };
    return tf.engine().runKernel(batchNormGradientKernel, inputs, attributes) as unknown as tf.Tensor[];
  }
  const [mean, inverse] = kept as [tf.Tensor1D, tf.Tensor1D];
  const rows = x.size / scale.size;
  const normalised = tf.mul(tf.sub(x, mean), inverse);
  const ofScale = tf.sum(tf.mul(dy, normalised), PLACES);
  const ofShift = tf.sum(dy, PLACES);
  const centred = tf.sub(tf.sub(dy, tf.div(ofShift, rows)), tf.mul(normalised, tf.div(ofScale, rows)));
  return [tf.mul(centred, tf.mul(inverse, scale)), ofScale, ofShift];
}

/**
 * Group normalisation (Wu & He 2018): as `batchNorm`, but each image by itself, over groups of as many channels that lie side
 * by side. It is the same in training and at test. Its gradient cannot be differentiated again.
 */
export function groupNorm(x: tf.Tensor4D, scale: tf.Tensor1D, shift: tf.Tensor1D, groups: number): tf.Tensor4D {
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [ownX, ownScale, ownShift] = args as unknown as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
    const [y, ...kept] = groupNormed(ownX, ownScale, ownShift, groups);
    save([ownX, ownScale, ...kept]);
    const gradFunc = (dy: tf.Tensor, [savedX, savedScale, mean, inverse]: tf.Tensor[]) =>
      allOnceDifferentiable('group normalisation', [dy, savedX as tf.Tensor, savedScale as tf.Tensor], () =>
        groupNormGradients(
          dy as tf.Tensor4D,
          savedX as tf.Tensor4D,
          savedScale as tf.Tensor1D,
          { mean: mean as tf.Tensor2D, inverse: inverse as tf.Tensor2D },
          groups,
        ),
      );
    return { value: y as tf.Tensor4D, gradFunc };
  });
  return op(x, scale, shift);
}

/** Of each image and group: mean, and one over the standard deviation; [batch, groups]. */
interface OfGroups {
  readonly mean: tf.Tensor2D;
  readonly inverse: tf.Tensor2D;
}

/** The result, mean, and one over the standard deviation. */
function groupNormed(x: tf.Tensor4D, scale: tf.Tensor1D, shift: tf.Tensor1D, groups: number): tf.Tensor[] {
  if (tf.getBackend() === 'wasm')
    return tf
      .engine()
      .runKernel(groupNormKernel, { x, scale, shift }, { groups, epsilon: EPSILON }) as unknown as tf.Tensor[];
  const mean = meanOfGroups(tf.mean<tf.Tensor2D>(x, [1, 2]), groups);
  const centred = tf.sub<tf.Tensor4D>(x, perChannel(mean, x));
  const variance = meanOfGroups(tf.mean<tf.Tensor2D>(tf.square(centred), [1, 2]), groups);
  const inverse = tf.rsqrt<tf.Tensor2D>(tf.add(variance, EPSILON));
  const factor = tf.mul<tf.Tensor4D>(perChannel(inverse, x), scale);
  return [tf.add(tf.mul(centred, factor), shift), mean, inverse];
}

/** [batch, channels] → [batch, groups]. */
const meanOfGroups = (ofChannels: tf.Tensor2D, groups: number): tf.Tensor2D =>
  tf.mean(tf.reshape(ofChannels, [ofChannels.shape[0], groups, -1]), 2);

/** [batch, groups] → [batch, 1, 1, channels]. */
function perChannel(ofGroups: tf.Tensor2D, { shape: [batch, , , channels] }: tf.Tensor4D): tf.Tensor4D {
  const [, groups] = ofGroups.shape;
  const spread = tf.mul(tf.expandDims(ofGroups, 2), tf.ones([1, 1, channels / groups]));
  return tf.reshape(spread, [batch, 1, 1, channels]);
}

/** Gradients of x, scale and shift. */
function groupNormGradients(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  { mean, inverse }: OfGroups,
  groups: number,
): tf.Tensor[] {
  if (tf.getBackend() === 'wasm') {
    const inputs: tf.NamedTensorMap = { dy, x, scale, mean, inverse };
    return tf.engine().runKernel(groupNormGradientKernel, inputs, { groups }) as unknown as tf.Tensor[];
  }
  const factor = perChannel(inverse, x);
  const normalised = tf.mul(tf.sub(x, perChannel(mean, x)), factor);
  const ofPlaces = tf.mul<tf.Tensor4D>(dy, normalised);
  // Of each image and channel.
  const [withX, alone] = [tf.mean<tf.Tensor2D>(ofPlaces, [1, 2]), tf.mean<tf.Tensor2D>(dy, [1, 2])];
  const places = x.shape[1] * x.shape[2];
  const scaled = (ofChannels: tf.Tensor2D) => perChannel(meanOfGroups(tf.mul(ofChannels, scale), groups), x);
  const centred = tf.sub(tf.sub(tf.mul(dy, scale), scaled(alone)), tf.mul(normalised, scaled(withX)));
  return [tf.mul(centred, factor), tf.mul(tf.sum(withX, 0), places), tf.mul(tf.sum(alone, 0), places)];
}

/** relu(x + residual), or relu(x). */
export function rectifiedSum(x: tf.Tensor4D, residual?: tf.Tensor4D): tf.Tensor4D {
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [own, other] = args as unknown as [tf.Tensor4D, tf.Tensor4D];
    const y = tf.relu(residual ? tf.add<tf.Tensor4D>(own, other) : own);
    save([y]);
    const gradFunc = (dy: tf.Tensor, [savedY]: tf.Tensor[]) => {
      const passed = passedRelu(dy, savedY as tf.Tensor);
      return residual ? [passed, passed] : [passed];
    };
    return { value: y, gradFunc };
  });
  return op(x, ...(residual ? [residual] : []));
}
