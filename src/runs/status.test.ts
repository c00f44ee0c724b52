import { describe, expect, it } from 'vitest';
import { emptyRun, type RunState } from '../core/runModel';
import type { ProcessRecord } from './liveness';
import { statusOf, type FolderFacts } from './status';

const record: ProcessRecord = { pid: 1, host: 'here', at: 100 };
const facts = (more: Partial<FolderFacts> = {}): FolderFacts => ({
  queued: false,
  claimed: false,
  stop: false,
  record,
  life: 'dead',
  ...more,
});
const state = (status: RunState['status'], lastAt?: number): RunState => ({ ...emptyRun(), status, lastAt });

describe('the status of a run', () => {
  it('is queued while it waits or is being started', () => {
    expect(statusOf(state('not started'), facts({ queued: true, record: undefined }))).toBe('queued');
    expect(statusOf(state('not started'), facts({ claimed: true, record: undefined }))).toBe('queued');
    expect(statusOf(state('stopped', 50), facts({ queued: true }))).toBe('queued');
  });

  it('is running while its process lives', () => {
    expect(statusOf(state('running', 150), facts({ life: 'alive' }))).toBe('running');
    expect(statusOf(state('not started'), facts({ life: 'alive' }))).toBe('running');
  });

  it('is what the end event says', () => {
    for (const status of ['done', 'stopped', 'failed'] as const) {
      expect(statusOf(state(status, 150), facts({ life: 'alive' }))).toBe(status);
    }
  });

  it('is running when a process was started to resume and has logged nothing yet', () => {
    expect(statusOf(state('stopped', 50), facts({ life: 'alive' }))).toBe('running');
    expect(statusOf(state('stopped', 50), facts({ life: 'dead' }))).toBe('crashed');
  });

  it('is crashed when the process is gone without an end', () => {
    expect(statusOf(state('running', 150), facts())).toBe('crashed');
    expect(statusOf(state('not started'), facts())).toBe('crashed');
  });

  it('is stopped when the process is gone after a stop was asked for', () => {
    expect(statusOf(state('running', 150), facts({ stop: true }))).toBe('stopped');
  });

  it('is running when nobody here can know', () => {
    expect(statusOf(state('running', 150), facts({ life: 'unknown' }))).toBe('running');
    expect(statusOf(state('running', 150), facts({ life: 'unknown', record: undefined }))).toBe('running');
  });

  it('is crashed when there never was anything to run it', () => {
    expect(statusOf(state('not started'), facts({ life: 'unknown', record: undefined }))).toBe('crashed');
  });
});
