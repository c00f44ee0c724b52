import type * as tf from '@tensorflow/tfjs-core';
import { nativeBackend, nativeId, tensorOf, type NativeAttribute } from './binding';
import { dataTypes, type DataType } from './model';
import { feedFrom, type Feed } from './session';

const { float32, int32, uint8 } = dataTypes;

/**
 * Bytes in TensorFlow's memory. TensorFlow.js has no tensors of bytes, so this is not one of them: it takes this for a
 * tensor of int32, and only the functions here may have it.
 */
export interface Bytes {
  readonly tensor: tf.Tensor;
}

/** Bytes handed over to TensorFlow; they stay there until they are deleted. */
export const bytesFeed = (values: Uint8Array, shape: readonly number[]): Feed =>
  feedFrom(values, { shape, dtype: uint8 });

/** Rows of bytes, along their first axis. @param indices int32 */
export const rowsAt = (bytes: Bytes, indices: tf.Tensor): Bytes => gather(bytes, indices, 0);

/** Of each row of a matrix the values at some places: the same in all rows, int32 [n], or each row's own, [rows, n]. */
export const valuesAt = (bytes: Bytes, places: tf.Tensor): Bytes => gather(bytes, places, 1);

function gather(bytes: Bytes, indices: tf.Tensor, axis: 0 | 1): Bytes {
  const { binding } = nativeBackend();
  const isOfEachRow = axis === 1 && indices.rank === 2;
  const along = binding.createTensor([], int32, Int32Array.of(axis));
  const attributes = [type('Tparams', uint8), type('Tindices', int32), type('Taxis', int32)];
  const more = isOfEachRow ? [{ name: 'batch_dims', type: binding.TF_ATTR_INT, value: 1 }] : [];
  try {
    return {
      tensor: execute('GatherV2', [...attributes, ...more], [nativeId(bytes.tensor), nativeId(indices), along]),
    };
  } finally {
    binding.deleteTensor(along);
  }
}

/** Bytes as numbers 0..255. */
export const numbersOf = (bytes: Bytes, dtype: 'float32' | 'int32'): tf.Tensor =>
  execute('Cast', [type('SrcT', uint8), type('DstT', dtype === 'float32' ? float32 : int32)], [nativeId(bytes.tensor)]);

const type = (name: string, value: DataType): NativeAttribute => ({
  name,
  type: nativeBackend().binding.TF_ATTR_TYPE,
  value,
});

/** While a step is traced this is recorded, as everything that reaches TensorFlow. */
function execute(op: string, attributes: NativeAttribute[], inputs: number[]): tf.Tensor {
  const [made] = nativeBackend().binding.executeOp(op, attributes, inputs, 1);
  if (!made) throw new Error(`${op} has no result`);
  return tensorOf(made);
}
