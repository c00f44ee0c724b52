import { watch, type FSWatcher } from 'node:fs';
import { access, constants, lstat, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunAnalyses } from '../core/analyses/courses';
import type { SeveralResult } from '../core/analyses/severalResults';
import type { EventOf, RunEvent } from '../core/events';
import { trainerText, type RunManifest } from '../core/manifest';
import { ownPartsOf } from '../core/own/ownCode';
import { isFinished, isStartable, type Run } from '../core/run';
import type { RunColumns } from '../core/runColumns';
import type { ToldKind } from '../core/told';
import type { AnalysisReader } from './analysisReader';
import type { AskedAnalysis } from './analysisTimes';
import type { ColumnReader } from './columnReader';
import { batchOf, claimantOf, endClaim } from './batches/claims';
import { readLog, type LoggedEvents } from './eventLog';
import { keepContents } from './contents';
import { ifThere, makeOwnFolder, moveOwn, readEnd, removeFile, syncFolder, writeDurably, writeWhole } from './files';
import { FoldCache } from './foldCache';
import { keepOutOfGit, makeFolder } from './folders';
import {
  isRunName,
  analysingFolder,
  keeperFolder,
  keeperLog,
  planningFolder,
  queueFile,
  runFiles,
  runsFolder,
  storeFolder,
} from './layout';
import { acquireLock, isHeld } from './lock';
import { waitForLock, type Waiting } from './waitForLock';
import { mapAtMost } from './mapAtMost';
import type { OwnBeside } from './own/ownCopies';
import { ownProcessOf } from './ownProcesses';
import {
  appendEnd,
  claim,
  DEFAULT_STOP_TIMEOUT,
  enqueue,
  finishClaim,
  markerText,
  readQueueSettings,
  runsAtATime,
  writeQueueSettings,
  type QueueMarker,
  type QueueSettings,
} from './queue';
import type { RunPlan } from './plan';
import { FileFault, refuseLink } from './regularFile';
import { requireSound, runNames } from './runFolder';
import { notWritable, RunStoreError } from './storeError';
import type { DeviceCounts } from './devices';
import { TrackedRun, type ReadRun, type Refreshed } from './trackedRun';
import { endProcess, launch } from './trainingProcess';

export interface RunStoreOptions {
  /** Folder with train.js and keeper.js. */
  readonly dist: string;
  /** The Node.js for training processes; the one running this when left out. */
  readonly node?: string;
  /** Most training processes at a time; as many as have a core for each of their threads when left out. */
  readonly parallel?: number;
  /** Threads of each training process; when left out one, or those that nobody wants. */
  readonly threads?: number;
  /** How many programs at a time are given a device, by its name; one where it is left out. */
  readonly devices?: DeviceCounts;
  /** Milliseconds between asking a run to stop and ending its process. Default 10 000. */
  readonly stopTimeout?: number;
  /** Told how many run folders of how many are read, while the store is read for the first time. */
  readonly onReading?: (done: number, total: number) => void;
}

/** A run that is about to be queued. */
interface QueuedRun {
  readonly manifest: RunManifest;
  readonly own: OwnBeside | undefined;
  readonly marker: Parameters<typeof markerText>[0];
}

/** A batch that runs are about to be queued for. */
export interface NewBatch {
  readonly id: string;
  /** Whether it takes over a run that waits already. */
  takes(id: string): Promise<boolean>;
  /** Called before anything is written. Throws where its workers cannot train one of these. */
  admit(runs: readonly RunManifest[]): void;
  /** Writes down which runs it has, before they are queued. */
  write(runs: readonly RunManifest[]): Promise<void>;
}

/** The runs of a plan, as far as they matter to the queue. */
type Submission = Pick<RunPlan, 'create' | 'resume'> & Partial<Pick<RunPlan, 'reuse'>>;

