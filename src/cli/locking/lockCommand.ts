import { exitCodes, InputError } from '../exitCodes';
import type { Terminal } from '../terminal';
import { checkLock } from './checkLock';
import { lockSubject, type LockOptions } from './subject';
import { writeLock } from './writeLock';

/**
 * `lethe lock`: writes the numbers of finished runs down beside the experiment file; with `check` it says where runs give
 * others. Returns the exit code.
 */
export async function lockCommand(
  file: string,
  options: LockOptions,
  terminal: Terminal,
  dist: string,
): Promise<number> {
  if (options.stored && !options.check) throw new InputError('--stored says what --check compares: give both.');
  const subject = await lockSubject(file, options, terminal, dist);
  if (!subject) return exitCodes.badInput;
  return options.check ? checkLock(subject, terminal, dist) : writeLock(subject, terminal, dist);
}
