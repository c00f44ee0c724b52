import { join } from 'node:path';
import { Devices } from '../devices';
import type { Executor } from '../executors/executor';
import { IdleProcesses } from '../idleProcesses';
import { runsFolder } from '../layout';
import { identityOf } from '../liveness';
import { forgetOwnStart } from '../ownProcesses';
import { newToken, readProcessFile } from '../processFile';
import { readQueueSettings, stopIsAsked } from '../queue';
import { startRun, type TrainingPrograms } from '../startRun';
import { stateIn } from '../trackedRun';
import { endProcess, type StartedTraining, type TrainingEnd } from '../trainingProcess';
import type { Batch } from './batchFile';
import { claimantOf, claimFor, endClaim, failClaim, giveBack, isClaimedBy, markerOf, waitsFor } from './claims';
import { LookingAround } from './lookingAround';
import { putBack, putBackLost } from './lostRuns';
import { OtherWorkers } from './otherWorkers';
import { beat, removeLostWorker, removeWorker, type Seat, type WorkerFile } from './workerFile';

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
  /** From asking its runs to stop to ending their processes, when it has to go; half of what is left where that is less. */
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
const LAST_MINUTES = 240_000;
/** So many runs in a row that have not begun: nothing can be trained here. */
const MOST_UNBEGUN = 3;
/** A file system that fails so often in a row is not waited for any longer. */
const MOST_FAULTS = 300;
/** Exit code of a training process that has noticed that the run is not its own any more. */
const SUPERSEDED = 4;

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
  /** How it came to its end. */
  end?: TrainingEnd;
}

/**
 * How a worker's work ended: nothing of the batch is left to start; its time is up; its machine is needed; or no run can be
 * started on it.
 */
export type WorkerEnd = 'done' | 'time is up' | 'sent away' | 'cannot start';

interface Leaving {
  readonly why: Exclude<WorkerEnd, 'done'>;
  /** When its runs are ended that have not stopped (ms of this process). */
  readonly patience: number;
  told: boolean;
}

/**
 * A worker of a batch: on a machine that it was given for some time it trains the runs of the batch that nobody else has,
 * so many at a time. It holds nothing that is not on disk. Before it has to go it stops its runs at a checkpoint and puts
 * them back; what it has when it is killed, another worker of the batch takes over.
 */
export class Worker {
  private readonly token = newToken();
  /** By run folder. */
  private readonly trained = new Map<string, Trained>();
  private readonly idle = new IdleProcesses();
  private readonly runs: readonly string[];
  private readonly around: LookingAround;
  private readonly devices = new Devices(0);
  /** Folders of runs that waited when they were looked at, and whose device this worker had given to others. */
  private readonly putOff = new Set<string>();
  private readonly others: OtherWorkers;
  private file: WorkerFile | undefined;
  private lastBeat = -Infinity;
  /** Its last sign of life by the clock of the file system. */
  private beatAt = 0;
  /** When it begins again to look for waiting runs (ms of this process). */
  private lookAgain = 0;
  private leaving: Leaving | undefined;
  private unbegun = 0;
  private readonly durations: number[] = [];
  private wake: (() => void) | undefined;

  constructor(
    private readonly store: string,
    private readonly batch: Batch,
    private readonly place: WorkerPlace,
    executor: Pick<Executor, 'look'>,
    private readonly programs: TrainingPrograms,
    private readonly times: WorkerTimes = usual,
  ) {
    this.runs = batch.runs.map((id) => join(runsFolder(store), id));
    this.around = new LookingAround(this.runs, place.seat.index, batch.workers);
    this.others = new OtherWorkers(store, batch.id, executor, times);
  }

  /** Resolves when there is nothing left to do, or when it had to leave. Rejects where the file system fails for long. */
  async work(): Promise<WorkerEnd> {
    const { seat, until } = this.place;
    const process = await identityOf(globalThis.process.pid);
    this.file = { ...seat, token: this.token, process, started: Date.now(), ...(until !== undefined && { until }) };
    let isFirst = true;
    for (let faults = 0; ;) {
      try {
        await this.signOfLife();
        if (isFirst) await this.takeOverFrom(await this.others.predecessors(seat));
        isFirst = false;
        if (await this.turn()) break;
        faults = 0;
      } catch (error) {
        complain(error);
        faults += 1;
        if (faults > MOST_FAULTS) throw error;
      }
      await this.untilSomethingHappens();
    }
    // Not before: by this file others know that its claims are not to be waited for.
    await removeWorker(this.store, this.batch.id, this.token);
    return this.leaving?.why ?? 'done';
  }

  /** It has to go: no run is begun any more, and those that go on stop at a checkpoint. */
  leave(): void {
    const left = (this.place.until ?? Infinity) - Date.now();
    this.goFor(left < LAST_MINUTES ? 'time is up' : 'sent away');
  }