export interface RunChange {
  readonly id: string;
  /** Undefined when the run was removed. */
  readonly run?: Run;
  /** New events; may be empty when only the status changed. */
  readonly events: readonly RunEvent[];
  /** Index of events[0] in the run's log: who already has so many events from `eventsOf` skips them. */
  readonly firstIndex: number;
  /** Seen for the first time, or its log was replaced: `events` are all there are. */
  readonly isNew: boolean;
}

/** `asked`: the process is not one that may be ended from here; it was asked to stop, and has not done so yet. */
export type StopOutcome = 'cancelled' | 'stopped' | 'forced' | 'asked' | 'not running';

const FLUSH_MS = 50;
const POLL_RUNNING_MS = 500;
const POLL_IDLE_MS = 2000;
const OUTPUT_BYTES = 64 * 1024;
/** Finished runs looked at in each poll although nothing tells of a change: another program may go on with its own. */
const FINISHED_PER_POLL = 50;
/** Of runs that wait so many of the oldest, which come next, and of the newest are looked at in each poll. */
const FIRST_WAITING = 50;
/** And so many of the others in turn: workers of a cluster begin anywhere. */
const WAITING_PER_POLL = 400;
/** Looking at runs takes no more than this share of the time, however many are going on, until the pause is so long (ms). */
const POLLING_SHARE = 0.1;
const LONGEST_PAUSE_MS = 10_000;
/** Finished runs are added to the cache so many at a time, so that a command that is ended early has not read in vain. */
const KEPT_AT_ONCE = 500;
/** Tries to take the planning lock, some 90 ms apart: another command may be planning a thousand runs. */
const PLANNING_ATTEMPTS = 300;

/** The runs of a workspace folder: everything is read from and written to `<folder>/.lethe`. */
export class RunStore {
  private readonly store: string;
  private readonly runs = new Map<string, TrackedRun>();
  private readonly listeners = new Set<(changes: RunChange[]) => void>();
  private readonly pending = new Map<string, RunChange>();
  /** Runs queued by this store: it sees to it that they start even when a keeper dies. */
  private readonly submitted = new Set<string>();
  private scans: Promise<void> = Promise.resolve();
  private poll: NodeJS.Timeout | undefined;
  private flush: NodeJS.Timeout | undefined;
  private watcher: FSWatcher | undefined;
  private readonly cache: FoldCache;
  /** Its code is read when a log is read whole, or somebody asks for columns. */
  private columns: Promise<ColumnReader> | undefined;
  /** Its code is read when somebody asks. */
  private analyses: Promise<AnalysisReader> | undefined;
  /** Runs as they were read earlier, until all have been looked at once. */
  private earlier: ReadonlyMap<string, ReadRun> | undefined;
  /** Tells whether runs came, went or were queued since all were looked at; undefined before. */
  private stamp: string | undefined;
  private nextFinished = 0;
  private nextWaiting = 0;
  /** When the last poll began and ended (ms of this process). */
  private polled = { from: 0, to: 0 };
  /** Runs that came to their end and are not in the cache yet. */
  private readonly unkept = new Map<string, ReadRun>();

  constructor(
    readonly folder: string,
    private readonly options: RunStoreOptions,
  ) {
    this.store = storeFolder(folder);
    this.cache = new FoldCache(this.store);
  }

  /** All runs with a readable `run.json`, oldest first. */
  async list(): Promise<Run[]> {
    await this.scan();
    return [...this.runs.values()]
      .flatMap((tracked) => tracked.run ?? [])
      .sort((a, b) => a.manifest.created - b.manifest.created || (a.manifest.id < b.manifest.id ? -1 : 1));
  }

  async get(id: string): Promise<Run | undefined> {
    await this.scan([id]);
    return this.runs.get(id)?.run;
  }

  /** A run as it was read last. */
  current(id: string): Run | undefined {
    return this.runs.get(id)?.run;
  }

  /** How many events of a run's log this store has read so far: a change that holds the whole log begins with these. */
  countRead(id: string): number {
    return this.runs.get(id)?.count ?? 0;
  }

