import { noNamedFiles, type NamedFiles } from '../core/namedFiles';
import { noOwnFiles, type OwnFiles } from '../core/own/ownFiles';
import { parseExperiment, unreadableExperiment, type ParsedExperiment } from '../core/parse';
import { readCatalogue } from '../data/catalogue';
import { LARGEST_EXPERIMENT } from '../core/textLimits';
import { machineMemory } from '../native/machineMemory';

/** What is known of the files that an experiment file names. */
export interface KnownFiles {
  /** Those of the user's own: code. */
  readonly own: OwnFiles;
  /** Others, such as weights. */
  readonly named: NamedFiles;
}

export const noKnownFiles: KnownFiles = { own: noOwnFiles, named: noNamedFiles };

/** Parses the text of an experiment file, with what is known of the files that it names. */
export const parsedWith = (text: string, { own, named }: KnownFiles, catalogue = readCatalogue()): ParsedExperiment =>
  parseExperiment(text, catalogue, own, named, machineMemory());

/**
 * Reads and parses an experiment file on disk. One that is there and cannot be read has the reason as its only problem,
 * so that it is shown where it lies and hides no other. Undefined when there is no such file.
 *
 * @param knownFiles what is known of the files that its text names
 */
export async function parseExperimentFile(
  file: string,
  knownFiles: (text: string) => KnownFiles | Promise<KnownFiles> = () => noKnownFiles,
): Promise<ParsedExperiment | undefined> {
  // What reads files is loaded with the first one: those in editors need none of it.
  const { FileFault, readTextFile } = await import('../runs/regularFile');
  try {
    const text = await readTextFile(file, LARGEST_EXPERIMENT, { follow: true });
    return parsedWith(text, await knownFiles(text));
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    return error.isMissing ? undefined : unreadableExperiment(error.reason);
  }
}
