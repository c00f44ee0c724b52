/** Milliseconds before a rate says anything. */
const SOON = 1500;

/**
 * Seconds left of something of which so much is done, from how fast it went since it was told of first; undefined until
 * that says something. What was done before, as in a download that goes on, does not count as fast.
 *
 * @param now milliseconds
 */
export function timeLeftOf(now: () => number = () => performance.now()) {
  let begun: { readonly phase: string; readonly at: number; readonly done: number } | undefined;
  return (phase: string, done: number, total: number): number | undefined => {
    if (begun?.phase !== phase || done < begun.done) begun = { phase, at: now(), done };
    const [took, made] = [now() - begun.at, done - begun.done];
    return took < SOON || made <= 0 || done >= total ? undefined : Math.ceil(((took / made) * (total - done)) / 1000);
  };
}
