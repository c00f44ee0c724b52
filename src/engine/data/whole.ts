import type { Dataset, Examples } from '../contract/dataset';
import { inputsOf } from './dataset';

/** Looks whether a data set is what its facts say. @throws RangeError that says what was expected */
export function requireWhole(dataset: Dataset): void {
  const { train, test, title } = dataset;
  requirePart(dataset, train, 'training');
  requirePart(dataset, test, 'test');
  if (train.images instanceof Uint8Array !== test.images instanceof Uint8Array)
    throw new RangeError(`${title} has bytes in one part and numbers in the other: training and test need the same`);
}

function requirePart(dataset: Dataset, { count, images, labels }: Examples, part: string): void {
  const { title, classes, shape } = dataset;
  const inputs = inputsOf(dataset);
  const wrong = (what: string) => new RangeError(`The ${part} part of ${title} ${what}`);
  if (images.length !== count * inputs)
    throw wrong(
      `has ${images.length} values, and ${count} images of ${shape.join(' × ')} are ${count * inputs}: the first layer needs ${inputs} for each`,
    );
  if (labels.length !== count) throw wrong(`has ${labels.length} labels for ${count} images`);
  const unknown = labels.findIndex((label) => label >= classes);
  if (unknown >= 0)
    throw wrong(`has the label ${labels[unknown]} at ${unknown}: its ${classes} classes end at ${classes - 1}`);
  if (images instanceof Float32Array && !areFinite(images))
    throw wrong(`has a value that is no finite number: in image ${Math.floor(firstNotFinite(images) / inputs)}`);
}

/** A sum that only numbers that are not finite change. */
function areFinite(values: Float32Array): boolean {
  let sum = 0;
  for (const value of values) sum += value * 0;
  return sum === 0;
}

const firstNotFinite = (values: Float32Array): number => values.findIndex((value) => !Number.isFinite(value));
