import { noOwnFiles, type OwnFiles } from '../core/own/ownFiles';
import { parseExperiment, unreadableExperiment, type ParsedExperiment } from '../core/parse';
import { readCatalogue } from '../data/catalogue';
import { LARGEST_EXPERIMENT } from '../core/textLimits';
import { withContents } from '../runs/contents';
import { FileFault, readTextFile } from '../runs/regularFile';

/** The text of an experiment file, and the content of the files it names. @param file its path, where it has one */
export function parsedWithContents(
  text: string,
  file: string | undefined,
  own: OwnFiles = noOwnFiles,
  catalogue = readCatalogue(),
): ParsedExperiment {
  const parsed = parseExperiment(text, catalogue, own);
  if (!parsed.experiment || file === undefined) return parsed;
  return { ...parsed, experiment: withContents(parsed.experiment, file).experiment };
}

/**
 * Reads and parses an experiment file on disk. One that is there and cannot be read has the reason as its only problem,
 * so that it is shown where it lies and hides no other. Undefined when there is no such file.
 *
 * @param ownFiles what is known of the files of the user's own that its text names
 */
export async function parseExperimentFile(
  file: string,
  ownFiles: (text: string) => OwnFiles | Promise<OwnFiles> = () => noOwnFiles,
): Promise<ParsedExperiment | undefined> {
  try {
    const text = await readTextFile(file, LARGEST_EXPERIMENT, { follow: true });
    return parsedWithContents(text, file, await ownFiles(text));
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    return error.isMissing ? undefined : unreadableExperiment(error.reason);
  }
}
