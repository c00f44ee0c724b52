import { resolve } from 'node:path';
import { datasets, isDatasetId, isDatasetName, SHIPPED, type DatasetFacts } from '../core/datasets';
import { originalOf, type Original } from '../core/originals';
import { dataFolder } from '../runs/userFolders';
import { assemble, USUAL_TEST_SHARE } from './assemble';
import { DataError } from './dataError';
import type { ReadData } from './examples';
import { identified, refuseOtherArchive, refuseOtherSizes } from './identify';
import { keepData, refuseTaken } from './keep';
import type { DataRecord } from './record';
import { readSource, type ReadOptions, type Source } from './source';

export interface AddOptions extends ReadOptions {
  /** The user's data folder. */
  readonly root?: string | undefined;
  readonly title?: string | undefined;
  /** Share of each class that is taken for test where the data has no test part of its own. */
  readonly testShare?: number | undefined;
  readonly replace?: boolean | undefined;
  /** Where it came from, in place of the paths. */
  readonly from?: string | undefined;
  readonly onPhase?: ((phase: 'read' | 'write') => void) | undefined;
}

/** What makes a data set a known one. */
export interface Known {
  readonly facts: DatasetFacts;
  readonly original: Original;
}

export function knownOf(name: string): Known | undefined {
  const original = originalOf(name);
  return original && isDatasetId(name) ? { facts: datasets[name], original } : undefined;
}

/** @throws DataError for a name that no data set of the user can have */
export function refuseName(name: string): void {
  if (name === SHIPPED) throw new DataError(`${datasets[SHIPPED].title} ships with Lethe: it is there already.`);
  if (!isDatasetName(name))
    throw new DataError(
      `${JSON.stringify(name.slice(0, 80))} is no name of a data set: a name has lower-case letters, digits, "-", "_" and ".", at most 64, and begins with a letter or a digit.`,
    );
}

/**
 * Reads a data set and puts it into the user's data folder. Under the name of a known one only that is taken.
 *
 * @param paths a folder, an archive, or files that belong together
 * @throws DataError, FileFault; the signal's reason
 */
export async function addData(
  name: string,
  paths: readonly string[],
  options: AddOptions = {},
  known: Known | undefined = knownOf(name),
): Promise<DataRecord> {
  refuseName(name);
  const { root = dataFolder(), testShare = USUAL_TEST_SHARE, replace, signal, onPhase } = options;
  if (!(testShare > 0 && testShare < 1)) throw new DataError('The share for test must lie between 0 and 1.');
  if (!replace) refuseTaken(root, name);
  onPhase?.('read');
  const source = await readSource(paths, known ? { ...options, ...readingOf(known) } : options);
  const from = options.from ?? paths.map((path) => resolve(path)).join(', ');
  const about = { name, title: options.title ?? known?.facts.title ?? name };
  if (!known) return write(assemble(source.parts, testShare), aboutOf(about, source, from));
  const identifiedBy = identified(source, known.original, known.facts.title);
  const data = { ...assemble(source.parts), classNames: known.original.classNames };
  refuseOtherSizes(data, known.facts);
  const { licence } = known.original;
  return write(data, { ...aboutOf(about, source, from, identifiedBy), licence });

  function write(read: ReadData, said: Parameters<typeof keepData>[2]): Promise<DataRecord> {
    onPhase?.('write');
    return keepData(root, read, said, { replace, signal });
  }
}

const readingOf = ({ original, facts }: Known): ReadOptions => ({
  coarse: original.format === 'cifar-100-coarse',
  beforeUnpacking: (archive) => refuseOtherArchive(archive, original, facts.title),
});

/** Files of the source that are named in the record. */
const MOST_FILES = 20;

const aboutOf = (
  about: { readonly name: string; readonly title: string },
  { kind, files }: Source,
  from: string,
  identifiedBy?: 'content' | 'archive',
) => ({
  ...about,
  source: { kind, from, files: files.slice(0, MOST_FILES), ...(identifiedBy && { identifiedBy }) },
});
