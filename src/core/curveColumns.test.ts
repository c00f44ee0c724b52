import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curveColumns, type CurveRange } from './curveColumns';
import type { RunEvent } from './events';
import { RunColumns } from './runColumns';
import { foldEvents } from './runModel';

const started = (steps: number[], tasks = steps.length): RunEvent => ({
  ...{ type: 'started', at: 0, schema: 1, backend: { name: 'wasm', version: '4' }, steps },
  tasks: Array.from({ length: tasks }, (_, i) => ({ name: `${i}`, classes: [i], train: 1, test: 1 })),
});
const evaluation = (task: number, step: number, accuracy: (number | null)[]): RunEvent => ({
  ...{ type: 'eval', at: 0, task, step, accuracy, taskAware: accuracy.map(() => 1), samples: 1 },
});
const taskEnd = (task: number, accuracy: (number | null)[]): RunEvent => ({
  ...{ type: 'task-end', at: 0, task, accuracy, taskAware: accuracy.map(() => 1), memoryBytes: 0 },
});
const step = (task: number, at: number, accuracy: number): RunEvent => ({
  ...{ type: 'step', at: 0, task, step: at, loss: 1, accuracy },
});
const validation = (task: number, at: number, accuracy: number | null, loss: number): RunEvent => ({
  ...{ type: 'validation', at: 0, task, step: at, accuracy, loss },
});
const run = (events: readonly RunEvent[]) => ({ state: foldEvents(events), columns: RunColumns.of(events) });
const curves = (runs: readonly (readonly RunEvent[])[], range: Partial<CurveRange> = {}) =>
  curveColumns(runs.map(run), { measure: 'accuracy', points: 1000, ...range });
/** Rounded as far as 32 bits are exact. */
const numbers = (column: ArrayLike<number> | undefined) =>
  Array.from(column ?? [], (value) => (Number.isNaN(value) ? null : Math.round(value * 1e6) / 1e6));

