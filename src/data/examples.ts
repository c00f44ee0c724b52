import { volumeOf, type ImageShape } from '../core/recipe';

/** Values of images, row after row, channels last: bytes 0..255 or floats. */
export type Pixels = Uint8Array | Float32Array;

/** Labelled images as a file has them: `images` holds `labels.length × height × width × channels` values. */
export interface RawExamples {
  readonly shape: ImageShape;
  readonly images: Pixels;
  /** Whatever the file calls the classes. */
  readonly labels: ArrayLike<number> | readonly string[];
}

/** One part of a data set: labels count from 0. */
export interface Examples {
  readonly count: number;
  readonly images: Pixels;
  readonly labels: Uint16Array;
}

/** A data set that was read, in memory. */
export interface ReadData {
  readonly shape: ImageShape;
  /** Of each class, in the order of the labels. */
  readonly classNames: readonly string[];
  readonly train: Examples;
  readonly test: Examples;
}

export const valuesAre = ({ images }: Pick<Examples, 'images'>): 'bytes' | 'floats' =>
  images instanceof Uint8Array ? 'bytes' : 'floats';

/** Values of one image. */
export const valuesOf = ({ shape }: { readonly shape: ImageShape }): number => volumeOf(shape);

export const shapeText = (shape: readonly number[]): string => shape.join(' × ');
