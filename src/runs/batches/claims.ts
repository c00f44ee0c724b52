import { lstat, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere, removeFile, writeWhole } from '../files';
import { runFiles } from '../layout';
import { isLink } from '../regularFile';
import { appendEnd, markerText, queuedMarker, type QueueMarker } from '../queue';

/*
 * A worker claims a run by giving its `queued` marker a name of its own, and the marker keeps that name for as long as the
 * worker has the run. So a listing of the folder says whose the run is, and of all who want to take it over only one can.
 */

const CLAIM = /^claimed\.([0-9a-f]{24})$/;

const claimName = (worker: string): string => `${runFiles.claimed}.${worker}`;

/** Whether a name in a run folder is the marker of a run that a worker has. */
export const isWorkerClaim = (name: string): boolean => CLAIM.test(name);

/** The token of the worker that has a run; undefined where none does. */
export async function claimantOf(folder: string): Promise<string | undefined> {
  if (await isLink(folder)) return undefined;
  const names = (await ifThere(readdir(folder))) ?? [];
  return names.flatMap((name) => CLAIM.exec(name)?.[1] ?? [])[0];
}

/** How often the marker of a run is looked for that is given another name meanwhile. */
const LOOKS = 5;

/** The batch whose workers a run waits for, or whose worker has it; undefined for any other run. */
export async function batchOf(folder: string): Promise<string | undefined> {
  for (let look = 1; look <= LOOKS; look++) {
    const worker = await claimantOf(folder);
    const name = worker === undefined ? runFiles.queued : claimName(worker);
    const isThere = (await ifThere(lstat(join(folder, name)))) !== undefined;
    const { batch } = await queuedMarker(folder, name);
    if (batch !== undefined) return batch;
    // Read as nothing, it may have been renamed between.
    if (isThere && (await ifThere(lstat(join(folder, name)))) !== undefined) return undefined;
  }
  return undefined;
}

/** What the queue's marker says of a run that a worker has. */
export const markerOf = (folder: string, worker: string): Promise<QueueMarker> =>
  queuedMarker(folder, claimName(worker));

/** Whether a run waits for the workers of a batch. */
export const waitsFor = async (folder: string, batch: string): Promise<boolean> =>
  !(await isLink(folder)) && (await queuedMarker(folder)).batch === batch;

/** Takes a run that waits for a batch. False when it does not (any more), or another worker was first. */
export async function claimFor(folder: string, worker: string, batch: string): Promise<boolean> {
  return (await waitsFor(folder, batch)) && renamed(join(folder, runFiles.queued), join(folder, claimName(worker)));
}

/** Takes a run over from a worker that is gone. False when it has given it back meanwhile, or somebody was first. */
export const takeOver = (folder: string, from: string, worker: string): Promise<boolean> =>
  renamed(join(folder, claimName(from)), join(folder, claimName(worker)));

/** Whether a worker still has a run: somebody may have taken it over. */
export const isClaimedBy = async (folder: string, worker: string): Promise<boolean> =>
  (await ifThere(lstat(join(folder, claimName(worker))))) !== undefined;

/** Ends a claim: the run is over, or somebody else's. */
export const endClaim = (folder: string, worker: string): Promise<void> => removeFile(join(folder, claimName(worker)));

/** Ends a run as failed, which a worker has and nobody trains any more. */
export async function failClaim(folder: string, worker: string, error: string): Promise<void> {
  // Where its last start said nothing, that would count, and not this end.
  await removeFile(join(folder, runFiles.process));
  await appendEnd(folder, { status: 'failed', error });
  await endClaim(folder, worker);
}

/** Puts a run back, to go on elsewhere. */
export async function giveBack(folder: string, worker: string, marker: QueueMarker): Promise<void> {
  const claim = join(folder, claimName(worker));
  await writeWhole(claim, markerText(marker));
  // A process that may still live somewhere leaves.
  await removeFile(join(folder, runFiles.process));
  await renamed(claim, join(folder, runFiles.queued));
}

/**
 * Renames, then looks: over a network a rename may say that it failed and have happened, when the answer was lost and the
 * question was asked again.
 */
async function renamed(from: string, to: string): Promise<boolean> {
  await rename(from, to).catch(() => undefined);
  return (await ifThere(lstat(to))) !== undefined;
}
