import type { RunState } from '../../core/runModel';
import { stopIsAsked, type QueueMarker } from '../queue';
import { stateIn } from '../trackedRun';
import { claimantOf, endClaim, failClaim, giveBack, markerOf, takeOver } from './claims';
import { renewLog } from './renewLog';

/** A run that was put back so often, and got no further, is not tried again. */
const MOST_LOSSES = 3;

/** Why a run goes on elsewhere. Nothing is wrong with one whose machine is needed by others. */
export type Loss = 'worker lost' | 'time is up' | 'sent away';

const reasons: Readonly<Record<Exclude<Loss, 'sent away'>, string>> = {
  'worker lost': 'was lost with the worker that trained it',
  'time is up': "was still training when its worker's time was up",
};
const advice: typeof reasons = {
  'worker lost': 'its machine may have failed, or had too little memory for it.',
  'time is up': 'give its workers more time (--time).',
};

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
    const state = await stateIn(folder);
    const isOver = !state || state.status === 'done' || state.status === 'failed' || (await stopIsAsked(folder));
    if (isOver) {
      await endClaim(folder, own);
      continue;
    }
    await renewLog(folder);
    found = (await putBack(folder, own, state, 'worker lost')) || found;
  }
  return found;
}

/**
 * Puts back one run, which `own` has, to go on from its last checkpoint; or fails it, where it was put back again and again
 * and got no further. @returns whether it waits now
 */
export async function putBack(folder: string, own: string, state: RunState, loss: Loss): Promise<boolean> {
  const { checkpoint } = state;
  const marker = await markerOf(folder, own);
  const reached = checkpoint ? `task ${checkpoint.task}, step ${checkpoint.step}` : undefined;
  const losses = reached === marker.lostAt ? marker.losses + 1 : 1;
  const resume = checkpoint !== undefined;
  if (loss === 'sent away') {
    await giveBack(folder, own, { ...marker, resume });
    return true;
  }
  if (losses < MOST_LOSSES) {
    const counted: QueueMarker = { ...marker, resume, losses, ...(reached !== undefined && { lostAt: reached }) };
    await giveBack(folder, own, counted);
    return true;
  }
  const error = `It ${reasons[loss]} ${losses} times, without a new checkpoint: ${advice[loss]}`;
  await failClaim(folder, own, error);
  return false;
}
