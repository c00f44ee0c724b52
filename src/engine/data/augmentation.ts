import type { Augmentation } from '../../core/augment';
import type { ImageShape } from '../../core/recipe';

/**
 * How each example of a batch is augmented: first an image of the same size is cut out of the padded one, then it may be
 * mirrored, as torchvision's RandomCrop(size, padding) and RandomHorizontalFlip have it.
 */
export interface Cut {
  /** Pixels of the padded image that are left out above: 0 to twice the padding. */
  readonly above: Uint8Array;
  /** And on its left, before it is mirrored. */
  readonly left: Uint8Array;
  /** 0/1. */
  readonly isMirrored: Uint8Array;
}

/** What the cuts of a run have in common. */
export interface Cuts {
  readonly shape: ImageShape;
  /** Pixels of zeros on every side. */
  readonly padding: number;
}

/** @throws RangeError where nothing of an image might be left */
export function cutsOf(shape: ImageShape, { crop }: Augmentation): Cuts {
  const [height, width] = shape;
  if (crop > 0 && crop >= Math.min(height, width))
    throw new RangeError(`a crop of ${crop} pixels needs images of more a side, not ${height} × ${width}`);
  return { shape, padding: crop };
}

/** Writes an augmented image. @param row of the batch */
export function writeCut(
  into: Float32Array,
  image: ArrayLike<number>,
  { shape: [height, width, channels], padding }: Cuts,
  { above, left, isMirrored }: Cut,
  row: number,
): void {
  const down = (above[row] as number) - padding;
  const start = (left[row] as number) - padding;
  const mirrored = isMirrored[row] === 1;
  let at = 0;
  for (let y = down; y < down + height; y++) {
    const isInside = y >= 0 && y < height;
    for (let i = 0; i < width; i++) {
      const x = start + (mirrored ? width - 1 - i : i);
      const isThere = isInside && x >= 0 && x < width;
      const from = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) into[at++] = isThere ? (image[from + channel] as number) : 0;
    }
  }
}

/**
 * The same for TensorFlow's CropAndResize, which takes the pixel that is nearest to a point and black where the point is
 * outside of the image: of each example the first and the last row and column, as shares of the way from the first to the
 * last of the image, float32 [rows, 4]. Points lie a little nearer to the image's middle than its pixels, so that rounding
 * puts none outside.
 */
export function boxesOf({ shape: [height, width], padding }: Cuts, { above, left, isMirrored }: Cut): Float32Array {
  const share = (pixel: number, length: number) => 0.5 + (1 - NEARER) * (pixel / Math.max(1, length - 1) - 0.5);
  const boxes = new Float32Array(4 * above.length);
  above.forEach((fromTop, row) => {
    const top = fromTop - padding;
    const first = (left[row] as number) - padding;
    const ends = [share(first, width), share(first + width - 1, width)];
    const [from = 0, to = 0] = isMirrored[row] === 1 ? ends.reverse() : ends;
    boxes.set([share(top, height), from, share(top + height - 1, height), to], 4 * row);
  });
  return boxes;
}

/** Far more than rounding, and for images of up to a thousand pixels a side far less than half a pixel. */
const NEARER = 1 / 4096;
