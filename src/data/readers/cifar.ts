import { DataError } from '../dataError';
import type { RawExamples } from '../examples';
import type { RawParts } from '../assemble';

/** `coarse`: the 20 superclasses of CIFAR-100. */
export type CifarKind = 'cifar-10' | 'cifar-100' | 'cifar-100-coarse';

const SIDE = 32;
const PIXELS = SIDE * SIDE;
const IMAGE = 3 * PIXELS;

/** Records: label bytes, then the red, the green and the blue plane of an image. */
const kinds: Readonly<
  Record<
    CifarKind,
    { readonly labels: number; readonly label: number; readonly classes: number; readonly names: string }
  >
> = {
  'cifar-10': { labels: 1, label: 0, classes: 10, names: 'batches.meta.txt' },
  'cifar-100': { labels: 2, label: 1, classes: 100, names: 'fine_label_names.txt' },
  'cifar-100-coarse': { labels: 2, label: 0, classes: 20, names: 'coarse_label_names.txt' },
};

const TRAIN_10 = /^data_batch_\d\.bin$/;
const LARGEST_TEXT = 10_000;
/** Of one file, and of a whole archive (bytes): nearly three times the originals. */
export const MOST_OF_CIFAR = 2 ** 29;

/** Whether a file of this name belongs to CIFAR's binary versions; the size (bytes) that it may have at most. */
export function largestOfCifar(name: string): number | undefined {
  if (name.endsWith('.txt')) return Object.values(kinds).some(({ names }) => names === name) ? LARGEST_TEXT : undefined;
  return TRAIN_10.test(name) || ['test_batch.bin', 'train.bin', 'test.bin'].includes(name) ? MOST_OF_CIFAR : undefined;
}

/** Which of CIFAR's binary versions has files of these names. */
export function cifarOf(names: readonly string[], coarse = false): CifarKind | undefined {
  if (names.some((name) => TRAIN_10.test(name)) && names.includes('test_batch.bin')) return 'cifar-10';
  if (!names.includes('train.bin') || !names.includes('test.bin')) return undefined;
  return coarse ? 'cifar-100-coarse' : 'cifar-100';
}

/**
 * Reads the binary version of CIFAR-10 or CIFAR-100.
 *
 * @param files contents by name
 * @throws DataError when a file does not hold whole records, or a label is none of the format's
 */
export function readCifar(files: ReadonlyMap<string, Buffer>, kind: CifarKind): RawParts {
  const training = [...files.keys()].filter((name) => TRAIN_10.test(name)).sort();
  const named = (names: readonly string[]) => names.map((name) => [name, files.get(name) ?? Buffer.alloc(0)] as const);
  const classNames = files
    .get(kinds[kind].names)
    ?.toString('utf8')
    .trim()
    .split(/\s*\n\s*/);
  return kind === 'cifar-10'
    ? { train: examplesOf(named(training), kind), test: examplesOf(named(['test_batch.bin']), kind), classNames }
    : { train: examplesOf(named(['train.bin']), kind), test: examplesOf(named(['test.bin']), kind), classNames };
}

function examplesOf(files: readonly (readonly [string, Buffer])[], kind: CifarKind): RawExamples {
  const { labels: labelBytes, label, classes } = kinds[kind];
  const record = labelBytes + IMAGE;
  for (const [name, { length }] of files)
    if (length === 0 || length % record !== 0)
      throw new DataError(
        `${name} is damaged: ${length} bytes are no whole number of records of ${record} bytes each.`,
      );
  const count = files.reduce((sum, [, { length }]) => sum + length / record, 0);
  const [images, labels] = [new Uint8Array(count * IMAGE), new Uint8Array(count)];
  let example = 0;
  for (const [name, bytes] of files)
    for (let at = 0; at < bytes.length; at += record, example++) {
      const value = bytes[at + label] as number;
      if (value >= classes)
        throw new DataError(
          `Record ${at / record + 1} of ${name} has the label ${value}; there are labels 0 to ${classes - 1}: the file is damaged, or another one.`,
        );
      labels[example] = value;
      interleave(bytes, at + labelBytes, images, example * IMAGE);
    }
  return { shape: [SIDE, SIDE, 3], images, labels };
}

/** Three planes become three values a pixel. */
function interleave(from: Uint8Array, at: number, to: Uint8Array, start: number): void {
  for (let pixel = 0, into = start; pixel < PIXELS; pixel++) {
    to[into++] = from[at + pixel] as number;
    to[into++] = from[at + PIXELS + pixel] as number;
    to[into++] = from[at + 2 * PIXELS + pixel] as number;
  }
}
