import { lstat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ifThere, writeWhole } from './files';
import { makeFolder } from './folders';
import { storeFolder } from './layout';
import { writeReason } from './writeReason';

/** Why a report was not written; the message is fit to be shown as it is. */
export class ReportError extends Error {
  override readonly name = 'ReportError';

  constructor(
    readonly file: string,
    reason: string,
  ) {
    super(`The report cannot be written to ${file}: ${reason}.`);
  }
}

const reportsFolder = (workspace: string): string => join(storeFolder(workspace), 'reports');

/** An experiment's name as part of a file's name; for experiments that have no file. */
export function reportNameOf(experiment: string): string {
  const name = experiment.replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-+|-+$/g, '');
  return Array.from(name).slice(0, LONGEST_NAME).join('') || 'experiment';
}

/** In characters: even if each took four bytes, a file may be called so. */
const LONGEST_NAME = 60;

/** What an experiment file is called, without its endings. */
export const stemOf = (experiment: string): string => basename(experiment).replace(/(\.lethe)?\.jsonc?$/, '');

/** Where the report of an experiment goes when nothing else is asked for: into the store of its workspace folder. */
export const reportFile = (workspace: string, experiment: string): string =>
  join(reportsFolder(workspace), `${stemOf(experiment)}.html`);

/**
 * Writes the report of an experiment into the store and returns the file. A store may have come with a cloned folder: a
 * link in it leads to what somebody else wants to have overwritten, so nothing is written through one.
 * @param experiment its file, or what `reportNameOf` gives
 * @throws ReportError
 */
export async function writeReportInStore(workspace: string, experiment: string, html: string): Promise<string> {
  const file = reportFile(workspace, experiment);
  for (const place of [storeFolder(workspace), reportsFolder(workspace), file]) await refuseLink(file, place);
  await writing(file, async () => {
    await makeFolder(dirname(file));
    await writeWhole(file, html);
  });
  return file;
}

/** Writes a report where the user said: that may be a link, or no file at all (`/dev/stdout`). @throws ReportError */
export async function writeReportTo(file: string, html: string): Promise<void> {
  await writing(file, async () => {
    await makeFolder(dirname(file));
    const found = await ifThere(lstat(file));
    await (found === undefined || found.isFile() ? writeWhole(file, html) : writeFile(file, html));
  });
}

async function refuseLink(file: string, place: string): Promise<void> {
  const found = await ifThere(lstat(place)).catch((error: unknown) => {
    throw new ReportError(file, writeReason(error));
  });
  if (!found?.isSymbolicLink()) return;
  throw new ReportError(
    file,
    `${place === file ? 'that' : place} is a link, and inside a store nothing is written through a link`,
  );
}

async function writing(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new ReportError(file, writeReason(error));
  }
}