  /** Run folders that cannot be shown, and why. */
  async damaged(): Promise<{ id: string; reason: string }[]> {
    await this.scan();
    return [...this.runs].flatMap(([id, { fault }]) => (fault === undefined ? [] : [{ id, reason: fault }]));
  }

  /** Folder of a run, whether or not it exists. */
  folderOf(id: string): string {
    return join(runsFolder(this.store), id);
  }

  /** Calls the listener with what changes from now on, in batches at least 50 ms apart. */
  watch(listener: (changes: RunChange[]) => void): { dispose(): void } {
    let disposed = false;
    const own = (changes: RunChange[]) => listener(changes);
    const begin = () => {
      if (disposed) return;
      this.listeners.add(own);
      if (this.listeners.size === 1) this.startWatching();
    };
    // What is there already is no change.
    this.scan().then(begin, begin);
    return {
      dispose: () => {
        disposed = true;
        if (this.listeners.delete(own) && this.listeners.size === 0) this.stopWatching();
      },
    };
  }

  /** Throws RunStoreError when runs cannot be written here. Leaves an empty store behind. */
  async checkWritable(): Promise<void> {
    try {
      await refuseLink(this.store);
      await refuseLink(runsFolder(this.store));
      await makeFolder(runsFolder(this.store));
      await access(runsFolder(this.store), constants.W_OK | constants.X_OK);
      await keepOutOfGit(this.store);
    } catch (error) {
      throw notWritable(this.store, error);
    }
  }

  /**
   * Plans over the runs there are and queues what is missing, while nobody else does: two commands at once do not both
   * make the same runs. Throws RunStoreError.
   *
   * @param batch whose workers the runs wait for; the keeper of this machine when left out
   */
  async plan<Plan extends RunPlan>(make: (runs: readonly Run[]) => Plan, batch?: NewBatch): Promise<Plan> {
    await this.checkWritable();
    const lock = await this.lockPlanning();
    try {
      const plan = make(await this.list());
      await this.submit(plan, batch);
      return plan;
    } finally {
      await lock.release();
    }
  }

  /** Waits until nobody else analyses runs of this store. @returns undefined when told to stop before. Throws RunStoreError. */
  async waitToAnalyse(waiting: Waiting): ReturnType<typeof waitForLock> {
    await this.checkWritable();
    return waitForLock(analysingFolder(this.store), waiting);
  }

  private async lockPlanning() {
    try {
      const lock = await acquireLock(planningFolder(this.store), PLANNING_ATTEMPTS);
      if (lock) return lock;
    } catch (error) {
      throw notWritable(this.store, error);
    }
    throw new RunStoreError('busy', `Another command is planning runs in ${this.store}. Try again when it is done.`);
  }

  /**
   * Queues a plan's runs and sees to it that a keeper starts them, and those that wait already: who queued them may be
   * gone. Either all are queued or none: throws RunStoreError, before anything starts, when a folder cannot be written.
   */
  async submit({ create, resume, reuse = [] }: Submission, batch?: NewBatch): Promise<void> {
    await this.checkWritable();
    const waiting = reuse.filter(({ status }) => status === 'queued');
    const taken: Run[] = [];
    if (batch) for (const run of waiting) if (await batch.takes(run.manifest.id)) taken.push(run);
    if (batch && create.length + resume.length + taken.length === 0) return;
    if (create.length + resume.length + waiting.length === 0) return;
    const again = [...resume, ...taken];
    const all: RunManifest[] = [...create, ...again.map(({ manifest }) => manifest)];
    batch?.admit(all);
    const at = Date.now();
    const where = batch && { batch: batch.id };
    const toWrite: QueuedRun[] = [];
    for (const [i, manifest] of create.entries()) {
      const order = again.length + i;
      toWrite.push({ manifest, own: await this.ownCodeOf(manifest), marker: { at, order, resume: false, ...where } });
    }
    for (const { manifest } of resume) await this.ownCodeOf(manifest);
    for (const manifest of [...create, ...resume.map((run) => run.manifest)]) await this.requireProgram(manifest);
    await batch?.write(all).catch((error: unknown) => {
      throw notWritable(this.store, error);
    });
    // What the keeper of this machine goes by is not a cluster's business.
    await this.writeFolders(toWrite, batch ? await readQueueSettings(this.store) : this.queueSettings());
    for (const [order, run] of again.entries()) await this.requeue(run, { at, order, ...where });
    if (batch) {
      await writeQueueSettings(this.store, await readQueueSettings(this.store));
      return;
    }
    for (const { id } of [...create, ...[...resume, ...waiting].map((run) => run.manifest)]) this.submitted.add(id);
    await this.wakeKeeper();
  }

