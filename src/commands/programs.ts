import * as path from 'node:path';
import * as vscode from 'vscode';
import { hasKeyAmong, type Experiment } from '../core/experiment';
import { commandText } from '../core/program';
import type { Run } from '../core/run';
import type { ProgramLaunch } from '../runs/program/programBeside';
import { t } from '../workspace/text';

/** Read when an experiment names a program. */
const runs = () => import('../runs/program/programBeside');

/**
 * Shows the commands of an experiment's programs before any of them is started here for the first time, and asks.
 *
 * @param keys of the variants to run; all when left out
 * @returns whether they may all run
 */
export async function mayStartPrograms(
  { variants }: Pick<Experiment, 'variants'>,
  experimentFile: string,
  keys?: readonly string[],
): Promise<boolean> {
  const beside = path.dirname(experimentFile);
  const asked = variants.flatMap((variant) =>
    variant.program && (!keys || hasKeyAmong(variant, keys)) ? [{ command: variant.program.command, beside }] : [],
  );
  return asked.length === 0 || mayStart(asked);
}

/**
 * The same of the program of a run that is to go on: as its experiment file names it.
 *
 * @param workspace folder of the run's store
 * @throws ProgramError when the file names another, or its files have changed
 */
export async function mayResumeProgram(workspace: string, { manifest }: Run): Promise<boolean> {
  if (manifest.trainer !== 'command') return true;
  return mayStart([await (await runs()).programNamed(workspace, manifest)]);
}

async function mayStart(launches: readonly ProgramLaunch[]): Promise<boolean> {
  const { isProgramPermitted, permitProgram } = await runs();
  const unknown = new Map<string, ProgramLaunch>();
  for (const launch of launches)
    if (!(await isProgramPermitted(launch))) unknown.set(commandText(launch.command), launch);
  const [first] = unknown.values();
  if (!first) return true;
  const start = t('Start');
  const title = unknown.size === 1 ? t('Start this program?') : t('Start these {0} programs?', unknown.size);
  const about = t(
    'It is started in {0} and can do whatever you can. For this command and this folder you are asked once.',
    first.beside,
  );
  const detail = [...unknown.keys(), '', about].join('\n');
  if ((await vscode.window.showWarningMessage(title, { modal: true, detail }, start)) !== start) return false;
  for (const launch of unknown.values()) await permitProgram(launch);
  return true;
}
