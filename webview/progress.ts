import { isFinished, type Run } from '../src/core/run';
import { secondsLeftOfAll } from '../src/core/timeLeft';

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

export function progressOf(runs: readonly Run[], planned: number): Progress {
  const count = (...statuses: Run['status'][]) => runs.filter((run) => statuses.includes(run.status)).length;
  const active = runs.filter((run) => run.status === 'running');
  // The run that is furthest behind says which task it is: the earliest that anyone may still be waiting for.
  // One that has only just been started says nothing yet.
  const slowest = active.filter((run) => run.state.started).sort((a, b) => fractionOf(a) - fractionOf(b))[0];
  const left = active.length === 0 ? undefined : secondsLeftOfAll(runs, active.length);
  return {
    planned,
    running: active.length,
    queued: count('queued'),
    done: count('done'),
    stopped: count('stopped'),
    broken: count('failed', 'crashed', 'lost'),
    fraction: planned === 0 ? 0 : Math.min(1, runs.reduce((sum, run) => sum + fractionOf(run), 0) / planned),
    ...(slowest?.state.started ? { task: { index: slowest.state.task, of: slowest.state.started.tasks.length } } : {}),
    ...(slowest?.state.work ? { work: slowest.state.work.name } : {}),
    ...(left === undefined ? {} : { secondsLeft: left }),
  };
}

export const isActive = (progress: Progress): boolean => progress.running + progress.queued > 0;
export const isComplete = (progress: Progress): boolean => progress.done >= progress.planned && progress.planned > 0;
export const wentWrong = (run: Run): boolean =>
  isFinished(run.status) && run.status !== 'done' && run.status !== 'stopped';
