/** Code of a file system error (`ENOENT`, …), or undefined for any other value. */
export const errorCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;
