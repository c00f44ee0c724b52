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

/** What is known of the time that runs of one variant take, in seconds. */
export interface VariantTimes {
  /** How many runs are done or have a known pace, and what one of them takes from start to end on average. */
  readonly known: number;
  readonly average: number;
  /** Until each run in training ends; undefined before anything can be said. */
  readonly left: readonly (number | undefined)[];
  readonly waiting: number;
}

/** @param runs of one variant */
export function variantTimes(runs: readonly Run[]): VariantTimes {
  const whole = runs.flatMap((run) => wholeSeconds(run) ?? []);
  return {
    ...{ known: whole.length, average: mean(whole) },
    left: runs.flatMap((run) => (run.status === 'running' ? [secondsLeft(run.state)] : [])),
    waiting: runs.filter(({ status }) => status === 'queued').length,
  };
}

/**
 * Seconds until all that run or wait are done, when so many run at a time; undefined before anything can be said. A run
 * that waits is taken to last as long as others of its variant do, or while there are none, as all runs on average.
 */
export function secondsLeftOfVariants(variants: readonly VariantTimes[], parallel: number): number | undefined {
  const timed = variants.filter(({ known }) => known > 0);
  const runs = timed.reduce((sum, { known }) => sum + known, 0);
  const ofAll = timed.reduce((sum, { known, average }) => sum + (known / runs) * average, runs === 0 ? NaN : 0);
  let [total, longest, open] = [0, 0, 0];
  for (const { known, average, left, waiting } of variants) {
    const expected = known > 0 ? average : ofAll;
    const rests = left.map((seconds) => seconds ?? expected);
    total += rests.reduce((sum, rest) => sum + rest, waiting === 0 ? 0 : waiting * expected);
    longest = largest(waiting === 0 ? rests : [...rests, expected], longest);
    open += rests.length + waiting;
  }
  // Work divides over the cores, but no run goes faster than by itself.
  return open === 0 || Number.isNaN(total) ? undefined : Math.max(total / parallel, longest);
}

/** The same of runs of any variants. */
export function secondsLeftOfAll(runs: readonly Run[], parallel: number): number | undefined {
  const variants = new Map<string, Run[]>();
  for (const run of runs) {
    const own = variants.get(variantOf(run)) ?? [];
    variants.set(variantOf(run), own);
    own.push(run);
  }
  return secondsLeftOfVariants([...variants.values()].map(variantTimes), parallel);
}

const variantOf = ({ manifest: { variant } }: Run) => `${variant.key} ${variant.hash}`;

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

function wholeSeconds({ state, status }: Run): number | undefined {
  if (state.firstAt === undefined || state.lastAt === undefined) return undefined;
  const elapsed = (state.lastAt - state.firstAt - state.idle) / 1000;
  if (status === 'done') return elapsed;
  const left = status === 'running' ? secondsLeft(state) : undefined;
  return left === undefined ? undefined : elapsed + left;
}
