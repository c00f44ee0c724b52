import { setTimeout as delay } from 'node:timers/promises';
import { acquireLock, type Lock } from './lock';

/** How often somebody who waits looks again, and a holder gives a sign of life (ms). */
const LOOK_EVERY = 500;
const TOUCH_EVERY = 15_000;

export interface Waiting {
  readonly signal: AbortSignal;
  /** Told once, when somebody else has the lock. */
  readonly onWaiting: () => void;
}

/**
 * The lock of a folder, when nobody else holds it any more; until it is released its holder is known to be alive. Of
 * several who wait whoever looks first has it.
 *
 * @returns undefined when `signal` was given before. Throws FileFault when the folder is a link.
 */
export async function waitForLock(
  folder: string,
  { signal, onWaiting }: Waiting,
): Promise<Pick<Lock, 'release'> | undefined> {
  let isTold = false;
  while (!signal.aborted) {
    const lock = await acquireLock(folder, 2);
    if (lock) return held(lock);
    if (!isTold) onWaiting();
    isTold = true;
    await delay(LOOK_EVERY, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

function held(lock: Lock): Pick<Lock, 'release'> {
  const timer = setInterval(() => void lock.touch().catch(() => undefined), TOUCH_EVERY);
  return {
    release() {
      clearInterval(timer);
      return lock.release();
    },
  };
}
