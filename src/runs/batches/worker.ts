import { join } from 'node:path';
import type { Executor } from '../executors/executor';
import { runsFolder } from '../layout';
import { identityOf } from '../liveness';
import { forgetOwnProcess, ownProcessOf, type OwnProcess } from '../ownProcesses';
import { newToken, readProcessFile } from '../processFile';
import { appendEnd, readQueueSettings, stopIsAsked } from '../queue';
import { startRun, type TrainingPrograms } from '../startRun';
import { TrackedRun } from '../trackedRun';
import { endProcess, type StartedTraining } from '../trainingProcess';
import type { Batch } from './batchFile';
import { claimFor, endClaim, giveBack, markerOf } from './claims';
import { putBackLost } from './lostRuns';
import { beat, readWorkers, removeWorker, type FoundWorker, type Seat, type WorkerFile } from './workerFile';

/** How often a worker does what (ms). */
export interface WorkerTimes {
  /** Between looks at its own runs. */
  readonly look: number;
  /** Between signs of life, and between looks for runs that were put back. */
  readonly beat: number;
  /** Without a sign of life for so long, the executor is asked for a worker. */
  readonly silence: number;
  /** And for so long, it is gone, where the executor cannot be asked. */
  readonly longestSilence: number;
  /** From asking its runs to stop to ending their processes, when its own time is up. */
  readonly parting: number;
}

const usual: WorkerTimes = {
  look: 1000,
  beat: 15_000,
  silence: 180_000,
  longestSilence: 600_000,
  parting: 60_000,
};

/** Time that has to be left for a run to be begun, in times of those that this worker has trained. */
const ROOM = 1.5;
/** What is left of a worker's time when it is told that it is up (ms): with more left, somebody else needs the machine. */
const LAST_MINUTES = 150_000;

export interface WorkerPlace {
  readonly seat: Seat;
  /** When the machine is taken back (ms since 1970). */
  readonly until?: number;
}

interface Trained {
  readonly started: StartedTraining;
  /** When it began (ms of this process). */
  readonly begun: number;
  /** When it was first seen that it was asked to stop (ms of this process). */
  stopSeen?: number;
  exited?: { readonly code: number | null; readonly signal: string | null };
}

/** How a worker's work ended: nothing of the batch is left to start, or its time is up, or its machine is needed. */
export type WorkerEnd = 'done' | 'time is up' | 'sent away';

/**
 * A worker of a batch: on a machine that it was given for some time it trains the runs of the batch that nobody else has,
 * so many at a time. It holds nothing that is not on disk. Before it has to go it stops its runs at a checkpoint and puts
 * them back; what it has when it is killed, another worker of the batch takes over.
 */
export class Worker {
  private readonly token = newToken();
  /** By run folder. */
  private readonly trained = new Map<string, Trained>();
  private readonly runs: readonly string[];
  private file: WorkerFile | undefined;
  private lastBeat = -Infinity;
  /** Its last sign of life by the clock of the file system. */
  private beatAt = 0;
  /** When the next look for waiting runs is due (ms of this process). */
  private lookAgain = 0;
  private next = 0;
  private leaving: 'time is up' | 'sent away' | undefined;
  private leftAt = 0;
  private readonly durations: number[] = [];
  private wake: (() => void) | undefined;

  constructor(
    private readonly store: string,
    private readonly batch: Batch,
    private readonly place: WorkerPlace,
    private readonly executor: Pick<Executor, 'look'>,
    private readonly programs: TrainingPrograms,
    private readonly times: WorkerTimes = usual,
  ) {
    const { runs, workers } = batch;
    // Each begins at a place of its own, so that they rarely meet.
    const first = Math.floor(((place.seat.index % workers) * runs.length) / workers);
    this.runs = [...runs.slice(first), ...runs.slice(0, first)].map((id) => join(runsFolder(store), id));
  }

