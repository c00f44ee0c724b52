import { dirname, join, resolve } from 'node:path';
import type { BackendChoice } from '../../core/backends';
import { hasKeyAmong, type Experiment } from '../../core/experiment';
import { readExperimentLock, type ExperimentLock } from '../../core/experimentLock';
import type { LockedRun } from '../../core/lockedRuns';
import { oneLine } from '../../core/visibleText';
import { ifThere } from '../../runs/files';
import { hashesOf, stemOf, type RunStore } from '../../runs/index';
import { readTextFile } from '../../runs/regularFile';
import { InputError } from '../exitCodes';
import { checkKeys, parseSeeds, readExperiment } from '../experimentFile';
import { openStore } from '../openStore';
import { shownPath, workspaceOf } from '../places';
import type { Terminal } from '../terminal';

export interface LockOptions {
  /** Compares runs with the lock, instead of writing it. */
  readonly check?: boolean;
  /** With `check`: compares the runs of the store, instead of training them again. */
  readonly stored?: boolean;
  readonly method?: readonly string[];
  readonly seeds?: string;
  readonly backend?: BackendChoice;
  readonly parallel?: number;
  /** As a share: how far a measure may be from the locked one on another backend or processor. */
  readonly tolerance?: number;
  /** Workspace folder. */
  readonly out?: string;
}

/** An experiment and its lock, and what of them is meant. */
export interface LockSubject {
  readonly experiment: Experiment;
  readonly file: string;
  readonly lockFile: string;
  /** What the lock says; undefined where there is none. */
  readonly lock: ExperimentLock | undefined;
  /** Of all variants, in their order: hash by key. */
  readonly hashes: ReadonlyMap<string, string>;
  /** Keys of the variants that are meant. */
  readonly keys: readonly string[];
  /** Seeds that were asked for. */
  readonly seeds: readonly number[] | undefined;
  readonly options: LockOptions;
}

/** A variant with a seed, and what the lock has of it: of several backends or processors a line each. */
export interface LockedCell {
  readonly variant: string;
  readonly hash: string;
  readonly seed: number;
  readonly lines: readonly LockedRun[];
}

/** A lock of more bytes is none: of a thousand variants with a hundred seeds each. */
const LARGEST_LOCK = 64_000_000;

/** Undefined when the experiment file cannot be used, which has been said then. @throws InputError */
export async function lockSubject(
  file: string,
  options: LockOptions,
  terminal: Terminal,
  dist: string,
): Promise<LockSubject | undefined> {
  const experiment = await readExperiment(file, terminal, dist);
  if (!experiment) return undefined;
  const { method } = options;
  if (method) checkKeys(experiment, method);
  const meant = experiment.variants.filter((variant) => method === undefined || hasKeyAmong(variant, method));
  const lockFile = join(dirname(resolve(file)), `${stemOf(file)}.lethe.lock`);
  return {
    ...{ experiment, file, lockFile, options },
    lock: await readLock(lockFile, experiment.name),
    hashes: hashesOf(experiment),
    keys: meant.map(({ key }) => key),
    seeds: options.seeds === undefined ? undefined : parseSeeds(options.seeds),
  };
}

async function readLock(file: string, name: string): Promise<ExperimentLock | undefined> {
  const text = await ifThere(readTextFile(file, LARGEST_LOCK, { follow: false }));
  if (text === undefined) return undefined;
  const lock = readExperimentLock(text);
  if ('reason' in lock) throw new InputError(`${shownPath(file)}:${lock.line}: ${lock.reason}.`);
  if (lock.experiment === name) return lock;
  throw new InputError(
    `${shownPath(file)} is the lock of "${oneLine(lock.experiment)}", and the experiment is "${oneLine(name)}". If only its name has changed, change the first line of the lock too.`,
  );
}

/** The store whose runs are meant. */
export const storeOf = ({ file, options }: LockSubject, terminal: Terminal, dist: string): RunStore =>
  openStore(workspaceOf(resolve(file, '..'), options.out), { dist }, terminal);
