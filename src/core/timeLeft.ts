import { largest } from './extremes';
import { formatDuration } from './format';
import type { Run } from './run';
import type { RunState } from './runModel';
import { mean } from './mean';
import { t } from './text';

/** Seconds until training ends at the pace so far; undefined before anything can be said. */
export function secondsLeft(state: RunState): number | undefined {
  if (state.status !== 'running' || state.stepsDone === 0 || state.firstAt === undefined || state.lastAt === undefined)
    return undefined;
  // A clock that was set back must not make it less than nothing.
  const elapsed = Math.max(0, state.lastAt - state.firstAt - state.idle) / 1000;
  return (elapsed / state.stepsDone) * (state.stepsPlanned - state.stepsDone);
}

/**
 * Seconds until all that run or wait are done, when so many run at a time; undefined before anything can be said. A run
 * that waits is taken to last as long as others of its variant do, or while there are none, as all runs on average.
 */
export function secondsLeftOfAll(runs: readonly Run[], parallel: number): number | undefined {
  const ofVariants = new Map<string, number[]>();
  const all: number[] = [];
  for (const run of runs) {
    const seconds = wholeSeconds(run);
    if (seconds === undefined) continue;
    const known = ofVariants.get(variantOf(run)) ?? [];
    known.push(seconds);
    all.push(seconds);
    ofVariants.set(variantOf(run), known);
  }
  const average = mean(all);
  const expected = (run: Run) => {
    const same = ofVariants.get(variantOf(run));
    return same ? mean(same) : average;
  };
  const rests = runs.flatMap((run) => {
    if (run.status === 'running') return [secondsLeft(run.state) ?? expected(run)];
    return run.status === 'queued' ? [expected(run)] : [];
  });
  const total = rests.reduce((sum, rest) => sum + rest, 0);
  // Work divides over the cores, but no run goes faster than by itself.
  return rests.length === 0 || Number.isNaN(total) ? undefined : Math.max(total / parallel, largest(rests, 0));
}

/**
 * Seconds to wait as people are told them, in editor, views and dashboard alike: so coarse that they can be read before they
 * change.
 */
export function toldSeconds(seconds: number): number {
  const step = seconds < 10 ? 1 : seconds < 60 ? 5 : seconds < 600 ? 15 : 60;
  return Math.max(1, Math.ceil(seconds / step) * step);
}

/** A time to wait: `40 s`, `2 min 30 s`. */
export function waitText(seconds: number): string {
  const told = toldSeconds(seconds);
  return told < 60 ? t('{0} s', told) : formatDuration(told);
}

const variantOf = ({ manifest: { variant } }: Run) => `${variant.key} ${variant.hash}`;

function wholeSeconds({ state, status }: Run): number | undefined {
  if (state.firstAt === undefined || state.lastAt === undefined) return undefined;
  const elapsed = (state.lastAt - state.firstAt - state.idle) / 1000;
  if (status === 'done') return elapsed;
  const left = status === 'running' ? secondsLeft(state) : undefined;
  return left === undefined ? undefined : elapsed + left;
}
