import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import type { RunEvent } from '../core/events';
import { manifestSchema, RUN_FORMAT, type RunManifest } from '../core/manifest';
import { ownValue } from '../core/ownValue';
import { isFinished, type Run, type RunStatus } from '../core/run';
import type { RunState } from '../core/runModel';
import { isWorkerClaim } from './batches/claims';
import { lstat } from './disk';
import { LogTail } from './eventLog';
import { ifThere } from './files';
import { internedRun } from './interned';
import { LARGEST_MANIFEST, runFiles } from './layout';
import { lifeOf, mayExist, type Life } from './liveness';
import { ownProcessOf } from './ownProcesses';
import { isPassing, tryAgain } from './passing';
import { readProcessFile, type ProcessFile } from './processFile';
import { FileFault, linkFault, readTextFile, type ReadOptions } from './regularFile';
import { contentOf } from './runFolder';
import { endedStatus, isStarting, statusOf } from './status';

/**
 * A run whose process cannot be looked for from here counts as lost when nothing in its folder has changed for so long
 * (ms). Lethe's own training touches `process.json` every few seconds.
 */
const LONGEST_SILENCE = 10 * 60_000;

/** What tells whether a run folder is as it was: its own times change with its entries, the log's with what is appended. */
export interface RunStamp {
  readonly folder: string;
  readonly log: string;
  readonly manifest: string;
}

/** A finished run as it was read earlier. Holds as long as the stamp does. */
export interface ReadRun {
  readonly stamp: RunStamp;
  readonly run: Run;
  /** Events in its log. */
  readonly count: number;
}

export interface Refreshed {
  /** Events that are new since the last refresh. */
  readonly events: readonly RunEvent[];
  /** `events` are the whole log: it is read for the first time, or again. */
  readonly whole: boolean;
  /** Events, status, fault or the count of malformed lines changed. */
  readonly changed: boolean;
}

/** Each time a run is read its folder is listed first, and what is no regular file refused. */
const LOOKED: ReadOptions = { follow: false, looked: true };

/** A run that waits and whose folder is as it was is read all the same once in so many looks: times of files are coarse. */
const LOOKS_AT_WAITING = 16;

const NOTHING: Refreshed = { events: [], whole: false, changed: false };

/** One run folder as it is known so far; `refresh` reads only what changed. */
export class TrackedRun {
  /** Follows the log; kept only while there is more to come. */
  private tail: LogTail | undefined;
  private counted = 0;
  private current: Run | undefined;
  private stamp: RunStamp | undefined;
  private looks = 0;
  /** Times of the files that training touches, when they were first seen so (ms of this process), and whether before. */
  private signs: { readonly times: string; readonly seen: number; readonly isFirst: boolean } | undefined;
  /** Why the folder cannot be used; undefined when it can. */
  fault: string | undefined;

  /** `earlier`: what was read of it by another process. */
  constructor(
    readonly folder: string,
    private readonly earlier?: ReadRun,
  ) {}

  /** The run, once it was read. */
  get run(): Run | undefined {
    return this.current;
  }

  /** Events read so far. */
  get count(): number {
    return this.counted;
  }

  get isActive(): boolean {
    return this.current !== undefined && !isFinished(this.current.status);
  }

  /** What may be kept for other processes: nothing of it can change unless the folder does. */
  get settled(): ReadRun | undefined {
    const isOver = this.current !== undefined && endedStatus(this.current.state) === this.current.status;
    if (!isOver || !this.current || !this.stamp) return undefined;
    return { stamp: this.stamp, run: this.current, count: this.counted };
  }

  /** Reads what changed. Never throws for what a folder holds: that is its fault, and this run's alone. */
  async refresh(): Promise<Refreshed> {
    let stamp: RunStamp | undefined;
    try {
      stamp = await tryAgain(() => stampOf(this.folder));
      const isSame = this.stamp !== undefined && sameStamp(stamp, this.stamp);
      if (isSame && (!this.isActive || this.isStillWaiting())) return NOTHING;
      if (!this.stamp && this.earlier && sameStamp(stamp, this.earlier.stamp)) return this.takeEarlier(this.earlier);
      const refreshed = await this.read(stamp);
      this.stamp = stamp;
      return refreshed;
    } catch (error) {
      // Looked at again only when the folder changes, unless the cause may lie elsewhere.
      const isOfFolder = error instanceof FolderFault || error instanceof FileFault;
      this.stamp = isOfFolder && !isPassing(error) ? stamp : undefined;
      return this.takeFault(reasonOf(error));
    }
  }

