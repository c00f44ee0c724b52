import path from 'node:path';
import { severalIds } from '../core/analyses/several';
import { backendChoices, type BackendChoice } from '../core/backends';
import type { FinishedRun } from './analysis/finishedRun';
import { testNative } from './backend/selfTest';
import { BetweenRuns } from './betweenRuns';
import { exit } from './exitCodes';
import { trainOneAfterAnother } from './oneAfterAnother';
import { failureText } from './outOfMemory';
import type { OwnPermission } from './own/ownParts';
import { withOwnPlace } from './own/places';
import { Stopped } from './stopped';
import { Superseded, Tenure } from './tenure';
import { trainRun, type AskedRun } from './trainRun';

const usage = 'usage: train.js <run folder> [--resume] [--token <token>] [--eager] [--own <hash> --beside <folder>]';

/**
 * A training process: a run folder in, events out. `train.js <run folder> [--resume] [--token <token>] [--eager]`
 * `--program <command>` and `--beside <folder>`: a program trains the run, JSON of its command, started in that folder;
 * `--token`: leave as soon as `process.json` has another one. `--and-more`: train other runs afterwards, which whoever
 * started this process sends. `--eager`: steps are not compiled. `--tell`: print what happens. `--own` and `--beside`:
 * the run's own code may run, if it has this hash; its files stand beside that folder's experiment. With `--self-test` in
 * place of the folder it only sees whether native TensorFlow works, with `--describe <file>` it says what a file of the
 * user's own is, with `--check <file>` whether it keeps to the contract of a method, with `--analyse <run folder> <analysis>` it
 * measures something on the parameters that a finished run kept, and with `--analyse-several <analysis> <runs>` on
 * those of several: JSON, `[{ folder, task }]`.
 */
async function main([runFolder, ...flags]: readonly string[]): Promise<number> {
  if (runFolder === undefined) throw new Error(usage);
  if (runFolder === '--self-test') {
    console.log(`TensorFlow ${await testNative(path.join(__dirname, 'wasm'))}`);
    return exit.done;
  }
  if (runFolder === '--describe') return describe(flags);
  if (runFolder === '--check') return check(flags);
  if (runFolder === '--analyse') return analyse(flags);
  if (runFolder === '--analyse-several') return analyseRuns(flags);
  if (flags.includes('--program')) return haveProgramTrain(runFolder, flags);
  let isSignalled = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => (isSignalled = true));
  const place = { between: new BetweenRuns(__dirname), isSignalled: () => isSignalled };
  const run: AskedRun = {
    folder: runFolder,
    resume: flags.includes('--resume'),
    token: valueOf('--token', flags),
    permission: permissionIn(flags),
    eager: flags.includes('--eager'),
    tells: flags.includes('--tell'),
    asked: 0,
  };
  return flags.includes('--and-more') ? trainOneAfterAnother(run, place) : trainRun(run, place);
}

function valueOf(flag: string, flags: readonly string[]): string | undefined {
  const at = flags.indexOf(flag);
  if (at < 0) return undefined;
  const value = flags[at + 1];
  if (!value) throw new Error(usage);
  return value;
}

function permissionIn(flags: readonly string[]): OwnPermission | undefined {
  const [hash, beside] = [valueOf('--own', flags), valueOf('--beside', flags)];
  return hash === undefined || beside === undefined ? undefined : { hash, beside };
}

/** Starts a program that trains, and waits for its end. */
async function haveProgramTrain(runFolder: string, flags: readonly string[]): Promise<number> {
  const [command, beside] = [valueOf('--program', flags), valueOf('--beside', flags)];
  if (command === undefined || beside === undefined) throw new Error(usage);
  const tenure = new Tenure(runFolder, valueOf('--token', flags));
  const { trainByProgram } = await import('./program/trainByProgram');
  const run = {
    ...{ command: JSON.parse(command) as string[], beside, tenure },
    shipped: path.join(__dirname, 'data'),
    client: path.join(__dirname, '..', 'clients', 'python'),
  };
  try {
    return await trainByProgram({ ...run, runFolder, resume: flags.includes('--resume') });
  } catch (error) {
    if (error instanceof Superseded) return exit.superseded;
    throw error;
  }
}

