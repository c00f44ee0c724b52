import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { formatBytes } from '../core/format';

/** Flags that not every system has. */
const { O_NOFOLLOW, O_NONBLOCK } = constants as Partial<typeof constants>;

/** What opening says of something that is no regular file. */
const notRegular: Readonly<Record<string, string>> = {
  ELOOP: 'is a link, and links in a run folder are not followed',
  EISDIR: 'is a folder',
  ENXIO: 'is no regular file',
};

/**
 * Opens a regular file, and nothing else: a link is not followed, a pipe not waited for.
 *
 * @param flags of `open`, as numbers
 * @throws Error that says what stands in its place; the system's own when there is nothing
 */
export function openRegular(file: string, flags: number): number {
  if (O_NOFOLLOW === undefined) refuseLink(file);
  const handle = open(file, flags | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
  const found = fstatSync(handle);
  if (found.isFile()) return handle;
  closeSync(handle);
  throw fault(file, found.isDirectory() ? 'EISDIR' : 'ENXIO');
}

/** The bytes of a regular file that is not larger than `most`. @throws Error */
export function readRegular(file: string, most: number): Buffer {
  const handle = openRegular(file, constants.O_RDONLY);
  try {
    const { size } = fstatSync(handle);
    if (size > most) throw new RangeError(`${path.basename(file)} is larger than ${formatBytes(most)}`);
    return readOpen(handle, size);
  } finally {
    closeSync(handle);
  }
}

/** The first `size` bytes of an open file; fewer when it ends before. */
export function readOpen(handle: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let read = 0;
  for (let more = -1; read < size && more !== 0; read += more) {
    more = readSync(handle, bytes, read, Math.min(size - read, MOST_AT_ONCE), read);
  }
  return bytes.subarray(0, read);
}

/** Systems read no more than 2 GiB in one call. */
const MOST_AT_ONCE = 1 << 30;

function open(file: string, flags: number): number {
  try {
    return openSync(file, flags);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw Object.hasOwn(notRegular, code) ? fault(file, code) : error;
  }
}

function refuseLink(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) throw fault(file, 'ELOOP');
}

const fault = (file: string, code: string) => new Error(`${path.basename(file)} ${notRegular[code] ?? code}`);
