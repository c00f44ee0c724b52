import type { RunStatus } from '../core/run';
import type { RunState } from '../core/runModel';
import type { Life, ProcessRecord } from './liveness';

/** What a run folder says besides the log. */
export interface FolderFacts {
  readonly queued: boolean;
  readonly claimed: boolean;
  /** It was asked to stop. */
  readonly stop: boolean;
  /** `process.json`, where Lethe started the process. */
  readonly record?: ProcessRecord | undefined;
  readonly life: Life;
}

/** Status of a run from its log, its markers and its process. */
export function statusOf(state: RunState, facts: FolderFacts): RunStatus {
  if (facts.queued || (facts.claimed && !facts.record)) return 'queued';
  const ended = endedStatus(state);
  if (ended && !startedSince(state, facts.record)) return ended;
  const somethingRan = facts.record !== undefined || state.status !== 'not started';
  if (facts.life === 'alive' || (facts.life === 'unknown' && somethingRan)) return 'running';
  // A forced stop leaves no end event; that it was asked for tells it from a crash.
  return facts.stop ? 'stopped' : 'crashed';
}

export function endedStatus(state: RunState): 'done' | 'stopped' | 'failed' | undefined {
  return state.status === 'done' || state.status === 'stopped' || state.status === 'failed' ? state.status : undefined;
}

/** A process that was started after the last event (to resume) and has not said anything yet. */
export const startedSince = (state: RunState, record: ProcessRecord | undefined): boolean =>
  record !== undefined && (state.lastAt ?? 0) < record.at;
