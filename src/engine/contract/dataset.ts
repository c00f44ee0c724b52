import type { ImageShape } from '../../core/recipe';

/** Examples of one part of a data set, as bytes: `images` holds `count × inputs` values 0..255, row after row. */
export interface Examples {
  readonly count: number;
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
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