  /** What waits is started by what changes its folder: a marker is renamed, a file made. */
  private isStillWaiting(): boolean {
    this.looks += 1;
    return this.current?.status === 'queued' && this.looks % LOOKS_AT_WAITING !== 0;
  }

  private takeEarlier({ stamp, run, count }: ReadRun): Refreshed {
    this.stamp = stamp;
    this.current = run;
    this.counted = count;
    return { events: [], whole: true, changed: true };
  }

  private takeFault(fault: string): Refreshed {
    const changed = fault !== this.fault || this.current !== undefined;
    this.fault = fault;
    this.current = undefined;
    this.tail = undefined;
    return { ...NOTHING, changed };
  }

  private async read(stamp: RunStamp): Promise<Refreshed> {
    let names = await this.names();
    const manifest = await this.manifest(stamp, names);
    const before = this.current;
    const whole = this.tail === undefined && (before === undefined || stamp.log !== this.stamp?.log);
    this.tail ??= whole ? new LogTail(join(this.folder, runFiles.events), LOOKED) : undefined;
    const tail = this.tail;
    let { events, restarted } = (await tail?.read()) ?? { events: [], restarted: false };
    const state = () => tail?.state ?? before?.state;
    let status = await this.status(names, state());
    // The process may have written its last words after the log was read and before it was looked for; and a listing made
    // while a marker is renamed may have neither of its names. So what looks broken off is looked at until it stays so.
    for (let isSettled = false; tail && isBrokenOff(status, state()) && !isSettled;) {
      const [more, again] = [await tail.read(), await this.names()];
      isSettled = more.events.length === 0 && !more.restarted && haveSame(again, names);
      restarted ||= more.restarted;
      events = [...(more.restarted ? [] : events), ...more.events];
      names = again;
      status = await this.status(names, state());
    }
    if (tail && isFinished(status)) {
      const settled = tail.settle();
      if (settled.length > 0) status = await this.status(names, state());
      events = [...events, ...settled];
    }
    if (tail) this.counted = tail.count;
    this.fault = undefined;
    const now = { manifest, status, state: finalState(state(), tail?.isTorn === true && isFinished(status)) };
    this.current = isFinished(status) ? internedRun(now) : now;
    // Its fold is all that is needed of a run that is over: should its log go on, it is read again.
    if (isFinished(status)) this.tail = undefined;
    const same = before?.status === status && before.state.malformed === this.current.state.malformed;
    return {
      events,
      whole: before === undefined || whole || restarted,
      changed: !same || restarted || events.length > 0,
    };
  }

  /** Names of what is in the folder. @throws FolderFault */
  private async names(): Promise<ReadonlySet<string>> {
    const { names, fault } = await tryAgain(() => contentOf(this.folder));
    if (fault !== undefined) throw new FolderFault(fault);
    return names;
  }

  /** `run.json` is written once, so it is read once; a broken one is read again when it changes. */
  private async manifest(stamp: RunStamp, names: ReadonlySet<string>): Promise<RunManifest> {
    if (this.current && this.stamp?.manifest === stamp.manifest) return this.current.manifest;
    if (!names.has(runFiles.manifest)) throw new FolderFault(`${runFiles.manifest} is missing`);
    const text = await readTextFile(join(this.folder, runFiles.manifest), LARGEST_MANIFEST, LOOKED);
    const parsed = parseManifest(text, basename(this.folder));
    if (typeof parsed === 'string') throw new FolderFault(parsed);
    return parsed;
  }

  private async status(names: ReadonlySet<string>, state: RunState | undefined): Promise<RunStatus> {
    if (!state) return 'crashed';
    const process = names.has(runFiles.process) ? await readProcessFile(this.folder, LOOKED) : undefined;
    const workers = [...names].some(isWorkerClaim);
    const markers = {
      queued: names.has(runFiles.queued),
      claimed: names.has(runFiles.claimed) || workers,
      workers,
      stop: names.has(runFiles.stop),
    };
    // Looking for a process costs more than the rest: only where it decides.
    const isOver = endedStatus(state) !== undefined && !isStarting(state, process);
    const life = isOver ? 'dead' : await lifeOfRun(this.folder, process, state);
    const silent = life === 'unknown' && !isOver && (await this.silence()) > LONGEST_SILENCE;
    return statusOf(state, { ...markers, process, life, silent });
  }

