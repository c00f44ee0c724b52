import * as tf from '@tensorflow/tfjs-core';
import { randomInt, type Random } from '../random';

/** Part of a map, in its pixels. */
export interface Crop {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Least and largest width as a multiple of the height, and how often a crop is drawn that does not fit. */
const RATIO = [3 / 4, 4 / 3] as const;
const ATTEMPTS = 10;

/**
 * A random resized crop as torchvision draws it: an area between a least share of the map and all of it, a shape between
 * 3 : 4 and 4 : 3, then a place. The whole map where none fits.
 *
 * @param least share of the area; 1: the whole map
 */
export function drawnCrop(height: number, width: number, least: number, random: Random): Crop {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = (least + (1 - least) * random()) * height * width;
    const ratio = Math.exp(Math.log(RATIO[0]) + (Math.log(RATIO[1]) - Math.log(RATIO[0])) * random());
    const own = { height: Math.round(Math.sqrt(area / ratio)), width: Math.round(Math.sqrt(area * ratio)) };
    if (own.height < 1 || own.width < 1 || own.height > height || own.width > width) continue;
    const top = randomInt(random, height - own.height + 1);
    return { top, left: randomInt(random, width - own.width + 1), ...own };
  }
  return { top: 0, left: 0, height, width };
}

/**
 * How much of each pixel of a side is in each pixel of what a stretch of it is resized to, bilinearly and with pixels as
 * squares (PyTorch's `align_corners=False`): [size, size].
 */
export function resizing(start: number, length: number, size: number): Float32Array<ArrayBuffer> {
  const shares = new Float32Array(size * size);
  for (let to = 0; to < size; to++) {
    const from = Math.max(0, ((to + 0.5) * length) / size - 0.5);
    const [low, share] = [Math.floor(from), from - Math.floor(from)];
    for (const [pixel, part] of [
      [low, 1 - share],
      [Math.min(low + 1, length - 1), share],
    ] as const) {
      const at = to * size + start + pixel;
      shares[at] = (shares[at] as number) + part;
    }
  }
  return shares;
}

/**
 * Maps of which each is cut out and resized to its old size: a pure function of tensors.
 *
 * @param maps [rows, height, width, channels]
 * @param down of each row the matrix of its heights, [rows, height · height]
 * @param across and of its widths, [rows, width · width]
 */
export function resized(maps: tf.Tensor4D, down: tf.Tensor, across: tf.Tensor): tf.Tensor4D {
  const [rows, height, width, channels] = maps.shape;
  const lines = tf.matMul(
    tf.reshape<tf.Rank.R3>(down, [rows, height, height]),
    tf.reshape<tf.Rank.R3>(maps, [rows, height, width * channels]),
  );
  const columns = tf.transpose(tf.reshape<tf.Rank.R4>(lines, [rows, height, width, channels]), [0, 2, 1, 3]);
  const found = tf.matMul(
    tf.reshape<tf.Rank.R3>(across, [rows, width, width]),
    tf.reshape<tf.Rank.R3>(columns, [rows, width, height * channels]),
  );
  return tf.transpose(tf.reshape<tf.Rank.R4>(found, [rows, width, height, channels]), [0, 2, 1, 3]);
}
