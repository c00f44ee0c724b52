/** Why data cannot be read, added, downloaded or removed: fit to be shown as it is, with what helps. */
export class DataError extends Error {
  override readonly name = 'DataError';
}
