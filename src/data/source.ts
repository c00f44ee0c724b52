import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ImageShape } from '../core/recipe';
import { FileFault } from '../runs/regularFile';
import { readTar } from './archives/tar';
import type { RawParts } from './assemble';
import { DataError } from './dataError';
import { checksumsOf, isGzip, readWhole, sourceFileOf, unpacked, type SourceFile } from './files';
import { examplesOf, partsOfArrays, type NamedArray } from './readers/arrays';
import { cifarOf, largestOfCifar, MOST_OF_CIFAR, readCifar } from './readers/cifar';
import { readCsv } from './readers/csv';
import { readIdx } from './readers/idx';
import { readImageFolder } from './readers/imageFolder';
import { readNpy } from './readers/npy';
import { readNpz } from './readers/npz';

export interface ReadOptions {
  /** Of a CSV file: see `CsvOptions`. */
  readonly label?: string | undefined;
  readonly header?: boolean | undefined;
  /** Of an image, where the data does not say it. */
  readonly shape?: ImageShape | undefined;
  /** A file with the test examples, where it is not told by its name. */
  readonly test?: string | undefined;
  /** The 20 superclasses of CIFAR-100 instead of its 100 classes. */
  readonly coarse?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how much of how much is read: images of a folder, bytes of an archive. */
  readonly onRead?: ((done: number, total: number) => void) | undefined;
  /** Told the checksums of an archive before anything of it is unpacked; what it throws ends the reading. */
  readonly beforeUnpacking?: ((archive: SourceFile) => void) | undefined;
}

export type SourceKind = 'IDX' | 'CIFAR archive' | 'CIFAR files' | 'CSV' | 'NPY' | 'NPZ' | 'image folder';

/** What was read, and from what. */
export interface Source {
  readonly kind: SourceKind;
  readonly parts: RawParts;
  /** Files that were read, unpacked where gzip had packed them; of an archive itself. */
  readonly files: readonly SourceFile[];
  /** Files inside of an archive. */
  readonly inside?: readonly SourceFile[];
}

/**
 * Reads a data set: a folder, an archive, a CSV file, or files of arrays.
 *
 * @throws DataError, FileFault: what cannot be read and why; the signal's reason
 */
