import type { Dataset, Examples } from '../contract/dataset';

/** A task as its part of a stream has it: classes and examples are those of the part's own data set. */
export interface PartTask {
  readonly name: string;
  /** In the order of their output units. */
  readonly classes: readonly number[];
  readonly train: Int32Array;
  readonly test: Int32Array;
  /** Which value of an image stands at each input, −1 for none; absent: as they lie. */
  readonly view?: Int32Array;
  /** Stands for the view among all of the stream: what looks alike is the same class. Absent with the view. */
  readonly look?: string;
}

/** Where the random numbers of a part come from: the seed, and its place in a list of parts. */
export interface PartPlace {
  readonly seed: number;
  readonly place: readonly (number | string)[];
}

/** A task of all examples and classes of a data set. */
export function wholeTask({ classes, train, test }: Dataset): Omit<PartTask, 'name'> {
  const all = ({ count }: Examples) => Int32Array.from({ length: count }, (_, index) => index);
  return { classes: Array.from({ length: classes }, (_, label) => label), train: all(train), test: all(test) };
}
