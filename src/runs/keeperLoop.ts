import { watch, type FSWatcher } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Devices } from './devices';
import { ifThere } from './files';
import { threadsFor } from './idleCores';
import { IdleProcesses } from './idleProcesses';
import { keeperFolder, queueFile, runFiles, runsFolder } from './layout';
import { lifeOf } from './liveness';
import { acquireLock, type Lock } from './lock';
import { forgetOwnStart, ownProcessesIn, type OwnProcess } from './ownProcesses';
import { readProcessFile } from './processFile';
import {
  claim,
  finishClaim,
  foldersWith,
  queuedMarker,
  readQueueSettings,
  stopIsAsked,
  thoseWith,
  unclaim,
  waitingHere,
  type QueueSettings,
} from './queue';
import { manifestIn } from './runFolder';
import { startRun, type TrainingPrograms } from './startRun';
import { endProcess, type StartedTraining, type TrainingEnd } from './trainingProcess';

/** How often the keeper looks around although nothing told it to. */
const LOOK_MS = 1000;
/** How often it looks at every run folder although nothing tells that one was queued. */
const LOOK_AT_ALL_MS = 60_000;

interface Watched {
  readonly own: OwnProcess;
  /** Threads that it computes with, as far as this keeper knows. */
  readonly threads: number;
  /** Where this keeper started it. */
  readonly started?: StartedTraining;
  /** How that came to its end. */
  end?: TrainingEnd;
  /** When it was first seen that the run was asked to stop (ms of this process). */
  stopSeen?: number;
}

/** Of one that another keeper started only the record says whether it still trains that run. */
const endWatched = (watched: Watched): Promise<boolean> =>
  endProcess(watched.own, watched.started && (() => watched.end === undefined));

/**
 * Drains the queue of one store: has queued runs trained, at most so many at a time, and ends those that do not follow a
 * stop. A process that has done its run is given the next one where that needs no other. It holds nothing that is not on
 * disk: when it is killed, the next one takes over.
 */
export class Keeper {
  /** Run folders with a living process, and that process. */
  private readonly watched = new Map<string, Watched>();
  private readonly idle = new IdleProcesses();
  private wake: (() => void) | undefined;
  /** A run has come to its end since this keeper looked around last. */
  private isNews = false;
  private readonly devices = new Devices(1);
  /** The run folders that were queued when all were looked at last. */
  private queued: { readonly folders: readonly string[]; readonly stamp: string; readonly at: number } | undefined;

  constructor(
    private readonly store: string,
    private readonly programs: TrainingPrograms,
  ) {}

  /** Resolves when nothing is left to do, or when another keeper does it. */
  async work(): Promise<void> {
    for (;;) {
      const lock = await acquireLock(keeperFolder(this.store));
      if (!lock) return;
      const watcher = this.watchStore();
      try {
        await this.adopt();
        await this.drain(lock);
      } finally {
        watcher?.close();
        await lock.release();
      }
      // Somebody may have queued a run and found this keeper still there: only after the release is "nothing" final.
      this.queued = undefined;
      if ((await this.queuedFolders()).length === 0) return;
    }
  }

  /** Takes over what an earlier keeper left: living processes, and runs it had claimed when it died. */
  private async adopt(): Promise<void> {
    for (const own of await ownProcessesIn(runsFolder(this.store))) {
      // Those of other machines, whose home folder is the same, are no business of this one's.
      if ((await lifeOf(own.process)) === 'alive') this.watched.set(own.folder, { own, threads: 1 });
    }
    for (const folder of await foldersWith(this.store, runFiles.claimed)) {
      // Who queued it removed an older `process.json`, and a process that it does not name yet never trains.
      await ((await readProcessFile(folder)) ? finishClaim(folder) : unclaim(folder));
    }
  }

