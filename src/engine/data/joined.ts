import type { Dataset, Examples } from '../contract/dataset';
import { inputsOf } from './dataset';

/** Several data sets of one shape as one, with where each of them begins in it. */
export interface JoinedDataset extends Dataset {
  readonly begins: ReadonlyMap<string, Begin>;
}

/** Of a data set in the joined one: its first class, and its first examples. */
interface Begin {
  readonly classes: number;
  readonly train: number;
  readonly test: number;
}

/**
 * One data set of the examples of several, each stored once: the classes and examples of the second follow those of the
 * first, and so on. Itself, where there is only one.
 *
 * @throws RangeError when images are of different shapes
 */
export function joined(datasets: readonly Dataset[]): JoinedDataset {
  const [first, ...more] = datasets;
  if (!first) throw new RangeError('no data sets to join');
  const other = more.find(({ shape }) => shape.join() !== first.shape.join());
  if (other)
    throw new RangeError(
      `the images of ${other.title} are ${other.shape.join(' × ')}, those of ${first.title} ${first.shape.join(' × ')}`,
    );
  const begins = new Map<string, Begin>();
  let end: Begin = { classes: 0, train: 0, test: 0 };
  for (const { id, classes, train, test } of datasets) {
    begins.set(id, end);
    end = { classes: end.classes + classes, train: end.train + train.count, test: end.test + test.count };
  }
  if (more.length === 0) return { ...first, begins };
  if (end.classes > MOST_CLASSES) throw new RangeError(`${end.classes} classes are more than labels can tell apart`);
  const firstClasses = datasets.map(({ id }) => begins.get(id)?.classes ?? 0);
  const inputs = inputsOf(first);
  return {
    id: datasets.map(({ id }) => id).join('+'),
    title: datasets.map(({ title }) => title).join(' + '),
    classes: end.classes,
    shape: first.shape,
    train: joinedExamples(
      datasets.map(({ train }) => train),
      firstClasses,
      inputs,
    ),
    test: joinedExamples(
      datasets.map(({ test }) => test),
      firstClasses,
      inputs,
    ),
    checksums: Object.fromEntries(
      datasets.flatMap(({ id, checksums }) => Object.entries(checksums).map(([file, sum]) => [`${id}/${file}`, sum])),
    ),
    begins,
  };
}

/** Of a label, which has two bytes. */
const MOST_CLASSES = 65_536;

function joinedExamples(parts: readonly Examples[], firstClasses: readonly number[], inputs: number): Examples {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const areBytes = parts.every(({ images }) => images instanceof Uint8Array);
  const images = new (areBytes ? Uint8Array : Float32Array)(count * inputs);
  const labels = new Uint16Array(count);
  let begin = 0;
  parts.forEach((part, i) => {
    images.set(areBytes ? part.images : asInputs(part.images), begin * inputs);
    labels.set(
      part.labels.map((label) => label + (firstClasses[i] ?? 0)),
      begin,
    );
    begin += part.count;
  });
  return { count, images, labels };
}

/** Beside images of numbers bytes are the inputs that they stand for. */
const asInputs = (images: Examples['images']): Float32Array =>
  images instanceof Uint8Array ? Float32Array.from(images, (byte) => byte / 255) : images;

interface Numbered {
  readonly classes: readonly number[];
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Something with classes and examples of one of the data sets, with those of the joined one. */
export function examplesFrom<T extends Numbered>({ begins }: JoinedDataset, { id }: Dataset, own: T): T {
  const begin = begins.get(id);
  if (!begin) throw new RangeError(`the data set "${id}" is not among the joined ones`);
  const moved = (indices: Int32Array, by: number) => (by === 0 ? indices : indices.map((index) => index + by));
  return {
    ...own,
    classes: own.classes.map((label) => label + begin.classes),
    train: moved(own.train, begin.train),
    test: moved(own.test, begin.test),
  };
}
