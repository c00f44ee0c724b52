import type { RunStatus } from '../core/run';
import type { RunState } from '../core/runModel';
import type { Life } from './liveness';
import type { ProcessFile } from './processFile';

/** What a run folder says besides the log. */
export interface FolderFacts {
  readonly queued: boolean;
  readonly claimed: boolean;
  /** A worker of a batch has it. */
  readonly workers?: boolean;
  /** It was asked to stop. */
  readonly stop: boolean;
  /** `process.json`, where Lethe started the process. */
  readonly process?: Pick<ProcessFile, 'token'> | undefined;
  readonly life: Life;
  /** Nothing in the folder has changed for so long that something should have. */
  readonly silent: boolean;
}

/** Status of a run from its log, its markers and its process. */
export function statusOf(state: RunState, facts: FolderFacts): RunStatus {
  if (facts.queued || (facts.claimed && !facts.process)) return 'queued';
  const ended = endedStatus(state);
  // A worker whose machine is needed stops its runs, and is about to put this one back.
  const isPutBack = ended === 'stopped' && facts.workers === true && !facts.stop;
  if (ended && !isStarting(state, facts.process)) return isPutBack ? 'queued' : ended;
  const somethingRan = facts.process !== undefined || state.status !== 'not started';
  if (facts.life === 'alive') return 'running';
  if (facts.life === 'unknown' && somethingRan) return facts.silent ? 'lost' : 'running';
  // A forced stop leaves no end event; that it was asked for tells it from a crash.
  return facts.stop ? 'stopped' : 'crashed';
}

export function endedStatus(state: RunState): 'done' | 'stopped' | 'failed' | undefined {
  return state.status === 'done' || state.status === 'stopped' || state.status === 'failed' ? state.status : undefined;
}

/** A process was started (to resume, say) and has not said anything yet. */
export const isStarting = (state: RunState, process: Pick<ProcessFile, 'token'> | undefined): boolean =>
  process !== undefined && state.token !== process.token;
