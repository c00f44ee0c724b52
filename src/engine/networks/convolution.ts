import * as tf from '@tensorflow/tfjs-core';
import { passedRelu } from './layers';
import { onceDifferentiable } from './onceDifferentiable';

/** Stride 1, same height and width. */
const placement = { strides: 1, pad: 'same', dataFormat: 'NHWC', dimRoundingMode: undefined } as const;

/** Window and stride of the pooling after each convolution; an odd last row or column is left out. */
const POOL = 2;

/**
 * relu?(x ∗ filters + bias). Shapes: x [batch, height, width, channels], filters [kernel, kernel, channels, filters],
 * bias [filters] or none; the result is [batch, height, width, filters]. Its gradient cannot be differentiated again.
 *
 * @param between whether a gradient flows to `x`, as between layers
 */
export function convolutionLayer(
  x: tf.Tensor4D,
  filters: tf.Tensor4D,
  bias: tf.Tensor1D | undefined,
  between: boolean,
  relu = true,
): tf.Tensor4D {
  const sources: tf.Tensor[] = [filters, ...(bias ? [bias] : []), ...(between ? [x] : [])];
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [w] = args as unknown as [tf.Tensor4D];
    const y = forward(x, w, bias, relu);
    save([w, y, x]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [savedW, savedY, savedX] = saved as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      const delta = relu ? passedRelu(dy as tf.Tensor4D, savedY) : (dy as tf.Tensor4D);
      const once = (gradient: () => tf.Tensor) =>
        onceDifferentiable('a convolution', [delta, savedW, savedX], gradient);
      const gradients = [once(() => filterGradient(savedX, delta, savedW.shape))];
      if (bias) gradients.push(tf.sum(tf.reshape(delta, [-1, savedW.shape[3]]), 0));
      if (between) gradients.push(once(() => inputGradient(delta, savedW, savedX.shape)));
      return gradients;
    };
    return { value: y, gradFunc };
  });
  return op(...sources);
}

const run = (kernel: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor4D =>
  tf.engine().runKernel(kernel, inputs, attributes as tf.NamedAttrMap);

/** One kernel: tf.fused.conv2d would come apart where gradients are recorded. */
const forward = (x: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor1D | undefined, relu: boolean): tf.Tensor4D =>
  run(
    tf.FusedConv2D,
    { x, filter, ...(bias ? { bias } : {}) },
    { ...placement, dilations: 1, activation: relu ? 'relu' : 'linear' },
  );

const filterGradient = (x: tf.Tensor4D, dy: tf.Tensor4D, filterShape: readonly number[]): tf.Tensor4D =>
  run(tf.Conv2DBackpropFilter, { x, dy }, { ...placement, filterShape });

/** The gradient of a convolution's input, of shape `inputShape`, from that of its output. */
export const inputGradient = (dy: tf.Tensor4D, filter: tf.Tensor4D, inputShape: readonly number[]): tf.Tensor4D =>
  run(tf.Conv2DBackpropInput, { dy, filter }, { ...placement, inputShape });

/** 2 × 2 max pooling. */
export const pooled = (x: tf.Tensor4D): tf.Tensor4D => tf.maxPool(x, POOL, POOL, 'valid');

/** The gradient of what was pooled, from that of the result. */
export const poolGradient = (dy: tf.Tensor4D, input: tf.Tensor4D, output: tf.Tensor4D): tf.Tensor4D =>
  run(tf.MaxPoolGrad, { dy, input, output }, { filterSize: POOL, strides: POOL, pad: 'valid' });

/** At each place what the weights of a filter see, in their order: [n, height, width, kernel · kernel · channels]. */
export function seenByWeights(x: tf.Tensor4D, kernel: number): tf.Tensor4D {
  const margin = (kernel - 1) / 2;
  const padded = tf.pad(x, [
    [0, 0],
    [margin, margin],
    [margin, margin],
    [0, 0],
  ]);
  const shifts = Array.from({ length: kernel * kernel }, (_, i) => [Math.floor(i / kernel), i % kernel] as const);
  return tf.concat(
    shifts.map(([y, column]) => tf.slice(padded, [0, y, column, 0], x.shape)),
    3,
  );
}
