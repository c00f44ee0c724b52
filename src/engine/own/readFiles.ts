import { realpathSync } from 'node:fs';
import path from 'node:path';
import { LARGEST_FILE } from '../../core/own/ownCode';
import { readRegular } from '../regularFile';
import type { ReadFile } from './source';

/**
 * Reads files of a folder by their names in it. A link is followed as long as it stays in the folder: what lies elsewhere
 * would be in no copy.
 */
export function filesIn(folder: string): ReadFile {
  const root = rootOf(folder);
  return (name) => {
    const file = placeIn(folder, name);
    if (file === undefined || root === undefined) return undefined;
    if (!file.startsWith(root + path.sep)) throw new Error(`${name} is a link to another folder, and is not followed.`);
    try {
      return readRegular(file, LARGEST_FILE);
    } catch (error) {
      throw new Error(`${name} cannot be read: ${(error as Error).message}`, { cause: error });
    }
  };
}

function rootOf(folder: string): string | undefined {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}

function placeIn(folder: string, name: string): string | undefined {
  try {
    return realpathSync(path.join(folder, ...name.split('/')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Error(`${name} cannot be read (${code ?? String(error)}).`, { cause: error });
  }
}
