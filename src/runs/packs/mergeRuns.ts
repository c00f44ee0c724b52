import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runsFolder, storeFolder } from '../layout';
import { chunksOf, filesOfRun } from './packedFiles';
import { requireRun, takeRun, type Taken } from './takeRun';
import { inWorkFolder } from './workFolder';

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
  await inWorkFolder(store, async (work) => {
    for (const id of ids) {
      const source = join(runsFolder(storeFolder(from)), id);
      const files = await filesOfRun(source, true);
      const copy = join(work, id);
      for (const { path } of files) await copyFile(join(source, ...path.split('/')), join(copy, ...path.split('/')));
      await requireRun(copy, id);
      told(id, await takeRun(store, { id, files, from: copy }));
    }
  });
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