  /**
   * Milliseconds since the last sign of life: since this process saw it, or else by the times of the files. A clock that is
   * set forward or back makes nobody lost.
   */
  private async silence(): Promise<number> {
    const names = [runFiles.events, runFiles.process];
    const found = await Promise.all(names.map((name) => ifThere(lstat(join(this.folder, name)))));
    const times = found.map((file) => `${file?.size} ${file?.mtimeMs}`).join(' ');
    if (this.signs?.times !== times) this.signs = { times, seen: performance.now(), isFirst: this.signs === undefined };
    const watched = performance.now() - this.signs.seen;
    if (!this.signs.isFirst) return watched;
    return Math.max(watched, Date.now() - Math.max(...found.map((file) => file?.mtimeMs ?? 0)));
  }
}

/** The fold of a run's log as it is now; undefined where the folder cannot be used. */
export async function stateIn(folder: string): Promise<RunState | undefined> {
  const tracked = new TrackedRun(folder);
  await tracked.refresh();
  return tracked.run?.state;
}

/** What is wrong with a run folder, in words. */
class FolderFault extends Error {}

/** It came to an end of which its log says nothing. */
const isBrokenOff = (status: RunStatus, state: RunState | undefined): boolean =>
  (status === 'crashed' || status === 'stopped') && !(state && endedStatus(state) === status);

const haveSame = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((name) => b.has(name));

const finalState = (state: RunState | undefined, torn: boolean): RunState => {
  if (!state) throw new Error('the log cannot be read');
  return torn ? { ...state, malformed: state.malformed + 1 } : state;
};

async function stampOf(folder: string): Promise<RunStamp> {
  const [own, log, manifest] = await Promise.all(
    [folder, join(folder, runFiles.events), join(folder, runFiles.manifest)].map((file) => ifThere(lstat(file))),
  );
  if (own?.isSymbolicLink()) throw linkFault(folder);
  const text = (found: typeof own) => (found ? `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : '');
  return { folder: text(own), log: text(log), manifest: text(manifest) };
}

const sameStamp = (a: RunStamp, b: RunStamp) => a.folder === b.folder && a.log === b.log && a.manifest === b.manifest;

/**
 * Whether the process of a run lives. What this user's Lethe started is known for certain. What a folder says of others
 * can show that a process is gone; that one lives has to show by its signs of life.
 */
async function lifeOfRun(folder: string, process: ProcessFile | undefined, state: RunState): Promise<Life> {
  const own = await ownProcessOf(folder);
  if (own && (!process || own.token === process.token)) return lifeOf(own.process);
  const isDead = process ? (await lifeOf(process.process)) === 'dead' : isGone(state);
  return isDead ? 'dead' : 'unknown';
}

/** A program in another language has no `process.json`, but may say in its log which process it is. */
const isGone = ({ pid, host }: RunState): boolean =>
  pid !== undefined && pid > 0 && (host ?? hostname()) === hostname() && !mayExist(pid);

const reasonOf = (error: unknown): string => {
  if (error instanceof FileFault) return `${basename(error.file)}: ${error.reason}`;
  return error instanceof Error ? error.message : String(error);
};

/** The manifest of a run folder of this name, or why the text is none. */
export function parseManifest(text: string, folderName: string): RunManifest | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `${runFiles.manifest} is not JSON`;
  }
  const format = ownValue(value, 'lethe');
  if (typeof format === 'number' && format !== RUN_FORMAT)
    return `${runFiles.manifest} is of version ${format}, and this version of Lethe reads version ${RUN_FORMAT}`;
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return `${runFiles.manifest}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'not as specified'}`;
  }
  if (parsed.data.id === folderName) return parsed.data;
  return `${runFiles.manifest}: its id is ${JSON.stringify(parsed.data.id)}, but the folder's name is the run's id`;
}
