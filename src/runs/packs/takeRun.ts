import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestSchema } from '../../core/manifest';
import { errorCode } from '../errorCode';
import { readJson } from '../files';
import { LARGEST_MANIFEST, runFiles, runsFolder } from '../layout';
import { isSameFile } from './packedFiles';
import { PackError, type PackedFile } from './packIndex';

/** What became of a run that came: it is new here; the same was here; another run of this id is here, and stays. */
export type Taken = 'added' | 'there' | 'differs';

/** What says that two runs are the same. */
export const decisive: readonly string[] = [runFiles.manifest, runFiles.events];

/** @throws PackError where the folder holds no run of this id */
export async function requireRun(folder: string, id: string): Promise<void> {
  const { data } = manifestSchema.safeParse(await readJson(join(folder, runFiles.manifest), LARGEST_MANIFEST));
  if (data?.id !== id)
    throw new PackError(`${id} is no run: its ${runFiles.manifest} is missing, or is that of another.`);
}

/** Puts a whole run folder into a store, in one go. A run that is there is compared, and never written over. */
export async function takeRun(
  store: string,
  { id, files, from }: { readonly id: string; readonly files: readonly PackedFile[]; readonly from: string },
): Promise<Taken> {
  const place = join(runsFolder(store), id);
  try {
    await rename(from, place);
    return 'added';
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error;
  }
  return compared(place, files);
}

/** A run that is there with one that comes. */
export async function compared(place: string, files: readonly PackedFile[]): Promise<Exclude<Taken, 'added'>> {
  const same = files
    .filter(({ path }) => decisive.includes(path))
    .map((file) => isSameFile(join(place, file.path), file));
  return (await Promise.all(same)).every(Boolean) ? 'there' : 'differs';
}
