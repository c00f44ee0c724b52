import { volumeOf } from '../../core/recipe';
import type { Dataset } from '../contract/dataset';

export const inputsOf = ({ shape }: Pick<Dataset, 'shape'>): number => volumeOf(shape);

/** A data set is missing or damaged: says which file, what was expected and how to get it. */
export class DatasetError extends Error {
  override name = 'DatasetError';
}
