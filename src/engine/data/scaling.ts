import type { InputScale } from '../../core/inputScale';
import type { Dataset, Examples, Normalisation, Scaling } from '../contract/dataset';
import { inputsOf } from './dataset';

/** Bytes stand for 0..1, other numbers for themselves. */
const unitOf = ({ images }: Pick<Examples, 'images'>): number => (images instanceof Uint8Array ? 255 : 1);

/**
 * What inputs are normalised by, as an experiment asks for it; undefined where they are not.
 *
 * @param dataset with images as they are, without a border
 * @throws RangeError when there are not as many numbers as channels
 */
export function normalisationOf(
  dataset: Pick<Dataset, 'title' | 'shape' | 'train'>,
  inputs: InputScale | undefined,
): Normalisation | undefined {
  if (inputs === undefined || inputs === '0..1') return undefined;
  if (inputs === 'standardised') return standardOf(dataset);
  const [, , channels] = dataset.shape;
  for (const [name, { length }] of Object.entries(inputs))
    if (length !== channels)
      throw new RangeError(
        `"inputs" has ${length} numbers as "${name}", and images of ${dataset.title} have ${channels} channels`,
      );
  return inputs;
}

/** Undefined where there is nothing to do but to make bytes 0..1. */
export function scalingOf(
  examples: Pick<Examples, 'images'>,
  normalisation: Normalisation | undefined,
): Scaling | undefined {
  if (!normalisation) return undefined;
  const { mean, std } = normalisation;
  const unit = unitOf(examples);
  return {
    factors: std.map((deviation) => 1 / (unit * deviation)),
    shifts: mean.map((value, channel) => -value / (std[channel] ?? 1)),
  };
}

/**
 * Mean and standard deviation (that of all values, as numpy has it) of each channel over all training images of a data
 * set. A channel that is the same everywhere has 1 in place of 0: it is only centred.
 */
export function standardOf({ shape, train }: Pick<Dataset, 'shape' | 'train'>): Normalisation {
  const { images } = train;
  const [, , channels] = shape;
  const unit = unitOf(train);
  const perChannel = (train.count * inputsOf({ shape })) / channels;
  const moments = Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let i = channel; i < images.length; i += channels) sum += images[i] as number;
    const mean = sum / perChannel;
    // About the mean, not as a difference of squares: floats may lie far from 0.
    let squares = 0;
    for (let i = channel; i < images.length; i += channels) squares += ((images[i] as number) - mean) ** 2;
    return { mean: mean / unit, std: Math.sqrt(squares / perChannel) / unit };
  });
  return { mean: moments.map(({ mean }) => mean), std: moments.map(withoutZero) };
}

/** Of what is the same everywhere rounding may leave something: less than two float32 numbers differ by. */
const withoutZero = ({ mean, std }: { readonly mean: number; readonly std: number }): number =>
  std > 1e-9 * Math.abs(mean) ? std : 1;
