import { describe, expect, it } from 'vitest';
import type { RunEvent } from './events';
import type { Run, RunStatus } from './run';
import { emptyRun, foldEvents } from './runModel';
import { secondsLeft, secondsLeftOfAll, toldSeconds } from './timeLeft';

const started: RunEvent = {
  type: 'started',
  at: 0,
  schema: 1,
  backend: { name: 'cpu', version: '0' },
  tasks: [{ name: 'a', classes: [0], train: 1, test: 1 }],
  steps: [100],
};
const step = (at: number, n: number): RunEvent => ({ type: 'step', at, task: 0, step: n, loss: 1 });

describe('the time until a run is done', () => {
  it('follows the pace so far', () => {
    expect(secondsLeft(foldEvents([started, step(10_000, 50)]))).toBeCloseTo(10);
  });

  it('does not count the time a run lay idle before it was resumed', () => {
    const night = 8 * 3600 * 1000;
    const events: RunEvent[] = [
      ...[started, step(10_000, 50)],
      { type: 'ended', at: 10_000, status: 'stopped' },
      { type: 'resumed', at: 10_000 + night, task: 0, step: 50 },
      step(15_000 + night, 75),
    ];
    expect(secondsLeft(foldEvents(events))).toBeCloseTo(5);
  });
});

/** A run of a variant that has trained `percent` of its steps in so many seconds. */
function run(variant: string, status: RunStatus, percent = 0, seconds = 0): Run {
  const manifest = { variant: { key: variant, hash: '' } } as unknown as Run['manifest'];
  const times = percent === 0 ? {} : { firstAt: 0, lastAt: 1000 * seconds };
  const steps = { stepsPlanned: 100, stepsDone: percent };
  const state = { ...emptyRun(), ...steps, ...times, status: status === 'queued' ? ('not started' as const) : status };
  return { manifest, status, state: state as Run['state'] };
}

describe('the time until all is done', () => {
  it('is unknown before any run has a pace, and where nothing is left', () => {
    expect(secondsLeftOfAll([run('a', 'running'), run('a', 'queued')], 2)).toBeUndefined();
    expect(secondsLeftOfAll([run('a', 'done', 100, 8)], 2)).toBeUndefined();
  });

  it('divides over the cores, but is never less than the longest run needs', () => {
    const half = run('a', 'running', 50, 10);
    expect(secondsLeftOfAll([half], 4)).toBeCloseTo(10);
    expect(secondsLeftOfAll([half, run('a', 'queued'), run('a', 'queued')], 2)).toBeCloseTo(25);
    expect(secondsLeftOfAll([run('a', 'running', 10, 10), run('a', 'running', 90, 90)], 2)).toBeCloseTo(90);
  });

  it('takes a waiting run to last as long as others of its variant, and else as all on average', () => {
    const short = run('a', 'done', 100, 10);
    const long = run('b', 'done', 100, 90);
    expect(secondsLeftOfAll([short, long, run('a', 'queued')], 1)).toBeCloseTo(10);
    expect(secondsLeftOfAll([run('a', 'running', 50, 50), run('a', 'queued')], 1)).toBeCloseTo(150);
    expect(secondsLeftOfAll([short, long, run('c', 'queued')], 1)).toBeCloseTo(50);
    expect(secondsLeftOfAll([short, long, run('b', 'running')], 1)).toBeCloseTo(90);
  });
});

describe('a time to wait', () => {
  it.each([
    [0, 1],
    [3.2, 4],
    [31, 35],
    [58, 60],
    [140, 150],
    [3601, 3660],
  ])('of %d s is told as %d', (seconds, told) => {
    expect(toldSeconds(seconds)).toBe(told);
  });
});