  private goFor(why: Leaving['why']): void {
    if (this.leaving) return;
    const left = Math.max(0, (this.place.until ?? Infinity) - Date.now());
    this.leaving = { why, patience: performance.now() + Math.min(this.times.parting, left / 2), told: false };
    this.wake?.();
  }

  /** Looks around once. @returns whether its work is over */
  private async turn(): Promise<boolean> {
    let waits = false;
    try {
      await this.settle();
      await this.endTheUnwilling();
      if (!this.leaving) waits = !(await this.startMore());
    } finally {
      this.idle.dismiss();
    }
    if (this.trained.size > 0) return false;
    return this.leaving !== undefined || !(waits || (await this.findsMore()));
  }

  private async signOfLife(): Promise<void> {
    if (!this.file || performance.now() - this.lastBeat < this.times.beat) return;
    this.lastBeat = performance.now();
    this.beatAt = await beat(this.store, this.batch.id, this.file);
  }

  /** Starts what there is room for. @returns false where a run was put back that the process of an earlier start still has */
  private async startMore(): Promise<boolean> {
    while (this.trained.size < this.batch.parallel && !this.leaving) {
      if (!this.hasTime()) {
        if (this.trained.size === 0 && (await this.somethingWaits())) this.goFor('time is up');
        return true;
      }
      const folder = await this.claimNext();
      if (folder === undefined) return true;
      if (!(await this.start(folder))) return false;
    }
    return true;
  }

  /** Whether there is time enough to begin a run. What does not end in time goes on elsewhere, but not for nothing. */
  private hasTime(): boolean {
    const { until } = this.place;
    if (until === undefined || this.durations.length === 0) return true;
    const sorted = [...this.durations].sort((a, b) => a - b);
    return until - Date.now() > ROOM * (sorted[Math.floor(sorted.length / 2)] ?? 0);
  }

  private async somethingWaits(): Promise<boolean> {
    for (const folder of this.putOff) if (await waitsFor(folder, this.batch.id)) return true;
    for (let folder = await this.lookAt(); folder !== undefined; folder = await this.lookAt())
      if (await waitsFor(folder, this.batch.id)) return true;
    return false;
  }

  /** The next run of the batch that waits, and whose device is free. */
  private async claimNext(): Promise<string | undefined> {
    const { id } = this.batch;
    for (const folder of this.putOff) {
      if (!(await this.hasDeviceFor(folder))) continue;
      this.putOff.delete(folder);
      if (await claimFor(folder, this.token, id)) return folder;
    }
    for (let folder = await this.lookAt(); folder !== undefined; folder = await this.lookAt()) {
      if (this.trained.has(folder) || this.putOff.has(folder) || !(await waitsFor(folder, id))) continue;
      if (!(await this.hasDeviceFor(folder))) {
        // One that this worker has none of at all is for others.
        if (await this.hasDeviceFor(folder, [])) this.putOff.add(folder);
        continue;
      }
      if (!(await claimFor(folder, this.token, id))) continue;
      this.around.found();
      return folder;
    }
    return undefined;
  }

  private hasDeviceFor(folder: string, training: Iterable<string> = this.trained.keys()): Promise<boolean> {
    return this.devices.haveRoomFor(folder, training, this.batch.devices);
  }

  /** The next run that may wait, in this worker's order, which begins again once in a while. */
  private async lookAt(): Promise<string | undefined> {
    if (this.leaving) return undefined;
    if (performance.now() >= this.lookAgain) {
      this.around.begin(1 + (await this.lookingToo()));
      this.lookAgain = Infinity;
    }
    const folder = this.around.next();
    if (folder === undefined && this.lookAgain === Infinity) this.lookAgain = performance.now() + this.times.beat;
    return folder;
  }

  private lookingToo(): Promise<number> {
    return this.others.lookingToo(this.token, this.beatAt, this.runs.length);
  }

  /** @returns false where it was put back: the process of an earlier start still has it */
  private async start(folder: string): Promise<boolean> {
    const { store, programs, batch, idle } = this;
    const marker = await markerOf(folder, this.token);
    const { threads } = batch;
    const started = await startRun(folder, { ...programs, store, threads, resume: marker.resume, idle });
    if (started === 'alive') {
      // What a worker that is gone has left here leaves in a moment. Nobody else may be there to look again.
      await giveBack(folder, this.token, marker);
      this.lookAgain = 0;
      return false;
    }
    if (started === 'failed') this.hasNotBegun();
    if (typeof started === 'string') {
      await endClaim(folder, this.token);
      return true;
    }
    const { child } = started;
    const trained: Trained = { started, begun: performance.now() };
    this.trained.set(folder, trained);
    void started.end.then((end) => {
      trained.end = end;
      this.wake?.();
    });
    // It was told to leave while it was starting this one.
    if (this.leaving) child.kill('SIGTERM');
    return true;
  }

