import { dirname, join } from 'node:path';
import { manifestSchema } from '../../core/manifest';
import { readJson } from '../files';
import { LARGEST_MANIFEST, runFiles } from '../layout';
import { programBeside, type ProgramLaunch } from './programBeside';

const manifestOf = async (runFolder: string) =>
  manifestSchema.safeParse(await readJson(join(runFolder, runFiles.manifest), LARGEST_MANIFEST)).data;

/**
 * The program that a queued run starts; undefined for a run that no command of an experiment trains.
 *
 * @throws ProgramError when it may not be started
 */
export async function programLaunchOf(runFolder: string, store: string): Promise<ProgramLaunch | undefined> {
  const manifest = await manifestOf(runFolder);
  return manifest?.trainer === 'command' ? programBeside(dirname(store), manifest) : undefined;
}

/** The device that the program of a run needs; undefined where it needs none. */
export async function deviceOf(runFolder: string): Promise<string | undefined> {
  const manifest = await manifestOf(runFolder);
  return manifest?.trainer === 'command' ? manifest.device : undefined;
}
