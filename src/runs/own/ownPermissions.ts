import { mkdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere } from '../files';
import { stateFolder } from '../userFolders';

/**
 * Which code of the user's own this user has let run, by its hash: an empty file for each, where only this user writes. A
 * store that comes with queued runs has none of its code run by it.
 */
const folder = () => join(stateFolder(), 'own-code');

/** The user asked for a run of this code. */
export async function permit(hash: string): Promise<void> {
  await mkdir(folder(), { recursive: true, mode: 0o700 });
  const file = join(folder(), hash);
  await writeFile(file, '', { flag: 'a' });
  // So that what has not been used for long can be told.
  await utimes(file, new Date(), new Date()).catch(() => undefined);
}

export const isPermitted = async (hash: string): Promise<boolean> =>
  (await ifThere(stat(join(folder(), hash))))?.isFile() ?? false;