  private async drain(lock: Lock): Promise<void> {
    for (;;) {
      this.isNews = false;
      await lock.touch();
      const settings = await readQueueSettings(this.store);
      await this.forgetTheDead();
      await this.endTheUnwilling(settings.stopTimeout);
      await this.startQueued(settings);
      this.idle.dismiss();
      if (this.watched.size === 0 && (await this.queuedFolders()).length === 0) return;
      await this.untilSomethingHappens();
    }
  }

  private async forgetTheDead(): Promise<void> {
    for (const [folder, { own, started, end }] of this.watched) {
      if (!end?.isFree && (await lifeOf(own.process)) !== 'dead') continue;
      this.watched.delete(folder);
      // First of all: as long as it is recorded, whoever ends this run by force ends the process.
      await forgetOwnStart(own);
      if (end?.isFree && started) this.idle.offer(started);
    }
  }

  private async endTheUnwilling(timeout: number): Promise<void> {
    for (const [folder, watched] of this.watched) {
      if (!(await stopIsAsked(folder))) watched.stopSeen = undefined;
      else if (watched.stopSeen === undefined) watched.stopSeen = performance.now();
      else if (performance.now() - watched.stopSeen > timeout) await endWatched(watched);
    }
  }

  private async startQueued(settings: QueueSettings): Promise<void> {
    if (this.watched.size >= settings.parallel) return;
    const queued = await this.queuedFolders();
    for (const [i, folder] of queued.entries()) {
      const room = settings.parallel - this.watched.size;
      if (room <= 0) return;
      if (!(await this.devices.haveRoomFor(folder, this.watched.keys(), settings.devices ?? {}))) continue;
      if (!(await claim(folder))) continue;
      const threads = settings.threads ?? (await this.idleThreads(folder, Math.min(room, queued.length - i)));
      await this.start(folder, threads);
    }
  }

  /** Threads for one of so many runs that may begin now. */
  private async idleThreads(folder: string, beginning: number): Promise<number> {
    const taken = [...this.watched.values()].reduce((sum, { threads }) => sum + threads, 0);
    return threadsFor(await manifestIn(folder), { cores: availableParallelism(), taken, beginning });
  }

  /**
   * Run folders that are queued, in the order in which they should start. Who queues a run makes its folder or writes the
   * queue's settings afterwards: only then are all folders looked at, of which there may be ten thousand.
   */
  private async queuedFolders(): Promise<string[]> {
    const stamps = await Promise.all(
      [runsFolder(this.store), queueFile(this.store)].map((file) => ifThere(lstat(file))),
    );
    const stamp = stamps.map((found) => `${found?.ino} ${found?.mtimeMs}`).join(' ');
    const known = this.queued;
    if (known?.stamp === stamp && performance.now() - known.at < LOOK_AT_ALL_MS) {
      const still = new Set(await thoseWith(known.folders, runFiles.queued));
      return known.folders.filter((folder) => still.has(folder));
    }
    const folders = await waitingHere(await foldersWith(this.store, runFiles.queued));
    this.queued = { folders, stamp, at: performance.now() };
    return folders;
  }

  private async start(folder: string, threads: number): Promise<void> {
    const { resume } = await queuedMarker(folder, runFiles.claimed);
    const { store, idle } = this;
    const started = await startRun(folder, { ...this.programs, store, threads, resume, idle });
    if (typeof started === 'object') {
      const watched: Watched = { own: started.own, threads, started };
      this.watched.set(folder, watched);
      void started.end.then((end) => {
        watched.end = end;
        this.isNews = true;
        this.wake?.();
      });
    }
    await finishClaim(folder).catch(() => undefined); // The folder may be gone.
  }

  private watchStore(): FSWatcher | undefined {
    try {
      const watcher = watch(this.store, () => this.wake?.());
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return undefined; // The regular look is enough.
    }
  }

  private untilSomethingHappens(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      this.wake = () => {
        clearTimeout(timer);
        // A little later, so that a burst of changes is one look.
        setTimeout(resolve, 20);
      };
      if (this.isNews) this.wake();
    });
  }
}
