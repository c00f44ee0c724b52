import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { storeFolder } from '../runs/index';

/**
 * The workspace folder whose store a command uses: the one given, else the nearest folder from `start` upwards that has
 * a store or is the root of a git repository, else `start` itself.
 */
export function workspaceOf(start: string, given: string | undefined): string {
  if (given !== undefined) return resolve(given);
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (existsSync(storeFolder(folder)) || existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return resolve(start);
  }
}

/** Path of a file as runs record it: relative to the workspace folder, with forward slashes. */
export const recordedPath = (workspace: string, file: string): string =>
  relative(workspace, resolve(file)).split(sep).join('/');

/** A path as one would type it here: relative where that is shorter, in quotes where it needs them. */
export function shownPath(path: string): string {
  const here = relative(process.cwd(), path) || '.';
  const short = here.length < path.length ? here : path;
  return /[^\w./\\:@%+=-]/.test(short) ? JSON.stringify(short) : short;
}

/** A folder in a sentence, where a lone "." would be read as its end. */
export function folderInWords(path: string): string {
  const shown = shownPath(path);
  return shown === '.' ? 'this folder' : shown;
}
