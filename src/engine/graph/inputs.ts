import * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../../core/recipe';
import type { Scaling } from '../contract/dataset';
import { cutOut, numbersOf, rowsAt, valuesAt, withZeros, type Held } from './bytes';
import { dataTypes, type DataType } from './model';

/** How the images of a data set become inputs, but for what differs from row to row. */
export interface ImageFacts {
  readonly shape: ImageShape;
  /** Bytes are divided by 255, and other numbers stay, when left out. */
  readonly scaling?: Scaling | undefined;
  /** Views have places where no value of the image stands: those after its last, one for each channel. */
  readonly viewsHaveGaps?: boolean;
}

export interface RowsAsked {
  /** int32 [rows]. */
  readonly indices: tf.Tensor;
  /** How each is cut out and mirrored, float32 [rows, 4]: see `boxesOf` of data/augmentation.ts. */
  readonly boxes?: tf.Tensor | undefined;
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
export function inputsAt(images: Held, facts: ImageFacts, { indices, boxes, view }: RowsAsked): tf.Tensor2D {
  const { shape, viewsHaveGaps } = facts;
  const [, , channels] = shape;
  const rows = boxes
    ? { tensor: cutOut(images, shape, boxes, indices), dtype: dataTypes.float32 }
    : rowsAt(images, indices);
  const inUnits = (values: Held) => finished(values, images.dtype, facts);
  if (!view) return inUnits(rows);
  const whole = viewsHaveGaps ? withZeros(rows, channels) : rows;
  // A view may put the values of one channel where those of another are.
  if (facts.scaling && channels > 1)
    return valuesAt({ tensor: inUnits(whole), dtype: dataTypes.float32 }, view).tensor as tf.Tensor2D;
  return inUnits(valuesAt(whole, view));
}

/** @param stored type of the values as the data set has them */
function finished(values: Held, stored: DataType, { scaling }: ImageFacts): tf.Tensor2D {
  const numbers = numbersOf(values, 'float32') as tf.Tensor2D;
  if (!scaling) return stored === dataTypes.uint8 ? tf.div(numbers, 255) : numbers;
  const [, width] = numbers.shape;
  return tf.add(tf.mul(numbers, repeated(scaling.factors, width)), repeated(scaling.shifts, width));
}

/** A number for every value of a row, from those of the channels; the one that there is where there is one channel. */
const repeated = (ofChannels: readonly number[], width: number): tf.Tensor =>
  ofChannels.length === 1
    ? tf.scalar(ofChannels[0] ?? 0)
    : tf.tensor1d(Float32Array.from({ length: width }, (_, i) => ofChannels[i % ofChannels.length] ?? 0));
