import * as tf from '@tensorflow/tfjs-core';
import { dataTypes, type DataType } from './model';

/** A tensor held by TensorFlow; ids are never used twice. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: DataType;
}

export interface NativeAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What is used of the addon of tfjs-node 4.22. */
export interface NativeBinding {
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  executeOp(op: string, attributes: NativeAttribute[], inputs: number[], outputs: number): NativeTensor[];
  createTensor(shape: number[], dtype: DataType, values: ArrayBufferView | number[]): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): ArrayBufferView;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): NativeTensor[];
}

/** tfjs-node's backend with the parts of it that are used here; the last two are private there. */
export interface NativeBackend extends tf.KernelBackend {
  /** Swapped for a recording one while a step is traced. */
  binding: NativeBinding;
  executeMultipleOutputs(
    op: string,
    attributes: NativeAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(tensor: NativeTensor): tf.Tensor;
}

/** @throws Error when the current backend is another one, or a tfjs-node that is built otherwise */
export function nativeBackend(): NativeBackend {
  const backend = tf.backend() as Partial<NativeBackend>;
  if (tf.getBackend() !== 'tensorflow' || typeof backend.binding?.runSavedModel !== 'function')
    throw new Error('the backend is not native TensorFlow');
  if (typeof backend.getInputTensorIds !== 'function' || typeof backend.createOutputTensor !== 'function')
    throw new Error('this version of tfjs-node is not known');
  return backend as NativeBackend;
}

/** TensorFlow's id of a tensor's data, which is handed over first where it is still a JavaScript array. */
export const nativeId = (tensor: tf.TensorInfo): number => nativeBackend().getInputTensorIds([tensor])[0] as number;

/** A tensor of TensorFlow.js for one that TensorFlow made. */
export const tensorOf = (tensor: NativeTensor): tf.Tensor => nativeBackend().createOutputTensor(tensor);

export function dataTypeOf({ dtype }: Pick<tf.TensorInfo, 'dtype'>): DataType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dataTypes[dtype];
  throw new Error(`tensors of type ${dtype} cannot be used in a graph`);
}
