import * as tf from '@tensorflow/tfjs-core';
import { crossEntropyKernel } from '../backend/kernels';
import { onceDifferentiable } from './onceDifferentiable';

/**
 * Differentiable layers whose gradients never ask for a product of transposed matrices: those are an order of
 * magnitude slower on WASM than a product with the transpose made first.
 */

const transposed = (matrix: tf.Tensor2D): tf.Tensor2D => tf.transpose(matrix);

/** y = relu?(x W + b). Shapes: x [batch, inputs], W [inputs, outputs], b [outputs] or none. */
function forward(x: tf.Tensor2D, weights: tf.Tensor2D, bias: tf.Tensor1D | undefined, relu: boolean): tf.Tensor2D {
  const activation = relu ? 'relu' : 'linear';
  if (tf.getBackend() !== 'wasm')
    return tf.fused.matMul({ a: x, b: weights, ...(bias ? { bias } : {}), activation }) as tf.Tensor2D;
  // tf.fused.matMul comes apart where gradients are recorded; its kernel has all in one pass, and wants three axes.
  const inputs: tf.NamedTensorMap = { a: tf.expandDims(x), b: tf.expandDims(weights), ...(bias ? { bias } : {}) };
  const product = tf.engine().runKernel(tf._FusedMatMul, inputs, { transposeA: false, transposeB: false, activation });
  return tf.squeeze(product as tf.Tensor3D, [0]);
}

/** The part of a gradient that a ReLU lets through; y is what it gave. */
export const passedRelu = <T extends tf.Tensor>(dy: T, y: T): T => tf.mul<T>(dy, tf.step(y));

/** A dense layer on the network's input: no gradient flows to `x`. */
export function inputLayer(
  x: tf.Tensor2D,
  weights: tf.Tensor2D,
  bias: tf.Tensor1D | undefined,
  relu: boolean,
): tf.Tensor2D {
  return denseWith(weights, bias, relu, x);
}

/** A dense layer between layers. */
export function denseLayer(
  x: tf.Tensor2D,
  weights: tf.Tensor2D,
  bias: tf.Tensor1D | undefined,
  relu: boolean,
): tf.Tensor2D {
  return denseWith(weights, bias, relu, undefined, x);
}

function denseWith(
  weights: tf.Tensor2D,
  bias: tf.Tensor1D | undefined,
  relu: boolean,
  fixed?: tf.Tensor2D,
  variable?: tf.Tensor2D,
): tf.Tensor2D {
  const sources: tf.Tensor[] = [weights, ...(bias ? [bias] : []), ...(variable ? [variable] : [])];
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [w] = args as unknown as [tf.Tensor2D];
    const b = bias ? (args[1] as tf.Tensor1D) : undefined;
    const x = fixed ?? (args[bias ? 2 : 1] as tf.Tensor2D);
    const y = forward(x, w, b, relu);
    save(fixed ? [w, y] : [w, y, x]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      // The input is saved unless it is fixed.
      const [savedW, savedY, savedX] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      const delta = relu ? passedRelu(dy as tf.Tensor2D, savedY) : (dy as tf.Tensor2D);
      const input = fixed ?? savedX;
      const gradients: tf.Tensor[] = [tf.matMul(transposed(input), delta)];
      if (bias) gradients.push(tf.sum(delta, 0));
      if (!fixed) gradients.push(tf.matMul(delta, transposed(savedW)));
      return gradients;
    };
    return { value: y, gradFunc };
  });
  return op(...sources);
}

/** Added to the outputs of heads that are not asked: after it their share of a softmax is exactly 0 in float32. */
const EXCLUDED = -1e9;

/** Each row is 1 at its units and 0 elsewhere, [rows, outputs]. */
export function unitMask(rows: readonly (readonly number[])[], outputs: number): tf.Tensor2D {
  const mask = new Float32Array(rows.length * outputs);
  rows.forEach((units, row) => units.forEach((unit) => (mask[row * outputs + unit] = 1)));
  return tf.tensor2d(mask, [rows.length, outputs]);
}

/** Logits with the outputs that `active` (0 or 1, of a shape that fits theirs) leaves out pushed to −10⁹. */
export const maskLogits = <T extends tf.Tensor>(logits: T, active: tf.Tensor2D): T =>
  tf.add<T>(logits, tf.mul(tf.sub(1, active), EXCLUDED));

/** The cross-entropy of each row [n], and softmax − targets [n, outputs]. */
function crossEntropies(logits: tf.Tensor2D, targets: tf.Tensor2D): [tf.Tensor1D, tf.Tensor2D] {
  if (tf.getBackend() !== 'cpu')
    return tf.engine().runKernel(crossEntropyKernel, { logits, targets }) as unknown as [tf.Tensor1D, tf.Tensor2D];
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const logProbabilities = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
  return [tf.neg(tf.sum(tf.mul(targets, logProbabilities), 1)), tf.sub(tf.exp(logProbabilities), targets)];
}

/**
 * Σ_i w_i · cross-entropy_i of a softmax over logits [batch, outputs] with one-hot targets and one weight for each
 * example (1/batch for a plain mean). Fused: the gradient is w (softmax − target), which cannot be differentiated again.
 */
