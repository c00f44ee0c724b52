import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogCheck } from './logCheck';

const at = 1_790_000_000_000;
const started = {
  ...{ type: 'started', at, schema: 1, backend: { name: 'python', version: '3' } },
  tasks: [0, 1].map((n) => ({ name: String(n), classes: [n], train: 1, test: 1 })),
  steps: [4, 4],
};
const start = (task: number) => ({ type: 'task-start', at, task, steps: 4 });
const step = (task: number, done: number) => ({ type: 'step', at, task, step: done, loss: 0.5 });
const row = (task: number, more: object = {}) => ({
  ...{ type: 'task-end', at, task, accuracy: [1, 0], taskAware: [1, 0], memoryBytes: 0 },
  ...more,
});
const done = { type: 'ended', at, status: 'done' };
const whole: readonly (object | string)[] = [started, start(0), step(0, 4), row(0), start(1), step(1, 4), row(1), done];

function check(lines: readonly (object | string)[], isOver = true): string[] {
  const log = new LogCheck();
  for (const line of lines) log.take(typeof line === 'string' ? line : JSON.stringify(line));
  log.finish(isOver);
  return log.faults.map(({ line, field, message }) => `${line} ${field} ${message}`.replace('  ', ' '));
}
/** The whole log with one line in place of another, or more. */
const instead = (place: number, ...lines: (object | string)[]) => check(whole.toSpliced(place, 1, ...lines));

describe('a log', () => {
  it('without a fault has none, resumed or not, while it grows too', () => {
    expect(check(whole)).toEqual([]);
    expect(check(whole.slice(0, 4), false)).toEqual([]);
    expect(check([started, row(1), row(0), done])).toEqual([]);
    const resumed = { type: 'resumed', at, task: 1, step: 2 };
    const stopped = { ...done, status: 'stopped' };
    expect(check([...whole.slice(0, 5), step(1, 3), stopped, resumed, step(1, 3), row(1), done])).toEqual([]);
    expect(check([...whole, { ...resumed, task: 2, step: 0 }, done])).toEqual([]);
  });

  it.each<[string, string[], string[]]>([
    ['per cent', instead(3, row(0, { accuracy: [93, 0] })), ['4 task-end.accuracy[0] is 93: accuracies are fractions']],
    [
      'text for a task',
      instead(2, { ...step(0, 1), task: '0' }),
      ['3 step.task is of the type string: expected a number'],
    ],
    [
      'a misspelt field',
      instead(3, row(0, { sample: 3 })),
      ['4 task-end.sample is no field of this event: did you mean "samples"?'],
    ],
    [
      'a misspelt field that is needed',
      instead(2, { type: 'step', at, task: 0, step: 1, los: 1 }),
      ['3 step.loss is missing: expected a number', '3 step.los is no field of this event: did you mean "loss"?'],
    ],
    ['an unknown kind', instead(2, { type: 'steps', at }), ['3 steps is no kind of event: did you mean "step"?']],
    ['no JSON', instead(2, '{"type":'), ['3 is not JSON']],
    ['no event', instead(2, '[]'), ['3 is no event: no "type"']],
    [
      'a row of the wrong length',
      instead(3, row(0, { accuracy: [1] })),
      ['4 task-end.accuracy has 1 values: expected 2'],
    ],
    ['a row of a task that there is not', instead(6, row(1), row(2)), ['8 task-end.task is 2: expected 0 to 1']],
    ['a row twice', instead(6, row(1), row(1)), ['8 task-end.task is 1: it has results already']],
    ['tasks out of order', instead(1, start(1)), ['2 task-start.task is 1: expected 0, the next one']],
    [
      'a row before its task',
      instead(1, start(0), row(1)),
      ['3 task-end.task is 1: the event comes before its "task-start"'],
    ],
    ['steps beyond the plan', instead(2, step(0, 5)), ['3 step.step is 5: the task has 4 steps']],
    ['steps that go back', instead(2, step(0, 3), step(0, 2)), ['4 step.step is 2: it was 3 before']],
    ['plans of another length', instead(0, { ...started, steps: [4] }), ['1 started.steps has 1 values']],
    [
      'seconds for milliseconds',
      instead(2, { ...step(0, 1), at: at / 1000 }),
      ['3 step.at is 1790000000: expected milliseconds'],
    ],
    [
      'an inside after the row',
      instead(3, row(0), { type: 'mechanism', at, task: 0, method: 'x', views: [] }),
      ['5 mechanism.task is 0: the event comes after its "task-end"'],
    ],
    ['more after the end', check([...whole, { type: 'warning', at, message: 'm' }]), ['9 warning comes after "ended"']],
    ['no end', check(whole.slice(0, -1)), ['0 ended is missing']],
    ['no results of a task', check([...whole.slice(0, 4), done]), ['0 task-end is missing of task 1']],
    ['nothing', check([]), ['0 started is missing', '0 ended is missing']],
  ])('with %s says so with line and field', (_, found, expected) => {
    const first = found.slice(0, expected.length);
    expect(first.map((fault, i) => fault.slice(0, expected[i]?.length))).toEqual(expected);
  });

  it.each(['full', 'inside'])('of Lethe itself has no fault: the recordings of %s', (name) => {
    const folder = join(import.meta.dirname, '..', '..', 'test', 'recordings', name);
    const logs = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
    expect(logs.length).toBeGreaterThan(3);
    for (const file of logs) {
      const [, ...lines] = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
      expect([file, ...check(lines)]).toEqual([file]);
    }
  });

  it.each([
    ['begin', instead(1, { ...start(0), task: 'zero' }, step(0, 1), step(0, 2)), /^2 task-start\.task /],
    ['end', instead(3, row(0, { accuracy: [93, 0] })), /^4 task-end\.accuracy\[0\] is 93/],
  ])('does not blame what follows where the %s of a task cannot be read', (_, found, fault) => {
    expect(found).toEqual([expect.stringMatching(fault)]);
  });

  it('says once of a task that its events come before its begin', () => {
    const early = instead(1, start(0), step(1, 1), step(1, 2), step(1, 3));
    expect(early.filter((fault) => fault.includes('comes before its "task-start"'))).toHaveLength(1);
  });

  it('of very many faults keeps some and counts all', () => {
    const log = new LogCheck();
    for (let i = 0; i < 1500; i++) log.take('no');
    expect([log.faults.length, log.count, log.eventCount]).toEqual([1000, 1500, 0]);
  });
});
