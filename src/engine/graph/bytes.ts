import * as tf from '@tensorflow/tfjs-core';
import { volumeOf, type ImageShape } from '../../core/recipe';
import { nativeBackend, nativeId, tensorOf, type NativeAttribute } from './binding';
import { dataTypes, type DataType } from './model';
import { feedFrom, type Feed } from './session';

const { float32, int32, uint8 } = dataTypes;

/**
 * Values in TensorFlow's memory, of which rows are gathered: bytes, mostly. TensorFlow.js has no tensors of bytes: it takes
 * this for a tensor of int32, and only the functions here may have it.
 */
export interface Held {
  readonly tensor: tf.Tensor;
  readonly dtype: DataType;
}

/** Values handed over to TensorFlow; they stay there until they are deleted. */
export const valuesFeed = (values: Uint8Array | Float32Array, shape: readonly number[]): Feed =>
  feedFrom(values, { shape, dtype: values instanceof Uint8Array ? uint8 : float32 });

/** Rows of values, along their first axis. @param indices int32 */
export const rowsAt = (values: Held, indices: tf.Tensor): Held => gather(values, indices, 0);

/** Of each row the values at some places: the same in all rows, int32 [n], or each row's own, [rows, n]. */
export const valuesAt = (values: Held, places: tf.Tensor): Held => gather(values, places, 1);

function gather(values: Held, indices: tf.Tensor, axis: 0 | 1): Held {
  const { binding } = nativeBackend();
  const isOfEachRow = axis === 1 && indices.rank === 2;
  const along = binding.createTensor([], int32, Int32Array.of(axis));
  const attributes = [type('Tparams', values.dtype), type('Tindices', int32), type('Taxis', int32)];
  const more = isOfEachRow ? [{ name: 'batch_dims', type: binding.TF_ATTR_INT, value: 1 }] : [];
  try {
    return execute(values.dtype, 'GatherV2', [...attributes, ...more], [idOf(values), nativeId(indices), along]);
  } finally {
    binding.deleteTensor(along);
  }
}

/**
 * Images that are cut out of others, which are black around, and mirrored: numbers of the same range, [boxes, inputs].
 *
 * @param values rows of images
 * @param boxes corners of each as `boxesOf` (data/augmentation.ts) has them, float32 [boxes, 4]
 * @param indices the row that each is cut out of, int32 [boxes]
 */
export function cutOut(values: Held, shape: ImageShape, boxes: tf.Tensor, indices: tf.Tensor): tf.Tensor2D {
  const { binding } = nativeBackend();
  const [height, width] = shape;
  const made: number[] = [];
  const constant = (...numbers: number[]): number => {
    const id = binding.createTensor([numbers.length], int32, Int32Array.from(numbers));
    made.push(id);
    return id;
  };
  const [rows = 0] = values.tensor.shape;
  const attributes = [
    type('T', values.dtype),
    { name: 'method', type: binding.TF_ATTR_STRING, value: 'nearest' },
    { name: 'extrapolation_value', type: binding.TF_ATTR_FLOAT, value: 0 },
  ];
  try {
    const types = [type('T', values.dtype), type('Tshape', int32)];
    const images = execute(values.dtype, 'Reshape', types, [idOf(values), constant(rows, ...shape)]);
    const inputs = [idOf(images), nativeId(boxes), nativeId(indices), constant(height, width)];
    const { tensor } = execute(float32, 'CropAndResize', attributes, inputs);
    return tf.reshape(tensor, [indices.size, volumeOf(shape)]);
  } finally {
    made.forEach((id) => binding.deleteTensor(id));
  }
}

/** Each row with so many zeros after it; what is more than a row of values are its last axes. */
export function withZeros(values: Held, count: number): Held {
  const { binding } = nativeBackend();
  const [rows = 0, , ...last] = values.tensor.shape;
  const shape = [rows, count, ...last];
  const size = shape.reduce((product, length) => product * length, 1);
  const zeros = binding.createTensor(
    shape,
    values.dtype,
    new (values.dtype === uint8 ? Uint8Array : Float32Array)(size),
  );
  const along = binding.createTensor([], int32, Int32Array.of(1));
  const attributes = [{ name: 'N', type: binding.TF_ATTR_INT, value: 2 }, type('T', values.dtype), type('Tidx', int32)];
  try {
    return execute(values.dtype, 'ConcatV2', attributes, [idOf(values), zeros, along]);
  } finally {
    binding.deleteTensor(zeros);
    binding.deleteTensor(along);
  }
}

/** Bytes as numbers 0..255, other values as they are. */
export function numbersOf(values: Held, dtype: 'float32' | 'int32'): tf.Tensor {
  if (values.dtype !== uint8) return values.tensor;
  const attributes = [type('SrcT', uint8), type('DstT', dtype === 'float32' ? float32 : int32)];
  return execute(uint8, 'Cast', attributes, [idOf(values)]).tensor;
}

const idOf = ({ tensor }: Held): number => nativeId(tensor);

const type = (name: string, value: DataType): NativeAttribute => ({
  name,
  type: nativeBackend().binding.TF_ATTR_TYPE,
  value,
});

/** While a step is traced this is recorded, as everything that reaches TensorFlow. */
function execute(dtype: DataType, op: string, attributes: NativeAttribute[], inputs: number[]): Held {
  const [made] = nativeBackend().binding.executeOp(op, attributes, inputs, 1);
  if (!made) throw new Error(`${op} has no result`);
  return { tensor: tensorOf(made), dtype };
}
