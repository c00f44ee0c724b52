import type { Dataset, Examples } from '../contract/dataset';
import { inputsOf } from './dataset';

/**
 * A copy of a data set with other images: where a view cannot say how a task sees them. Its classes are other classes than
 * the original's, and its images take as much memory as those.
 *
 * @param name told after that of the original
 * @param change gives all values of an image, in the place of those it gets: bytes 0..255 where the original has bytes
 * @throws RangeError when a changed image has another number of values
 */
export function changedImages(
  dataset: Dataset,
  name: string,
  change: (image: Uint8Array | Float32Array, index: number, part: 'train' | 'test') => ArrayLike<number>,
): Dataset {
  const inputs = inputsOf(dataset);
  const changed = (part: 'train' | 'test'): Examples => {
    const { count, images, labels } = dataset[part];
    const next = images instanceof Uint8Array ? new Uint8ClampedArray(images.length) : new Float32Array(images.length);
    for (let index = 0; index < count; index++) {
      const image = change(images.slice(index * inputs, (index + 1) * inputs), index, part);
      if (image.length !== inputs)
        throw new RangeError(`a changed image has ${image.length} values, and needs ${inputs}`);
      next.set(image, index * inputs);
    }
    return { count, labels, images: next instanceof Float32Array ? next : new Uint8Array(next.buffer) };
  };
  return {
    ...dataset,
    id: `${dataset.id}-${name}`,
    title: `${dataset.title} ${name}`,
    train: changed('train'),
    test: changed('test'),
    checksums: {},
  };
}
