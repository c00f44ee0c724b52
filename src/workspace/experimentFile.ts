import { parseExperiment, unreadableExperiment, type ParsedExperiment } from '../core/parse';
import { LARGEST_EXPERIMENT } from '../core/textLimits';
import { withContents } from '../runs/contents';
import { FileFault, readTextFile } from '../runs/regularFile';

/** The text of an experiment file, and the content of the files it names. @param file its path, where it has one */
export function parsedWithContents(text: string, file: string | undefined): ParsedExperiment {
  const parsed = parseExperiment(text);
  if (!parsed.experiment || file === undefined) return parsed;
  return { ...parsed, experiment: withContents(parsed.experiment, file).experiment };
}

/**
 * Reads and parses an experiment file on disk. One that is there and cannot be read has the reason as its only problem,
 * so that it is shown where it lies and hides no other. Undefined when there is no such file.
 */
export async function parseExperimentFile(file: string): Promise<ParsedExperiment | undefined> {
  try {
    return parsedWithContents(await readTextFile(file, LARGEST_EXPERIMENT, { follow: true }), file);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    return error.isMissing ? undefined : unreadableExperiment(error.reason);
  }
}