describe('the curves of a variant', () => {
  it('are of global steps, with rows of the matrix where no evaluation fell on the end of a task', () => {
    const own = curves([
      [
        started([10, 20]),
        evaluation(0, 5, [0.5]),
        taskEnd(0, [0.9, 0.1]),
        evaluation(1, 20, [0.4, 0.7]),
        taskEnd(1, [0.3, 0.8]),
      ],
    ]);
    expect(numbers(own.places)).toEqual([5, 10, 30]);
    expect(own.tasks.map(({ task, mean }) => [task, numbers(mean)])).toEqual([
      [0, [0.5, 0.9, 0.4]],
      [1, [null, null, 0.7]],
    ]);
    expect([own.seeds, own.taskCount, own.joint, own.of, numbers(own.ends)]).toEqual([1, 2, false, 3, [10, 30]]);
  });

  it('are the mean of the seeds, the least and the most, between the points of a seed on a straight line', () => {
    const { places, tasks } = curves([
      [started([10]), evaluation(0, 2, [0.2]), evaluation(0, 6, [0.6])],
      [started([10]), evaluation(0, 4, [0.8])],
    ]);
    expect(numbers(places)).toEqual([2, 4, 6]);
    expect(numbers(tasks[0]?.mean)).toEqual([0.2, 0.6, 0.6]);
    expect(numbers(tasks[0]?.low)).toEqual([0.2, 0.4, 0.6]);
    expect(numbers(tasks[0]?.high)).toEqual([0.2, 0.8, 0.6]);
  });

  it('of one seed are one column, not three', () => {
    const [line] = curves([[started([10]), evaluation(0, 2, [0.2])]]).tasks;
    expect(line?.low).toBe(line?.mean);
    expect(line?.high).toBe(line?.mean);
  });

  it('forget what was measured after the checkpoint that a run went on from', () => {
    const { places, tasks } = curves([
      [
        ...[started([10, 10]), evaluation(0, 10, [0.9]), evaluation(1, 5, [0.1, 0.1]), evaluation(1, 8, [0.1, 0.1])],
        { type: 'resumed', at: 0, task: 1, step: 5 },
        evaluation(1, 5, [0.3, 0.4]),
      ],
    ]);
    expect(numbers(places)).toEqual([10, 15]);
    expect(numbers(tasks[0]?.mean)).toEqual([0.9, 0.3]);
  });

  it('tell of the online accuracy by the mean of so many steps', () => {
    const events = [
      started([100, 100]),
      ...[0, 1].flatMap((task) => [25, 50, 75, 100].map((at) => step(task, at, at / 100))),
    ];
    expect(numbers(curves([events]).online?.mean)).toEqual([0.25, 0.5, 0.75, 1, 0.25, 0.5, 0.75, 1]);
    const coarse = curves([events], { points: 2 });
    expect(numbers(coarse.online?.mean).length).toBeLessThanOrEqual(4);
  });

  it('have validation of the task in training, not joined from task to task, and only where it is asked for', () => {
    const events = [
      started([10, 10]),
      validation(0, 4, 0.5, 2),
      validation(0, 8, 0.6, 1),
      evaluation(1, 1, [0.1]),
      validation(1, 4, 0.2, 3),
    ];
    const { places, validation: own } = curves([events], { validated: true });
    expect(numbers(places)).toEqual([4, 8, 11, 14]);
    expect(numbers(own?.accuracy.mean)).toEqual([0.5, 0.6, null, 0.2]);
    expect(numbers(own?.loss.mean)).toEqual([2, 1, null, 3]);
    expect(numbers(own?.measured)).toEqual([0.5, 0.6, null, 0.2]);
    expect(curves([events]).validation).toBeUndefined();
  });

  it('join the validation of seeds that were measured at different steps within a task', () => {
    const { places, validation: own } = curves(
      [
        [started([10]), validation(0, 2, 0, 1), validation(0, 6, 1, 1)],
        [started([10]), validation(0, 4, 0, 1)],
      ],
      { validated: true },
    );
    expect([numbers(places), numbers(own?.accuracy.mean), numbers(own?.accuracy.high)]).toEqual([
      [2, 4, 6],
      [0, 0.25, 1],
      [0, 0.5, 1],
    ]);
  });

  it('have the loss of validation where its accuracy is not defined', () => {
    const { validation: own } = curves([[started([10]), validation(0, 4, null, 2)]], { validated: true });
    expect([numbers(own?.accuracy.mean), numbers(own?.loss.mean)]).toEqual([[null], [2]]);
  });

  it('of a long stream are lines of some tasks, and beside them one point of each task, joined', () => {
    const tasks = 50;
    const ofTask = (task: number): RunEvent[] => [
      ...[step(task, 5, 0.2), validation(task, 5, 0.3, 1), step(task, 10, 0.6), validation(task, 10, 0.5, 1)],
      taskEnd(task, new Array<number>(tasks).fill(0.9)),
    ];
    const events = [started(new Array<number>(tasks).fill(10)), ...[0, 1].flatMap(ofTask), step(2, 5, 0.8)];
    const { tasks: drawn, places, online, validation: own } = curves([events], { validated: true });
    expect(drawn.map(({ task }) => task).slice(0, 3)).toEqual([0, 8, 16]);
    expect(numbers(places)).toEqual([10, 20, 25]);
    // The means of the tasks that are over, and what is known so far of the one in training.
    expect(numbers(online?.mean)).toEqual([0.4, 0.4, 0.8]);
    expect(numbers(own?.accuracy.mean)).toEqual([0.5, 0.5, null]);
  });

  it('of a range begin and end with the next point on either side', () => {
    const events = [started([100]), ...Array.from({ length: 10 }, (_, i) => evaluation(0, 10 * i + 1, [i / 10]))];
    expect(numbers(curves([events], { from: 35, to: 52 }).places)).toEqual([31, 41, 51, 61]);
    expect(numbers(curves([events], { from: 31, to: 51 }).places)).toEqual([21, 31, 41, 51]);
    expect(numbers(curves([events], { from: 95 }).places)).toEqual([91]);
  });

  it('of nothing are empty', () => {
    expect(curves([])).toMatchObject({ tasks: [], taskCount: 0, seeds: 0, of: 0 });
    expect(curves([[]]).places).toHaveLength(0);
  });

  it('hide no dip however few points are asked for, and keep to as many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 400 }),
        fc.integer({ min: 2, max: 50 }),
        (values, points) => {
          const events = [started([1000]), ...values.map((value, i) => evaluation(0, i + 1, [value]))];
          const { places, tasks, of } = curves([events], { points });
          const kept = Array.from(tasks[0]?.mean ?? []);
          expect(places.length).toBeLessThanOrEqual(Math.max(points, 2));
          expect([of, kept.length]).toEqual([values.length, places.length]);
          expect([Math.min(...kept), Math.max(...kept)]).toEqual([
            Math.fround(Math.min(...values)),
            Math.fround(Math.max(...values)),
          ]);
          expect([...places].sort((a, b) => a - b)).toEqual([...places]);
          expect([places[0], places.at(-1)]).toEqual([1, values.length]);
        },
      ),
    );
  });

  it('of a part are what they are there in the whole, whatever was measured of each task and where', () => {
    const accuracy = fc.option(fc.integer({ min: 0, max: 8 }).map((of) => of / 8));
    const measured = fc.array(fc.tuple(accuracy, accuracy), { minLength: 20, maxLength: 20 });
    const seed = (steps: number, values: readonly (readonly [number | null, number | null])[]): RunEvent[] => [
      started([steps, steps]),
      ...values.slice(0, 10).map((both, i) => evaluation(0, ((i + 1) * steps) / 10, [...both])),
      { type: 'phase', at: 0, task: 0, name: 'sleep', done: 1 },
      taskEnd(0, [0.5, null]),
      ...values.slice(10).map((both, i) => evaluation(1, ((i + 1) * steps) / 10, [...both])),
      taskEnd(1, [0.25, 0.5]),
    ];
    const bound = fc.integer({ min: -5, max: 45 });
    const none = Array.from({ length: 20 }, () => [null, null] as [null, null]);
    fc.assert(
      fc.property(measured, measured, bound, bound, (first, second, a, b) => {
        const runs = [seed(20, first), seed(10, second)];
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const [whole, part] = [curves(runs), curves(runs, { from, to })];
        const begin = Math.max(
          0,
          whole.places.findLastIndex((place) => place < from),
        );
        const next = whole.places.findIndex((place) => place >= to);
        const end = next < 0 ? whole.places.length : next + 1;
        expect(numbers(part.places)).toEqual(numbers(whole.places.slice(begin, end)));
        expect(numbers(part.seconds)).toEqual(numbers(whole.seconds.slice(begin, end)));
        for (const [k, line] of whole.tasks.entries())
          for (const column of ['mean', 'low', 'high'] as const)
            expect(numbers(part.tasks[k]?.[column])).toEqual(numbers(line[column].slice(begin, end)));
      }),
      { examples: [[none, none, 0, 0]] },
    );
  });

  it('for a table are points as they are, at equal distances', () => {
    const events = [started([100]), ...Array.from({ length: 100 }, (_, i) => evaluation(0, i + 1, [i / 100]))];
    const { places, tasks } = curves([events], { points: 4, thin: 'even' });
    expect(numbers(places)).toEqual([1, 34, 67, 100]);
    expect(numbers(tasks[0]?.mean)).toEqual([0, 0.33, 0.66, 0.99]);
  });
});

