import { nativeBackend } from './binding';
import type { Emitter } from './emitter';
import { attribute, dataTypes, type DataType } from './model';
import type { Feed } from './session';

const { float32, uint8 } = dataTypes;

/**
 * Rows of images as inputs 0..1: bytes divided by 255, in single precision.
 *
 * @param view which value of an image stands at each input: `own`, of each row, int32 [rows, inputs]; `the same` in all,
 *   int32 [inputs]; as they lie when left out
 */
export function gatherInputs(
  emitter: Emitter,
  images: string,
  indices: string,
  view?: { readonly places: string; readonly each: 'the same' | 'own' },
): string {
  const rows = emitter.gather(images, indices, uint8);
  const seen = view ? emitter.gatherWithin(rows, view.places, uint8, view.each) : rows;
  const bytes = castBytes(emitter, seen, float32);
  return emitter.value('RealDiv', [bytes, emitter.constant(Float32Array.of(255))], { T: attribute.type(float32) });
}

export const castBytes = (emitter: Emitter, bytes: string, dtype: DataType): string =>
  emitter.value('Cast', [bytes], { SrcT: attribute.type(uint8), DstT: attribute.type(dtype) });

/** Bytes in TensorFlow's memory. TensorFlow.js has no tensors of bytes, so this is not one of them. */
export function bytesFeed(values: Uint8Array, shape: readonly number[]): Feed {
  return { id: nativeBackend().binding.createTensor([...shape], uint8, values), shape, dtype: uint8 };
}