  private hasNotBegun(): void {
    this.unbegun += 1;
    // Else every run of the batch would come here to fail.
    if (this.unbegun >= MOST_UNBEGUN) this.goFor('cannot start');
  }

  /** Runs whose processes have ended: over, or to go on elsewhere. */
  private async settle(): Promise<void> {
    const faults: unknown[] = [];
    for (const [folder, trained] of this.trained) {
      const { started, begun, end } = trained;
      if (!end) continue;
      try {
        await this.settleOne(folder, trained, end);
        this.trained.delete(folder);
        if (end.code === 0) this.durations.push(performance.now() - begun);
        // Where it cannot be forgotten nothing is started in this turn, and its process is dismissed.
        if (end.isFree) this.idle.offer(started);
        await forgetOwnStart(started.own);
      } catch (error) {
        // On a disk that is full for a while it is tried again; others are settled all the same.
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
  }

  private async settleOne(
    folder: string,
    { started: { own }, stopSeen }: Trained,
    { code, signal }: TrainingEnd,
  ): Promise<void> {
    // Where somebody else has it, or nobody, nothing is this worker's to say.
    if (!(await isClaimedBy(folder, this.token))) return;
    const named = await readProcessFile(folder);
    if (named ? named.token !== own.token : code === SUPERSEDED) return endClaim(folder, this.token);
    const state = await stateIn(folder);
    if (state?.started) this.unbegun = 0;
    else this.hasNotBegun();
    const isSaid = state?.token === own.token && (state.status === 'done' || state.status === 'failed');
    const isAsked = stopSeen !== undefined || (await stopIsAsked(folder));
    if (!state || isSaid || isAsked) return endClaim(folder, this.token);
    if (this.leaving) {
      await putBack(folder, this.token, state, this.leaving.why === 'time is up' ? 'time is up' : 'sent away');
      return;
    }
    if (code === SUPERSEDED) {
      // It left in error: the run is still its own, as the folder says. Nobody else may be there to take it.
      if (await putBack(folder, this.token, state, 'worker lost')) this.lookAgain = 0;
      return;
    }
    if (state.status !== 'stopped') {
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
      const error = `The training process was ended ${how}; what it printed is in output.log.`;
      return failClaim(folder, this.token, error);
    }
    return endClaim(folder, this.token);
  }

  private async endTheUnwilling(): Promise<void> {
    const { stopTimeout } = await readQueueSettings(this.store);
    const now = performance.now();
    for (const [folder, trained] of this.trained) {
      // Training removes the marker when it follows.
      if (await stopIsAsked(folder)) trained.stopSeen ??= now;
      const isUnwilling = trained.stopSeen !== undefined && now - trained.stopSeen > stopTimeout;
      if (isUnwilling || (this.leaving && now > this.leaving.patience)) {
        await endProcess(trained.started.own, () => trained.end === undefined);
      }
    }
    if (!this.leaving || this.leaving.told) return;
    this.leaving.told = true;
    for (const { started } of this.trained.values()) started.child.kill('SIGTERM');
  }

  /** Whether somebody who has nothing to train has reason to stay: others may be gone, and leave runs behind. */
  private async findsMore(): Promise<boolean> {
    if ((await this.lookingToo()) > 0) return false;
    if (!this.around.hasSeenAll) {
      // They were many when it began to look, and it is among the last.
      this.lookAgain = 0;
      return true;
    }
    const claimants = new Set<string>();
    for (const folder of this.runs) {
      const claimant = await claimantOf(folder);
      if (claimant !== undefined) claimants.add(claimant);
    }
    // Its own name, without its knowing: claimed by a rename that was said to have failed.
    const isOwn = claimants.delete(this.token);
    const { lost, isOpen } = await this.others.judge(claimants, this.beatAt);
    const found = await this.takeOverFrom(lost, isOwn);
    if (found) this.lookAgain = 0;
    return found || isOpen;
  }

  /** Puts back the runs of workers that are gone. @returns whether one waits now */
  private async takeOverFrom(gone: ReadonlySet<string>, isOwnToo = false): Promise<boolean> {
    if (gone.size === 0 && !isOwnToo) return false;
    const isLost = (worker: string, folder: string) =>
      gone.has(worker) || (worker === this.token && !this.trained.has(folder));
    const found = await putBackLost(this.runs, isLost, this.token);
    for (const token of gone) await removeLostWorker(this.store, this.batch.id, token);
    return found;
  }

  private untilSomethingHappens(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.trained.size > 0 || this.leaving ? this.times.look : this.times.beat);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const complain = (error: unknown): void => console.error(new Date().toISOString(), error);
