/** Where a message about code of the user's own says that something is. */
export interface OwnPlace {
  /** From the folder of the module, with forward slashes. */
  readonly name: string;
  /** From 1. */
  readonly line: number;
  /** What is said of it. */
  readonly said: string;
}

/** The place that a message begins with, as `lib/merge.ts:12: …`; undefined where it names none. */
export function placeIn(message: string): OwnPlace | undefined {
  const [, name = '', line = '', said = ''] =
    /^([^:\n\\]+\.(?:ts|mts|js|mjs)):([1-9]\d{0,6}): (.*)$/s.exec(message) ?? [];
  // Nothing outside the folder of the module is its own.
  if (name === '' || name.startsWith('/') || name.split('/').includes('..')) return undefined;
  return { name, line: Number(line), said };
}
