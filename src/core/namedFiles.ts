import { ownValue } from './ownValue';
import type { Finding } from './problems';

/** What is known of a file that the settings of an experiment name, such as the weights to begin with. */
export type NamedFile =
  | { readonly kind: 'read'; readonly sha256: string }
  /** It cannot be used: a sentence that says why, and what was expected. */
  | { readonly kind: 'faulty'; readonly message: string }
  /** Nobody has looked at it yet. */
  | { readonly kind: 'unread' };

/** By its path as the experiment file has it. */
export type NamedFiles = ReadonlyMap<string, NamedFile>;

export const noNamedFiles: NamedFiles = new Map();

/** A path in an experiment file, and where it stands. */
interface NamingPlace {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** Where the value of an experiment file, valid or not, names files. */
function placesIn(file: unknown): NamingPlace[] {
  const methods = ownValue(file, 'methods');
  const entries = (Array.isArray(methods) ? (methods as unknown[]) : []).flatMap((item, i) =>
    Array.isArray(item)
      ? item.map((entry: unknown, j) => ({ of: entry, path: ['methods', i, j] }))
      : [{ of: item, path: ['methods', i] }],
  );
  return [{ of: file, path: [] }, ...entries].flatMap(({ of, path }) => {
    const name = ownValue(ownValue(of, 'network'), 'weights');
    return typeof name === 'string' && name !== '' ? [{ name, path: [...path, 'network', 'weights'] }] : [];
  });
}

/** The paths of files in the value of an experiment file, each once. */
export const namesIn = (file: unknown): string[] => [...new Set(placesIn(file).map(({ name }) => name))];

/** What is wrong with the files that an experiment file names, at each place that names one. */
export const checkNamedFiles = (file: unknown, files: NamedFiles): Finding[] =>
  placesIn(file).flatMap(({ name, path }): Finding[] => {
    const found = files.get(name);
    return found?.kind === 'faulty' ? [{ severity: 'error', message: found.message, path }] : [];
  });
