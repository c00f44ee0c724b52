import { existsSync, rmSync } from 'node:fs';
import { cpus, hostname } from 'node:os';
import path from 'node:path';
import { version_core } from '@tensorflow/tfjs-core';
import { severalIds } from '../core/analyses/several';
import { backendChoices, type BackendChoice } from '../core/backends';
import { legsOf } from '../core/legs';
import type { OwnManifest, RunSpec } from '../core/manifest';
import type { FinishedRun } from './analysis/finishedRun';
import { openBackend } from './backend/backend';
import { testNative } from './backend/selfTest';
import { factsAmong, loadDatasets } from './data/index';
import { diskFullText } from './diskFull';
import { nothingEarlier, readEarlierLog } from './earlierLog';
import { Journey, type JourneyInput } from './journey';
import { EventLog } from './log';
import { createMethod } from './methods/index';
import { failureText } from './outOfMemory';
import type { OwnParts, OwnPermission } from './own/ownParts';
import { withOwnPlace } from './own/places';
import { errorOf } from './own/throwingErrors';
import { restoreNewest } from './resume';
import { completed, readManifest } from './runFile';
import { Stopped } from './stopped';
import { streamOf } from './streams/index';
import { Superseded, Tenure } from './tenure';
import { ToldLog } from './toldLog';
import { DivergedError } from './trainer';

/** Exit codes of a training process. `superseded`: the run is not this process's any more, and nothing was said in its log. */
const exit = { done: 0, failed: 1, stopped: 3, superseded: 4 } as const;

const usage = 'usage: train.js <run folder> [--resume] [--token <token>] [--eager] [--own <hash> --beside <folder>]';

/**
 * A training process: a run folder in, events out. `train.js <run folder> [--resume] [--token <token>] [--eager]`
 * `--program <command>` and `--beside <folder>`: a program trains the run, JSON of its command, started in that folder;
 * `--token`: leave as soon as `process.json` has another one. `--eager`: steps are not compiled. `--tell`: print what
 * happens. `--own` and `--beside`:
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
  const tenure = new Tenure(runFolder, valueOf('--token', flags));
  if (flags.includes('--program')) return haveProgramTrain(runFolder, flags, tenure);
  const stop = watchForStop(runFolder);
  try {
    const code = await trainAndSay(runFolder, flags, tenure, stop.requested);
    stop.forget();
    return code;
  } catch (error) {
    if (error instanceof Superseded) return exit.superseded;
    stop.forget();
    throw error;
  }
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
async function haveProgramTrain(runFolder: string, flags: readonly string[], tenure: Tenure): Promise<number> {
  const [command, beside] = [valueOf('--program', flags), valueOf('--beside', flags)];
  if (command === undefined || beside === undefined) throw new Error(usage);
  const { trainByProgram } = await import('./program/trainByProgram');
  const run = { command: JSON.parse(command) as string[], beside, shipped: path.join(__dirname, 'data'), tenure };
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

const logOf = (runFolder: string) => path.join(runFolder, 'events.jsonl');

/** Trains, and logs how it ended. @returns the exit code. @throws Superseded; Error when the log cannot be written */
async function trainAndSay(
  runFolder: string,
  flags: readonly string[],
  tenure: Tenure,
  stopRequested: () => boolean,
): Promise<number> {
  await tenure.begin();
  const log = flags.includes('--tell') ? new ToldLog(logOf(runFolder)) : new EventLog(logOf(runFolder));
  const end = (status: 'done' | 'stopped' | 'failed', error?: string) => {
    tenure.confirm();
    const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
    log.write({
      type: 'ended',
      status,
      ...(error === undefined ? {} : { error }),
      ...(tenure.token !== undefined && { token: tenure.token }),
      seconds: performance.now() / 1000,
      peakMemoryBytes,
    });
    return exit[status];
  };
  try {
    await train(runFolder, flags, log, tenure, stopRequested);
    return end('done');
  } catch (thrown) {
    const error = errorOf(thrown);
    if (error instanceof Superseded) throw error;
    if (error instanceof Stopped) return end('stopped');
    tenure.confirm();
    console.error(error);
    return end('failed', withOwnPlace(diskFullText(error) ?? failureText(error), error));
  } finally {
    log.close();
  }
}

