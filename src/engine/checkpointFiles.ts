import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { encodeCheckpoint, type Snapshot } from './checkpoint';
import type { Network, TensorView } from './contract/network';
import { moveOwn } from './moveOwn';
import { encodeTensors } from './safetensors';

/** The checkpoint written last, and the one before it. */
export const latestFile = 'checkpoints/latest.safetensors';
export const previousFile = 'checkpoints/previous.safetensors';
/** A file being written has this at the end of its name. */
const PART = '.part';

/**
 * Writes a checkpoint, so that a run can go on wherever this breaks off, by a kill or a power cut: the new one is on the
 * disk before anything is moved, and the one before it is kept as `previous`.
 *
 * @param announce is called with the SHA-256 of the new file before it gets its name: every file of that name was
 *   announced. It returns when the announcement itself would outlast a power cut.
 */
export function writeCheckpoint(runFolder: string, snapshot: Snapshot, announce: (sha256: string) => void): void {
  const bytes = encodeCheckpoint(snapshot);
  const file = path.join(runFolder, latestFile);
  writePart(runFolder, file, bytes);
  try {
    announce(sha256Of(bytes));
  } catch (error) {
    rmSync(file + PART, { force: true });
    throw error;
  }
  finishCheckpoint(runFolder);
}

/** Gives an announced checkpoint its name. Where that had broken off, it goes on from there. */
export function finishCheckpoint(runFolder: string): void {
  const file = path.join(runFolder, latestFile);
  moveIfThere(file, path.join(runFolder, previousFile));
  moveOwn(file + PART, file);
  syncFolder(path.dirname(file));
}

/** The checkpoint before the last takes its place: the last one is of no use. */
export function dropLatest(runFolder: string): void {
  moveOwn(path.join(runFolder, previousFile), path.join(runFolder, latestFile));
  syncFolder(checkpointFolder(runFolder));
}

/** What a network has learned and measured. */
export interface Learned {
  readonly theta: Float32Array;
  /** Running statistics, of a network that has some. */
  readonly buffers?: Float32Array | undefined;
}

/** When parameters are kept: after a task, or within it after so many of its steps. */
export interface After {
  /** From 0. */
  readonly task: number;
  readonly step?: number;
}

/** Names of the files of kept parameters: of a task (from 0), and of a point within it. */
export const parametersFile = ({ task, step }: After): string =>
  step === undefined ? `checkpoints/task-${task + 1}.safetensors` : `checkpoints/way-${task + 1}-${step}.safetensors`;
const wayFile = /^way-([1-9]\d{0,5})-([1-9]\d{0,9})\.safetensors$/;

/** The points within tasks at which a run kept its parameters, in their order. */
export function keptOnTheWay(runFolder: string): Required<After>[] {
  const folder = path.join(runFolder, 'checkpoints');
  if (!isFolder(folder)) return [];
  const found = readdirSync(folder).flatMap((name) => {
    const [, task, step] = wayFile.exec(name) ?? [];
    return task === undefined || step === undefined ? [] : [{ task: Number(task) - 1, step: Number(step) }];
  });
  return found.sort((a, b) => a.task - b.task || a.step - b.step);
}

/** The parameters after a task or at a point within it, and running statistics, by the names of the network's views; with its architecture. */
export function writeParameters(runFolder: string, after: After, network: Network, { theta, buffers }: Learned): void {
  const named = (views: readonly TensorView[], values: Float32Array) =>
    views.map(
      ({ name, shape, offset, size }) => [name, { shape, values: values.subarray(offset, offset + size) }] as const,
    );
  const { views, statistics, architecture } = network;
  const tensors = Object.fromEntries([
    ...named(views, theta),
    ...(statistics && buffers ? named(statistics.views, buffers) : []),
  ]);
  const { task, step } = after;
  const metadata = {
    ...{ task: String(task), ...(step !== undefined && { step: String(step) }) },
    architecture: JSON.stringify(architecture),
  };
  const file = path.join(runFolder, parametersFile(after));
  writePart(runFolder, file, encodeTensors({ tensors, metadata }));
  moveOwn(file + PART, file);
  syncFolder(path.dirname(file));
}

/** Removes what a killed process was writing. @throws Error when something else than a folder holds the checkpoints */
export function removeParts(runFolder: string): void {
  const folder = path.join(runFolder, 'checkpoints');
  if (!isFolder(folder)) return;
  for (const name of readdirSync(folder))
    if (name.endsWith(`.safetensors${PART}`)) rmSync(path.join(folder, name), { force: true });
}

/** Where the checkpoint lies that was being written. */
export const partOfLatest = (runFolder: string): string => path.join(runFolder, latestFile + PART);

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Writes `<file>.part` through to the disk. What cannot be written whole is removed: it may be what fills the disk. */
function writePart(runFolder: string, file: string, bytes: Buffer): void {
  checkpointFolder(runFolder);
  const part = file + PART;
  rmSync(part, { force: true });
  try {
    // A name that is taken is not opened, so no link is followed.
    const handle = openSync(part, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** The folder of the checkpoints, which is made where the run folder is there: a run that was deleted must not come back. */
function checkpointFolder(runFolder: string): string {
  const folder = path.join(runFolder, 'checkpoints');
  if (isFolder(folder)) return folder;
  if (!existsSync(runFolder)) throw new Error('the run folder is gone');
  try {
    mkdirSync(folder);
  } catch (error) {
    // Over a network it may be said to be there already when it was just made.
    if (!isFolder(folder)) throw error;
  }
  syncFolder(runFolder);
  return folder;
}

/** Whether there is a folder. @throws Error when there is something else, a link to a folder too */
function isFolder(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found && !found.isDirectory())
    throw new Error(`${path.basename(folder)} is ${found.isSymbolicLink() ? 'a link' : 'a file'}, not a folder`);
  return found !== undefined;
}

function moveIfThere(from: string, to: string): void {
  if (lstatSync(from, { throwIfNoEntry: false })) moveOwn(from, to);
}

/** Makes renames in a folder outlast a power cut, where the system can. */
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, constants.O_RDONLY);
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Windows opens no folders, and some network file systems do not sync them: the file itself is whole.
  }
}
