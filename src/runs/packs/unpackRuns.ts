import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, statfs } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { formatBytes } from '../../core/format';
import { visibleText } from '../../core/visibleText';
import { errorCode } from '../errorCode';
import { makeFolder } from '../folders';
import { storeFolder } from '../layout';
import { refuseLink } from '../regularFile';
import { isSameFile } from './packedFiles';
import {
  entriesOfPack,
  INDEX,
  LARGEST_INDEX,
  PackError,
  packIndexSchema,
  type PackedFile,
  type PackIndex,
} from './packIndex';
import { requireRun, takeRun, type Taken } from './takeRun';
import { inWorkFolder } from './workFolder';

export interface Unpacked {
  readonly index: PackIndex;
  readonly runs: readonly { readonly id: string; readonly taken: Taken }[];
  /** What came beside the runs, with the place of each. */
  readonly beside: readonly { readonly file: string; readonly taken: Taken }[];
}

export interface Unpacking {
  readonly workspace: string;
  /** Where each file that comes beside the runs goes, by its name; undefined for what is not wanted. */
  readonly besideAt: (path: string) => string | undefined;
  readonly progress?: (share: number) => void;
}

/**
 * Takes the runs of a pack into the store of a workspace folder. Nothing in the pack is trusted: no path, link or size. What
 * is not listed in its index, in that order and with that content, is refused, and then nothing of the pack is taken. A run
 * or file that is there already is compared, never written over.
 *
 * @throws PackError
 */
export async function unpackRuns(pack: string, { workspace, besideAt, progress }: Unpacking): Promise<Unpacked> {
  const store = storeFolder(workspace);
  return inWorkFolder(store, async (work) => {
    const index = await written(pack, work, progress);
    for (const { id } of index.runs) await requireRun(join(work, 'runs', id), id);
    const taken: Unpacked['runs'][number][] = [];
    for (const { id, files } of index.runs)
      taken.push({ id, taken: await takeRun(store, { id, files, from: join(work, 'runs', id) }) });
    const others: Unpacked['beside'][number][] = [];
    for (const file of index.beside) {
      const place = besideAt(file.path);
      if (place === undefined) continue;
      // A link in a store leads to what somebody else wants to have written.
      if (place.startsWith(`${store}${sep}`)) await refuseLink(dirname(place));
      others.push({ file: place, taken: await takeFile(join(work, 'beside', file.path), place, file) });
    }
    return { index, runs: taken, beside: others };
  });
}

/** Writes all that the index lists below a folder. */
async function written(pack: string, folder: string, progress: Unpacking['progress']): Promise<PackIndex> {
  const packed = createReadStream(pack, { highWaterMark: 2 ** 20 });
  const plain = createGunzip({ chunkSize: 2 ** 18 });
  // What breaks it off arrives below, where the entries are read.
  pipeline(packed, plain).catch(() => undefined);
  const archive = (Readable.toWeb(plain) as ReadableStream<Uint8Array>).pipeThrough(createTarDecoder({ strict: true }));
  const entries = archive[Symbol.asyncIterator]();
  try {
    const index = await indexIn(await entries.next());
    const wanted = entriesOfPack(index);
    const names = new Set(wanted.map(({ name }) => name));
    if (names.size !== wanted.length) throw new PackError('It lists a file twice.');
    const whole = wanted.reduce((sum, { file: { bytes } }) => sum + bytes, 0);
    await requireRoom(folder, whole);
    let done = 0;
    for (const { name, file } of wanted) {
      const next = await entries.next();
      if (next.done || next.value.header.name !== name) throw new PackError(`${name} is not there where it is listed.`);
      await writeEntry(next.value, join(folder, ...name.split('/')), file);
      done += file.bytes;
      progress?.(whole === 0 ? 1 : done / whole);
    }
    const more = await entries.next();
    if (!more.done) throw new PackError(`It holds ${shown(more.value.header.name)}, which it does not list.`);
    return index;
  } catch (error) {
    throw damaged(pack, error);
  } finally {
    packed.destroy();
    plain.destroy();
  }
}

async function indexIn(first: IteratorResult<ParsedTarEntry>): Promise<PackIndex> {
  if (first.done || first.value.header.name !== INDEX || !isFile(first.value))
    throw new PackError('It does not begin with an index.');
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of first.value.body) {
    bytes += chunk.length;
    if (bytes > LARGEST_INDEX) throw new PackError(`Its index is larger than ${formatBytes(LARGEST_INDEX)}.`);
    chunks.push(chunk);
  }
  const { data } = packIndexSchema.safeParse(parsed(Buffer.concat(chunks).toString('utf8')));
  if (!data) throw new PackError('Its index is none of this version of Lethe.');
  return data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isFile = ({ header }: ParsedTarEntry): boolean => (header.type ?? 'file') === 'file';

async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bytes > bavail * bsize)
    throw new PackError(`It unpacks to ${formatBytes(bytes)}, and there is room for ${formatBytes(bavail * bsize)}.`);
}

/** @param place it is made with its folders: its name was checked with the index */
async function writeEntry(entry: ParsedTarEntry, place: string, { bytes, sha256 }: PackedFile): Promise<void> {
  const name = shown(entry.header.name);
  if (!isFile(entry)) throw new PackError(`${name} is a ${entry.header.type ?? ''}: only plain files are taken.`);
  await mkdir(dirname(place), { recursive: true });
  const handle = await open(place, 'wx');
  const hash = createHash('sha256');
  let length = 0;
  try {
    for await (const chunk of entry.body) {
      length += chunk.length;
      if (length > bytes) break;
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.datasync();
  } finally {
    await handle.close();
  }
  if (length !== bytes || hash.digest('hex') !== sha256) throw new PackError(`${name} is not what its index says.`);
}

/** Puts a file where there is none. */
async function takeFile(from: string, place: string, file: PackedFile): Promise<Taken> {
  await makeFolder(dirname(place));
  try {
    // An empty file of this name keeps others from taking it.
    await (await open(place, 'wx')).close();
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    return (await isSameFile(place, file)) ? 'there' : 'differs';
  }
  await rename(from, place);
  return 'added';
}

const shown = (name: string): string => JSON.stringify(visibleText(name.slice(0, 100)));

const damaged = (pack: string, error: unknown): Error => {
  if (error instanceof PackError) return new PackError(`${pack} is not taken. ${error.message}`);
  const code = errorCode(error);
  if (code === 'ENOENT' && error instanceof Error && 'path' in error && error.path === pack)
    return new PackError(`There is no file ${pack}.`);
  if (code?.startsWith('E') && !code.startsWith('ERR')) return error as Error;
  return new PackError(`${pack} is no pack, or is damaged (${error instanceof Error ? error.message : 'unreadable'}).`);
};
