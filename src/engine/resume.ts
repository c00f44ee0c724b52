import { constants as limits } from 'node:buffer';
import { createHash } from 'node:crypto';
import { closeSync, constants, readSync } from 'node:fs';
import path from 'node:path';
import { decodeCheckpoint, type Snapshot } from './checkpoint';
import { dropLatest, finishCheckpoint, latestFile, partOfLatest, previousFile, removeParts } from './checkpointFiles';
import type { LoggedCheckpoint } from './earlierLog';
import type { LoggedPosition } from './fit';
import { openRegular, readRegular } from './regularFile';

/** Takes over a snapshot. @throws RangeError, with nothing changed, when training cannot go on from it at that point */
export type Restore = (snapshot: Snapshot, logged: LoggedPosition) => void;

/** Where a run goes on. */
export interface Resumption {
  /** Undefined: from the beginning. */
  readonly from?: LoggedPosition;
  /** What is wrong with the checkpoints, where something was lost by it. */
  readonly warning?: string;
}

interface Candidate {
  readonly file: string;
  /** Which of the logged checkpoints it is; -1 for none of them. */
  readonly order: number;
  /** Why it is none of them. */
  readonly fault?: string;
}

/**
 * Restores the newest checkpoint that can be used. One that the log does not know by its SHA-256 is none: it was changed,
 * cut off, or is of another run.
 *
 * @param logged the checkpoints that the log tells of, in order
 */
export function restoreNewest(runFolder: string, logged: readonly LoggedCheckpoint[], restore: Restore): Resumption {
  const newest = logged.at(-1);
  if (newest) finishAnnounced(runFolder, newest);
  removeParts(runFolder);
  if (!newest) return {};
  const candidates = [latestFile, previousFile].map((file) => candidateOf(runFolder, file, logged));
  const faults = candidates.flatMap(({ fault }) => fault ?? []);
  for (const { file, order } of [...candidates].sort((a, b) => b.order - a.order)) {
    const at = logged[order];
    if (!at) continue;
    const fault = faultIn(path.join(runFolder, file), at, restore);
    if (fault !== undefined) {
      faults.push(`${file}: ${fault}`);
      continue;
    }
    if (file === previousFile) dropLatest(runFolder);
    if (at === newest) return { from: at };
    return { from: at, warning: `${lossOf(newest, faults)} Training goes on from ${placeOf(at)} (${file}).` };
  }
  return { warning: `${lossOf(newest, faults)} None is left to go on from: training starts from the beginning.` };
}

/**
 * Takes over the bytes of a checkpoint.
 *
 * @throws RangeError, with nothing changed, when they are none, or not of this run at this point
 */
export function restoreBytes(bytes: Buffer, at: LoggedPosition, restore: Restore): void {
  restore(decodeCheckpoint(bytes), at);
}

/** Which of the logged checkpoints has this SHA-256; -1 for none. */
export const orderOf = (sha256: string, logged: readonly LoggedCheckpoint[]): number =>
  logged.findLastIndex((checkpoint) => checkpoint.sha256 === sha256);

/** A process may have been killed after it announced a checkpoint and before the file got its name. */
function finishAnnounced(runFolder: string, newest: LoggedCheckpoint): void {
  let sha256: string;
  try {
    sha256 = sha256OfFile(partOfLatest(runFolder));
  } catch {
    return;
  }
  if (sha256 === newest.sha256) finishCheckpoint(runFolder);
}

function candidateOf(runFolder: string, file: string, logged: readonly LoggedCheckpoint[]): Candidate {
  try {
    const order = orderOf(sha256OfFile(path.join(runFolder, file)), logged);
    return order >= 0 ? { file, order } : { file, order, fault: `${file} is not as it was written (SHA-256)` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { file, order: -1, fault: code === 'ENOENT' ? `${file} is missing` : `${file}: ${message}` };
  }
}

/** Restores a checkpoint; returns why it cannot be used, where it cannot. */
function faultIn(file: string, at: LoggedPosition, restore: Restore): string | undefined {
  try {
    restoreBytes(readRegular(file, limits.MAX_LENGTH), at, restore);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code !== undefined)
      return (error as Error).message;
    throw error;
  }
}

const lossOf = (newest: LoggedPosition, faults: readonly string[]): string =>
  `The checkpoint of ${placeOf(newest)} cannot be used: ${faults.length > 0 ? faults.join('; ') : 'it is not there'}.`;

function placeOf({ task, step }: LoggedPosition): string {
  if (step > 0) return `step ${step} of task ${task + 1}`;
  return task === 0 ? 'the beginning' : `the end of task ${task}`;
}

const CHUNK = 1 << 20;

/** Read piece by piece: a file that is not a checkpoint of the run, however large, takes no memory. */
function sha256OfFile(file: string): string {
  const handle = openRegular(file, constants.O_RDONLY);
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.alloc(CHUNK);
    for (let size = -1; size !== 0;) {
      size = readSync(handle, chunk, 0, CHUNK, null);
      hash.update(chunk.subarray(0, size));
    }
    return hash.digest('hex');
  } finally {
    closeSync(handle);
  }
}
