import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { formatBytes } from '../core/format';
import { errorCode } from '../runs/errorCode';
import { openRegularFile } from '../runs/regularFile';
import { DataError } from './dataError';
import { MOST_BYTES } from './limits';

/** What is known of a file that data was read from. Checksums in hex; bytes of what was unpacked, where it was packed. */
export interface SourceFile {
  readonly name: string;
  readonly bytes: number;
  readonly md5: string;
  readonly sha256: string;
}

/** Systems read no more than 2 GiB in one call. */
const AT_ONCE = 2 ** 30;

/**
 * The bytes of a regular file. @param follow whether it may be a link: for files that the user named
 *
 * @throws FileFault when it cannot be read; DataError when it is larger than `most` bytes
 */
export async function readWhole(file: string, { follow = false, most = MOST_BYTES } = {}): Promise<Buffer> {
  const { opened, stats } = await openRegularFile(file, { follow });
  try {
    if (stats.size > most)
      throw new DataError(`${file} has ${formatBytes(stats.size)}: more than ${formatBytes(most)} are not read.`);
    const bytes = Buffer.alloc(stats.size);
    let length = 0;
    for (let more = -1; length < bytes.length && more !== 0; length += more)
      more = await opened.read(bytes, length, Math.min(AT_ONCE, bytes.length - length), length);
    return bytes.subarray(0, length);
  } finally {
    await opened.close();
  }
}

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Unpacks what is packed by gzip; anything else is returned as it is. @throws DataError when it is damaged or too large */
export async function unpacked(bytes: Buffer, name: string, most = MOST_BYTES): Promise<Buffer> {
  if (!isGzip(bytes)) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: most });
  } catch (error) {
    throw gzipFault(error, name, most);
  }
}

/** What is the matter with something packed by gzip, in words. */
export const gzipFault = (error: unknown, name: string, most: number): DataError =>
  errorCode(error) === 'ERR_BUFFER_TOO_LARGE'
    ? new DataError(`${name} unpacks to more than ${formatBytes(most)}: it is not read.`)
    : new DataError(`${name} is damaged: it cannot be unpacked (${error instanceof Error ? error.message : 'gzip'}).`);

/** @param name without `.gz`, as the content is called */
export const sourceFileOf = (name: string, bytes: Uint8Array): SourceFile => ({
  name,
  bytes: bytes.length,
  md5: createHash('md5').update(bytes).digest('hex'),
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** Checksums of a file on disk, which is read through once. @throws FileFault, the signal's reason */
export async function checksumsOf(
  file: string,
  name: string,
  signal?: AbortSignal,
  onRead?: (bytes: number) => void,
): Promise<SourceFile> {
  // Refuses what is no regular file before anything is read of it.
  const { opened } = await openRegularFile(file, { follow: true });
  await opened.close();
  const [md5, sha256] = [createHash('md5'), createHash('sha256')];
  let bytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20, ...(signal && { signal }) })) {
    const part = chunk as Buffer;
    md5.update(part);
    sha256.update(part);
    bytes += part.length;
    onRead?.(bytes);
  }
  return { name, bytes, md5: md5.digest('hex'), sha256: sha256.digest('hex') };
}
