import type { Augmentation } from '../../core/augment';
import type { ImageShape } from '../../core/recipe';

/** Of each example of a batch its row in the tables of `Cuts`. */
export interface Cut {
  readonly down: Int32Array;
  readonly across: Int32Array;
}

/**
 * Where the pixels of an augmented image come from: the one in row y and column x is that of the image at
 * `down[y] + across[x]`, counted row by row, or black where that is `pixels` or more. First an image of the same size is
 * cut out of the padded one, then it may be mirrored, as torchvision's RandomCrop(size, padding) and RandomHorizontalFlip
 * have it.
 */
export interface Cuts {
  readonly shape: ImageShape;
  readonly pixels: number;
  /** Whether a pixel may be black. */
  readonly mayBeBlack: boolean;
  /** For each shift: rows × height. */
  readonly down: { readonly rows: number; readonly values: Int32Array };
  /** For each shift, and after these all of them mirrored: rows × width. */
  readonly across: { readonly rows: number; readonly values: Int32Array };
}

export function cutsOf(shape: ImageShape, { crop, flip }: Augmentation): Cuts {
  const [height, width] = shape;
  const pixels = height * width;
  const shifts = 2 * crop + 1;
  /** From where, in steps of some pixels; so far away that no sum comes back where there is nothing. */
  const table = (rows: number, length: number, step: number, isMirrored: (row: number) => boolean) =>
    Int32Array.from({ length: rows * length }, (_, i) => {
      const [row, place] = [Math.floor(i / length), i % length];
      const from = (isMirrored(row) ? length - 1 - place : place) + (row % shifts) - crop;
      return from >= 0 && from < length ? from * step : pixels;
    });
  const ways = flip ? 2 * shifts : shifts;
  return {
    shape,
    pixels,
    mayBeBlack: crop > 0,
    down: { rows: shifts, values: table(shifts, height, width, () => false) },
    across: { rows: ways, values: table(ways, width, 1, (row) => row >= shifts) },
  };
}

/** Writes an augmented image. @param row of the batch */
export function writeCut(
  into: Float32Array,
  image: ArrayLike<number>,
  { shape: [height, width, channels], pixels, down, across }: Cuts,
  cut: Cut,
  row: number,
): void {
  const fromDown = (cut.down[row] as number) * height;
  const fromAcross = (cut.across[row] as number) * width;
  let at = 0;
  for (let y = 0; y < height; y++) {
    const line = down.values[fromDown + y] as number;
    for (let x = 0; x < width; x++) {
      const pixel = line + (across.values[fromAcross + x] as number);
      const from = pixel * channels;
      for (let channel = 0; channel < channels; channel++)
        into[at++] = pixel < pixels ? (image[from + channel] as number) : 0;
    }
  }
}
