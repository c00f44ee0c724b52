import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { isDatasetName, type DatasetFacts } from '../core/datasets';
import type { ImageShape } from '../core/recipe';

/** Version of `dataset.json` and of what stands beside it. */
export const DATA_FORMAT = 1;

/** Names in the folder of a data set. Arrays are NumPy's (`.npy`): images as bytes or floats, labels as 16-bit numbers. */
export const dataFiles = {
  record: 'dataset.json',
  thumbnails: 'thumbnails.json',
  arrays: ['train-images.npy', 'train-labels.npy', 'test-images.npy', 'test-labels.npy'],
} as const;
export type ArrayFile = (typeof dataFiles.arrays)[number];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().min(0);

/** `dataset.json`: what a data set is, where it came from, and the checksums of its arrays. Written last. */
export const recordSchema = z.object({
  lethe: z.literal(DATA_FORMAT),
  name: z.string().refine(isDatasetName),
  title: z.string().min(1).max(200),
  classes: z.int().min(2).max(65_536),
  /** In the order of the labels. */
  classNames: z.array(z.string().max(200)).max(65_536),
  /** Height, width, channels. Examples that are no images have a height and a single channel of 1. */
  shape: z.array(z.int().min(1)).min(3).max(3),
  train: z.int().min(1),
  test: z.int().min(1),
  values: z.enum(['bytes', 'floats']),
  /** SHA-256 of each array file, by name. */
  files: z.record(z.enum(dataFiles.arrays), sha256),
  /** Of all array files together. */
  bytes: size,
  source: z.object({
    /** What was read, such as `CSV`. */
    kind: z.string().max(100),
    /** The path that the user gave, or the address of a download. */
    from: z.string().max(10_000),
    /** Files that were read, with their checksums. */
    files: z.array(z.object({ name: z.string().max(300), bytes: size, md5: z.string(), sha256 })).max(100),
    /** Of a known data set: by what it was told from any other. */
    identifiedBy: z.enum(['content', 'archive']).optional(),
  }),
  licence: z.string().max(300).optional(),
  /** Milliseconds since 1970. */
  added: z.number(),
});
export type DataRecord = z.output<typeof recordSchema>;

/** The class names of 65,536 classes. */
const LARGEST_RECORD = 16_000_000;

/** What an experiment needs to know of an added data set. */
export const factsOf = ({ title, classes, classNames, shape, train, test, files }: DataRecord): DatasetFacts => ({
  title,
  classes,
  ...(saysMore(classNames) && { classNames }),
  shape: shapeOf(shape),
  train,
  test,
  files,
});

/** Labels that are numbers from 0 anyway have no names. */
const saysMore = (names: readonly string[]): boolean => names.some((name, label) => name !== String(label));

/** Height, width and channels, as a record has them. */
export const shapeOf = ([height = 1, width = 1, channels = 1]: readonly number[]): ImageShape => [
  height,
  width,
  channels,
];

/** Folder of a data set in the data folder. @throws RangeError for a name that would lead elsewhere */
export function folderOf(root: string, name: string): string {
  if (!isDatasetName(name)) throw new RangeError(`${JSON.stringify(name)} is no name of a data set`);
  return join(root, name);
}

/** The record of a data set; undefined when it is not there; a text that says why when it cannot be read. */
export function readRecord(root: string, name: string): DataRecord | string | undefined {
  const text = readOwnText(join(folderOf(root, name), dataFiles.record), LARGEST_RECORD);
  if (text === undefined) return undefined;
  try {
    const parsed = recordSchema.safeParse(JSON.parse(text));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return `its dataset.json is not as specified (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''})`;
    }
    return parsed.data.name === name ? parsed.data : 'its dataset.json has another name than its folder';
  } catch {
    return 'its dataset.json is no JSON';
  }
}

/** Flags that not every system has. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** A small text file of the data folder, read at once: an editor asks while somebody types. Undefined when there is none. */
export function readOwnText(file: string, most: number): string | undefined {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const found = fstatSync(handle);
    if (!found.isFile() || found.size > most) return undefined;
    const bytes = Buffer.alloc(found.size);
    let length = 0;
    for (let more = -1; length < bytes.length && more !== 0; length += more)
      more = readSync(handle, bytes, length, bytes.length - length, length);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(handle);
  }
}
