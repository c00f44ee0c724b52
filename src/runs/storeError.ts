import { errorCode } from './errorCode';
import { FileFault } from './regularFile';
import { writeReason } from './writeReason';

export type StoreFault =
  'not writable' | 'disk full' | 'busy' | 'unknown run' | 'cannot resume' | 'damaged run' | 'own code' | 'program';

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

/** Says in plain words why a store cannot be written. */
export function notWritable(store: string, error: unknown): RunStoreError {
  if (error instanceof FileFault)
    return new RunStoreError(
      'not writable',
      `Runs cannot be written to ${store}: ${error.file}: ${error.reason}, and Lethe follows no links there. Nothing was started.`,
    );
  const full = ['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '');
  return new RunStoreError(
    full ? 'disk full' : 'not writable',
    `Runs cannot be written to ${store}: ${writeReason(error)}. Nothing was started.`,
  );
}
