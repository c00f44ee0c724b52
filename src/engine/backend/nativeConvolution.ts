import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../graph/binding';
import { dataTypes } from '../graph/model';
import { input, type KernelArguments } from './kernels';

/**
 * Convolutions that TensorFlow has and that tfjs-node does not let through, or that must not get there:
 *
 * - gradients with a border of any width, which tfjs-node refuses;
 * - 1 × 1 filters at a stride: the gradient of the filters, as oneDNN has it for AVX2, writes beyond its memory ("double free
 *   or corruption"; so does PyTorch's, by the same kernel). The image is thinned out first, and stride 1 does the rest.
 */
export function registerNativeConvolutions(): void {
  replace(tf.Conv2D, (a) => {
    const [x, filter] = [input(a.inputs, 'x'), input(a.inputs, 'filter')];
    const strides = strideOfSingle(a, filter.shape);
    if (strides === undefined) return undefined;
    return tf.tidy(() =>
      run(tf.Conv2D, { x: thinned(x as tf.Tensor4D, strides), filter }, { ...AT_ONE, dilations: 1 }),
    );
  });
  replace(tf.Conv2DBackpropFilter, (a) => {
    const [x, dy] = [input(a.inputs, 'x'), input(a.inputs, 'dy')];
    const { filterShape } = a.attrs as unknown as tf.Conv2DBackpropFilterAttrs;
    const strides = strideOfSingle(a, filterShape);
    if (strides === undefined)
      return withBorder(a, 'Conv2DBackpropFilter', x.shape, filterShape, (sizes) => [x, sizes(filterShape), dy]);
    return tf.tidy(() =>
      run(tf.Conv2DBackpropFilter, { x: thinned(x as tf.Tensor4D, strides), dy }, { ...AT_ONE, filterShape }),
    );
  });
  replace(tf.Conv2DBackpropInput, (a) => {
    const [filter, dy] = [input(a.inputs, 'filter'), input(a.inputs, 'dy')];
    const { inputShape } = a.attrs as unknown as tf.Conv2DBackpropInputAttrs;
    const strides = strideOfSingle(a, filter.shape);
    if (strides === undefined)
      return withBorder(a, 'Conv2DBackpropInput', inputShape, filter.shape, (sizes) => [sizes(inputShape), filter, dy]);
    return tf.tidy(() => {
      const thin = [...dy.shape.slice(0, 3), inputShape[3]];
      return spread(run(tf.Conv2DBackpropInput, { dy, filter }, { ...AT_ONE, inputShape: thin }), strides, inputShape);
    });
  });
}

/** `kernel` where it applies, what was there elsewhere. */
function replace(kernelName: string, kernel: (a: KernelArguments) => tf.TensorInfo | undefined): void {
  const before = tf.getKernel(kernelName, 'tensorflow');
  tf.unregisterKernel(kernelName, 'tensorflow');
  tf.registerKernel({ ...before, kernelFunc: (a) => kernel(a) ?? before.kernelFunc(a) });
}

const AT_ONE = { strides: 1, pad: 'valid', dataFormat: 'NHWC', dimRoundingMode: undefined } as const;

const run = (kernel: string, inputs: tf.NamedTensorInfoMap, attributes: object): tf.Tensor4D =>
  tf.engine().runKernel(kernel, inputs as tf.NamedTensorMap, attributes as tf.NamedAttrMap);

/** The stride of a 1 × 1 filter without a border, where it is above 1. */
function strideOfSingle({ attrs }: KernelArguments, filterShape: readonly number[]): number | undefined {
  const { strides, pad, dataFormat } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
  const isSingle = filterShape[0] === 1 && filterShape[1] === 1 && pad === 'valid' && dataFormat === 'NHWC';
  return isSingle && typeof strides === 'number' && strides > 1 ? strides : undefined;
}

/** Of each stretch of rows and columns the first. */
const thinned = (x: tf.Tensor4D, strides: number): tf.Tensor4D =>
  tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, strides, strides, 1]) as tf.Tensor4D;

/** The inverse of `thinned`, with zeros in between. */
function spread(thin: tf.Tensor4D, strides: number, [batch, height, width, channels]: readonly number[]): tf.Tensor4D {
  const [, rows, columns] = thin.shape;
  const none: [number, number] = [0, 0];
  const between: [number, number] = [0, strides - 1];
  const apart = tf.pad(tf.reshape(thin, [-1, rows, 1, columns, 1, channels ?? 1]), [
    none,
    none,
    between,
    none,
    between,
    none,
  ]);
  const whole = tf.reshape<tf.Rank.R4>(apart, [-1, rows * strides, columns * strides, channels ?? 1]);
  return tf.slice(whole, [0, 0, 0, 0], [batch ?? 0, height ?? 0, width ?? 0, channels ?? 0]);
}

/** TensorFlow's own operation, told how wide the border is; undefined where it is "same" or "valid". */
function withBorder(
  { attrs, backend }: KernelArguments,
  op: string,
  inputShape: readonly number[],
  filterShape: readonly number[],
  inputs: (sizes: (shape: readonly number[]) => tf.TensorInfo) => tf.TensorInfo[],
): tf.TensorInfo | undefined {
  const { strides, pad, dataFormat } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
  if (typeof pad !== 'object' || dataFormat !== 'NHWC') return undefined;
  const { strideHeight, strideWidth } = tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    1,
    pad,
  );
  const native = backend as NativeBackend;
  const { TF_ATTR_TYPE, TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_BOOL } = native.binding;
  const attributes = [
    { name: 'T', type: TF_ATTR_TYPE, value: dataTypes.float32 },
    { name: 'strides', type: TF_ATTR_INT, value: [1, strideHeight, strideWidth, 1] },
    { name: 'padding', type: TF_ATTR_STRING, value: 'EXPLICIT' },
    { name: 'explicit_paddings', type: TF_ATTR_INT, value: pad.flat() },
    { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
    { name: 'use_cudnn_on_gpu', type: TF_ATTR_BOOL, value: true },
    { name: 'dilations', type: TF_ATTR_INT, value: [1, 1, 1, 1] },
  ];
  const made: tf.Tensor[] = [];
  const sizes = (shape: readonly number[]) => {
    const tensor = tf.tensor1d([...shape], 'int32');
    made.push(tensor);
    return tensor;
  };
  const [found] = native.executeMultipleOutputs(op, attributes, inputs(sizes), 1);
  tf.dispose(made);
  return found;
}
