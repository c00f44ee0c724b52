import { errorCode } from './errorCode';
import { FileFault } from './regularFile';

export type StoreFault = 'not writable' | 'disk full' | 'busy' | 'unknown run' | 'cannot resume' | 'damaged run';

/** Something the user can act on; the message says what and is fit to be shown as it is. */
export class RunStoreError extends Error {
  override readonly name = 'RunStoreError';
  constructor(
    readonly fault: StoreFault,
    message: string,
  ) {
    super(message);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a file stands where a folder is needed',
  EEXIST: 'a file stands where a folder is needed',
  ENOENT: 'the folder does not exist',
};

/** Says in plain words why a store cannot be written. */
export function notWritable(store: string, error: unknown): RunStoreError {
  if (error instanceof FileFault)
    return new RunStoreError(
      'not writable',
      `Runs cannot be written to ${store}: ${error.file}: ${error.reason}, and Lethe follows no links there. Nothing was started.`,
    );
  const code = errorCode(error) ?? '';
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error));
  return new RunStoreError(
    full ? 'disk full' : 'not writable',
    `Runs cannot be written to ${store}: ${reason}${code ? ` (${code})` : ''}. Nothing was started.`,
  );
}
