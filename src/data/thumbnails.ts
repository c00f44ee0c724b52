import type { ImageShape } from '../core/recipe';
import { valuesOf, type ReadData } from './examples';

/** Example images by class, for the stream strip: `side` pixels square, each base64 of side² × channels values. */
export interface DataThumbnails {
  readonly side: number;
  /** 1: grey, 3: red, green and blue of each pixel. */
  readonly channels: 1 | 3;
  readonly classes: Readonly<Record<string, readonly string[]>>;
}

const PER_CLASS = 6;
/** Classes that have pictures: more are not told apart in a strip. */
const MOST_CLASSES = 200;
const LARGEST_SIDE = 32;

/** The first test images of each class, made small; undefined for examples that are no images. */
export function thumbnailsOf({ shape, test, classNames }: ReadData): DataThumbnails | undefined {
  const [height, width, channels] = shape;
  if (height < 2 || width < 2) return undefined;
  const side = Math.min(LARGEST_SIDE, Math.max(height, width));
  const kept = channels === 3 ? 3 : 1;
  const [low, high] = rangeOf(test.images);
  const classes: Record<string, string[]> = {};
  const wanted = Math.min(classNames.length, MOST_CLASSES);
  for (let label = 0; label < wanted; label++) classes[label] = [];
  test.labels.forEach((label, i) => {
    const own = classes[label];
    if (!own || own.length === PER_CLASS) return;
    const image = test.images.subarray(i * valuesOf({ shape }), (i + 1) * valuesOf({ shape }));
    own.push(small(image, shape, side, kept, low, high).toString('base64'));
  });
  return { side, channels: kept, classes };
}

/** Bytes are shown as they are; floats from the smallest to the largest of many. */
function rangeOf(images: Uint8Array | Float32Array): [number, number] {
  if (images instanceof Uint8Array) return [0, 255];
  let [low, high] = [Infinity, -Infinity];
  for (const value of images.subarray(0, 1_000_000)) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** The image in the middle of a square, as near to its size as fits: each pixel is the nearest of the image. */
function small(
  image: Uint8Array | Float32Array,
  [height, width, channels]: ImageShape,
  side: number,
  kept: 1 | 3,
  low: number,
  high: number,
): Buffer {
  const pixels = Buffer.alloc(side * side * kept);
  const scale = Math.max(height, width) / side;
  const [top, left] = [(side - height / scale) / 2, (side - width / scale) / 2];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [row, column] = [Math.floor((y + 0.5 - top) * scale), Math.floor((x + 0.5 - left) * scale)];
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      for (let channel = 0; channel < kept; channel++) {
        const value = image[(row * width + column) * channels + channel] as number;
        const share = high > low ? (value - low) / (high - low) : 0;
        pixels[(y * side + x) * kept + channel] = Math.round(255 * Math.min(1, Math.max(0, share)));
      }
    }
  return pixels;
}