async function train(
  runFolder: string,
  flags: readonly string[],
  log: EventLog,
  tenure: Tenure,
  stopRequested: () => boolean,
) {
  const read = readManifest(runFolder);
  const own = await ownPartsOf(runFolder, read.manifest, flags);
  const { manifest, warning: incomplete } = completed(read, own?.settingsOf);
  const { spec, seed } = manifest;
  const loaded = performance.now();
  const backend = await openBackend(manifest.backend, path.join(__dirname, 'wasm'));
  const opened = performance.now();
  const datasets = loadDatasets(spec, path.join(__dirname, 'data'));
  const met = own?.stream(spec, { datasets, seed });
  const stream = met ?? streamOf(datasets, spec.stream, seed);
  const rules = legsOf(manifest).flatMap((leg) => own?.ask(leg.manifest, factsAmong(datasets), met) ?? []);
  const versions = { lethe: manifest.version ?? 'unknown', tfjs: version_core, node: process.versions.node };
  const eager = flags.includes('--eager');
  if (eager) (await import('./own/shortTensors')).shortTensors();
  const isCompiled = backend.name === 'native' && !eager;
  const partsWith = (readsSteps: boolean) => (of: RunSpec) => ({
    method: createMethod(of.methods, (i) => own?.method(of, i, readsSteps)),
    makeNetwork: own?.network(of, readsSteps),
  });
  const input: JourneyInput = {
    manifest,
    runFolder,
    stream,
    backend,
    partsOf: partsWith(!isCompiled),
    log,
    tenure,
    eager,
    stopRequested,
    versions,
    startSeconds: {
      program: loaded / 1000,
      backend: (opened - loaded) / 1000,
      data: (performance.now() - opened) / 1000,
    },
    host: hostname(),
    processor: cpus()[0]?.model.trim() || undefined,
  };
  const journey = new Journey(input);
  const earlier = flags.includes('--resume') ? readEarlierLog(logOf(runFolder)) : nothingEarlier;
  requireSameData(earlier.data, stream.dataset.checksums);
  tenure.confirm();
  const { from, warning: lost } = restoreNewest(runFolder, earlier.checkpoints, (...taken) =>
    journey.restore(...taken),
  );
  // A run that goes on has said before what its run.json lacks.
  const isSaid = from !== undefined && incomplete !== undefined && earlier.warnings.includes(incomplete);
  const ofRules = [...new Set(rules)].filter((warning) => from === undefined || !earlier.warnings.includes(warning));
  try {
    await journey.run([lost, isSaid ? undefined : incomplete, ...ofRules].flatMap((warning) => warning ?? []));
  } catch (error) {
    // Nobody could look at the numbers of compiled steps while they were taken.
    if (own && isCompiled && error instanceof DivergedError) await blameOwn({ ...input, partsOf: partsWith(true) });
    throw error;
  }
}

/** What a run goes on with is what it began with. @throws Error where it is not: a stream of the user's own that came out otherwise */
function requireSameData(earlier: Readonly<Record<string, string>>, data: Readonly<Record<string, string>>): void {
  const other = Object.keys(earlier).find((name) => earlier[name] !== data[name]);
  if (other !== undefined)
    throw new Error(
      `${other} is not what it was when the run began (SHA-256). A stream of one's own has to follow from its settings and "random" alone.`,
    );
}

/** @throws OwnError with the line that made a run diverge, where it is in the user's own files */
async function blameOwn(input: JourneyInput): Promise<void> {
  const { lineOfDivergence } = await import('./divergence');
  const found = await lineOfDivergence(input);
  if (found) throw found;
}

/** What only runs with code of the user's own need is loaded only by them. */
async function ownPartsOf(
  runFolder: string,
  { spec }: OwnManifest,
  flags: readonly string[],
): Promise<OwnParts | undefined> {
  if (!spec.own) return undefined;
  const { OwnParts } = await import('./own/ownParts');
  return OwnParts.load(runFolder, spec, permissionIn(flags));
}

/** How often the `stop` marker is looked for (ms). */
const LOOK_EVERY = 200;

/** A stop is asked for by signal, or (where signals cannot be caught) by a file named `stop` in the run folder. */
function watchForStop(runFolder: string) {
  // Who queues a run removes an old marker: one that is there now was put while this process was starting.
  const marker = path.join(runFolder, 'stop');
  let asked = existsSync(marker);
  let lastLook = performance.now();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => (asked = true));
  const requested = () => {
    if (!asked && performance.now() - lastLook > LOOK_EVERY) {
      lastLook = performance.now();
      asked = existsSync(marker);
    }
    return asked;
  };
  return { requested, forget: () => rmSync(marker, { force: true }) };
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(exit.failed);
  },
);
