import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../src/core/events';
import { isActive, isComplete, progressOf } from './progress';
import { run, started } from './testRuns';
import { overallWords, stateWords } from './words';

const step = (task: number, at: number, n = 10): RunEvent => ({ type: 'step', at, task, step: n, loss: 1 });
/** Half of the steps in so many seconds. */
const half = (seconds: number) => run('a', [started(), step(0, 1000 * seconds)]);
const queued = (id: string) => run(id, [], 'queued');

describe('progress', () => {
  it('is what the runs have trained of what is planned', () => {
    expect(progressOf([half(5)], 2).fraction).toBe(0.25);
  });

  it('estimates the time left from the pace so far', () => {
    expect(progressOf([half(5)], 1).secondsLeft).toBeCloseTo(5);
  });

  it('adds waiting runs at the pace of the others, shared among as many as run now', () => {
    expect(progressOf([half(5), queued('b')], 2).secondsLeft).toBeCloseTo(15);
    expect(progressOf([half(5), half(5), queued('b'), queued('c')], 4).secondsLeft).toBeCloseTo(15);
  });

  it('says the task of the run that is furthest behind', () => {
    const ahead = run('b', [started(), { type: 'task-start', at: 0, task: 1, steps: 10 }, step(1, 10, 5)]);
    expect(stateWords(progressOf([ahead, half(5)], 2))).toBe('task 1 of 2');
  });

  it('says the task that is known while another run is only starting', () => {
    expect(stateWords(progressOf([run('b', [], 'running'), half(5)], 2))).toBe('task 1 of 2');
  });

  it('is active while anything runs or waits, and complete when every seed is done', () => {
    expect(isActive(progressOf([queued('a')], 1))).toBe(true);
    const done = progressOf([run('a', [started()], 'done')], 1);
    expect([isActive(done), isComplete(done)]).toEqual([false, true]);
    expect(isComplete(progressOf([], 0))).toBe(false);
  });
});

describe('words', () => {
  it.each([
    [[], 2, 'not run yet'],
    [[queued('a')], 2, 'waiting to be started'],
    [[run('a', [started()], 'done')], 2, '1 of 2 runs done'],
    [[run('a', [started()], 'done')], 1, 'done'],
    [[run('a', [started()], 'crashed')], 2, '1 run went wrong'],
    [[run('a', [started()], 'stopped')], 2, 'stopped'],
    [[run('a', [], 'running')], 1, 'starting'],
  ] as const)('of %#', (runs, planned, words) => {
    expect(stateWords(progressOf(runs, planned))).toBe(words);
  });

  it('of the whole experiment say the time left and how many run and wait', () => {
    const words = overallWords(progressOf([half(60), half(60), queued('b')], 3));
    expect(words).toEqual(['task 1 of 2', '2 min left', '2 running', '1 waiting']);
  });
});
