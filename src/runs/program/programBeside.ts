import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { canonicalJson } from '../../core/canonicalJson';
import type { CommandManifest } from '../../core/manifest';
import { commandText, type Command } from '../../core/program';
import { programsOf, type NamedProgram } from '../../core/programsOf';
import { LARGEST_EXPERIMENT } from '../../core/textLimits';
import { hashed } from '../contents';
import { isPermitted, permit } from '../own/ownPermissions';
import { placeOfNamed } from '../placeOfNamed';
import { FileFault, readTextFile } from '../regularFile';

/** A program cannot be started; the message says why and is fit to be shown as it is. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/** What is started, and where. */
export interface ProgramLaunch {
  /** As the experiment file has it. */
  readonly command: Command;
  /** Folder of the experiment file, in which it starts. */
  readonly beside: string;
}

/** By what it is remembered that this user has let a command run beside the experiments of a folder. */
const permissionOf = async ({ command, beside }: ProgramLaunch): Promise<string> =>
  createHash('sha256')
    .update(canonicalJson({ program: command, beside: await realpath(beside) }))
    .digest('hex');

/** Whether this user was shown the command of a program here, and let it run. */
export const isProgramPermitted = async (launch: ProgramLaunch): Promise<boolean> =>
  isPermitted(await permissionOf(launch));

/** The user was shown the command, and asked for it: from here on it may run. */
export const permitProgram = async (launch: ProgramLaunch): Promise<void> => permit(await permissionOf(launch));

/**
 * What a run of a program starts: what its experiment file says, never what the run folder does.
 *
 * @param workspace folder that the path of the experiment file starts from
 * @throws ProgramError when it is not `programNamed`, or this user was never shown the command
 */
export async function programBeside(workspace: string, manifest: CommandManifest): Promise<ProgramLaunch> {
  const launch = await programNamed(workspace, manifest);
  if (await isProgramPermitted(launch)) return launch;
  throw new ProgramError(
    `You have not started this program here yet: ${commandText(launch.command)}. Run the experiment ${manifest.experiment.file}, which shows the command first ("lethe run", or in VS Code).`,
  );
}

/**
 * The same, whether or not it may be started.
 *
 * @throws ProgramError when the experiment file does not name the command, or the program's files are not those that the
 *   run was planned with
 */
export async function programNamed(workspace: string, manifest: CommandManifest): Promise<ProgramLaunch> {
  const { file } = manifest.experiment;
  const shown = commandText(manifest.command);
  if (file === undefined)
    throw new ProgramError(`${shown}: the run does not say which experiment file names this program.`);
  const experiment = join(workspace, file);
  const asked = canonicalJson(manifest.command);
  const named = programsOf(await textOf(experiment, file)).filter(({ command }) => canonicalJson(command) === asked);
  const [first] = named;
  if (!first)
    throw new ProgramError(
      `${file} does not name the program of this run: ${shown}. What is started is what the experiment file says, never what came with a run folder.`,
    );
  await requireContents(named, manifest, experiment);
  return { command: first.command, beside: dirname(experiment) };
}

async function textOf(experiment: string, file: string): Promise<string> {
  try {
    // What came with a store is no experiment of the user's.
    if ((await realpath(experiment)).split(sep).includes('.lethe'))
      throw new ProgramError(`${file} lies in a store of runs.`);
    return await readTextFile(experiment, LARGEST_EXPERIMENT, { follow: true });
  } catch (error) {
    if (error instanceof ProgramError) throw error;
    const why = error instanceof FileFault ? error.reason : 'there is no such file';
    throw new ProgramError(`The program of this run is named by ${file}: ${why}. Nothing was started.`);
  }
}

/** Whether the files of one of the entries that name the command are what they were when the run was planned. */
async function requireContents(
  named: readonly NamedProgram[],
  { spec: { contents = {} } }: CommandManifest,
  experiment: string,
): Promise<void> {
  const entry = named.find(({ files }) => files.every((name) => Object.hasOwn(contents, name)));
  if (!entry) throw new ProgramError(changed(named[0]?.files[0] ?? 'The program'));
  for (const name of entry.files) {
    const found = await hashed(placeOfNamed(name, experiment), 'program').catch((error: unknown) => {
      if (!(error instanceof FileFault)) throw error;
      throw new ProgramError(`The program's file ${name} cannot be used: ${error.reason}.`);
    });
    if (found.sha256 !== contents[name]) throw new ProgramError(changed(name));
  }
}

const changed = (what: string) =>
  `${what} is not what it was when this run was planned. With the present one the experiment makes runs of its own.`;
