import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../src/core/events';
import { curvesOf, matrixOf, oldTaskCurve, taskAt } from './curves';
import { evaluation, run, started, taskEnd, validation } from './testRuns';

describe('the curves of a variant', () => {
  it('count steps from the start of the stream', () => {
    const curves = curvesOf([run('a', [started(), evaluation(0, 5, [0.5]), evaluation(1, 5, [0.2, 0.6])])], 'accuracy');
    expect(curves.steps).toEqual([5, 15]);
    expect(curves.tasks.map((task) => task.mean)).toEqual([
      [0.5, 0.2],
      [null, 0.6],
    ]);
    expect(curves.stretches).toEqual([
      { task: 0, from: 0, to: 10 },
      { task: 1, from: 10, to: 20 },
    ]);
  });

  it('show the mean of the seeds and the range they span', () => {
    const seeds = [0.2, 0.6].map((value, i) => run(`s${i}`, [started(), evaluation(0, 5, [value])]));
    const [first] = curvesOf(seeds, 'accuracy').tasks;
    expect(first?.mean[0]).toBeCloseTo(0.4);
    expect([first?.low, first?.high]).toEqual([[0.2], [0.6]]);
  });

  it('interpolate a seed between its own points and do not make it longer than it is', () => {
    const long = run('a', [started(), evaluation(0, 2, [0]), evaluation(0, 6, [1])]);
    const short = run('b', [started(), evaluation(0, 4, [0])]);
    const { steps, tasks } = curvesOf([long, short], 'accuracy');
    expect(steps).toEqual([2, 4, 6]);
    expect(tasks[0]?.mean).toEqual([0, 0.25, 1]);
  });

  it('end in the accuracy matrix where no evaluation fell on the end of a task', () => {
    const { steps, tasks } = curvesOf(
      [run('a', [started(), evaluation(0, 5, [0.5]), taskEnd(0, [0.9, 0.1])])],
      'accuracy',
    );
    expect(steps).toEqual([5, 10]);
    expect(tasks.map((task) => task.mean)).toEqual([
      [0.5, 0.9],
      [null, null],
    ]);
  });

  it('take the other measure when asked', () => {
    const runs = [run('a', [started(), evaluation(0, 5, [null])])];
    expect(curvesOf(runs, 'accuracy').steps).toEqual([]);
    expect(curvesOf(runs, 'taskAware').tasks[0]?.mean).toEqual([1]);
  });

  it('know joint training, which has all tasks in one stretch', () => {
    const curves = curvesOf([run('a', [started([20], 2), taskEnd(0, [0.9, 0.8])])], 'accuracy');
    expect(curves.joint).toBe(true);
    expect(curves.tasks.map((task) => task.mean)).toEqual([[0.9], [0.8]]);
    expect(oldTaskCurve(curves)).toEqual([]);
  });

  it('have what validation sets said, each task on its own', () => {
    const events = [started(), validation(0, 4, 0.5, 2), validation(0, 8, 0.7, 1), validation(1, 5, 0.9, 0.5)];
    const { steps, validation: said } = curvesOf([run('a', [...events, evaluation(1, 3, [0.1, 0.2])])], 'accuracy');
    expect(steps).toEqual([4, 8, 13, 15]);
    // Nothing is said at 13, between the last point of one task and the first of the next.
    expect(said?.accuracy.mean).toEqual([0.5, 0.7, null, 0.9]);
    expect(said?.loss.mean).toEqual([2, 1, null, 0.5]);
    expect([...(said?.measured ?? [])]).toEqual([4, 8, 15]);
  });

  it('join the validation of seeds that were measured at different steps within a task', () => {
    const seeds = [
      run('a', [started(), validation(0, 2, 0), validation(0, 6, 1)]),
      run('b', [started(), validation(0, 4, 0)]),
    ];
    const { steps, validation: said } = curvesOf(seeds, 'accuracy');
    expect([steps, said?.accuracy.mean, said?.accuracy.high]).toEqual([
      [2, 4, 6],
      [0, 0.25, 1],
      [0, 0.5, 1],
    ]);
  });

  it('have the loss of validation where its accuracy is not defined, and nothing where it is of another measure', () => {
    const runs = [run('a', [started(), validation(0, 4, null, 2)])];
    expect(curvesOf(runs, 'accuracy').validation).toMatchObject({ accuracy: { mean: [null] }, loss: { mean: [2] } });
    expect(curvesOf(runs, 'taskAware', false)).toMatchObject({ steps: [] });
    expect(curvesOf(runs, 'taskAware', false).validation).toBeUndefined();
    expect(curvesOf([run('a', [started()])], 'accuracy').validation).toBeUndefined();
  });

  it('leave out runs that have not started', () => {
    expect(curvesOf([run('a', [], 'queued')], 'accuracy')).toMatchObject({ steps: [], tasks: [], seeds: 0 });
  });
});

it('of a long stream there are lines of some tasks, and beside them one point of each task, joined', () => {
  const tasks = 50;
  const ofTask = (task: number): RunEvent[] => [
    { type: 'step', at: 0, task, step: 5, loss: 1, accuracy: 0.2 },
    validation(task, 5, 0.3),
    { type: 'step', at: 0, task, step: 10, loss: 1, accuracy: 0.6 },
    validation(task, 10, 0.5),
    taskEnd(task, new Array<number>(tasks).fill(0.9)),
  ];
  const events = [
    started(new Array<number>(tasks).fill(10), tasks),
    ...[0, 1].flatMap(ofTask),
    { type: 'step', at: 0, task: 2, step: 5, loss: 1, accuracy: 0.8 } as const,
  ];
  const curves = curvesOf([run('a', events)], 'accuracy');
  expect(curves.tasks.map(({ task }) => task).slice(0, 3)).toEqual([0, 8, 16]);
  expect(curves.steps).toEqual([10, 20, 25]);
  // The means of the tasks that are over, and what is known so far of the one in training.
  expect(curves.online?.mean.map((value) => value?.toFixed(2))).toEqual(['0.40', '0.40', '0.80']);
  expect(curves.validation?.accuracy.mean).toEqual([0.5, 0.5, null]);
});

it('a step on the boundary belongs to the task that ends there', () => {
  const { stretches } = curvesOf([run('a', [started()])], 'accuracy');
  expect([0, 10, 11, 99].map((step) => taskAt(stretches, step))).toEqual([0, 0, 1, 1]);
});

it('the sparkline shows the mean over the tasks before the current one', () => {
  const events = [started(), evaluation(0, 10, [1]), evaluation(1, 5, [0.4, 0.9])];
  expect(oldTaskCurve(curvesOf([run('a', events)], 'accuracy'))).toEqual([{ step: 15, value: 0.4 }]);
});

it('the accuracy matrix is the mean over the seeds that have a row', () => {
  const runs = [
    run('a', [started(), taskEnd(0, [1, null]), taskEnd(1, [0.2, 0.8])]),
    run('b', [started(), taskEnd(0, [0.5, null])]),
  ];
  const { cells, learned, tasks } = matrixOf(runs, 'accuracy');
  expect([learned, tasks]).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(cells[0]).toEqual([{ mean: 0.75, low: 0.5, high: 1, seeds: 2 }, undefined]);
  expect(cells[1]?.map((cell) => cell?.seeds)).toEqual([1, 1]);
});