  /**
   * Lets a stopped, crashed or failed run go on from its last checkpoint, or start again when it has none; and one that is
   * queued where no keeper would start it. Returns whether there was anything to do.
   */
  async resume(id: string): Promise<boolean> {
    const run = await this.known(id);
    if (run.status === 'done')
      throw new RunStoreError('cannot resume', `Run ${id} is done: there is nothing to resume.`);
    if (!isStartable(run))
      throw new RunStoreError(
        'cannot resume',
        `Run ${id} is trained by ${trainerText(run.manifest)}, not by Lethe: only that can go on with it.`,
      );
    const isOver = isFinished(run.status);
    const batch = run.status === 'queued' ? await batchOf(this.folderOf(id)) : undefined;
    if (batch !== undefined)
      throw new RunStoreError(
        'cannot resume',
        `Run ${id} waits for the workers of ${batch}. "lethe stop ${id}" takes it out; then it can go on here.`,
      );
    const isStranded = run.status === 'queued' && !(await isHeld(keeperFolder(this.store)));
    if (!isOver && !isStranded) return false;
    await this.checkWritable();
    await this.ownCodeOf(run.manifest);
    await this.requireProgram(run.manifest);
    if (isOver) await this.requeue(run, { at: Date.now(), order: 0 });
    this.submitted.add(id);
    await this.wakeKeeper();
    return true;
  }

  /**
   * Stops a run: a queued one is cancelled, a running one asked, and ended by force after the time-out where it is a
   * process that this user's Lethe started on this machine.
   */
  async stop(id: string): Promise<StopOutcome> {
    const run = await this.known(id);
    const folder = this.folderOf(id);
    this.submitted.delete(id);
    if (await this.cancel(folder)) return 'cancelled';
    if (isFinished(run.status) && run.status !== 'lost') return 'not running';
    await this.askToStop(folder);
    if (await this.endsWithin(id, this.stopTimeout)) return 'stopped';
    return this.end(id);
  }

  /** Ends the process of a run at once, without asking, where that is possible. */
  async end(id: string): Promise<StopOutcome> {
    await this.known(id);
    const folder = this.folderOf(id);
    this.submitted.delete(id);
    if (await this.cancel(folder)) return 'cancelled';
    await this.askToStop(folder);
    const own = await ownProcessOf(folder);
    if (!own || !(await endProcess(own))) return 'asked';
    return (await this.endsWithin(id, 2000)) ? 'forced' : 'asked';
  }

  private async askToStop(folder: string): Promise<void> {
    await requireSound(folder);
    await writeWhole(join(folder, runFiles.stop), '');
  }

  /** Stops runs. Returns those that were asked and have not stopped: they cannot be ended from here. */
  async stopAll(ids: readonly string[]): Promise<string[]> {
    // The queued first: else a stopped run's core goes to one that is about to be cancelled.
    const runs = await Promise.all(ids.map(async (id) => ({ id, run: await this.get(id) })));
    const queued = runs.filter(({ run }) => run?.status === 'queued');
    await Promise.all(queued.map(({ id }) => this.stop(id)));
    const running = runs.filter(({ run }) => run?.status === 'running' || run?.status === 'lost');
    const outcomes = await Promise.all(running.map(async ({ id }) => ({ id, outcome: await this.stop(id) })));
    return outcomes.filter(({ outcome }) => outcome === 'asked').map(({ id }) => id);
  }

