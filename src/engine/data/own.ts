import { createHash } from 'node:crypto';
import path from 'node:path';
import { canonicalJson } from '../../core/canonicalJson';
import { catalogueOf, howToGet } from '../../core/catalogue';
import { isDatasetId, isDatasetName } from '../../core/datasets';
import { volumeOf } from '../../core/recipe';
import { readNpy, type NpyArray } from '../../data/readers/npy';
import { dataFiles, readRecord, shapeOf, type ArrayFile, type DataRecord } from '../../data/record';
import type { Dataset, Examples } from '../contract/dataset';
import { readRegular } from '../regularFile';
import { DatasetError } from './dataset';

/** Of one array. */
const MOST_BYTES = 2 ** 31 + 2 ** 20;

interface Known {
  /** SHA-256 of each array, as the run was planned with; undefined where that is not known. */
  readonly expected?: Readonly<Record<string, string>> | undefined;
  /** The data set of this name as it was loaded before, which may be another one. */
  readonly loaded?: Dataset | undefined;
}

/**
 * Loads a data set that the user has added, verified by the checksums of its arrays.
 *
 * @param root the user's data folder
 * @throws DatasetError when it is missing, damaged, or not the one that the run was planned with
 */
export function loadOwn(id: string, root: string, { expected, loaded }: Known = {}): Dataset {
  const record = recordOf(id, root);
  refuseChanged(record, root, expected);
  if (loaded && isOf(record, loaded)) return loaded;
  const read = (name: ArrayFile) => readVerified(path.join(root, id, name), record.files[name], id);
  const part = (name: 'train' | 'test'): Examples => {
    const [images, labels] = [read(`${name}-images.npy`), read(`${name}-labels.npy`)];
    return examplesOf(images, labels, record, name);
  };
  const { title, classes, shape } = record;
  return {
    id,
    title,
    classes,
    shape: shapeOf(shape),
    train: part('train'),
    test: part('test'),
    checksums: { ...record.files },
  };
}

const isOf = ({ title, classes, shape, files }: DataRecord, loaded: Dataset): boolean =>
  canonicalJson([title, classes, shapeOf(shape), files]) ===
  canonicalJson([loaded.title, loaded.classes, loaded.shape, loaded.checksums]);

function recordOf(id: string, root: string): DataRecord {
  const known = [...catalogueOf(new Map()).keys()].join(', ');
  if (!isDatasetName(id))
    throw new DatasetError(`There is no data set ${JSON.stringify(id.slice(0, 80))} (known: ${known}).`);
  const record = readRecord(root, id);
  if (record === undefined)
    throw new DatasetError(
      `There is no data set "${id}": ${path.join(root, id, dataFiles.record)} is missing. ${
        isDatasetId(id) ? howToGet(id) : `Add it: lethe data add ${id} <path>. Known data sets: ${known}.`
      }`,
    );
  if (typeof record === 'string')
    throw new DatasetError(`The data set in ${path.join(root, id)} is damaged: ${record}. ${again(id)}`);
  return record;
}

/** Under the same name may be something else by now. */
function refuseChanged(
  { files, title }: DataRecord,
  root: string,
  expected: Readonly<Record<string, string>> = {},
): void {
  for (const name of dataFiles.arrays) {
    const wanted = expected[name];
    if (wanted !== undefined && wanted !== files[name])
      throw new DatasetError(
        `${title} in ${root} is not the one that this run was planned with: the SHA-256 of ${name} is ${short(files[name])}, expected ${short(wanted)}. Add that one again, or start a new run.`,
      );
  }
}

function readVerified(file: string, expected: string, id: string): NpyArray {
  let bytes: Buffer;
  try {
    bytes = readRegular(file, MOST_BYTES);
  } catch (error) {
    throw new DatasetError(`The data set file ${file} cannot be read (${(error as Error).message}). ${again(id)}`);
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === expected) return readNpy(bytes, path.basename(file));
  throw new DatasetError(
    `The data set file ${file} is damaged: its SHA-256 is ${short(found)}, expected ${short(expected)} (${bytes.length} bytes). ${again(id)}`,
  );
}

const short = (checksum: string): string => `${checksum.slice(0, 12)}…`;
const again = (id: string): string => `Remove it (lethe data remove ${id}) and add it again.`;

function examplesOf(images: NpyArray, labels: NpyArray, record: DataRecord, part: 'train' | 'test'): Examples {
  const count = record[part];
  const pixels = pixelsIn(images, record);
  const isWhole = pixels?.length === count * volumeOf(shapeOf(record.shape)) && labels.values.length === count;
  if (!isWhole || labels.values.some((label) => label >= record.classes))
    throw new DatasetError(`The arrays of ${record.title} do not fit its ${dataFiles.record}. ${again(record.name)}`);
  return { count, images: pixels, labels: Uint16Array.from(labels.values) };
}

/** Undefined where the array has values of another type than the record says. */
function pixelsIn({ values }: NpyArray, record: DataRecord): Examples['images'] | undefined {
  if (record.values === 'bytes') return values instanceof Uint8Array ? values : undefined;
  return values instanceof Float32Array ? values : undefined;
}
