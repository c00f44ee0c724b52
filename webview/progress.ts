import { isFinished, type Run } from '../src/core/run';
import { secondsLeftOfVariants, variantTimes } from '../src/core/timeLeft';
import { onceOf } from './kept';

/** Where the runs of a variant, or of the whole experiment, stand. */
export interface Progress {
  /** Runs asked for: variants × seeds. */
  readonly planned: number;
  readonly running: number;
  readonly queued: number;
  readonly done: number;
  readonly stopped: number;
  /** Failed and crashed runs. */
  readonly broken: number;
  /** Share of all planned training steps that is done, 0..1. */
  readonly fraction: number;
  /** The task being trained (from 0) and how many there are; only while something runs. */
  readonly task?: { readonly index: number; readonly of: number };
  /** What the method is doing besides training steps. */
  readonly work?: string;
  /** Estimate of the seconds until everything that runs or waits is done. */
  readonly secondsLeft?: number;
}

/** Share of a run's training steps that is done. A queued run has not planned any yet. */
export const fractionOf = (run: Run): number =>
  run.status === 'done' ? 1 : run.state.stepsPlanned > 0 ? run.state.stepsDone / run.state.stepsPlanned : 0;

/** What the runs of one variant say of how far they are. */
const standingOf = onceOf((runs: readonly Run[]) => {
  const counts: Partial<Record<Run['status'], number>> = {};
  let slowest: { readonly state: Run['state']; readonly fraction: number } | undefined;
  let fractions = 0;
  for (const run of runs) {
    const { status, state } = run;
    const fraction = fractionOf(run);
    counts[status] = (counts[status] ?? 0) + 1;
    fractions += fraction;
    // One that has only just been started says nothing yet.
    if (status === 'running' && state.started) slowest = slower(slowest, { state, fraction });
  }
  return { counts, fractions, slowest, times: variantTimes(runs) };
});
type Standing = ReturnType<typeof standingOf>;

const slower = (a: Standing['slowest'], b: Standing['slowest']): Standing['slowest'] =>
  a && b && b.fraction >= a.fraction ? a : (b ?? a);

/** @param runs of one variant */
export const progressOf = (runs: readonly Run[], planned: number): Progress => progressOfAll([runs], planned);

/** @param variants the runs of each; lists that are the same objects as before cost nothing */
export function progressOfAll(variants: readonly (readonly Run[])[], planned: number): Progress {
  const all = variants.map(standingOf);
  const count = (...statuses: Run['status'][]) =>
    all.reduce((sum, { counts }) => statuses.reduce((part, status) => part + (counts[status] ?? 0), sum), 0);
  const running = count('running');
  // The run that is furthest behind says which task it is: the earliest that anyone may still be waiting for.
  const state = all.map(({ slowest }) => slowest).reduce(slower, undefined)?.state;
  const left =
    running === 0
      ? undefined
      : secondsLeftOfVariants(
          all.map(({ times }) => times),
          running,
        );
  return {
    ...{ planned, running, queued: count('queued'), done: count('done'), stopped: count('stopped') },
    broken: count('failed', 'crashed', 'lost'),
    fraction: planned === 0 ? 0 : Math.min(1, all.reduce((sum, { fractions }) => sum + fractions, 0) / planned),
    ...(state?.started ? { task: { index: state.task, of: state.started.tasks.length } } : {}),
    ...(state?.work ? { work: state.work.name } : {}),
    ...(left === undefined ? {} : { secondsLeft: left }),
  };
}

export const isActive = (progress: Progress): boolean => progress.running + progress.queued > 0;
export const isComplete = (progress: Progress): boolean => progress.done >= progress.planned && progress.planned > 0;
export const wentWrong = (run: Run): boolean =>
  isFinished(run.status) && run.status !== 'done' && run.status !== 'stopped';
