import { lstatSync, renameSync } from 'node:fs';

/**
 * Renames what nobody else renames or removes. Over a network a rename may be said to have failed that happened, when the
 * answer was lost and the question was asked again: where the old name is gone and the new one there, it happened.
 */
export function moveOwn(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    const isThere = (file: string) => lstatSync(file, { throwIfNoEntry: false }) !== undefined;
    if (isThere(from) || !isThere(to)) throw error;
  }
}
