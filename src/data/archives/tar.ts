import { createReadStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { formatBytes } from '../../core/format';
import { visibleText } from '../../core/visibleText';
import { openRegularFile } from '../../runs/regularFile';
import { DataError } from '../dataError';
import { isGzip } from '../files';

/** What is taken out of an archive. */
export interface Wanted {
  /** Largest size (bytes) of a file of this name; undefined: it is skipped. The name is without its folders. */
  readonly largest: (name: string) => number | undefined;
  /** Bytes of all that is unpacked, wanted or not. More is a bomb. */
  readonly most: number;
}

/** Entries of an archive. Data sets in binary form have a dozen. */
const MOST_ENTRIES = 1000;
const LONGEST_NAME = 60;

/**
 * Reads files of a tar archive, packed by gzip or not, into memory. Nothing is written, whatever paths it names.
 *
 * @returns contents by name, without folders
 * @throws DataError for an archive that is damaged, too large, has a name twice, or holds anything but plain files and
 *   folders with paths inside it; FileFault when the file cannot be read; the signal's reason
 */
export async function readTar(
  file: string,
  name: string,
  wanted: Wanted,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Buffer>> {
  const packed = await isPacked(file);
  const found = new Map<string, Buffer>();
  const bytes = limitOf(name, wanted.most);
  const parts = [
    createReadStream(file, { highWaterMark: 2 ** 20 }),
    ...(packed ? [createGunzip({ chunkSize: 2 ** 18 })] : []),
  ];
  // What breaks it off arrives below, where the entries are read.
  pipeline([...parts, bytes], { ...(signal && { signal }) }).catch(() => undefined);
  try {
    let entries = 0;
    const archive = (Readable.toWeb(bytes) as ReadableStream<Uint8Array>).pipeThrough(
      createTarDecoder({ strict: true }),
    );
    for await (const entry of archive) {
      entries += 1;
      if (entries > MOST_ENTRIES) throw new DataError(`${name} has more than ${MOST_ENTRIES} entries: it is not read.`);
      await take(entry, name, wanted, found);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof DataError ? error : damaged(name, error);
  } finally {
    bytes.destroy();
  }
  return found;
}

async function isPacked(file: string): Promise<boolean> {
  const { opened } = await openRegularFile(file, { follow: true });
  const begin = Buffer.alloc(2);
  await opened.read(begin, 0, 2, 0);
  await opened.close();
  return isGzip(begin);
}

async function take(
  { header, body }: ParsedTarEntry,
  archive: string,
  { largest }: Wanted,
  found: Map<string, Buffer>,
): Promise<void> {
  const path = shown(header.name);
  const { type = 'file', size } = header;
  if (type !== 'file' && type !== 'directory')
    throw new DataError(`${archive} holds ${path}, which is a ${type}: only plain files are read.`);
  if (leadsOut(header.name))
    throw new DataError(`${archive} holds ${path}, a path that leads out of it: it is not read.`);
  const own = header.name.split('/').at(-1) ?? '';
  const limit = type === 'file' ? largest(own) : undefined;
  // Extended headers may say anything.
  if (!Number.isSafeInteger(size) || size < 0) throw new DataError(`${archive} is damaged: ${path} has no size.`);
  if (limit !== undefined && size > limit)
    throw new DataError(`${path} in ${archive} has ${size} bytes; at most ${limit} are expected: it is not read.`);
  if (found.has(own)) throw new DataError(`${archive} holds ${shown(own)} twice.`);
  const chunks: Uint8Array[] = [];
  // What is not wanted is read too: to cancel a body can stop the archive for good.
  for await (const chunk of body) if (limit !== undefined) chunks.push(chunk);
  if (limit !== undefined) found.set(own, Buffer.concat(chunks));
}

/** Absolute paths of any system, and those with `..`. */
const leadsOut = (path: string): boolean =>
  /^([/\\]|[a-z]:)/i.test(path) || path.split(/[/\\]/).includes('..') || path.includes('\0');

const shown = (path: string): string => JSON.stringify(visibleText(path.slice(0, LONGEST_NAME)));

/** Lets so many bytes through and no more. */
function limitOf(name: string, most: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed <= most) done(null, chunk);
      else done(new DataError(`${name} unpacks to more than ${formatBytes(most)}: it is not read.`));
    },
  });
}

const damaged = (name: string, error: unknown): DataError =>
  new DataError(`${name} is damaged: it cannot be unpacked (${error instanceof Error ? error.message : 'tar'}).`);
