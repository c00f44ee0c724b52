import * as tf from '@tensorflow/tfjs-core';
import { onceDifferentiable } from './onceDifferentiable';

/** How a convolution lies on its input. */
export interface Placement {
  readonly strides: number;
  readonly pad: 'same' | 'valid' | [number, number][];
  readonly dataFormat: 'NHWC';
  readonly dimRoundingMode: undefined;
}

/**
 * With a border of (side − 1) / 2 zeros on all sides, as PyTorch has it. TensorFlow's own "same" begins elsewhere where the
 * stride is 2 and the image has an even side.
 */
export function placementOf(side: number, strides: number): Placement {
  const border = (side - 1) / 2;
  const around: [number, number] = [border, border];
  const pad =
    border === 0
      ? 'valid'
      : strides === 1
        ? 'same'
        : [[0, 0] as [number, number], around, around, [0, 0] as [number, number]];
  return { strides, pad, dataFormat: 'NHWC', dimRoundingMode: undefined };
}

/**
 * x ∗ filters, of stride 1 or more. Shapes: x [batch, height, width, channels], filters [side, side, channels, filters];
 * the result is [batch, ⌈height / stride⌉, ⌈width / stride⌉, filters]. Its gradient cannot be differentiated again.
 *
 * @param between whether a gradient flows to `x`, as between layers
 */
export function stridedConvolution(
  x: tf.Tensor4D,
  filters: tf.Tensor4D,
  strides: number,
  between: boolean,
): tf.Tensor4D {
  const placement = placementOf(filters.shape[0], strides);
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const [w] = args as unknown as [tf.Tensor4D];
    save([w, x]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [savedW, savedX] = saved as [tf.Tensor4D, tf.Tensor4D];
      const once = (kernel: string, inputs: tf.NamedTensorMap, attributes: object) =>
        onceDifferentiable('a convolution', [dy, savedW, savedX], () => run(kernel, inputs, attributes));
      const { shape: filterShape } = savedW;
      const gradients = [once(tf.Conv2DBackpropFilter, { x: savedX, dy }, { ...placement, filterShape })];
      const { shape: inputShape } = savedX;
      if (between) gradients.push(once(tf.Conv2DBackpropInput, { dy, filter: savedW }, { ...placement, inputShape }));
      return gradients;
    };
    return { value: run(tf.Conv2D, { x, filter: w }, { ...placement, dilations: 1 }), gradFunc };
  });
  return op(filters, ...(between ? [x] : []));
}

const run = (kernel: string, inputs: tf.NamedTensorMap, attributes: object): tf.Tensor4D =>
  tf.engine().runKernel(kernel, inputs, attributes as tf.NamedAttrMap);
