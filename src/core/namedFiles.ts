import { ownValue } from './ownValue';
import type { Finding } from './problems';
import { programFilesIn } from './program';

/** What a file is that the settings of an experiment name: weights to begin with, or a part of a program. */
export type NamedAs = 'weights' | 'program';

/** What is known of such a file. */
export type NamedFile =
  | { readonly kind: 'read'; readonly sha256: string }
  /** It cannot be used: a sentence that says why, and what was expected. */
  | { readonly kind: 'faulty'; readonly message: string }
  /** Nobody has looked at it yet. */
  | { readonly kind: 'unread' };

/** By its path as the experiment file has it. */
export type NamedFiles = ReadonlyMap<string, NamedFile>;

export const noNamedFiles: NamedFiles = new Map();

/** A file by its path as the experiment file has it. */
export interface FileNaming {
  readonly name: string;
  readonly as: NamedAs;
}

/** The same, and where it stands. */
interface NamingPlace extends FileNaming {
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
    const weights: NamingPlace[] =
      typeof name === 'string' && name !== '' ? [{ name, as: 'weights', path: [...path, 'network', 'weights'] }] : [];
    const ofProgram = programFilesIn(of).map((file): NamingPlace => ({
      name: file.name,
      as: 'program',
      path: [...path, ...file.path],
    }));
    return [...weights, ...ofProgram];
  });
}

/** The files in the value of an experiment file, each once. */
export const namingsIn = (file: unknown): FileNaming[] => [
  ...new Map(placesIn(file).map(({ name, as }) => [name, { name, as }])).values(),
];

/** What is wrong with the files that an experiment file names, at each place that names one. */
export const checkNamedFiles = (file: unknown, files: NamedFiles): Finding[] =>
  placesIn(file).flatMap(({ name, path }): Finding[] => {
    const found = files.get(name);
    return found?.kind === 'faulty' ? [{ severity: 'error', message: found.message, path }] : [];
  });
