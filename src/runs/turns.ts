/** Longest time work goes on without letting timers and input in (ms). */
const LONGEST_TURN = 8;

let turnStarted = performance.now();
let next: Promise<void> | undefined;

/**
 * Awaited before a piece of work that takes a few milliseconds: resolves at once, or after the event loop has been round
 * when work has gone on for long. All who wait share the turns, so that many at a time block it no longer than one.
 */
export async function turn(): Promise<void> {
  while (performance.now() - turnStarted > LONGEST_TURN) {
    next ??= new Promise((resolve) =>
      setImmediate(() => {
        turnStarted = performance.now();
        next = undefined;
        resolve();
      }),
    );
    await next;
  }
}
