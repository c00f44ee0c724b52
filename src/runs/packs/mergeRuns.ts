import { lstat, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ifThere } from '../files';
import { runsFolder, storeFolder } from '../layout';
import { chunksOf, contentOf, pathsOfRun } from './packedFiles';
import { compared, decisive, requireRun, takeRun, type Taken } from './takeRun';
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
      const paths = await pathsOfRun(source);
      const files = await Promise.all(
        paths
          .filter((path) => decisive.includes(path))
          .map(async (path) => ({ path, ...(await contentOf(join(source, path))) })),
      );
      const place = join(runsFolder(store), id);
      if (await ifThere(lstat(place))) {
        told(id, await compared(place, files));
        continue;
      }
      const copy = join(work, id);
      for (const path of paths) await copyFile(join(source, ...path.split('/')), join(copy, ...path.split('/')));
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
