import type { Dataset, Examples } from '../../src/engine/contract/dataset';

export { asTheyLie, toyDataset, toyManifest, type ToySpec } from '../../src/engine/contractCheck/toyData';

/** The same images as numbers, which `change` makes of inputs 0..1. */
export function asNumbers(dataset: Dataset, change = (value: number, _channel: number) => value): Dataset {
  const [, , channels] = dataset.shape;
  const part = ({ images, ...rest }: Examples): Examples => ({
    ...rest,
    images: Float32Array.from(images, (value, i) => change(value / 255, i % channels)),
  });
  return { ...dataset, train: part(dataset.train), test: part(dataset.test) };
}

/** Of each task another half of the inputs, the rest is not there. */
export const halves = (tasks: number, inputs: number): Int32Array[] =>
  Array.from({ length: tasks }, (_, task) =>
    Int32Array.from({ length: inputs }, (__, i) => ((i * 7 + task) % 2 === 0 ? -1 : (i + 3 * task) % inputs)),
  );
