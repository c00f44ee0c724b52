/** What drives the input neurons of a sleeping network. */
export interface NoiseSource {
  /** Mean of all training images seen so far, 0..1; row by row, the channels of a pixel side by side. */
  readonly meanImage: Float32Array;
  /** Values per pixel; 1 when absent. */
  readonly channels?: number;
  /** Side of the square window that shows the mean image, in pixels; null shows all of it. */
  readonly windowSize: number | null;
  /** Spikes per second of an input of brightness 1, before the published factor 2. */
  readonly maxRate: number;
  /** Length of a step in seconds. */
  readonly dt: number;
  /** Uniform numbers in [0, 1). */
  readonly random: () => number;
}

/** Writes the indices of the inputs that spike in the next step into `active`, ascending, and returns their number. */
export type NoiseStep = (active: Int32Array) => number;

/**
 * Top-left corner of a window of `size` pixels in an image of `side` pixels: row and column independent and uniform
 * over every place where the window lies wholly inside the image.
 */
export function drawWindow(side: number, size: number, random: () => number): { row: number; column: number } {
  const places = side - size + 1;
  return { row: Math.floor(random() * places), column: Math.floor(random() * places) };
}

/**
 * Noise of the sleep phase (Tadros et al. 2022): in every step a new window shows a part of the mean image, and an input
 * of brightness x inside it spikes with probability min(1, 2 · dt · maxRate · x). Outside it nothing spikes. Only the
 * window draws random numbers: two for its place, one per value inside, row by row.
 *
 * @throws RangeError when a window is asked for and the image is not square or smaller than the window
 */
export function createNoise(source: NoiseSource): NoiseStep {
  const { meanImage, windowSize, maxRate, dt, random } = source;
  const probability = Float64Array.from(meanImage, (brightness) => 2 * dt * maxRate * brightness);

  const spikesIn = (from: number, to: number, active: Int32Array, alreadyActive: number): number => {
    let count = alreadyActive;
    for (let input = from; input < to; input++) {
      if (random() < (probability[input] as number)) active[count++] = input;
    }
    return count;
  };

  if (windowSize === null) return (active) => spikesIn(0, probability.length, active, 0);

  const channels = source.channels ?? 1;
  const side = squareSide(meanImage.length / channels, windowSize);
  return (active) => {
    const { row, column } = drawWindow(side, windowSize, random);
    let count = 0;
    for (let y = row; y < row + windowSize; y++) {
      const from = (y * side + column) * channels;
      count = spikesIn(from, from + windowSize * channels, active, count);
    }
    return count;
  };
}

/** The side of a square image in which a window has a place. @throws RangeError where there is none */
export function squareSide(pixels: number, windowSize: number): number {
  const side = Math.sqrt(pixels);
  if (!Number.isInteger(side)) throw new RangeError(`a window needs a square image, not one of ${pixels} pixels`);
  if (!(Number.isInteger(windowSize) && windowSize >= 1 && windowSize <= side)) {
    throw new RangeError(`a window of ${windowSize} pixels does not fit an image of ${side} × ${side}`);
  }
  return side;
}
