const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full',
  EDQUOT: 'The disk quota is used up',
};

/** The words with which a run fails when the disk takes no more; undefined for any other error. */
export function diskFullText(error: unknown): string | undefined {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return Object.hasOwn(reasons, code) ? `${reasons[code]}: make room, then resume the run. (${message})` : undefined;
}
