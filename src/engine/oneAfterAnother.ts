import { once } from 'node:events';
import { FREE, nextRunSchema, TAKEN } from '../core/nextRun';
import { exit } from './exitCodes';
import { trainRun, type AskedRun, type TrainingPlace } from './trainRun';

/**
 * Trains a run, and then others, as long as whoever started this process has some: engine, data and compiled JavaScript are
 * there already. A process trains on only where nothing of a run can reach the next: after a run that came to its end by
 * itself, when all that it made is let go of.
 *
 * @returns the exit code
 */
export async function trainOneAfterAnother(first: AskedRun, place: TrainingPlace): Promise<number> {
  for (let run: AskedRun | undefined = first; run;) {
    const code = await trainRun(run, place);
    if (code !== exit.done) return code;
    run = place.isSignalled() || !place.between.letGo() ? undefined : await nextRun();
  }
  return exit.done;
}

/** The next run; undefined when there is none, or nobody to give one. */
async function nextRun(): Promise<AskedRun | undefined> {
  if (!process.connected) return undefined;
  const waiting = new AbortController();
  const say = (word: string) => process.send?.(word, undefined, undefined, () => undefined);
  const heard = (event: string) => once(process, event, { signal: waiting.signal });
  const next = heard('message').then(([message]) => nextRunSchema.parse(message));
  // Who started this process is gone, or has no more runs for it.
  const nothing = Promise.race(['disconnect', 'SIGTERM', 'SIGINT'].map(heard)).then(() => undefined);
  try {
    say(FREE);
    const run = await Promise.race([next, nothing]);
    if (run) say(TAKEN);
    return run && { ...run, asked: performance.now() };
  } finally {
    waiting.abort();
    await Promise.allSettled([next, nothing]);
  }
}