describe('places on the way of training', () => {
  const phase = (task: number, at: number, done: number): RunEvent => ({
    type: 'phase',
    at,
    task,
    name: 'sleep',
    done,
  });
  const timed = (event: RunEvent, at: number): RunEvent => ({ ...event, at });

  it('say what was before and after what a method does at the end of a task, and when', () => {
    const { places, tasks, seconds } = curves([
      [
        ...[started([10]), timed(evaluation(0, 5, [0.5]), 1000)],
        ...[timed(evaluation(0, 10, [0.9]), 2000), { ...step(0, 10, 0.9), at: 2000 }, phase(0, 5000, 1)],
        timed(taskEnd(0, [0.6]), 6000),
      ],
    ]);
    expect(numbers(places)).toEqual([5, 10, 10.5]);
    expect(numbers(tasks[0]?.mean)).toEqual([0.5, 0.9, 0.6]);
    expect(numbers(seconds)).toEqual([1, 2, 5]);
  });

  it('are those of the run with the most steps: others are laid out by the share of each task', () => {
    const { places, tasks, ends } = curves([
      [started([10, 10]), evaluation(0, 5, [0.2]), evaluation(1, 5, [0.4, 0.6])],
      [started([10, 20]), evaluation(0, 5, [0.4]), evaluation(1, 10, [0.6, 0.8])],
    ]);
    expect([numbers(ends), numbers(places)]).toEqual([
      [10, 30],
      [5, 20],
    ]);
    expect(tasks.map(({ mean }) => numbers(mean))).toEqual([
      [0.3, 0.5],
      [null, 0.7],
    ]);
  });

  it('leave out the time in which a run had no process', () => {
    const { seconds } = curves([
      [
        ...[started([10, 10]), timed(evaluation(0, 10, [0.9]), 2000)],
        { type: 'resumed', at: 60_000, task: 1, step: 0 },
        timed(evaluation(1, 10, [0.9, 0.9]), 61_000),
      ],
    ]);
    expect(numbers(seconds)).toEqual([2, 3]);
  });

  it('of the joint bound tell of tasks that are still to come, too', () => {
    const events = [started([10, 10]), taskEnd(0, [0.9, 0.8])];
    expect(numbers(curves([events]).tasks[1]?.mean)).toEqual([null]);
    expect(numbers(curves([events], { joint: true }).tasks[1]?.mean)).toEqual([0.8]);
  });
});
