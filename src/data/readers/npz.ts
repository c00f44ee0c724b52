import { crc32 } from 'node:zlib';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { formatBytes } from '../../core/format';
import { visibleText } from '../../core/visibleText';
import { DataError } from '../dataError';
import { MOST_BYTES } from '../limits';
import type { NamedArray } from './arrays';
import { readNpy } from './npy';

const MOST_ARRAYS = 100;

/** Node.js before 20.15 has none: sizes and the arrays themselves are checked all the same. */
const checksum: ((bytes: Buffer) => number) | undefined = crc32;

/**
 * Reads the arrays of a NumPy archive (`.npz`), packed or not.
 *
 * @throws DataError for an archive that is damaged, too large, or holds anything but arrays
 */
export async function readNpz(bytes: Buffer, name: string): Promise<NamedArray[]> {
  try {
    return await arraysOf(await fromBufferPromise(bytes, { lazyEntries: true }), name);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(
      `${name} is damaged: it cannot be unpacked (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}

async function arraysOf(archive: ZipFile, name: string): Promise<NamedArray[]> {
  const arrays: NamedArray[] = [];
  let total = 0;
  for await (const entry of archive.eachEntry()) {
    const shown = visibleText(entry.fileName.slice(0, 60));
    if (!/^[^/\\]+\.npy$/.test(entry.fileName))
      throw new DataError(`${name} holds ${JSON.stringify(shown)}: it must hold arrays (.npy) and nothing else.`);
    total += entry.uncompressedSize;
    if (total > MOST_BYTES)
      throw new DataError(`${name} unpacks to more than ${formatBytes(MOST_BYTES)}: it is not read.`);
    if (arrays.length === MOST_ARRAYS)
      throw new DataError(`${name} has more than ${MOST_ARRAYS} arrays: it is not read.`);
    const { shape, values } = readNpy(await contentOf(archive, entry, name), `${shown} in ${name}`);
    arrays.push({ name: shown.replace(/\.npy$/, ''), shape, values });
  }
  return arrays;
}

/** No more is unpacked than the archive says that there is. */
async function contentOf(archive: ZipFile, entry: Entry, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await archive.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  const content = Buffer.concat(chunks);
  if (checksum && checksum(content) !== entry.crc32)
    throw new DataError(
      `${name} is damaged: the checksum of ${visibleText(entry.fileName.slice(0, 60))} is another one.`,
    );
  return content;
}
