import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { lstat, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { createTarPacker } from 'modern-tar';
import { ifThere, removeFile } from '../files';
import { runsFolder, storeFolder } from '../layout';
import { chunksOf, filesOfRun } from './packedFiles';
import { entriesOfPack, INDEX, PACK_FORMAT, PackError, type PackedFile, type PackIndex } from './packIndex';

export interface Packing {
  readonly workspace: string;
  readonly experiment: string;
  /** Ids of finished runs. */
  readonly runs: readonly string[];
  /** What goes with them: files by the names that they have in the pack. */
  readonly beside: readonly {
    readonly path: string;
    readonly from: string;
    readonly content: Omit<PackedFile, 'path'>;
  }[];
  /** Checkpoints too. */
  readonly withParameters: boolean;
  /** Told the share that is done. */
  readonly progress?: (share: number) => void;
}

/**
 * Writes runs of an experiment into one file: a tar archive packed by gzip, its index first. The same runs give the same
 * bytes. The file is there whole or not at all.
 *
 * @returns the index
 * @throws PackError where the file is there already; FileFault where a file of a run cannot be read
 */
export async function packRuns(target: string, packing: Packing): Promise<PackIndex> {
  if (await ifThere(lstat(target))) throw new PackError(`${target} is there already: it is not written over.`);
  const folderOf = (id: string) => join(runsFolder(storeFolder(packing.workspace)), id);
  const runs: { id: string; files: PackedFile[] }[] = [];
  for (const id of [...packing.runs].sort())
    runs.push({ id, files: await filesOfRun(folderOf(id), packing.withParameters) });
  const index: PackIndex = {
    lethe: PACK_FORMAT,
    experiment: { name: packing.experiment },
    beside: packing.beside.map(({ path, content }) => ({ path, ...content })),
    runs,
  };
  const sources = new Map(packing.beside.map(({ path, from }) => [`beside/${path}`, from]));
  const placeOf = (name: string) =>
    sources.get(name) ?? join(runsFolder(storeFolder(packing.workspace)), ...name.split('/').slice(1));
  const part = `${target}.${randomBytes(4).toString('hex')}.part`;
  try {
    await write(part, index, placeOf, packing.progress);
    await rename(part, target);
  } catch (error) {
    await removeFile(part);
    throw error;
  }
  return index;
}

async function write(
  file: string,
  index: PackIndex,
  placeOf: (name: string) => string,
  progress: Packing['progress'],
): Promise<void> {
  const { readable, controller } = createTarPacker();
  const written = pipeline(
    Readable.fromWeb(readable as Parameters<typeof Readable.fromWeb>[0]),
    createGzip(),
    createWriteStream(file, { flags: 'wx' }),
  );
  const add = async (name: string, bytes: number, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => {
    // The same pack whoever makes it, and whenever.
    const header = { name, size: bytes, mtime: new Date(0), mode: 0o644, uid: 0, gid: 0, uname: '', gname: '' };
    const writer = controller.add(header).getWriter();
    let sum = 0;
    for await (const chunk of chunks) {
      sum += chunk.length;
      if (sum > bytes) break;
      await writer.write(chunk);
    }
    if (sum !== bytes) throw new PackError(`${name} has changed while it was packed.`);
    await writer.close();
  };
  const all = entriesOfPack(index);
  const whole = all.reduce((sum, { file: { bytes } }) => sum + bytes, 0);
  const feed = async () => {
    try {
      const text = Buffer.from(`${JSON.stringify(index, undefined, 1)}\n`);
      await add(INDEX, text.length, [text]);
      let done = 0;
      for (const {
        name,
        file: { bytes },
      } of all) {
        await add(name, bytes, chunksOf(placeOf(name)));
        done += bytes;
        progress?.(whole === 0 ? 1 : done / whole);
      }
      controller.finalize();
    } catch (error) {
      controller.error(error);
      throw error;
    }
  };
  const [fed, wrote] = await Promise.allSettled([feed(), written]);
  if (fed.status === 'rejected') throw fed.reason;
  if (wrote.status === 'rejected') throw wrote.reason;
}
