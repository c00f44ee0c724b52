import { dirname } from 'node:path';
import { manifestIn } from '../runFolder';
import { programBeside, type ProgramLaunch } from './programBeside';

/**
 * The program that a queued run starts; undefined for a run that no command of an experiment trains.
 *
 * @throws ProgramError when it may not be started
 */
export async function programLaunchOf(runFolder: string, store: string): Promise<ProgramLaunch | undefined> {
  const manifest = await manifestIn(runFolder);
  return manifest?.trainer === 'command' ? programBeside(dirname(store), manifest) : undefined;
}
