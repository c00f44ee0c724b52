import { describe, expect, it } from 'vitest';
import { doubtsOf, doubtSentences, doubtText, hasWholeResult } from './doubts';
import { parseEventLine } from './events';
import type { Run, RunStatus } from './run';
import { emptyRun, takeLine } from './runModel';

const started = {
  type: 'started',
  at: 0,
  schema: 1,
  backend: { name: 'python', version: '3' },
  tasks: [0, 1, 2].map((n) => ({ name: String(n), classes: [n], train: 1, test: 1 })),
  steps: [1, 1, 1],
};
const row = (task: number, accuracy: unknown[] = [1, 0.5, 0], taskAware: unknown[] = accuracy) => ({
  ...{ type: 'task-end', at: 0, task, accuracy, taskAware, memoryBytes: 0 },
});

/** A run whose log has these lines. */
function logged(lines: readonly (object | string)[], status: RunStatus = 'done'): Run {
  const state = emptyRun();
  for (const line of lines) takeLine(state, parseEventLine(typeof line === 'string' ? line : JSON.stringify(line)));
  const manifest = { variant: { label: 'EWC' }, seed: 1 } as Run['manifest'];
  return { manifest, status, state };
}
const said = (run: Run) => doubtsOf(run).map(doubtText);
const whole = [started, row(0), row(1), row(2)];

describe('a log with all results', () => {
  it('leaves no doubt, in whatever order its tasks were', () => {
    for (const lines of [whole, [started, row(2), row(0), row(1)]]) {
      expect(said(logged(lines))).toEqual([]);
      expect(hasWholeResult(logged(lines))).toBe(true);
    }
  });

  it('may have undefined accuracies', () => {
    const none = [null, null, null];
    const run = logged([started, row(0, none, [1, 1, 1]), row(1, none, [1, 1, 1]), row(2, none, [1, 1, 1])]);
    expect([said(run), hasWholeResult(run)]).toEqual([[], true]);
  });
});

describe('a log that ends as done', () => {
  const doubtful = (...lines: (object | string)[]) => {
    const run = logged(lines);
    return { said: said(run), whole: hasWholeResult(run) };
  };

  it('without results after each task does not count', () => {
    expect(doubtful(started, row(0), row(1))).toEqual({
      said: ['ended as done with results after 2 of 3 tasks'],
      whole: false,
    });
    expect(doubtful(started).whole).toBe(false);
  });

  it('without having started does not count', () => {
    expect(doubtful()).toEqual({ said: ['ended as done without having started'], whole: false });
  });

  it('with results of a task twice, or of one that there is not, does not count', () => {
    const stray = 'has results of a task twice, or of a task that there is not';
    expect(doubtful(...whole, row(1))).toEqual({ said: [stray], whole: false });
    expect(doubtful(...whole, row(1e9))).toEqual({ said: [stray], whole: false });
    expect(doubtful(started, row(0), row(0), row(2)).whole).toBe(false);
  });

  it('with accuracies missing on tasks learned by then does not count', () => {
    expect(doubtful(started, row(0), row(1, [1]), row(2))).toEqual({
      said: ['has results without one accuracy for each task (after 1 task)'],
      whole: false,
    });
    expect(doubtful(started, row(0), row(1), row(2, [1, 1, 1], [])).whole).toBe(false);
  });

  it('with accuracies on the tasks so far only counts, and says that the others are missing', () => {
    expect(doubtful(started, row(0, [1]), row(1, [1, 1]), row(2))).toEqual({
      said: ['has results without one accuracy for each task (after 2 tasks)'],
      whole: true,
    });
  });

  it('with results in per cent does not count, and says so', () => {
    const percent = doubtful(started, row(0, [87.2, 0, 0]), row(1, [12, 99.5, 0]), row(2));
    expect(percent.whole).toBe(false);
    expect(percent.said).toEqual([
      'ended as done with results after 1 of 3 tasks',
      'has 2 unreadable lines in its log (the first: task-end: accuracy.0 is 87.2: accuracies are fractions from 0 to 1, and this looks like per cent)',
    ]);
  });
});

describe('a log', () => {
  it('with unreadable lines or unknown events says so, whatever became of the run, and counts when it is whole', () => {
    const lines = [...whole, '{"type":"step"', '{"type":"dream"}', '{"type":"nap"}'];
    const expected = [
      'has 1 unreadable line in its log (not JSON)',
      'has events of unknown kinds in its log (dream, nap)',
    ];
    expect(said(logged(lines, 'running'))).toEqual(expected);
    expect([said(logged(lines)), hasWholeResult(logged(lines))]).toEqual([expected, true]);
  });

  it('of a run that is not done is not missing anything yet', () => {
    for (const status of ['running', 'stopped', 'crashed', 'queued'] as const)
      expect(said(logged([started, row(0)], status))).toEqual([]);
    expect(hasWholeResult(logged(whole, 'failed'))).toBe(false);
  });
});

it('what many runs share is said once, with the names of a few', () => {
  const run = logged([started, row(0)]);
  const many = [1, 2, 3, 4, 5].map((seed) => ({ ...run, manifest: { ...run.manifest, seed } }));
  expect(doubtSentences([...many, logged(whole), logged([...whole, '[]'])])).toEqual([
    'EWC, seed 1; EWC, seed 2; EWC, seed 3 and 2 more: ended as done with results after 1 of 3 tasks; not counted.',
    'EWC, seed 1: has 1 unreadable line in its log (no "type").',
  ]);
});
