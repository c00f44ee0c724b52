import { parseExperiment, unreadableExperiment, type ParsedExperiment } from '../core/parse';
import { readCatalogue } from '../data/catalogue';
import { LARGEST_EXPERIMENT } from '../core/textLimits';
import { FileFault, readTextFile } from '../runs/regularFile';

/**
 * Reads and parses an experiment file on disk. One that is there and cannot be read has the reason as its only problem,
 * so that it is shown where it lies and hides no other. Undefined when there is no such file.
 */
export async function parseExperimentFile(file: string): Promise<ParsedExperiment | undefined> {
  try {
    return parseExperiment(await readTextFile(file, LARGEST_EXPERIMENT, { follow: true }), readCatalogue());
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    return error.isMissing ? undefined : unreadableExperiment(error.reason);
  }
}
