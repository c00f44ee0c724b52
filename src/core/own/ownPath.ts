/** What files of the user's own are: their names end so. */
export const ownEndings = ['.ts', '.mts', '.js', '.mjs'] as const;

/** Path of a file of the user's own, as an experiment file names it. */
export type OwnPath = `./${string}` | `../${string}`;

/** How such a path begins. */
export const OWN_PATH_START = /^\.{1,2}\//;

const LONGEST_PATH = 200;

const hasControl = (text: string) => Array.from(text).some((character) => character < ' ' || character === '\x7f');

/**
 * Whether a name in an experiment file is that of a file of the user's own, such as `./mine.ts`: a path from the folder of
 * the experiment file, with forward slashes.
 */
export function isOwnPath(name: unknown): name is OwnPath {
  if (typeof name !== 'string' || name.length > LONGEST_PATH || !OWN_PATH_START.test(name)) return false;
  return /[^/]\.(?:ts|mts|js|mjs)$/.test(name) && !name.includes('\\') && !hasControl(name);
}

/** What a new file of the user's own is called, without its ending; undefined for what cannot be such a name. */
export function ownFileName(text: string): string | undefined {
  const name = text.trim().replace(/\.(?:ts|mts|js|mjs|py)$/, '');
  return /^[\p{L}\p{N}][\p{L}\p{N}_-]{0,59}$/u.test(name) ? name : undefined;
}

/** The name of the file in a path, without its ending. */
const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');

/**
 * What a file of the user's own is called where names are short: `./My idea.ts` → `my-idea`. Fit for the name of a file,
 * and for the first part of a longer name.
 */
export function ownId(path: string): string {
  const words = baseName(path)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return words.slice(0, 40) || 'own';
}
