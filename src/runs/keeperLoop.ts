import type { ChildProcess } from 'node:child_process';
import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { removeFile, writeWhole } from './files';
import { keeperFolder, runFiles } from './layout';
import { lifeOf, recordOf, type ProcessRecord } from './liveness';
import { acquireLock, type Lock } from './lock';
import {
  appendEnd,
  claim,
  claimedMarker,
  finishClaim,
  foldersWith,
  queuedFolders,
  readQueueSettings,
  sealLog,
  stopAskedFor,
  unclaim,
  type QueueSettings,
} from './queue';
import { endProcess, findTraining, launchTraining, recordIn } from './trainingProcess';

/** How often the keeper looks around although nothing told it to. */
const LOOK_MS = 1000;

/**
 * Drains the queue of one store: starts queued runs as processes of their own, at most so many at a time, and ends those
 * that do not follow a stop. It holds nothing that is not on disk: when it is killed, the next one takes over.
 */
export class Keeper {
  /** Run folders with a living process, and that process. */
  readonly #watched = new Map<string, ProcessRecord>();
  #wake: (() => void) | undefined;

  constructor(
    private readonly store: string,
    /** Folder with train.js, for a store that names none. */
    private readonly dist: string,
  ) {}

  /** Resolves when nothing is left to do, or when another keeper does it. */
  async work(): Promise<void> {
    for (;;) {
      const lock = await acquireLock(keeperFolder(this.store));
      if (!lock) return;
      const watcher = this.#watchStore();
      try {
        await this.#adopt();
        await this.#drain(lock);
      } finally {
        watcher?.close();
        await lock.release();
      }
      // Somebody may have queued a run and found this keeper still there: only after the release is "nothing" final.
      if ((await queuedFolders(this.store)).length === 0) return;
    }
  }

  /** Takes over what an earlier keeper left: living processes, and runs it had claimed when it died. */
  async #adopt(): Promise<void> {
    for (const folder of await foldersWith(this.store, runFiles.claimed)) {
      if ((await recordIn(folder)) === undefined) {
        const pid = await findTraining(folder);
        if (pid === undefined) {
          await unclaim(folder);
          continue;
        }
        await writeWhole(join(folder, runFiles.process), JSON.stringify(await recordOf(pid)));
      }
      await finishClaim(folder);
    }
    for (const folder of await foldersWith(this.store, runFiles.process)) {
      const record = await recordIn(folder);
      if (record && (await lifeOf(record)) === 'alive') this.#watched.set(folder, record);
    }
  }

  async #drain(lock: Lock): Promise<void> {
    for (;;) {
      await lock.touch();
      const settings = await readQueueSettings(this.store, this.dist);
      await this.#forgetTheDead();
      await this.#endTheUnwilling(settings.stopTimeout);
      await this.#startQueued(settings);
      if (this.#watched.size === 0 && (await queuedFolders(this.store)).length === 0) return;
      await this.#untilSomethingHappens();
    }
  }

  async #forgetTheDead(): Promise<void> {
    for (const [folder, record] of this.#watched) {
      if ((await lifeOf(record)) === 'dead') this.#watched.delete(folder);
    }
  }

  async #endTheUnwilling(timeout: number): Promise<void> {
    for (const [folder, record] of this.#watched) {
      const waiting = await stopAskedFor(folder);
      if (waiting !== undefined && waiting > timeout) await endProcess(record);
    }
  }

  async #startQueued(settings: QueueSettings): Promise<void> {
    if (this.#watched.size >= settings.parallel) return;
    for (const folder of await queuedFolders(this.store)) {
      if (this.#watched.size >= settings.parallel) return;
      if (await claim(folder)) await this.#start(folder, settings);
    }
  }

  async #start(folder: string, { node, dist, threads }: QueueSettings): Promise<void> {
    const earlier = await recordIn(folder);
    if (earlier && (await lifeOf(earlier)) === 'alive') {
      // Two windows asked for the same run to go on: once is enough.
      await finishClaim(folder);
      return;
    }
    if ((await stopAskedFor(folder)) !== undefined) {
      // It was asked to stop while it was about to start.
      await appendEnd(folder, { status: 'stopped' });
      await finishClaim(folder);
      return;
    }
    try {
      const { resume } = await claimedMarker(folder);
      await removeFile(join(folder, runFiles.process));
      await sealLog(folder);
      const at = Date.now();
      const child = await launchTraining(folder, { node, dist, resume, threads });
      await this.#record(folder, child, at);
    } catch (error) {
      await this.#failToStart(folder, error);
    }
    await finishClaim(folder);
  }

  async #record(folder: string, child: ChildProcess, at: number): Promise<void> {
    if (child.pid === undefined) return;
    const record = await recordOf(child.pid, at);
    child.once('exit', () => this.#wake?.());
    try {
      await writeWhole(join(folder, runFiles.process), JSON.stringify(record));
    } catch (error) {
      // A process nobody can find would be lost to every window: rather none.
      await endProcess(record);
      throw error;
    }
    this.#watched.set(folder, record);
  }

  async #failToStart(folder: string, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(new Date().toISOString(), folder, reason);
    // On a full disk this fails too; the run then shows as crashed.
    await appendEnd(folder, { status: 'failed', error: `The training process could not be started: ${reason}` }).catch(
      () => undefined,
    );
  }

  #watchStore(): FSWatcher | undefined {
    try {
      const watcher = watch(this.store, () => this.#wake?.());
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return undefined; // The regular look is enough.
    }
  }

  #untilSomethingHappens(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      this.#wake = () => {
        clearTimeout(timer);
        // A little later, so that a burst of changes is one look.
        setTimeout(resolve, 20);
      };
    });
  }
}