  /** The last lines of a run's `output.log`; empty when there is none. */
  async outputTail(id: string, lines: number): Promise<string> {
    const text = (await readEnd(join(this.folderOf(id), runFiles.output), OUTPUT_BYTES)).toString('utf8');
    return text.trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** All events of a run so far. */
  async eventsOf(id: string): Promise<LoggedEvents> {
    const run = await this.get(id);
    return readLog(join(this.folderOf(id), runFiles.events), run === undefined || isFinished(run.status));
  }

  /** What a run that was read has measured on the way. Throws FileFault. */
  async columnsOf(id: string): Promise<RunColumns> {
    return (await this.columnReader()).read(id, this.isOver(id));
  }

  /** Events of a run that was read, of one kind, after one task or all. Throws FileFault. */
  async told<Kind extends ToldKind>(id: string, kind: Kind, task?: number): Promise<EventOf<Kind>[]> {
    return (await this.columnReader()).told(id, this.isOver(id), kind, task);
  }

  /** What has been measured on the parameters that a run kept. Throws FileFault. */
  async analysesOf(id: string, signal: AbortSignal): Promise<RunAnalyses> {
    return (await this.analysisReader()).read(this.folderOf(id), signal);
  }

  /** What was measured on parameters of several runs, of which this is the first. Throws FileFault. */
  async severalOf(id: string, name: string): Promise<SeveralResult> {
    return (await this.analysisReader()).readSeveral(this.folderOf(id), name);
  }

  private analysisReader(): Promise<AnalysisReader> {
    return (this.analyses ??= import('./analysisReader').then(({ AnalysisReader }) => new AnalysisReader()));
  }

  /** How many seconds an analysis of a run will take, by earlier ones of its kind among the runs (timeOfAnalysis). */
  async timeOfAnalysis(run: Run, runs: readonly Run[], asked: AskedAnalysis): Promise<number | 'known' | undefined> {
    const { timeOfAnalysis } = await import('./analysisTimes');
    return timeOfAnalysis(run, runs, asked, (id) => this.folderOf(id));
  }

  private columnReader(): Promise<ColumnReader> {
    this.columns ??= import('./columnReader').then(
      ({ ColumnReader }) => new ColumnReader(this.store, (id) => this.folderOf(id)),
    );
    return this.columns;
  }

  private isOver(id: string): boolean {
    return isFinished(this.current(id)?.status ?? 'done');
  }

  private get stopTimeout(): number {
    return this.options.stopTimeout ?? DEFAULT_STOP_TIMEOUT;
  }

  private async known(id: string): Promise<Run> {
    const run = await this.get(id);
    if (run) return run;
    const fault = this.runs.get(id)?.fault;
    if (fault !== undefined) throw new RunStoreError('damaged run', `Run ${id} cannot be used: ${fault}.`);
    throw new RunStoreError('unknown run', `There is no run ${id} in ${this.store}.`);
  }

  /**
   * The user's own code of a run that the user has asked for: from here on it may run.
   * Throws RunStoreError where it does not stand beside the experiment file as the run has it.
   */
  private async ownCodeOf(manifest: RunManifest): Promise<OwnBeside | undefined> {
    if (manifest.trainer !== 'lethe' || ownPartsOf(manifest.spec).length === 0) return undefined;
    // What only such runs need is loaded only for them.
    const { OwnCodeError, ownBeside } = await import('./own/ownCopies');
    const { permit } = await import('./own/ownPermissions');
    try {
      const own = await ownBeside(this.folder, manifest);
      if (own) await permit(own.permission.hash);
      return own;
    } catch (error) {
      if (error instanceof OwnCodeError) throw new RunStoreError('own code', error.message);
      throw error;
    }
  }

  /** Throws RunStoreError where the program of a run may not be started. */
  private async requireProgram(manifest: RunManifest): Promise<void> {
    if (manifest.trainer !== 'command') return;
    // What only such runs need is loaded only for them.
    const { ProgramError, programBeside } = await import('./program/programBeside');
    await programBeside(this.folder, manifest).catch((error: unknown) => {
      throw error instanceof ProgramError ? new RunStoreError('program', error.message) : error;
    });
  }

  /** Writes all folders under names nobody reads, then lets them appear: a run is never seen half written. */
  private async writeFolders(runs: readonly QueuedRun[], settings: QueueSettings): Promise<void> {
    const written: string[] = [];
    try {
      for (const { manifest, own, marker } of runs) {
        const folder = join(runsFolder(this.store), `.${manifest.id}`);
        written.push(folder);
        await makeOwnFolder(folder);
        await keepContents(folder, manifest, this.folder);
        await writeDurably(join(folder, runFiles.manifest), `${JSON.stringify(manifest, undefined, 2)}\n`);
        if (own) await (await import('./own/ownCopies')).writeCopies(folder, own.copies);
        await writeDurably(join(folder, runFiles.queued), markerText(marker));
      }
      await writeQueueSettings(this.store, settings);
      for (const { manifest } of runs) {
        await moveOwn(join(runsFolder(this.store), `.${manifest.id}`), this.folderOf(manifest.id));
      }
      await syncFolder(runsFolder(this.store));
    } catch (error) {
      // Why they are not written is what matters, not why they cannot be removed.
      await Promise.allSettled(written.map((folder) => rm(folder, { recursive: true, force: true })));
      throw error instanceof RunStoreError ? error : notWritable(this.store, error);
    }
  }

  private async requeue(run: Run, where: Pick<QueueMarker, 'at' | 'order'> & { batch?: string }): Promise<void> {
    const folder = this.folderOf(run.manifest.id);
    await requireSound(folder).catch((error: unknown) => {
      throw new RunStoreError('damaged run', error instanceof FileFault ? `${folder}: ${error.reason}` : String(error));
    });
    await removeFile(join(folder, runFiles.stop));
    // Should a process of an earlier start still live somewhere, it leaves.
    await removeFile(join(folder, runFiles.process));
    const claimant = await claimantOf(folder);
    if (claimant !== undefined) await endClaim(folder, claimant);
    await enqueue(folder, { ...where, resume: run.state.checkpoint !== undefined });
  }

  private queueSettings() {
    const { threads, parallel = runsAtATime(threads), devices } = this.options;
    return {
      parallel,
      stopTimeout: this.stopTimeout,
      ...(threads !== undefined && { threads }),
      ...(devices && { devices }),
    };
  }

  /** Starts a keeper; one that finds another at work ends by itself. */
  private async wakeKeeper(): Promise<void> {
    await writeQueueSettings(this.store, this.queueSettings());
    await launch({
      // Not the Node.js of the settings: where that cannot be started, the keeper has to say so in the run's log.
      node: process.execPath,
      script: join(this.options.dist, 'keeper.js'),
      args: [this.store, ...(this.options.node === undefined ? [] : [this.options.node])],
      output: keeperLog(this.store),
    });
  }

  /** Cancels a queued run. Also one that was claimed by a keeper that is gone. */
  private async cancel(folder: string): Promise<boolean> {
    if (!(await claim(folder)) && !(await this.isAbandoned(folder))) return false;
    await appendEnd(folder, { status: 'stopped' });
    await finishClaim(folder);
    return true;
  }

  private async isAbandoned(folder: string): Promise<boolean> {
    const names = (await ifThere(readdir(folder))) ?? [];
    const claimed = names.includes(runFiles.claimed) && !names.includes(runFiles.process);
    return claimed && !(await isHeld(keeperFolder(this.store)));
  }

  private async endsWithin(id: string, milliseconds: number): Promise<boolean> {
    const deadline = Date.now() + milliseconds;
    for (;;) {
      const run = await this.get(id);
      if (!run || isFinished(run.status)) return true;
      if (Date.now() >= deadline) return false;
      await delay(Math.min(100, milliseconds));
    }
  }

  private startWatching(): void {
    this.schedulePoll();
    try {
      const watcher = watch(runsFolder(this.store), () => this.schedulePoll(FLUSH_MS));
      watcher.on('error', () => watcher.close());
      this.watcher = watcher;
    } catch {
      // No runs yet, or a file system that cannot be watched: the poll sees everything, a little later.
    }
  }

  private stopWatching(): void {
    clearTimeout(this.poll);
    clearTimeout(this.flush);
    this.poll = undefined;
    this.flush = undefined;
    this.pending.clear();
    this.watcher?.close();
    this.watcher = undefined;
  }

  private schedulePoll(soon?: number): void {
    clearTimeout(this.poll);
    const active = [...this.runs.values()].some((tracked) => tracked.isActive);
    const due = soon ?? (active ? POLL_RUNNING_MS : POLL_IDLE_MS);
    const { from, to } = this.polled;
    // From the end of the last one on, so that what happens meanwhile puts it off no further.
    const pause = to + Math.min((to - from) / POLLING_SHARE, LONGEST_PAUSE_MS) - performance.now();
    this.poll = setTimeout(
      () => {
        const from = performance.now();
        void this.scan('changed')
          .then(() => {
            this.polled = { from, to: performance.now() };
            return this.restartKeeper();
          })
          .catch(() => undefined) // The folder went away or cannot be read now: it may come back.
          .then(() => {
            if (this.listeners.size > 0) this.schedulePoll();
          });
      },
      Math.max(due, pause),
    );
  }

  /** A keeper that died leaves runs queued: who queued them starts another. */
  private async restartKeeper(): Promise<void> {
    for (const id of this.submitted) {
      if (this.runs.get(id)?.run?.status !== 'queued') this.submitted.delete(id);
    }
    if (this.submitted.size === 0 || (await isHeld(keeperFolder(this.store)))) return;
    await this.wakeKeeper().catch(() => undefined);
  }

  /**
   * Reads what changed on disk: of all runs, of some, or of those that may have changed. One scan at a time, and each
   * begins after the call.
   */
  private scan(which: 'all' | 'changed' | readonly string[] = 'all'): Promise<void> {
    const next = this.scans.then(() => this.scanOnce(which));
    this.scans = next.catch(() => undefined);
    return next;
  }

  private async scanOnce(which: 'all' | 'changed' | readonly string[]): Promise<void> {
    if (typeof which === 'object') return this.scanSome(which);
    const stamp = await this.stampNow();
    if (which === 'changed' && stamp === this.stamp) return this.scanSome(this.likelyChanged());
    const isFirst = this.stamp === undefined;
    if (isFirst) this.earlier = await this.cache.read();
    const names = await runNames(this.store);
    const present = new Set(names);
    for (const id of [...this.runs.keys()]) if (!present.has(id)) this.forget(id);
    let done = 0;
    await mapAtMost(names, async (id) => {
      await this.refresh(id);
      done += 1;
      if (isFirst) this.options.onReading?.(done, names.length);
      if (this.unkept.size >= KEPT_AT_ONCE) await this.keepSettled();
    });
    this.stamp = stamp;
    this.earlier = undefined;
    await this.keepSettled();
  }

  private async scanSome(ids: readonly string[]): Promise<void> {
    await mapAtMost(ids, async (id) => {
      if (!this.runs.has(id) && !(await isRunFolder(this.folderOf(id), id))) return;
      if (this.runs.has(id) && !(await ifThere(lstat(this.folderOf(id))))) {
        this.forget(id);
        return;
      }
      await this.refresh(id);
    });
    await this.keepSettled();
  }

  /** Changes when runs come or go, and when one is queued again: who does that writes the queue's settings. */
  private async stampNow(): Promise<string> {
    const found = await Promise.all(
      [runsFolder(this.store), queueFile(this.store)].map((file) => ifThere(lstat(file))),
    );
    return found.map((file) => `${file?.ino} ${file?.mtimeMs}`).join(' ');
  }

  /** The runs that are in training or come next, and some of the others in turn. */
  private likelyChanged(): string[] {
    const [going, waiting, over]: [string[], string[], string[]] = [[], [], []];
    for (const [id, { run, isActive }] of this.runs) {
      if (isActive) (run?.status === 'queued' ? waiting : going).push(id);
      else over.push(id);
    }
    const finished = inTurn(over, this.nextFinished, FINISHED_PER_POLL);
    this.nextFinished = finished.next;
    return [...going, ...this.mayStart(waiting), ...finished.some];
  }

  private mayStart(waiting: string[]): Iterable<string> {
    if (waiting.length <= WAITING_PER_POLL) return waiting;
    waiting.sort((a, b) => this.createdAt(a) - this.createdAt(b));
    const later = inTurn(waiting, this.nextWaiting, WAITING_PER_POLL);
    this.nextWaiting = later.next;
    const own = waiting.filter((id) => this.submitted.has(id)).slice(0, WAITING_PER_POLL);
    return new Set([...waiting.slice(0, FIRST_WAITING), ...waiting.slice(-FIRST_WAITING), ...own, ...later.some]);
  }

  private createdAt(id: string): number {
    return this.runs.get(id)?.run?.manifest.created ?? 0;
  }

  private async refresh(id: string): Promise<void> {
    const tracked = this.runs.get(id) ?? new TrackedRun(this.folderOf(id), this.earlier?.get(id));
    this.runs.set(id, tracked);
    const before = tracked.run;
    const refreshed = await tracked.refresh();
    if (!refreshed.changed) return;
    if (tracked.run) this.note(this.changeOf(id, tracked, tracked.run, refreshed));
    // It can no longer be shown.
    else if (before) this.note({ id, events: [], firstIndex: 0, isNew: false });
    const { settled } = tracked;
    if (!settled || settled.run === this.earlier?.get(id)?.run) return;
    this.unkept.set(id, settled);
    if (refreshed.whole) await (await this.columnReader()).learn(id, refreshed.events, settled.stamp.log);
  }

  private forget(id: string): void {
    this.runs.delete(id);
    void this.columns?.then((reader) => reader.forget(id));
    this.note({ id, events: [], firstIndex: 0, isNew: false });
  }

  private async keepSettled(): Promise<void> {
    const added = new Map(this.unkept);
    this.unkept.clear();
    await this.cache.add(added, () => {
      const all = [...this.runs].flatMap(([id, { settled }]): [string, ReadRun][] => (settled ? [[id, settled]] : []));
      return new Map(all);
    });
  }

  private changeOf(id: string, tracked: TrackedRun, run: Run, { events, whole }: Refreshed): RunChange {
    return { id, run, events, firstIndex: tracked.count - events.length, isNew: whole };
  }

  private note(change: RunChange): void {
    if (this.listeners.size === 0) return;
    const earlier = this.pending.get(change.id);
    const merge = earlier !== undefined && change.run !== undefined && !change.isNew && earlier.run !== undefined;
    this.pending.set(
      change.id,
      merge
        ? {
            ...change,
            events: [...earlier.events, ...change.events],
            firstIndex: earlier.firstIndex,
            isNew: earlier.isNew,
          }
        : change,
    );
    this.flush ??= setTimeout(() => this.deliver(), FLUSH_MS);
  }

  private deliver(): void {
    this.flush = undefined;
    const changes = [...this.pending.values()];
    this.pending.clear();
    for (const listener of [...this.listeners]) listener(changes);
  }
}

/** So many of all from one on, and where the next ones begin. */
function inTurn(all: readonly string[], from: number, count: number): { some: readonly string[]; next: number } {
  const some = all.slice(from, from + count);
  return { some, next: from + some.length >= all.length ? 0 : from + some.length };
}

/** Whether a name, which may come from anywhere, is that of an existing run folder. */
async function isRunFolder(folder: string, id: string): Promise<boolean> {
  return basename(folder) === id && isRunName(id) && (await ifThere(lstat(folder))) !== undefined;
}
