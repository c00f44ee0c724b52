import { join } from 'node:path';
import { removeFile } from './files';
import type { IdleProcesses } from './idleProcesses';
import { runFiles } from './layout';
import { lifeOf } from './liveness';
import { ownPermissionOf } from './own/ownLaunch';
import { ownProcessOf } from './ownProcesses';
import { programLaunchOf } from './program/programLaunch';
import { kindOf } from './sharedKind';
import { appendEnd, sealLog, stopIsAsked } from './queue';
import { manifestIn, requireSound } from './runFolder';
import { launchTraining, type StartedTraining } from './trainingProcess';

/** What training processes are started with: this process's own business, never that of a file in the store. */
export interface TrainingPrograms {
  readonly node: string;
  /** Folder with train.js. */
  readonly dist: string;
}

export interface RunStart extends TrainingPrograms {
  /** The store that the run is in. */
  readonly store: string;
  /** Threads that the run computes with. */
  readonly threads: number;
  /** Go on from the last checkpoint. */
  readonly resume: boolean;
  /** Those that may train it, where it is no matter which process does. */
  readonly idle: IdleProcesses;
}

/**
 * Why nothing was started: a process of an earlier start still trains the run; it was asked to stop while it was about to
 * start, and is stopped with that; or it cannot be started, and has failed with the reason in its log.
 */
export type NotStarted = 'alive' | 'stopped' | 'failed';

/** Starts the training process of a run that the caller has claimed. */
export async function startRun(folder: string, start: RunStart): Promise<StartedTraining | NotStarted> {
  try {
    await requireSound(folder);
    const earlier = await ownProcessOf(folder);
    // Two windows asked for the same run to go on: once is enough.
    if (earlier && (await lifeOf(earlier.process)) === 'alive') return 'alive';
    if (await stopIsAsked(folder)) {
      await appendEnd(folder, { status: 'stopped' });
      return 'stopped';
    }
    await removeFile(join(folder, runFiles.process));
    await sealLog(folder);
    const permission = await ownPermissionOf(folder, start.store);
    const program = await programLaunchOf(folder, start.store);
    const kind = permission || program ? undefined : await kindOf(await manifestIn(folder), start);
    const idle = kind === undefined ? undefined : start.idle.take(kind);
    return await launchTraining(folder, { ...start, permission, program, kind, idle });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(new Date().toISOString(), folder, reason);
    const end = { status: 'failed', error: `The training process could not be started: ${reason}` } as const;
    // On a full disk this fails too; the run then shows as crashed.
    await appendEnd(folder, end).catch(() => undefined);
    return 'failed';
  }
}