  /** Resolves when there is nothing left to do, or when it had to leave. */
  async work(): Promise<WorkerEnd> {
    this.file = {
      ...this.place.seat,
      token: this.token,
      process: await identityOf(process.pid),
      started: Date.now(),
      ...(this.place.until !== undefined && { until: this.place.until }),
    };
    await this.signOfLife();
    try {
      await this.takeOverFromPredecessor();
      for (;;) {
        await this.signOfLife();
        await this.settle();
        await this.endTheUnwilling();
        if (this.leaving === undefined) await this.startMore();
        if (this.trained.size === 0 && (this.leaving !== undefined || !(await this.findsMore()))) break;
        await this.untilSomethingHappens();
      }
    } finally {
      await removeWorker(this.store, this.batch.id, this.token);
    }
    return this.leaving ?? 'done';
  }

  /** It has to go: no run is begun any more, and those that go on stop at a checkpoint. */
  leave(): void {
    if (this.leaving !== undefined) return;
    const left = (this.place.until ?? Infinity) - Date.now();
    this.leaving = left < LAST_MINUTES ? 'time is up' : 'sent away';
    this.leftAt = performance.now();
    for (const { started } of this.trained.values()) started.child.kill('SIGTERM');
    this.wake?.();
  }

  private async signOfLife(): Promise<void> {
    if (!this.file || performance.now() - this.lastBeat < this.times.beat) return;
    this.lastBeat = performance.now();
    // On a disk that is full for a while training goes on, and there is a next time.
    const at = await beat(this.store, this.batch.id, this.file).catch(complain);
    this.beatAt = at ?? this.beatAt;
  }

  private async startMore(): Promise<void> {
    while (this.trained.size < this.batch.parallel && this.leaving === undefined) {
      if (!this.hasTime()) return;
      const folder = await this.claimNext();
      if (folder === undefined) return;
      await this.start(folder);
    }
  }

  /** Whether there is time enough to begin a run. What does not end in time goes on elsewhere, but not for nothing. */
  private hasTime(): boolean {
    const { until } = this.place;
    if (until === undefined || this.durations.length === 0) return true;
    const sorted = [...this.durations].sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    if (until - Date.now() > ROOM * median) return true;
    if (this.trained.size === 0) this.leaving = 'time is up';
    return false;
  }

  /** The next run of the batch that waits, in this worker's order; all are looked at once in a while. */
  private async claimNext(): Promise<string | undefined> {
    if (this.next >= this.runs.length) {
      if (performance.now() < this.lookAgain) return undefined;
      this.next = 0;
    }
    while (this.next < this.runs.length) {
      const folder = this.runs[this.next++];
      if (folder === undefined || this.trained.has(folder)) continue;
      if (await claimFor(folder, this.token, this.batch.id)) return folder;
    }
    this.lookAgain = performance.now() + this.times.beat;
    return undefined;
  }

  /** Whether somebody who has nothing to train has reason to stay: what is put back, or was lost with its worker. */
  private async findsMore(): Promise<boolean> {
    if (this.leaving !== undefined) return false;
    const found = await this.takeOverFromLost();
    if (!found) return false;
    this.next = this.runs.length;
    this.lookAgain = 0;
    return true;
  }

  private async start(folder: string): Promise<void> {
    const { resume } = await markerOf(folder, this.token);
    const { store, programs, batch } = this;
    const started = await startRun(folder, { ...programs, store, threads: batch.threads, resume });
    if (!started) {
      await endClaim(folder, this.token);
      return;
    }
    const { child } = started;
    const trained: Trained = { started, begun: performance.now() };
    this.trained.set(folder, trained);
    // It may have ended already.
    if (child.exitCode !== null || child.signalCode !== null)
      trained.exited = { code: child.exitCode, signal: child.signalCode };
    child.once('exit', (code, signal) => {
      trained.exited = { code, signal };
      this.wake?.();
    });
    // It was told to leave while it was starting this one.
    if (this.leaving !== undefined) child.kill('SIGTERM');
  }

