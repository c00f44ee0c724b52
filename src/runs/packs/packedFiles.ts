import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { entriesOf } from '../disk';
import { ifThere } from '../files';
import { FileFault, openRegularFile } from '../regularFile';
import { isPortable, type PackedFile } from './packIndex';

/** Bytes that are read in one go. */
const AT_ONCE = 2 ** 20;

/** Parameters, which only analyses and resumption need, and which are most of what a run takes. */
const isLarge = (path: string): boolean => path.startsWith('checkpoints/') || path.endsWith('.npy');

/**
 * The files of a run that go with it, by their paths, each with what it holds now. Links and anything else that is no file
 * stay behind, as does what Lethe did not name.
 *
 * @param withParameters its checkpoints, too. Rejects with a FileFault where a file cannot be read
 */
export async function filesOfRun(folder: string, withParameters: boolean): Promise<PackedFile[]> {
  const paths = (await pathsOfRun(folder)).filter((path) => withParameters || !isLarge(path));
  const files: PackedFile[] = [];
  for (const path of paths) files.push({ path, ...(await contentOf(join(folder, ...path.split('/')))) });
  return files;
}

/** Paths of all files of a run that go with it. */
export const pathsOfRun = async (folder: string): Promise<string[]> =>
  (await pathsIn(folder, '')).filter(isPortable).sort();

async function pathsIn(folder: string, below: string): Promise<string[]> {
  const entries = (await ifThere(entriesOf(folder))) ?? [];
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = `${below}${entry.name}`;
      if (entry.isDirectory()) return pathsIn(join(folder, entry.name), `${path}/`);
      return entry.isFile() ? [path] : [];
    }),
  );
  return found.flat();
}

/** What a file holds. Rejects with a FileFault. */
export async function contentOf(file: string): Promise<Pick<PackedFile, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunksOf(file)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** The bytes of a regular file, in pieces. Throws FileFault. */
export async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  const { opened } = await openRegularFile(file, { follow: false });
  try {
    for (let place = 0; ;) {
      const chunk = Buffer.alloc(AT_ONCE);
      const read = await opened.read(chunk, 0, AT_ONCE, place);
      if (read === 0) return;
      place += read;
      yield chunk.subarray(0, read);
    }
  } finally {
    await opened.close();
  }
}

/** Whether a file is there and holds just that. */
export async function isSameFile(file: string, { bytes, sha256 }: PackedFile): Promise<boolean> {
  try {
    const found = await contentOf(file);
    return found.bytes === bytes && found.sha256 === sha256;
  } catch (error) {
    if (error instanceof FileFault) return false;
    throw error;
  }
}
