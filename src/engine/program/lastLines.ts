import { closeSync, constants, fstatSync, readSync } from 'node:fs';
import { openRegular } from '../regularFile';

/** Bytes in which the end of a run is looked for: little is written after it. */
const MOST_BYTES = 1 << 16;

/** The last lines of a log; none where there is no log, or no regular file. */
export function lastLinesOf(file: string): string[] {
  try {
    const handle = openRegular(file, constants.O_RDONLY);
    try {
      const { size } = fstatSync(handle);
      const bytes = Buffer.alloc(Math.min(size, MOST_BYTES));
      const length = readSync(handle, bytes, 0, bytes.length, size - bytes.length);
      return bytes.toString('utf8', 0, length).split('\n');
    } finally {
      closeSync(handle);
    }
  } catch {
    return [];
  }
}
