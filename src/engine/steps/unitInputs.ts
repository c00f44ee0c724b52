import type { Stream } from '../contract/stream';

/** @throws Error that begins with what they are wanted for, where inputs are not 0..1 */
export function requireUnitInputs({ normalisation, dataset }: Stream, what: string): void {
  if (normalisation) throw new Error(`${what} needs inputs 0..1: not normalised ones`);
  const { images } = dataset.train;
  if (images instanceof Float32Array && images.some((value) => !(value >= 0 && value <= 1)))
    throw new Error(`${what} needs inputs 0..1: those of ${dataset.title} are not`);
}
