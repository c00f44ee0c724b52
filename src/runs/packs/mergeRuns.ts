import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../folders';
import { runsFolder, storeFolder } from '../layout';
import { refuseLink } from '../regularFile';
import { chunksOf, filesOfRun } from './packedFiles';
import { requireRun, takeRun, type Taken } from './takeRun';

/**
 * Copies finished runs from the store of one workspace folder into that of another, checkpoints too. A run that is there
 * already is compared, never written over.
 *
 * @param told after each run what became of it
 * @throws PackError, FileFault
 */
export async function mergeRuns(
  from: string,
  into: string,
  ids: readonly string[],
  told: (id: string, taken: Taken) => void,
): Promise<void> {
  const store = storeFolder(into);
  const runs = runsFolder(store);
  await refuseLink(store);
  await refuseLink(runs);
  await makeFolder(runs);
  const beside = join(runs, `.merging-${randomBytes(4).toString('hex')}`);
  await mkdir(beside);
  try {
    for (const id of ids) {
      const source = join(runsFolder(storeFolder(from)), id);
      const files = await filesOfRun(source, true);
      const copy = join(beside, id);
      for (const { path } of files) await copyFile(join(source, ...path.split('/')), join(copy, ...path.split('/')));
      await requireRun(copy, id);
      told(id, await takeRun(store, { id, files, from: copy }));
    }
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

async function copyFile(from: string, place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  const handle = await open(place, 'wx');
  try {
    for await (const chunk of chunksOf(from)) await handle.writeFile(chunk);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
