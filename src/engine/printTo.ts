import { closeSync, constants, openSync } from 'node:fs';
import { openRegular } from './regularFile';

/**
 * From here on what this process prints is appended to a file, and what its libraries print, which write to the same
 * descriptors. On Linux alone. @throws Error when the file cannot be opened, and nothing has changed then
 */
export function printTo(file: string): void {
  const opened = openRegular(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
  try {
    for (const descriptor of [1, 2]) {
      closeSync(descriptor);
      // The lowest that is free: the one that was closed.
      openSync(`/proc/self/fd/${opened}`, constants.O_WRONLY | constants.O_APPEND);
    }
  } finally {
    closeSync(opened);
  }
}
