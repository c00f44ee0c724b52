import type { ImageShape } from './recipe';
import { turnOf } from './rotation';

/** Fixed-point numbers of 16 binary places. */
const ONE = 65536;
const fixed = (value: number) => Math.floor(value * ONE + 0.5);

/** Fifteen decimal places: a quarter turn has sines and cosines of exactly 0 and 1. */
const rounded = (value: number) => Math.round(value * 1e15) / 1e15;

/**
 * An image turned counter-clockwise about its centre: which of its values stands at each place, −1 where none does (what
 * comes from outside is 0). int32 [height · width · channels].
 *
 * The nearest pixel, as `Image.rotate` of Pillow has it (and so `rotate` of torchvision for its images), which Lopez-Paz,
 * Buzzega and Mirzadeh all use: bit for bit that of Pillow, whose arithmetic is in fixed point of 16 binary places.
 *
 * @param degrees any number; negative is clockwise
 */
export function rotatedView([height, width, channels]: ImageShape, degrees: number): Int32Array<ArrayBuffer> {
  const view = new Int32Array(height * width * channels);
  const from = sourceOf(height, width, turnOf(degrees));
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const pixel = from(x, y);
      for (let channel = 0; channel < channels; channel++) view[at++] = pixel < 0 ? -1 : pixel * channels + channel;
    }
  return view;
}

/** The pixel that comes to stand at a place; −1 for none. */
function sourceOf(height: number, width: number, degrees: number): (x: number, y: number) => number {
  // Pillow turns by these without arithmetic, which would shift them by a pixel.
  if (degrees === 0) return (x, y) => y * width + x;
  if (degrees === 180) return (x, y) => (height - 1 - y) * width + (width - 1 - x);
  if (degrees === 90 && width === height) return (x, y) => x * width + (width - 1 - y);
  if (degrees === 270 && width === height) return (x, y) => (height - 1 - x) * width + y;
  const angle = -(degrees * (Math.PI / 180));
  const [a, b, d, e] = [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle)].map(rounded) as [
    number,
    number,
    number,
    number,
  ];
  const [centreX, centreY] = [width / 2, height / 2];
  const [c, f] = [-a * centreX - b * centreY + centreX, -d * centreX - e * centreY + centreY];
  const [stepX, stepY] = [
    { x: fixed(a), y: fixed(d) },
    { x: fixed(b), y: fixed(e) },
  ];
  const start = { x: fixed(c + a / 2 + b / 2), y: fixed(f + d / 2 + e / 2) };
  return (x, y) => {
    const fromX = Math.floor((start.x + x * stepX.x + y * stepY.x) / ONE);
    const fromY = Math.floor((start.y + x * stepX.y + y * stepY.y) / ONE);
    const isInside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
    return isInside ? fromY * width + fromX : -1;
  };
}
