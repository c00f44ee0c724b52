import * as tf from '@tensorflow/tfjs-core';
import type { ExampleList } from '../contract/method';
import type { Examples, Scaling } from '../contract/dataset';
import { writeCut, type Cut, type Cuts } from './augmentation';

/** What is done to images besides that each task may see them in its own way. */
export interface Treatment {
  /** Bytes are divided by 255, and other numbers stay, when left out. */
  readonly scaling?: Scaling | undefined;
  readonly augmented?: { readonly cuts: Cuts; readonly cut: Cut } | undefined;
}

/**
 * Images as inputs, shape [n, inputs]: first augmented, then seen by their task, then normalised, so that where there is
 * nothing a pixel is 0 before it is normalised.
 *
 * @param views of each task which value of an image stands at each input, −1 for none; as they lie when left out
 */
export function inputTensor(
  examples: Examples,
  { indices, tasks }: ExampleList,
  inputs: number,
  views?: readonly Int32Array[],
  { scaling, augmented }: Treatment = {},
): tf.Tensor2D {
  const values = new Float32Array(indices.length * inputs);
  // A view may put the values of one channel where those of another are.
  const scaledFirst = views && scaling && scaling.factors.length > 1 ? scaling : undefined;
  const image = new Float32Array(inputs);
  const unit = examples.images instanceof Uint8Array && !scaling ? 255 : 1;
  for (let row = 0; row < indices.length; row++) {
    const start = (indices[row] as number) * inputs;
    const into = values.subarray(row * inputs, (row + 1) * inputs);
    const stored = examples.images.subarray(start, start + inputs);
    const view = views?.[tasks[row] as number];
    if (!view) {
      if (augmented) writeCut(into, stored, augmented.cuts, augmented.cut, row);
      else into.set(stored);
      if (unit !== 1) for (let i = 0; i < inputs; i++) into[i] = (into[i] as number) / unit;
      continue;
    }
    if (augmented) writeCut(image, stored, augmented.cuts, augmented.cut, row);
    const plain = augmented ? image : stored;
    if (scaledFirst) {
      if (plain !== image) image.set(plain);
      scale(image, scaledFirst);
    }
    writeView(into, scaledFirst ? image : plain, view, unit, scaledFirst?.shifts);
  }
  if (scaling && !scaledFirst) scale(values, scaling);
  return tf.tensor2d(values, [indices.length, inputs]);
}

/** @param unit what values are divided by @param nothing what stands where no value does, of each channel; 0 when left out */
function writeView(
  into: Float32Array,
  image: ArrayLike<number>,
  view: Int32Array,
  unit: number,
  nothing: readonly number[] = [0],
): void {
  for (let i = 0; i < into.length; i++) {
    const from = view[i] as number;
    into[i] = from < 0 ? (nothing[i % nothing.length] as number) : (image[from] as number) / unit;
  }
}

function scale(values: Float32Array, { factors, shifts }: Scaling): void {
  const channels = factors.length;
  for (let channel = 0; channel < channels; channel++) {
    const [factor, shift] = [factors[channel] as number, shifts[channel] as number];
    for (let i = channel; i < values.length; i += channels) values[i] = (values[i] as number) * factor + shift;
  }
}
