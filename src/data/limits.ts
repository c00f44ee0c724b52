import { formatBytes } from '../core/format';
import { DataError } from './dataError';

/** Of one array. Nothing that is trained in one process is larger. */
export const MOST_BYTES = 2 ** 31;
/** Of all examples. */
export const MOST_EXAMPLES = 10_000_000;
/** Labels are numbers of 16 bits. */
export const MOST_CLASSES = 65_536;
/** Height, width or channels of an image, and features of an example. */
export const LONGEST_SIDE = 1_000_000;

/** @throws DataError when an array of so many bytes is more than is read */
export function refuseTooLarge(bytes: number, of: string): void {
  if (bytes > MOST_BYTES)
    throw new DataError(`${of} would be ${formatBytes(bytes)}: more than ${formatBytes(MOST_BYTES)} are not read.`);
}
