import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes } from '../core/format';
import { makeFolder } from '../runs/folders';
import { syncFolder } from '../runs/files';
import { acquireLock } from '../runs/lock';
import { writeReason } from '../runs/writeReason';
import { DataError } from './dataError';
import { valuesAre, valuesOf, type ReadData } from './examples';
import { npyOf } from './readers/npy';
import { DATA_FORMAT, dataFiles, folderOf, readRecord, type ArrayFile, type DataRecord } from './record';
import { thumbnailsOf } from './thumbnails';

/** What is known of a data set beside its examples. */
export type About = Pick<DataRecord, 'name' | 'title' | 'source'> & Partial<Pick<DataRecord, 'licence'>>;

/**
 * Puts a data set into the user's data folder. Everything is written into a folder beside and renamed when it is whole,
 * so that nothing half-added is ever used.
 *
 * @param replace whether one of the same name may stand there
 * @throws DataError: the name is taken, the disk is full or not writable; the signal's reason
 */
export async function keepData(
  root: string,
  data: ReadData,
  about: About,
  {
    replace = false,
    signal,
  }: { readonly replace?: boolean | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<DataRecord> {
  return locked(root, async () => {
    if (!replace) refuseTaken(root, about.name);
    await removeLeftovers(root);
    await checkSpace(root, data);
    const staging = join(root, `.adding-${randomBytes(6).toString('hex')}`);
    try {
      await mkdir(staging);
      const record = await writeAll(staging, data, about, signal);
      await removeOne(root, about.name);
      await rename(staging, folderOf(root, about.name));
      await syncFolder(root);
      return record;
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  });
}

/** @throws DataError when there is a data set of that name */
export function refuseTaken(root: string, name: string): void {
  if (readRecord(root, name) !== undefined)
    throw new DataError(
      `There is a data set "${name}" already. Remove it first (lethe data remove ${name}), or say --replace.`,
    );
}

/** Removes a data set, and what there is of a download of it. @returns whether there was one. @throws DataError */
export const removeData = (root: string, name: string): Promise<boolean> =>
  locked(root, async () => {
    await removeLeftovers(root);
    const download = downloadFolder(root, name);
    const hasDownload = existsSync(download);
    await rm(download, { recursive: true, force: true });
    return (await removeOne(root, name)) || hasDownload;
  });

/** Where downloads that are not finished are kept, one folder for each data set. */
export const downloadFolder = (root: string, name: string): string => folderOf(join(root, '.downloads'), name);

async function writeAll(folder: string, data: ReadData, about: About, signal?: AbortSignal): Promise<DataRecord> {
  const { shape, train, test, classNames } = data;
  const images = (count: number) => (valuesOf(data) === shape[1] ? [count, shape[1]] : [count, ...shape]);
  const arrays: Record<ArrayFile, () => Buffer> = {
    'train-images.npy': () => npyOf(train.images, images(train.count)),
    'train-labels.npy': () => npyOf(train.labels, [train.count]),
    'test-images.npy': () => npyOf(test.images, images(test.count)),
    'test-labels.npy': () => npyOf(test.labels, [test.count]),
  };
  const files: Partial<Record<ArrayFile, string>> = {};
  let bytes = 0;
  for (const name of dataFiles.arrays) {
    signal?.throwIfAborted();
    const content = arrays[name]();
    files[name] = createHash('sha256').update(content).digest('hex');
    bytes += content.length;
    await write(join(folder, name), content);
  }
  const thumbnails = thumbnailsOf(data);
  if (thumbnails) await write(join(folder, dataFiles.thumbnails), JSON.stringify(thumbnails));
  const record: DataRecord = {
    lethe: DATA_FORMAT,
    ...about,
    classes: classNames.length,
    classNames: [...classNames],
    shape: [...shape],
    train: train.count,
    test: test.count,
    values: valuesAre(train),
    files: files as Record<ArrayFile, string>,
    bytes,
    added: Date.now(),
  };
  await write(join(folder, dataFiles.record), JSON.stringify(record, undefined, 2));
  return record;
}

async function write(file: string, content: string | Buffer): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function checkSpace(root: string, { train, test }: ReadData): Promise<void> {
  const needed = 1.01 * (train.images.byteLength + test.images.byteLength) + 1_000_000;
  const { bavail, bsize } = await statfs(root);
  if (bavail * bsize < needed)
    throw new DataError(
      `This data set needs ${formatBytes(needed)}, and the disk of ${root} has ${formatBytes(bavail * bsize)} free. Make room, or name another folder with the environment variable LETHE_DATA_DIR.`,
    );
}

const LOCK = '.lock';

/** Names of what adding and removing make: nothing else in the folder is touched. */
const OURS = /^\.(adding|removed)-[0-9a-f]+$/;

/** What processes left that were ended. Only who holds the lock may call it. */
async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root))
    if (OURS.test(name)) await rm(join(root, name), { recursive: true, force: true });
}

async function removeOne(root: string, name: string): Promise<boolean> {
  // Out of the way first: what is only partly removed must not look like a data set.
  const doomed = join(root, `.removed-${randomBytes(4).toString('hex')}`);
  try {
    await rename(folderOf(root, name), doomed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  await rm(doomed, { recursive: true, force: true });
  return true;
}

async function locked<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    await makeFolder(root);
    const lock = await acquireLock(join(root, LOCK), 20);
    if (!lock) throw new DataError('Data sets are being added or removed by another process.');
    try {
      return await work();
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw inWords(root, error);
  }
}

/** What a file system answered, in words; anything else as it is. */
export function inWords(root: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  return new DataError(`${root}: ${writeReason(error)}`);
}
