import { volumeOf, type ImageShape } from '../../core/recipe';
import { DataError } from '../dataError';
import { shapeText, type Pixels, type RawExamples } from '../examples';
import type { RawParts } from '../assemble';

/** An array of numbers as a file has it: the first dimension counts examples. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;
}

/** What an array is, by its name: `x_train`, `test_labels.npy`, `t10k-images-idx3-ubyte`, `y`. */
export function roleOf(name: string): 'train images' | 'train labels' | 'test images' | 'test labels' {
  const isTest = /(^|[^a-z])(test|t10k|val|valid|validation)([^a-z]|$)/i.test(name);
  const isLabels = /label|target|(^|[^a-z])y([^a-z]|$)/i.test(name);
  return `${isTest ? 'test' : 'train'} ${isLabels ? 'labels' : 'images'}`;
}

/**
 * Puts arrays together by their names.
 *
 * @param shape of an image, where the arrays do not say it
 * @throws DataError when an array is missing, there twice, or of a shape that is none of images or labels
 */
export function partsOfArrays(arrays: readonly NamedArray[], shape?: ImageShape): RawParts {
  const byRole = new Map<string, NamedArray>();
  for (const array of arrays) {
    const role = roleOf(array.name);
    const other = byRole.get(role);
    if (other)
      throw new DataError(
        `Both ${other.name} and ${array.name} look like ${role}. Names with "test" are test data, names with "label" or "y" are labels.`,
      );
    byRole.set(role, array);
  }
  const part = (name: 'train' | 'test') => {
    const [images, labels] = [byRole.get(`${name} images`), byRole.get(`${name} labels`)];
    if (images && labels) return examplesOf(images, labels, shape);
    if (name === 'test' && !images && !labels) return undefined;
    const names = arrays.map((array) => array.name).join(', ') || 'no array';
    throw new DataError(
      `${images ? 'Labels' : 'Images'} for ${name === 'train' ? 'training' : 'test'} are missing; there is ${names}. Names with "test" are test data, names with "label" or "y" are labels.`,
    );
  };
  const train = part('train');
  // Without training examples `part` has thrown.
  if (!train) throw new DataError('There are no training examples.');
  return { train, test: part('test') };
}

/** @throws DataError when shapes do not fit or labels are no whole numbers */
export function examplesOf(images: NamedArray, labels: NamedArray, shape?: ImageShape): RawExamples {
  if (labels.shape.length > 2 || (labels.shape.length === 2 && labels.shape[1] !== 1))
    throw new DataError(
      `${labels.name} has the shape ${shapeText(labels.shape)}; labels are one whole number for each image.`,
    );
  const odd = labels.values.findIndex((value) => !Number.isSafeInteger(value));
  if (odd >= 0)
    throw new DataError(`${labels.name} has ${labels.values[odd]} as label ${odd + 1}: labels are whole numbers.`);
  return { shape: imageShapeOf(images, shape), images: pixelsOf(images.values), labels: labels.values };
}

function imageShapeOf({ name, shape: dimensions }: NamedArray, given: ImageShape | undefined): ImageShape {
  const [, ...each] = dimensions;
  if (given) {
    if (volumeOf(given) === each.reduce((product, size) => product * size, 1)) return given;
    throw new DataError(
      `${name} has ${shapeText(each)} values for each example, and the shape ${shapeText(given)} others.`,
    );
  }
  const [first = 0, second = 0, third] = each;
  if (each.length === 1) return [1, first, 1];
  if (each.length === 2) return [first, second, 1];
  if (third === undefined)
    throw new DataError(
      `${name} has the shape ${shapeText(dimensions)}; images are examples × height × width (× channels).`,
    );
  if ((first === 1 || first === 3) && third > 4)
    throw new DataError(
      `${name} has the shape ${shapeText(dimensions)}: channels come last. Turn it round (NumPy: .transpose(0, 2, 3, 1)).`,
    );
  return [first, second, third];
}

/** Whole numbers from 0 to 255 are bytes; anything else are floats. */
export function pixelsOf(values: NamedArray['values']): Pixels {
  if (values instanceof Uint8Array || values instanceof Float32Array) return values;
  const isBytes = values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255);
  return isBytes ? Uint8Array.from(values) : Float32Array.from(values);
}