export async function readSource(paths: readonly string[], options: ReadOptions): Promise<Source> {
  const [first, ...others] = paths;
  if (first === undefined) throw new DataError('Say what to add: a folder, an archive or files.');
  const found = await statOf(first);
  if (found.isDirectory()) {
    if (others.length > 0) throw new DataError(`${first} is a folder: give it alone.`);
    return readFolder(first, options);
  }
  if (/\.(csv|tsv)(\.gz)?$/i.test(first)) return readCsvFiles(paths, options);
  if (others.length > 0 || options.test !== undefined)
    return readArrayFiles([...paths, ...(options.test === undefined ? [] : [options.test])], options, true);
  if (/\.npz$/i.test(first)) return readNpzFile(first, options);
  if (/\.(tar|tgz|tar\.gz)$/i.test(first)) return readArchive(first, options);
  throw new DataError(
    `${first} is not told by its name. What is read: .csv, .npz, a CIFAR archive (.tar.gz), a pair of .npy or IDX files (images and labels), or a folder of those or of PNG images.`,
  );
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new FileFault(path, code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? ''})`, code);
  }
}

async function readFolder(folder: string, options: ReadOptions): Promise<Source> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  if (cifarOf(names)) return readCifarFolder(folder, names, options);
  const arrays = names.filter((name) => /\.npy$|idx\d[.-]ubyte(\.gz)?$/i.test(name));
  if (arrays.length > 0) {
    // The same file may lie there packed and unpacked.
    const files = arrays.filter((name) => !name.endsWith('.gz') || !arrays.includes(name.slice(0, -3)));
    return readArrayFiles(
      files.map((name) => join(folder, name)),
      options,
      false,
    );
  }
  const parts = await readImageFolder(folder, options.signal, options.onRead);
  return { kind: 'image folder', parts, files: [] };
}

async function readArchive(file: string, { coarse, signal, onRead, beforeUnpacking }: ReadOptions): Promise<Source> {
  const name = basename(file);
  const { size } = await statOf(file);
  const archive = await checksumsOf(file, name, signal, (bytes) => onRead?.(bytes, size));
  beforeUnpacking?.(archive);
  const wanted = { largest: largestOfCifar, most: MOST_OF_CIFAR };
  const files = await readTar(file, name, wanted, signal);
  const kind = cifarOf([...files.keys()], coarse);
  if (!kind)
    throw new DataError(
      `${name} holds none of the binary versions of CIFAR-10 (data_batch_1.bin, …, test_batch.bin) and CIFAR-100 (train.bin, test.bin). Of other archives give the unpacked folder.`,
    );
  const inside = [...files].map(([own, bytes]) => sourceFileOf(own, bytes));
  return { kind: 'CIFAR archive', parts: readCifar(files, kind), files: [archive], inside };
}

async function readCifarFolder(folder: string, names: readonly string[], { coarse }: ReadOptions): Promise<Source> {
  const files = new Map<string, Buffer>();
  for (const name of names) {
    const most = largestOfCifar(name);
    if (most !== undefined) files.set(name, await readWhole(join(folder, name), { most }));
  }
  const kind = cifarOf(names, coarse);
  if (!kind) throw new DataError(`${folder} holds no CIFAR files.`);
  const own = [...files].map(([name, bytes]) => sourceFileOf(name, bytes));
  return { kind: 'CIFAR files', parts: readCifar(files, kind), files: own };
}

async function readCsvFiles(paths: readonly string[], options: ReadOptions): Promise<Source> {
  const [train = '', second, ...more] = paths;
  const test = options.test ?? second;
  if (more.length > 0 || (options.test !== undefined && second !== undefined))
    throw new DataError('Of CSV files one is for training and one, with --test, for test.');
  const read = (file: string) => readCsv(file, basename(file), options);
  const named = test === undefined ? [train] : [train, test];
  const files = await Promise.all(named.map((file) => checksumsOf(file, basename(file), options.signal)));
  return {
    kind: 'CSV',
    parts: { train: await read(train), test: test === undefined ? undefined : await read(test) },
    files,
  };
}

async function readNpzFile(file: string, { shape }: ReadOptions): Promise<Source> {
  const name = basename(file);
  const bytes = await readWhole(file, { follow: true });
  return { kind: 'NPZ', parts: partsOfArrays(await readNpz(bytes, name), shape), files: [sourceFileOf(name, bytes)] };
}

/** @param named whether the user named each file: a pair needs no telling names then */
async function readArrayFiles(paths: readonly string[], { shape }: ReadOptions, named: boolean): Promise<Source> {
  const arrays: NamedArray[] = [];
  const files: SourceFile[] = [];
  let kind: SourceKind = 'NPY';
  for (const path of paths) {
    const packed = await readWhole(path, { follow: named });
    const name = isGzip(packed) ? basename(path).replace(/\.gz$/i, '') : basename(path);
    const bytes = await unpacked(packed, basename(path));
    files.push(sourceFileOf(name, bytes));
    if (bytes[0] === 0x93) arrays.push({ name, ...readNpy(bytes, name) });
    else {
      kind = 'IDX';
      const { dimensions, values } = readIdx(bytes, name);
      arrays.push({ name, shape: dimensions, values });
    }
  }
  return { kind, parts: named ? partsInOrder(arrays, shape) : partsOfArrays(arrays, shape), files };
}

/** Images, labels, and the same for test: told by their dimensions, whatever the files are called. */
function partsInOrder(arrays: readonly NamedArray[], shape: ImageShape | undefined): RawParts {
  const isLabels = ({ shape: dimensions }: NamedArray) =>
    dimensions.length === 1 || (dimensions.length === 2 && dimensions[1] === 1);
  const [images, labels] = [arrays.filter((array) => !isLabels(array)), arrays.filter(isLabels)];
  const [train, test] = images.map((array, i) => (labels[i] ? examplesOf(array, labels[i], shape) : undefined));
  if (!train || images.length !== labels.length || images.length > 2)
    throw new DataError(
      `${arrays.map(({ name }) => name).join(', ')}: give a file of images and one of labels, and of test data the same again.`,
    );
  return { train, test };
}
