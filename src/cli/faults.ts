import { DataError } from '../data/dataError';
import { ExecutorError } from '../runs/executors/executor';
import { PackError } from '../runs/packs/packIndex';
import { FileFault, ReportError, RunStoreError, writeReason } from '../runs/index';
import { exitCodes, InputError } from './exitCodes';
import type { Terminal } from './terminal';

const plain = [InputError, RunStoreError, ReportError, FileFault, DataError, PackError, ExecutorError];

/** Says what ended a command and returns the exit code: for what the user can act on in plain words. */
export function sayFault(error: unknown, terminal: Terminal): number {
  if (error instanceof Error && plain.some((kind) => error instanceof kind)) {
    terminal.note(`lethe: ${error.message}`);
    return exitCodes.badInput;
  }
  if (isSystemError(error)) {
    terminal.note(`lethe: ${error.path === undefined ? '' : `${error.path}: `}${writeReason(error)}`);
    return exitCodes.badInput;
  }
  terminal.note('lethe: This is a fault of Lethe itself; please report it.');
  terminal.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.failed;
}

/** What a file system or another program answered: nothing that a stack trace would explain. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error;
