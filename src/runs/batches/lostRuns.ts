import { appendEnd, stopIsAsked } from '../queue';
import { TrackedRun } from '../trackedRun';
import { claimantOf, endClaim, giveBack, markerOf, takeOver } from './claims';

/** A run that was lost with its worker so often, and got no further, is not tried again. */
const MOST_LOSSES = 3;

/**
 * Puts back the runs that workers had who are gone, to go on from their last checkpoints.
 *
 * @param folders run folders of the batch. @param isLost whether a worker's claim of a run holds no longer
 * @param own token of whoever does this: of several at once each run is put back by one
 * @returns whether there was one that waits now
 */
export async function putBackLost(
  folders: readonly string[],
  isLost: (worker: string, folder: string) => boolean,
  own: string,
): Promise<boolean> {
  let found = false;
  for (const folder of folders) {
    const claimant = await claimantOf(folder);
    if (claimant === undefined || !isLost(claimant, folder) || !(await takeOver(folder, claimant, own))) continue;
    found = (await putBackOne(folder, own)) || found;
  }
  return found;
}

async function putBackOne(folder: string, own: string): Promise<boolean> {
  const tracked = new TrackedRun(folder);
  await tracked.refresh();
  const state = tracked.run?.state;
  const isOver = state?.status === 'done' || state?.status === 'failed' || (await stopIsAsked(folder));
  if (!state || isOver) {
    await endClaim(folder, own);
    return false;
  }
  const marker = await markerOf(folder, own);
  const reached = state.checkpoint?.task ?? -1;
  const losses = reached > marker.lostAt ? 1 : marker.losses + 1;
  if (losses > MOST_LOSSES) {
    const error = `It was lost with the worker that trained it ${losses} times, without a new checkpoint: its machine may have failed, or had too little memory for it.`;
    await appendEnd(folder, { status: 'failed', error });
    await endClaim(folder, own);
    return false;
  }
  await giveBack(folder, own, { ...marker, resume: state.checkpoint !== undefined, losses, lostAt: reached });
  return true;
}
