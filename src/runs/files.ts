import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from './errorCode';
import { isPassing, tryAgain } from './passing';
import { FileFault, openRegularFile, readTextFile, type ReadOptions } from './regularFile';

const isMissing = (error: unknown) =>
  error instanceof FileFault ? error.isMissing : ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');

/** The result of a file operation, or undefined when the file does not exist. Other errors are thrown. */
export async function ifThere<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Removes a file; no error when there is none. */
export const removeFile = (file: string): Promise<void> => rm(file, { force: true });

/**
 * Writes beside the file and renames, so that a reader sees the old text or the new one, never a part: not even after a
 * power cut. What stands there is replaced, never written through: a link is not followed.
 */
export async function writeWhole(file: string, text: string | AsyncIterable<Uint8Array>): Promise<void> {
  const beside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeDurably(beside, text);
    await moveOwn(beside, file);
  } catch (error) {
    await removeFile(beside);
    throw error;
  }
  await syncFolder(dirname(file));
}

/**
 * Renames what nobody else renames or removes. Over a network a rename may be said to have failed that happened, when the
 * answer was lost and the question was asked again: where the old name is gone and the new one there, it happened.
 */
export async function moveOwn(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const [before, after] = [await ifThere(lstat(from)), await ifThere(lstat(to))];
    if (before || !after) throw error;
  }
}

/** Makes a folder of a name that nobody else gives. Over a network it may be said to be there already when it was just made. */
export async function makeOwnFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !(await lstat(folder)).isDirectory()) throw error;
    if ((await readdir(folder)).length > 0) throw error;
  }
}

/** Writes a new file, and returns when the disk has it. */
export async function writeDurably(file: string, text: string | Buffer | AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await writeFile(handle, text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Returns when the disk has the names of a folder, as far as the file system can promise that. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Appends to a regular file, which is made when there is none. A link is not followed. */
export async function appendText(file: string, text: string): Promise<void> {
  const handle = await openForAppending(file);
  try {
    await writeFile(handle, text);
  } finally {
    await handle.close();
  }
}

/** Opens a regular file for appending, which is made when there is none. A link is not followed. Throws FileFault. */
export async function openForAppending(file: string): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
  const flags = (O_APPEND ?? 0) | (O_CREAT ?? 0) | (O_WRONLY ?? 0) | O_NOFOLLOW | O_NONBLOCK;
  const handle = await open(file, flags, 0o666).catch((error: unknown) => {
    if (errorCode(error) === 'ELOOP') throw new FileFault(file, 'it is a link', 'ELOOP');
    throw error;
  });
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new FileFault(file, 'it is no regular file');
}

/**
 * JSON of a file of at most `limit` bytes; undefined when it is missing, larger, no regular file, or no JSON. Throws
 * FileFault where the file system does not answer: that says nothing of the file.
 */
export async function readJson(
  file: string,
  limit: number,
  options: ReadOptions = { follow: false },
): Promise<unknown> {
  try {
    return JSON.parse(await readTextFile(file, limit, options)) as unknown;
  } catch (error) {
    const isOfFile = error instanceof FileFault || error instanceof SyntaxError;
    if (isOfFile && !isPassing(error)) return undefined;
    throw error;
  }
}

/** Up to `bytes` bytes from the end of a file; empty when there is no file. Throws FileFault. */
export const readEnd = (file: string, bytes: number): Promise<Buffer> => tryAgain(() => readEndOnce(file, bytes));

async function readEndOnce(file: string, bytes: number): Promise<Buffer> {
  const found = await ifThere(openRegularFile(file, { follow: false }));
  if (!found) return Buffer.alloc(0);
  const { opened, stats } = found;
  try {
    const { size } = stats;
    const length = Math.min(size, bytes);
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, await opened.read(buffer, 0, length, size - length));
  } finally {
    await opened.close();
  }
}
