import type { Run } from './run';
import { secondsLeft } from './runModel';
import { mean } from './statistics';

/**
 * Seconds until all that run or wait are done, when so many run at a time; undefined before anything can be said. A run
 * that waits is taken to last as long as others of its variant do, or while there are none, as all runs on average.
 */
export function secondsLeftOfAll(runs: readonly Run[], parallel: number): number | undefined {
  const whole = runs.flatMap((run) => wholeSeconds(run) ?? []);
  const expected = (run: Run) => {
    const same = runs
      .filter((other) => variantOf(other) === variantOf(run))
      .flatMap((other) => wholeSeconds(other) ?? []);
    return mean(same.length > 0 ? same : whole);
  };
  const rests = runs.flatMap((run) => {
    if (run.status === 'running') return [secondsLeft(run.state) ?? expected(run)];
    return run.status === 'queued' ? [expected(run)] : [];
  });
  const total = rests.reduce((sum, rest) => sum + rest, 0);
  // Work divides over the cores, but no run goes faster than by itself.
  return rests.length === 0 || Number.isNaN(total) ? undefined : Math.max(total / parallel, ...rests);
}

const variantOf = ({ manifest: { variant } }: Run) => `${variant.key} ${variant.hash}`;

function wholeSeconds({ state, status }: Run): number | undefined {
  if (state.firstAt === undefined || state.lastAt === undefined) return undefined;
  const elapsed = (state.lastAt - state.firstAt - state.idle) / 1000;
  if (status === 'done') return elapsed;
  const left = status === 'running' ? secondsLeft(state) : undefined;
  return left === undefined ? undefined : elapsed + left;
}
