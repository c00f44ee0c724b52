import { createHash } from 'node:crypto';
import path from 'node:path';
import { MOST_FILES, type OwnCode } from '../../core/own/ownCode';
import { ownEndings } from '../../core/own/ownPath';
import { OwnError } from './ownError';
import { transpile, type Import, type Transpiled } from './transpile';

/** The module that every other one may import. */
export const LETHE = 'lethe';

/** A file of a module of the user's own. */
export interface SourceFile extends Transpiled {
  readonly sha256: string;
  /** What each import stands for: the name of another file, or `lethe`. */
  readonly resolved: ReadonlyMap<string, string>;
}

/** A module of the user's own with all that it imports, by name from its folder. */
export interface Source {
  readonly entry: string;
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Names that were looked for in vain: were there such a file, it might be another module. */
  readonly missing: Readonly<Record<string, string>>;
}

/** The text of a file by its name from the module's folder; undefined where there is none. @throws Error that says why it cannot be read */
export type ReadFile = (name: string) => Buffer | undefined;

/** @throws OwnError with the line of what it cannot be made of */
export function readSource(entry: string, read: ReadFile): Source {
  const files = new Map<string, SourceFile>();
  const watched: Record<string, string> = {};
  const textOf = (name: string) => {
    watched[name] = 'unreadable';
    const bytes = read(name);
    const text = bytes && decoded(name, bytes);
    watched[name] = text === undefined ? MISSING : sha256Of(text);
    return text;
  };
  const add = (name: string, text: string) => {
    if (files.size === MOST_FILES)
      throw new OwnError(`${entry}: It imports more than ${MOST_FILES} files, with those that they import.`);
    const resolved = new Map<string, string>();
    const transpiled = transpile(name, text);
    // Before what it imports, which may import it.
    files.set(name, { ...transpiled, sha256: sha256Of(text), resolved });
    for (const one of transpiled.imports) {
      const found = one.specifier === LETHE ? LETHE : resolve(name, one, textOf);
      resolved.set(one.specifier, typeof found === 'string' ? found : found.name);
      if (typeof found !== 'string' && !files.has(found.name)) add(found.name, found.text);
    }
  };
  try {
    const text = textOf(entry);
    if (text === undefined) throw new OwnError(`There is no file ${entry} here.`);
    add(entry, text);
    const missing = Object.fromEntries(Object.entries(watched).filter(([, found]) => found === MISSING));
    return { entry, files, missing };
  } catch (error) {
    const { message } = error as Error;
    throw new OwnError(message, watched, { cause: error });
  }
}

/** Of a file that was looked for and not found. */
const MISSING = 'missing';

/** Of the text, so that a byte order mark makes no difference: copies have none. */
const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex');

/** What it consists of, for the record. */
export const codeOf = ({ entry, files }: Source): OwnCode => ({
  entry,
  files: Object.fromEntries([...files].map(([name, { sha256 }]) => [name, sha256])),
});

function decoded(name: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new OwnError(`${name}: It is no text in UTF-8.`);
  }
}

/** @throws OwnError where a file may not import that, or it is not there */
function resolve(
  from: string,
  { specifier, line }: Import,
  textOf: (name: string) => string | undefined,
): { readonly name: string; readonly text: string } {
  const refuse = (why: string): never => {
    throw new OwnError(`${from}:${line}: "${specifier}" cannot be imported: ${why}`);
  };
  if (!/^\.\.?\//.test(specifier))
    return refuse('a file of your own imports "lethe" and files beside it, nothing else.');
  const wanted = path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier));
  if (wanted.startsWith('../'))
    return refuse('it lies above the folder of the method, and would not be in its copies.');
  if (/(^|\/)\./.test(wanted) || specifier.includes('\\')) return refuse('its name cannot be used here.');
  for (const name of candidates(wanted)) {
    const text = textOf(name);
    if (text !== undefined) return { name, text };
  }
  return refuse(`there is no such file. (Its ending is one of ${ownEndings.join(', ')}.)`);
}

/** As it stands there, or with what may be left out; TypeScript's own way is to write `.js` for a file that is `.ts`. */
function candidates(wanted: string): string[] {
  if (!/\.m?[jt]s$/.test(wanted)) return ownEndings.map((ending) => wanted + ending);
  return /\.m?js$/.test(wanted) ? [wanted, wanted.replace(/js$/, 'ts')] : [wanted];
}
