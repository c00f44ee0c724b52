import { existsSync, rmSync } from 'node:fs';
import { cpus, hostname } from 'node:os';
import path from 'node:path';
import { version_core } from '@tensorflow/tfjs-core';
import { legsOf } from '../core/legs';
import type { OwnManifest, RunSpec } from '../core/manifest';
import type { BetweenRuns } from './betweenRuns';
import { factsAmong } from './data/index';
import { diskFullText } from './diskFull';
import { nothingEarlier, readEarlierLog } from './earlierLog';
import { exit } from './exitCodes';
import { Journey, type JourneyInput } from './journey';
import { EventLog } from './log';
import { createMethod } from './methods/index';
import { failureText, forgetNetwork } from './outOfMemory';
import type { OwnParts, OwnPermission } from './own/ownParts';
import { withOwnPlace } from './own/places';
import { errorOf } from './own/throwingErrors';
import { printTo } from './printTo';
import { restoreNewest } from './resume';
import { completed, readManifest } from './runFile';
import { Stopped } from './stopped';
import { streamOf } from './streams/index';
import { Superseded, Tenure } from './tenure';
import { ToldLog } from './toldLog';
import { DivergedError } from './trainer';

/** A run that this process is to train. */
export interface AskedRun {
  readonly folder: string;
  /** Go on from the last checkpoint. */
  readonly resume: boolean;
  /** Of this start; none where somebody trains by hand. */
  readonly token?: string | undefined;
  /** The run's own code that may run. */
  readonly permission?: OwnPermission | undefined;
  /** Steps are not compiled. */
  readonly eager?: boolean;
  /** Print what happens. */
  readonly tells?: boolean;
  /** When this process was asked to train it: milliseconds since the process began, 0 for its first run. */
  readonly asked: number;
}

/** What the process has for each of its runs. */
export interface TrainingPlace {
  readonly between: BetweenRuns;
  /** Whether the process was asked to stop by a signal. */
  readonly isSignalled: () => boolean;
}

/** Trains a run to its end. @returns the exit code of a process that does nothing else. @throws Error when the log cannot be written */
export async function trainRun(run: AskedRun, place: TrainingPlace): Promise<number> {
  const tenure = new Tenure(run.folder, run.token);
  const stop = watchForStop(run.folder, place.isSignalled);
  try {
    const code = await trainAndSay(run, place.between, tenure, stop.requested);
    stop.forget();
    return code;
  } catch (error) {
    if (error instanceof Superseded) return exit.superseded;
    stop.forget();
    throw error;
  }
}

const logOf = (runFolder: string) => path.join(runFolder, 'events.jsonl');

/** Trains, and logs how it ended. @returns the exit code. @throws Superseded; Error when the log cannot be written */
async function trainAndSay(
  run: AskedRun,
  between: BetweenRuns,
  tenure: Tenure,
  stopRequested: () => boolean,
): Promise<number> {
  const { folder, asked } = run;
  await tenure.begin();
  // The first run's output was given to the process when it was started.
  if (asked > 0) printTo(path.join(folder, 'output.log'));
  const log = run.tells ? new ToldLog(logOf(folder)) : new EventLog(logOf(folder));
  const end = (status: 'done' | 'stopped' | 'failed', error?: string) => {
    tenure.confirm();
    const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
    log.write({
      type: 'ended',
      status,
      ...(error === undefined ? {} : { error }),
      ...(tenure.token !== undefined && { token: tenure.token }),
      seconds: (performance.now() - asked) / 1000,
      peakMemoryBytes,
    });
    return exit[status];
  };
  try {
    await train(run, between, log, tenure, stopRequested);
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
  { folder: runFolder, permission, asked, resume, eager = false }: AskedRun,
  between: BetweenRuns,
  log: EventLog,
  tenure: Tenure,
  stopRequested: () => boolean,
) {
  forgetNetwork();
  const read = readManifest(runFolder);
  const own = await ownPartsOf(runFolder, read.manifest, permission);
  const { manifest, warning: incomplete } = completed(read, own?.settingsOf);
  const { spec, seed } = manifest;
  const loaded = performance.now();
  const backend = await between.backend(manifest.backend);
  const opened = performance.now();
  const datasets = between.load(spec);
  const met = own?.stream(spec, { datasets, seed });
  const stream = met ?? streamOf(datasets, spec.stream, seed);
  const rules = legsOf(manifest).flatMap((leg) => own?.ask(leg.manifest, factsAmong(datasets), met) ?? []);
  const versions = { lethe: manifest.version ?? 'unknown', tfjs: version_core, node: process.versions.node };
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
      program: (loaded - asked) / 1000,
      backend: (opened - loaded) / 1000,
      data: (performance.now() - opened) / 1000,
    },
    host: hostname(),
    processor: cpus()[0]?.model.trim() || undefined,
  };
  const journey = new Journey(input);
  const earlier = resume ? readEarlierLog(logOf(runFolder)) : nothingEarlier;
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
  permission: OwnPermission | undefined,
): Promise<OwnParts | undefined> {
  if (!spec.own) return undefined;
  const { OwnParts } = await import('./own/ownParts');
  return OwnParts.load(runFolder, spec, permission);
}

/** How often the `stop` marker is looked for (ms). */
const LOOK_EVERY = 200;

/** A stop is asked for by signal, or (where signals cannot be caught) by a file named `stop` in the run folder. */
function watchForStop(runFolder: string, isSignalled: () => boolean) {
  // Who queues a run removes an old marker: one that is there now was put while this process was starting.
  const marker = path.join(runFolder, 'stop');
  let asked = existsSync(marker);
  let lastLook = performance.now();
  const requested = () => {
    if (!asked && performance.now() - lastLook > LOOK_EVERY) {
      lastLook = performance.now();
      asked = existsSync(marker);
    }
    return asked || isSignalled();
  };
  return { requested, forget: () => rmSync(marker, { force: true }) };
}
