/** What is wrong with a file of the user's own, with its place: `mine.ts:12: …`. */
export class OwnError extends Error {
  override readonly name = 'OwnError';

  /** @param watched files that were looked for before it was found: see `Description` */
  constructor(
    message: string,
    readonly watched: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
