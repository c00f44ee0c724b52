import type { RunManifest } from './manifest';
import type { RunHistory, RunState } from './runModel';

/**
 * What a run is doing, from its log and its process together: `queued` waits to be started; `crashed` has no end event
 * and no process; `lost` has no end event, a process that cannot be looked for from here, and gave no sign of life for
 * long.
 */
export type RunStatus = 'queued' | 'running' | 'done' | 'stopped' | 'failed' | 'crashed' | 'lost';

/** A run as views see it. */
export interface Run {
  readonly manifest: RunManifest;
  readonly state: RunState;
  readonly status: RunStatus;
}

/** A run with all that was measured on the way. */
export interface RunWithHistory extends Run {
  readonly state: RunHistory;
}

/** Another program trains it: Lethe can show it and ask it to stop, but neither repeat it nor read its parameters. */
export const isForeign = ({ manifest }: Pick<Run, 'manifest'>): boolean => manifest.trainer !== 'lethe';

/** Lethe starts it, be it a program that trains: it can be resumed and run again. */
export const isStartable = ({ manifest }: Pick<Run, 'manifest'>): boolean => manifest.trainer !== 'program';

/** It can be forked: Lethe trains it, and it has begun one of several tasks. */
export const isForkable = ({ manifest, state }: Run): boolean =>
  manifest.trainer === 'lethe' && (state.started?.tasks.length ?? 0) > 1;

export const isFinished = (status: RunStatus): boolean => status !== 'queued' && status !== 'running';

/** Whether a run can go on from a checkpoint or be started over. */
export const isResumable = (run: Run): boolean => isFinished(run.status) && run.status !== 'done' && isStartable(run);

/** Whether a run can be trained again, to see that it gives the same numbers. */
export const isRepeatable = (run: Run): boolean => run.status === 'done' && !isForeign(run);