/** Tells whoever started this process what a file of the user's own is. */
async function describe([file, ...flags]: readonly string[]): Promise<number> {
  if (file === undefined) throw new Error(usage);
  const settings = valueOf('--settings', flags);
  // What only some runs need is loaded only by them.
  const { describeFile } = await import('./own/describe');
  await tell(describeFile(file, JSON.parse(settings ?? '{}') as object));
  return exit.done;
}

/** Tries a method of the user's own, and tells on the way. */
async function check([file, ...flags]: readonly string[]): Promise<number> {
  if (file === undefined) throw new Error(usage);
  const { checkFile } = await import('./contractCheck/checkFile');
  const settings = JSON.parse(valueOf('--settings', flags) ?? '{}') as object;
  try {
    await checkFile(file, {
      settings,
      wasmFolder: path.join(__dirname, 'wasm'),
      tell: (message) => void tell(message),
    });
    await tell({ type: 'done' });
    return exit.done;
  } catch (error) {
    console.error(withOwnPlace(failureText(error), error));
    return exit.failed;
  }
}

/** Analyses a finished run, and tells on the way. */
async function analyse([runFolder, analysis, ...flags]: readonly string[]): Promise<number> {
  if (runFolder === undefined || analysis === undefined) throw new Error(usage);
  const { analyseRun, openRun } = await import('./analysis/analyseRun');
  return untilStopped(async (stopRequested) => {
    const run = await openRun(runFolder, __dirname, backendIn(flags));
    const asked = { analysis, settings: settingsIn(flags), fresh: flags.includes('--fresh') };
    await analyseRun(run, runFolder, asked, { tell, stopRequested });
  });
}

/** Analyses parameters of several finished runs, and tells on the way. */
async function analyseRuns([analysis, named, ...flags]: readonly string[]): Promise<number> {
  const id = severalIds.find((known) => known === analysis);
  if (id === undefined || named === undefined) throw new Error(usage);
  const { openRun } = await import('./analysis/analyseRun');
  const { analyseSeveral } = await import('./analysis/analyseSeveral');
  return untilStopped(async (stopRequested) => {
    const meant = JSON.parse(named) as { readonly folder: string; readonly task?: number }[];
    const opened = new Map<string, FinishedRun>();
    const runs: { run: FinishedRun; task?: number | undefined }[] = [];
    for (const { folder, task } of meant) {
      const run = opened.get(folder) ?? (await openRun(folder, __dirname, backendIn(flags)));
      opened.set(folder, run);
      runs.push({ run, task });
    }
    const [first] = meant;
    if (!first) throw new Error(usage);
    const asked = { analysis: id, runs, folder: first.folder, settings: settingsIn(flags) };
    await analyseSeveral({ ...asked, fresh: flags.includes('--fresh') }, { tell, stopRequested });
  });
}

const settingsIn = (flags: readonly string[]): object => JSON.parse(valueOf('--settings', flags) ?? '{}') as object;
const backendIn = (flags: readonly string[]): BackendChoice | undefined =>
  backendChoices.find((choice) => choice === valueOf('--backend', flags));

/** Does something that hears a stop, and tells how it ended where that was not by itself. */
async function untilStopped(work: (stopRequested: () => boolean) => Promise<void>): Promise<number> {
  let isStopped = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => (isStopped = true));
  try {
    await work(() => isStopped);
    return exit.done;
  } catch (error) {
    if (error instanceof Stopped) {
      await tell({ type: 'stopped' });
      return exit.stopped;
    }
    await tell({ type: 'failed', message: failureText(error) });
    return exit.failed;
  }
}

/** To whoever started this process, by message or else as a line. Resolves when it is sent. */
async function tell(message: object): Promise<void> {
  if (!process.send) console.log(JSON.stringify(message));
  else await new Promise<void>((sent) => process.send?.(message, undefined, undefined, () => sent()));
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(exit.failed);
  },
);
