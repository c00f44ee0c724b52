import type { RunManifest } from './manifest';
import type { RunState } from './runModel';

/**
 * What a run is doing, from its log and its process together:
 * `queued` waits for a free core; `crashed` has no end event and no process.
 */
export type RunStatus = 'queued' | 'running' | 'done' | 'stopped' | 'failed' | 'crashed';

/** A run as views see it. */
export interface Run {
  readonly manifest: RunManifest;
  readonly state: RunState;
  readonly status: RunStatus;
}

export const isFinished = (status: RunStatus): boolean => status !== 'queued' && status !== 'running';
