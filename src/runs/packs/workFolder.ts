import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere } from '../files';
import { keepOutOfGit, makeFolder } from '../folders';
import { runsFolder } from '../layout';
import { refuseLink } from '../regularFile';

/** Names of such folders: those of nobody's runs (`isRunName`). */
const PREFIX = '.taking-';
/** Of a folder that nothing was put into for so long, whoever made it was killed (ms). */
const FORGOTTEN = 86_400_000;

/**
 * Works in a folder beside the runs of a store, from which a whole run moves into place in one go. It is gone afterwards,
 * and so are those that were forgotten. Rejects with a FileFault where the store is a link.
 */
export async function inWorkFolder<T>(store: string, work: (folder: string) => Promise<T>): Promise<T> {
  const runs = runsFolder(store);
  await refuseLink(store);
  await refuseLink(runs);
  await makeFolder(runs);
  await keepOutOfGit(store);
  for (const name of await readdir(runs)) if (name.startsWith(PREFIX)) await removeForgotten(join(runs, name));
  const folder = join(runs, `${PREFIX}${randomBytes(4).toString('hex')}`);
  await mkdir(folder);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeForgotten(folder: string): Promise<void> {
  const found = await ifThere(stat(folder));
  if (found && Date.now() - found.mtimeMs > FORGOTTEN) await rm(folder, { recursive: true, force: true });
}
