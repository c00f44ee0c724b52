import { describe, expect, it } from 'vitest';
import { emptyRun, foldEvents, type RunState } from '../core/runModel';
import { statusOf, type FolderFacts } from './status';

const process = { token: 'second' };
const facts = (more: Partial<FolderFacts> = {}): FolderFacts => ({
  queued: false,
  claimed: false,
  stop: false,
  process,
  life: 'dead',
  silent: false,
  ...more,
});
/** What a log says in which the start with this token spoke last. */
const state = (status: RunState['status'], token?: string): RunState => ({ ...emptyRun(), status, token });

describe('the status of a run', () => {
  it('is queued while it waits or is being started', () => {
    expect(statusOf(state('not started'), facts({ queued: true, process: undefined }))).toBe('queued');
    expect(statusOf(state('not started'), facts({ claimed: true, process: undefined }))).toBe('queued');
    expect(statusOf(state('stopped', 'first'), facts({ queued: true }))).toBe('queued');
  });

  it('is running while its process lives', () => {
    expect(statusOf(state('running', 'second'), facts({ life: 'alive' }))).toBe('running');
    expect(statusOf(state('not started'), facts({ life: 'alive' }))).toBe('running');
  });

  it('is what the end event says', () => {
    for (const status of ['done', 'stopped', 'failed'] as const) {
      expect(statusOf(state(status, 'second'), facts({ life: 'alive' }))).toBe(status);
    }
  });

  it('is what a process says that failed before it began to train, also after another had stopped', () => {
    const stopped = [
      { type: 'resumed', at: 1, task: 0, step: 0, token: 'first' },
      { type: 'ended', at: 2, status: 'stopped', token: 'first' },
    ] as const;
    const failed = { type: 'ended', at: 3, status: 'failed', error: 'no engine', token: 'second' } as const;
    for (const log of [[failed], [...stopped, failed]]) {
      const folded = foldEvents(log);
      expect([statusOf(folded, facts()), folded.error]).toEqual(['failed', 'no engine']);
    }
  });

  it('is running when a process was started to resume and has logged nothing yet', () => {
    expect(statusOf(state('stopped', 'first'), facts({ life: 'alive' }))).toBe('running');
    expect(statusOf(state('stopped', 'first'), facts({ life: 'dead' }))).toBe('crashed');
  });

  it('is crashed when the process is gone without an end', () => {
    expect(statusOf(state('running', 'second'), facts())).toBe('crashed');
    expect(statusOf(state('not started'), facts())).toBe('crashed');
  });

  it('is stopped when the process is gone after a stop was asked for', () => {
    expect(statusOf(state('running', 'second'), facts({ stop: true }))).toBe('stopped');
  });

  it('is running when nobody here can know', () => {
    expect(statusOf(state('running', 'second'), facts({ life: 'unknown' }))).toBe('running');
    expect(statusOf(state('running', 'second'), facts({ life: 'unknown', process: undefined }))).toBe('running');
  });

  it('is lost when nobody here can know and nothing was heard for long, until it says its end', () => {
    expect(statusOf(state('running', 'second'), facts({ life: 'unknown', silent: true }))).toBe('lost');
    expect(statusOf(state('running', 'second'), facts({ life: 'alive', silent: true }))).toBe('running');
    expect(statusOf(state('done', 'second'), facts({ life: 'unknown', silent: true }))).toBe('done');
  });

  it('is crashed when there never was anything to run it', () => {
    expect(statusOf(state('not started'), facts({ life: 'unknown', process: undefined }))).toBe('crashed');
  });
});
