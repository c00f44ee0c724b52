import { constants } from 'node:os';

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/**
 * Code of a file system error (`ENOENT`, …), or undefined for any other value. Node.js has no name for some, such as
 * ESTALE of a network file system, and gives "Unknown system error -116" in its place.
 */
export function errorCode(error: unknown): string | undefined {
  const { code, errno } = (error ?? {}) as NodeJS.ErrnoException;
  if (errno === undefined || code?.startsWith('Unknown system error') !== true) return code;
  return names.get(Math.abs(errno)) ?? code;
}
