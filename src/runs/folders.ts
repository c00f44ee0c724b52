import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from './errorCode';
import { ifThere, writeDurably } from './files';

/**
 * Makes a folder and those above it that are missing. Unlike `mkdir` with `recursive` it throws what is really the
 * matter: that one says of a file system that is read-only that there is no such folder.
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  try {
    await makeOne(folder);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await makeOne(folder);
  }
}

/** Runs are large and personal: they are not committed by accident. What a store says of it already stays. */
export async function keepOutOfGit(store: string): Promise<void> {
  await writeDurably(join(store, '.gitignore'), '*\n').catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    // Somebody else may have made it just now.
    if (errorCode(error) !== 'EEXIST' || !(await isFolder(folder))) throw error;
  }
}

const isFolder = async (folder: string): Promise<boolean> => (await ifThere(stat(folder)))?.isDirectory() ?? false;
