import type { ImageShape } from '../../core/recipe';

/**
 * Examples of one part of a data set. `images` holds `count × inputs` values, row after row: bytes 0..255, which stand for
 * 0..1, or numbers that are taken as they are.
 */
export interface Examples {
  readonly count: number;
  readonly images: Uint8Array | Float32Array;
  /** Class of each. */
  readonly labels: Uint16Array;
}

/** A classification data set in memory. */
export interface Dataset {
  readonly id: string;
  readonly title: string;
  readonly classes: number;
  /** Height, width, channels of an image; inputs = their product. */
  readonly shape: ImageShape;
  readonly train: Examples;
  readonly test: Examples;
  /** SHA-256 of each file, for the record of the run. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** How stored values become inputs: of each channel value · factor + shift. */
export interface Scaling {
  readonly factors: readonly number[];
  readonly shifts: readonly number[];
}

/** Mean and standard deviation of each channel, of inputs before they are normalised: bytes count as 0..1. */
export interface Normalisation {
  readonly mean: readonly number[];
  /** None is 0. */
  readonly std: readonly number[];
}
