import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';

/** Code of a file system error (`ENOENT`, …), or undefined for any other value. */
export const errorCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

const isMissing = (error: unknown) => ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');

/** The result of a file operation, or undefined when the file does not exist. Other errors are thrown. */
export async function ifThere<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export const readIfThere = (file: string): Promise<string | undefined> => ifThere(readFile(file, 'utf8'));

/** Removes a file; no error when there is none. */
export const removeFile = (file: string): Promise<void> => rm(file, { force: true });

/** Writes beside the file and renames, so that a reader sees the old text or the new one, never a part. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(beside, text);
    await rename(beside, file);
  } catch (error) {
    await removeFile(beside);
    throw error;
  }
}

/** JSON of a file, or undefined when it is missing or no JSON. */
export async function readJson(file: string): Promise<unknown> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Up to `bytes` bytes from the end of a file; empty when there is no file. */
export async function readEnd(file: string, bytes: number): Promise<Buffer> {
  const handle = await ifThere(open(file, 'r'));
  if (!handle) return Buffer.alloc(0);
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, bytes);
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
