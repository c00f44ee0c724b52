interface KnownFile {
  /** What messages call it. */
  readonly name: string;
  /** As it runs: each line where its author wrote it. */
  readonly code: string;
}

/** Files of the user's own that were loaded, by absolute path. */
const files = new Map<string, KnownFile>();

/** From here on errors that go through this file name their line in it. */
export function rememberFile(absolute: string, file: KnownFile): void {
  files.set(absolute, file);
}

/** Deep inside of a library an error has more frames than the ten that are usual. */
export function seeFurther(): void {
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, 100);
}

/** `mine.ts:12` of the innermost frame of a stack that lies in a file of the user's own. */
export function ownPlaceIn(stack: string | undefined): string | undefined {
  if (files.size === 0) return undefined;
  for (const frame of (stack ?? '').split('\n')) {
    const [, where = '', line = ''] = /^\s*(?:at (?:.*? \()?)?(.+?):(\d+)(?::\d+)?\)?$/.exec(frame) ?? [];
    const file = files.get(where);
    if (file) return `${file.name}:${line}`;
  }
  return undefined;
}

/** The words of an error, after its place in the user's own files where it has one. */
export function withOwnPlace(text: string, error: unknown): string {
  const place = error instanceof Error && error.name !== 'OwnError' ? ownPlaceIn(error.stack) : undefined;
  return place === undefined ? text : `${place}: ${text}`;
}

/**
 * `mine.ts:12`, where a function of a method begins.
 *
 * @param part the name it has there
 */
export function placeOfFunction(part: string, fn: unknown): string | undefined {
  if (typeof fn !== 'function') return undefined;
  const text = String(fn);
  // Of files that are alike the one that was loaded last is meant.
  for (const { name, code } of [...files.values()].reverse())
    for (const sought of [`${part}: ${text}`, text]) {
      const at = code.indexOf(sought);
      if (at >= 0) return `${name}:${code.slice(0, at).split('\n').length}`;
    }
  return undefined;
}