  /** Runs whose processes have ended: over, or to go on elsewhere. */
  private async settle(): Promise<void> {
    for (const [folder, { started, begun, exited }] of this.trained) {
      if (!exited) continue;
      this.trained.delete(folder);
      // Its folder may be gone, or the disk full: other runs go on.
      await this.settleOne(folder, started.own, exited).catch(complain);
      if (exited.code === 0) this.durations.push(performance.now() - begun);
      if ((await ownProcessOf(folder))?.token === started.own.token) await forgetOwnProcess(folder);
    }
  }

  private async settleOne(
    folder: string,
    own: OwnProcess,
    { code, signal }: NonNullable<Trained['exited']>,
  ): Promise<void> {
    const named = await readProcessFile(folder);
    // Somebody else has it.
    if (named && named.token !== own.token) return endClaim(folder, this.token);
    const tracked = new TrackedRun(folder);
    await tracked.refresh();
    const state = tracked.run?.state;
    const isSaid = state?.token === own.token && (state.status === 'done' || state.status === 'failed');
    const isAsked = await stopIsAsked(folder);
    if (isSaid || isAsked || !state) return endClaim(folder, this.token);
    if (this.leaving !== undefined) {
      const marker = await markerOf(folder, this.token);
      return giveBack(folder, this.token, { ...marker, resume: state.checkpoint !== undefined });
    }
    if (state.status !== 'stopped') {
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
      await appendEnd(folder, {
        status: 'failed',
        error: `The training process was ended ${how}; what it printed is in output.log.`,
      });
    }
    return endClaim(folder, this.token);
  }

  private async endTheUnwilling(): Promise<void> {
    const { stopTimeout } = await readQueueSettings(this.store);
    const now = performance.now();
    for (const [folder, trained] of this.trained) {
      if (await stopIsAsked(folder)) trained.stopSeen ??= now;
      const isUnwilling = trained.stopSeen !== undefined && now - trained.stopSeen > stopTimeout;
      const isLate = this.leaving !== undefined && now - this.leftAt > this.times.parting;
      if (isUnwilling || isLate) await endProcess(trained.started.own);
    }
  }

  /** An earlier start of this very place is over for certain: the executor starts a place again only then. */
  private async takeOverFromPredecessor(): Promise<void> {
    const { job, index, restarts } = this.place.seat;
    const workers = await readWorkers(this.store, this.batch.id);
    const gone = workers.filter((other) => other.job === job && other.index === index && other.restarts < restarts);
    if (gone.length > 0) await this.putBack(gone);
  }

  /** Puts back the runs of workers that are gone. @returns whether one waits now */
  private async takeOverFromLost(): Promise<boolean> {
    const others = (await readWorkers(this.store, this.batch.id)).filter(({ token }) => token !== this.token);
    const silent = others.filter((other) => this.beatAt - other.beat > this.times.silence);
    const jobs = silent.length > 0 ? await this.executor.look([...new Set(silent.map(({ job }) => job))]) : undefined;
    const gone = silent.filter((other) =>
      jobs
        ? jobs.get(other.job)?.running.has(other.index) !== true
        : this.beatAt - other.beat > this.times.longestSilence,
    );
    return this.putBack(gone);
  }

  /** A run that bears this worker's own name without its knowing was claimed by a rename that said it had failed. */
  private async putBack(gone: readonly FoundWorker[]): Promise<boolean> {
    const tokens = new Set(gone.map(({ token }) => token));
    const isLost = (worker: string, folder: string) =>
      tokens.has(worker) || (worker === this.token && !this.trained.has(folder));
    const found = await putBackLost(this.runs, isLost, this.token);
    for (const token of tokens) await removeWorker(this.store, this.batch.id, token);
    return found;
  }

  private untilSomethingHappens(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.times.look);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const complain = (error: unknown): undefined => {
  console.error(new Date().toISOString(), error);
  return undefined;
};