export function weightedCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D, weights: tf.Tensor1D): tf.Scalar {
  const op = tf.customGrad((...args) => {
    const [z] = args as unknown as [tf.Tensor2D];
    const save = args.at(-1) as tf.GradSaveFunc;
    const [losses, differences] = crossEntropies(z, targets);
    // The weights too: they may have been made inside of the loss, and be gone when its gradient is computed.
    save([differences, weights]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      onceDifferentiable('a softmax with cross-entropy', [z, dy], () =>
        tf.mul(tf.mul(saved[0] as tf.Tensor2D, tf.reshape(saved[1] as tf.Tensor1D, [-1, 1])), dy),
      );
    return { value: tf.sum(tf.mul(losses, weights)), gradFunc };
  });
  return op(logits) as tf.Scalar;
}

/**
 * Σ_i w_i · cross-entropy_i between two softmaxes, of `old` logits (the targets) and of logits, both [batch, outputs]. The
 * gradient w (softmax − softmax of old), which flows to `logits` alone, is exactly 0 where both are the same to the bit: by
 * rounding alone Adam would take whole steps. It cannot be differentiated again.
 */
export function weightedDistillation(logits: tf.Tensor2D, old: tf.Tensor2D, weights: tf.Tensor1D): tf.Scalar {
  const op = tf.customGrad((...args) => {
    const [z] = args as unknown as [tf.Tensor2D];
    const save = args.at(-1) as tf.GradSaveFunc;
    const targets = tf.softmax(old);
    save([tf.sub(tf.softmax(z), targets), weights]);
    const losses = tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(z)), 1));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      onceDifferentiable('a distillation', [z, dy], () =>
        tf.mul(tf.mul(saved[0] as tf.Tensor2D, tf.reshape(saved[1] as tf.Tensor1D, [-1, 1])), dy),
      );
    return { value: tf.sum(tf.mul(losses, weights)), gradFunc };
  });
  return op(logits) as tf.Scalar;
}

/**
 * Σ_i w_i · ½ ‖target_i − relu(z_i)‖² with the gradient −(target − relu(z)): the derivative of the output ReLU is left
 * out, as in the wake network of sleep replay consolidation (Tadros et al. 2022, their nnbp). Outputs that `active`
 * (0 or 1, same shape or one row) leaves out have no part in either. The gradient cannot be differentiated again.
 */
export function weightedSquaredError(
  logits: tf.Tensor2D,
  targets: tf.Tensor2D,
  weights: tf.Tensor1D,
  active?: tf.Tensor2D,
): tf.Scalar {
  const op = tf.customGrad((...args) => {
    const [z] = args as unknown as [tf.Tensor2D];
    const save = args.at(-1) as tf.GradSaveFunc;
    const error = tf.sub(tf.relu(z), targets);
    const residual = active ? tf.mul(error, active) : error;
    // The weights too, as above.
    save([residual, weights]);
    const perExample = tf.mul(tf.sum(tf.square(residual), 1), 0.5);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      onceDifferentiable('a squared error past its ReLU', [z, dy], () =>
        tf.mul(tf.mul(saved[0] as tf.Tensor2D, tf.reshape(saved[1] as tf.Tensor1D, [-1, 1])), dy),
      );
    return { value: tf.sum(tf.mul(perExample, weights)), gradFunc };
  });
  return op(logits) as tf.Scalar;
}

/**
 * Σ_i w_i · the mean over outputs of the binary cross-entropy of sigmoids of logits [batch, outputs], with targets 0 … 1:
 * BCEWithLogitsLoss of PyTorch, whose mean is over examples and outputs. Outputs that `active` (0 or 1, same shape or one
 * row) leaves out do not count. The gradient w (σ(z) − target) / outputs can be differentiated again.
 */
export function weightedBinaryCrossEntropy(
  logits: tf.Tensor2D,
  targets: tf.Tensor2D,
  weights: tf.Tensor1D,
  active?: tf.Tensor2D,
): tf.Scalar {
  const each = tf.reshape(weights, [-1, 1]);
  const share = active ? tf.div(tf.mul(active, each), tf.sum(active, 1, true)) : tf.div(each, logits.shape[1]);
  const op = tf.customGrad((...args) => {
    const [z] = args as unknown as [tf.Tensor2D];
    const save = args.at(-1) as tf.GradSaveFunc;
    // max(z, 0) − z · target + log(1 + e^−|z|), which overflows nowhere.
    const losses = tf.add(tf.sub(tf.relu(z), tf.mul(z, targets)), tf.log1p(tf.exp(tf.neg(tf.abs(z)))));
    // Targets may be made in the loss, and be gone when its gradient is asked for.
    save([z, share, targets]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [savedZ, savedShare, savedTargets] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      return tf.mul(tf.mul(tf.sub(tf.sigmoid(savedZ), savedTargets), savedShare), dy);
    };
    return { value: tf.sum(tf.mul(losses, share)), gradFunc };
  });
  return op(logits) as tf.Scalar;
}

/** One row for each unit, 1 at the unit and 0 elsewhere. Shape [units, width]. (tf.oneHot yields integers on WASM.) */
export function oneHot(units: readonly number[], width: number): tf.Tensor2D {
  const values = new Float32Array(units.length * width);
  units.forEach((unit, row) => (values[row * width + unit] = 1));
  return tf.tensor2d(values, [units.length, width]);
}
