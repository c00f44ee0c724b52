import * as tf from '@tensorflow/tfjs-core';
import { volumeOf, type ImageShape } from '../../core/recipe';
import type { Scaling } from '../contract/dataset';
import { numbersOf, reshaped, rowsAt, valuesAt, withZeros, type Held } from './bytes';
import { dataTypes } from './model';

/** How the images of a data set become inputs, but for what differs from row to row. */
export interface ImageFacts {
  readonly shape: ImageShape;
  /** Bytes are divided by 255, and other numbers stay, when left out. */
  readonly scaling?: Scaling | undefined;
  /** Views have places where no value of the image stands: those after its last, one for each channel. */
  readonly viewsHaveGaps?: boolean;
}

/** How rows are augmented: see `Cuts` of data/augmentation.ts. */
export interface AugmentedRows {
  /** int32 [rows], each a row of the table. */
  readonly down: tf.Tensor;
  readonly across: tf.Tensor;
  /** int32 [shifts, height] and [ways, width]. */
  readonly tables: { readonly down: tf.Tensor; readonly across: tf.Tensor };
  readonly mayBeBlack: boolean;
}

export interface RowsAsked {
  /** int32 [rows]. */
  readonly indices: tf.Tensor;
  readonly augmented?: AugmentedRows | undefined;
  /**
   * Which value of an image stands at each input, in all rows, int32 [inputs], or in each row, [rows, inputs]; as they lie
   * when left out.
   */
  readonly view?: tf.Tensor | undefined;
}

/**
 * Rows of images as inputs, float32 [rows, inputs]: augmented, then in the order of a view, then normalised, in single
 * precision. For graphs; what is not asked for is not in them.
 *
 * @param images bytes or float32 [examples, inputs]
 */
export function inputsAt(images: Held, facts: ImageFacts, { indices, augmented, view }: RowsAsked): tf.Tensor2D {
  const { shape, scaling, viewsHaveGaps } = facts;
  const rows = rowsAt(images, indices);
  const plain = augmented ? cutOut(rows, shape, augmented) : rows;
  if (!view) return finished(plain, scaling, volumeOf(shape));
  const [, , channels] = shape;
  const whole = viewsHaveGaps ? withZeros(plain, channels) : plain;
  const seen = (values: Held) => valuesAt(values, view);
  // A view may put the values of one channel where those of another are.
  if (scaling && channels > 1) {
    const width = volumeOf(shape) + (viewsHaveGaps ? channels : 0);
    return seen({ tensor: finished(whole, scaling, width), dtype: dataTypes.float32 }).tensor as tf.Tensor2D;
  }
  return finished(seen(whole), scaling, volumeOf(shape));
}

/** Cut out and mirrored rows. The pixels of an image are gathered, with all their channels; a black one comes after them. */
function cutOut(rows: Held, [height, width, channels]: ImageShape, augmented: AugmentedRows): Held {
  const { down, across, tables, mayBeBlack } = augmented;
  const count = down.size;
  const pixels = height * width;
  const inPixels = channels === 1 ? rows : reshaped(rows, [count, pixels, channels]);
  const lines = tf.reshape(tf.gather(tables.down, down), [count, height, 1]);
  const columns = tf.reshape(tf.gather(tables.across, across), [count, 1, width]);
  const places = tf.reshape(tf.add(lines, columns), [count, pixels]);
  const cut = mayBeBlack
    ? valuesAt(withZeros(inPixels, 1), tf.minimum(places, tf.scalar(pixels, 'int32')))
    : valuesAt(inPixels, places);
  return channels === 1 ? cut : reshaped(cut, [count, pixels * channels]);
}

/** @param width values of a row, channel after channel of each pixel */
function finished(values: Held, scaling: Scaling | undefined, width: number): tf.Tensor2D {
  const numbers = numbersOf(values, 'float32');
  if (scaling) return tf.add(tf.mul(numbers, repeated(scaling.factors, width)), repeated(scaling.shifts, width));
  return (values.dtype === dataTypes.uint8 ? tf.div(numbers, 255) : numbers) as tf.Tensor2D;
}

/** A number for every value of a row, from those of the channels; the one that there is where there is one channel. */
const repeated = (ofChannels: readonly number[], width: number): tf.Tensor =>
  ofChannels.length === 1
    ? tf.scalar(ofChannels[0] ?? 0)
    : tf.tensor1d(Float32Array.from({ length: width }, (_, i) => ofChannels[i % ofChannels.length] ?? 0));
