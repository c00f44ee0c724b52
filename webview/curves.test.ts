import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../src/core/events';
import { curveColumns } from '../src/core/curveColumns';
import { RunColumns } from '../src/core/runColumns';
import { curvesOf as fromColumns, effectOf, matrixOf, oldTaskCurve, taskAt, type Curves, type Measure } from './curves';
import type { LiveRun } from './liveRuns';
import { evaluation, logOf, run, started, taskEnd, validation } from './testRuns';

/** As the host folds them. */
function curvesOf(runs: readonly LiveRun[], measure: Measure, { isJoint = false, validated = true } = {}): Curves {
  const measured = runs.map((own) => ({ state: own.state, columns: RunColumns.of(logOf(own)) }));
  return fromColumns(curveColumns(measured, { measure, points: 1000, joint: isJoint, validated }), runs, measure);
}

/** Numbers as a list, null where there is none. */
const listOf = (column: Float32Array | undefined) =>
  [...(column ?? [])].map((value) => (Number.isNaN(value) ? null : Math.round(1e6 * value) / 1e6));
const meansOf = ({ tasks }: Curves) => tasks.map(({ mean }) => listOf(mean));

describe('the curves of a variant', () => {
  it('count steps from the start of the stream', () => {
    const curves = curvesOf([run('a', [started(), evaluation(0, 5, [0.5]), evaluation(1, 5, [0.2, 0.6])])], 'accuracy');
    expect([...curves.places]).toEqual([5, 15]);
    expect(meansOf(curves)).toEqual([
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
    expect([listOf(first?.low), listOf(first?.high)]).toEqual([[0.2], [0.6]]);
  });

  it('interpolate a seed between its own points and do not make it longer than it is', () => {
    const long = run('a', [started(), evaluation(0, 2, [0]), evaluation(0, 6, [1])]);
    const short = run('b', [started(), evaluation(0, 4, [0])]);
    const curves = curvesOf([long, short], 'accuracy');
    expect([...curves.places]).toEqual([2, 4, 6]);
    expect(meansOf(curves)[0]).toEqual([0, 0.25, 1]);
  });

  it('end in the accuracy matrix where no evaluation fell on the end of a task', () => {
    const curves = curvesOf([run('a', [started(), evaluation(0, 5, [0.5]), taskEnd(0, [0.9, 0.1])])], 'accuracy');
    expect([...curves.places]).toEqual([5, 10]);
    expect(meansOf(curves)).toEqual([
      [0.5, 0.9],
      [null, null],
    ]);
  });

  it('take the other measure when asked', () => {
    const runs = [run('a', [started(), evaluation(0, 5, [null])])];
    expect([...curvesOf(runs, 'accuracy').places]).toEqual([]);
    expect(meansOf(curvesOf(runs, 'taskAware'))[0]).toEqual([1]);
  });

  it('know joint training, which has all tasks in one stretch', () => {
    const curves = curvesOf([run('a', [started([20], 2), taskEnd(0, [0.9, 0.8])])], 'accuracy');
    expect(curves.joint).toBe(true);
    expect(meansOf(curves)).toEqual([[0.9], [0.8]]);
    expect(oldTaskCurve(curves)).toEqual([]);
  });

  it('have what validation sets said, each task on its own', () => {
    const events = [started(), validation(0, 4, 0.5, 2), validation(0, 8, 0.7, 1), validation(1, 5, 0.9, 0.5)];
    const { places, validation: said } = curvesOf([run('a', [...events, evaluation(1, 3, [0.1, 0.2])])], 'accuracy');
    expect([...places]).toEqual([4, 8, 13, 15]);
    // Nothing is said at 13, between the last point of one task and the first of the next.
    expect(listOf(said?.accuracy.mean)).toEqual([0.5, 0.7, null, 0.9]);
    expect(listOf(said?.loss.mean)).toEqual([2, 1, null, 0.5]);
    expect(listOf(said?.measured)).toEqual([0.5, 0.7, null, 0.9]);
  });

  it('join the validation of seeds that were measured at different steps within a task', () => {
    const seeds = [
      run('a', [started(), validation(0, 2, 0), validation(0, 6, 1)]),
      run('b', [started(), validation(0, 4, 0)]),
    ];
    const { places, validation: said } = curvesOf(seeds, 'accuracy');
    expect([[...places], listOf(said?.accuracy.mean), listOf(said?.accuracy.high)]).toEqual([
      [2, 4, 6],
      [0, 0.25, 1],
      [0, 0.5, 1],
    ]);
  });

  it('have the loss of validation where its accuracy is not defined, and nothing where it is of another measure', () => {
    const runs = [run('a', [started(), validation(0, 4, null, 2)])];
    const { validation: said } = curvesOf(runs, 'accuracy');
    expect([listOf(said?.accuracy.mean), listOf(said?.loss.mean)]).toEqual([[null], [2]]);
    expect([...curvesOf(runs, 'taskAware', { validated: false }).places]).toEqual([]);
    expect(curvesOf(runs, 'taskAware', { validated: false }).validation).toBeUndefined();
    expect(curvesOf([run('a', [started()])], 'accuracy').validation).toBeUndefined();
  });

  it('leave out runs that have not started', () => {
    const curves = curvesOf([run('a', [], 'queued')], 'accuracy');
    expect([[...curves.places], curves.tasks, curves.seeds]).toEqual([[], [], 0]);
  });
});

describe('between the steps', () => {
  const slept = (at: number, task: number, step: number): RunEvent => ({
    ...{ type: 'phase', at, task, step, name: 'sleep', done: 1 },
  });
  const events = [
    started(),
    evaluation(0, 10, [0.9]),
    slept(2000, 0, 10),
    taskEnd(0, [0.5, 0]),
    evaluation(1, 1, [0.4, 0.1]),
  ];

  it('there are two points at the end of a task: before what the method does, and the row of the matrix after it', () => {
    const curves = curvesOf([run('a', events)], 'accuracy');
    expect([...curves.places]).toEqual([10, 10.5, 11]);
    expect(meansOf(curves)[0]).toEqual([0.9, 0.5, 0.4]);
    expect(curves.pauses).toMatchObject([{ step: 10, isLast: true, names: ['sleep'], seconds: 2 }]);
    expect(curves.pauses.map((pause) => effectOf(curves, pause))).toEqual([{ before: Math.fround(0.9), after: 0.5 }]);
    expect(taskAt(curves.stretches, 10.5)).toBe(0);
  });

  it('in the middle of a task the next evaluation says what was done', () => {
    const pruned = [started(), evaluation(0, 5, [0.9]), slept(1, 0, 6), evaluation(0, 8, [0.6]), taskEnd(0, [0.7, 0])];
    const curves = curvesOf([run('a', pruned)], 'accuracy');
    expect([...curves.places]).toEqual([5, 8, 10]);
    expect(curves.pauses.map((pause) => effectOf(curves, pause))).toEqual([
      { before: Math.fround(0.9), after: Math.fround(0.6) },
    ]);
  });

  it('the second to which a point belongs is the mean of the seeds', () => {
    const at = (seconds: number): RunEvent => ({ ...evaluation(0, 10, [0.9]), at: 1000 * seconds });
    const { seconds } = curvesOf([run('a', [started(), at(4)]), run('b', [started(), at(8)])], 'accuracy');
    expect(listOf(seconds)).toEqual([6]);
  });

  it('a seed whose tasks have another length lies on the same tasks', () => {
    const short = [started([10, 10]), evaluation(0, 5, [0.2]), evaluation(1, 10, [0.1, 0.2])];
    const long = [started([20, 10]), evaluation(0, 10, [0.4]), evaluation(1, 10, [0.3, 0.4])];
    const curves = curvesOf([run('a', short), run('b', long)], 'accuracy');
    expect([...curves.places]).toEqual([10, 30]);
    expect(meansOf(curves)[0]?.map((value) => value?.toFixed(2))).toEqual(['0.30', '0.20']);
  });
});

it('switches are the mean over the seeds, and back where all of them are', () => {
  const seed = (id: string, fall: number, end: number) =>
    run(id, [started(), evaluation(0, 10, [0.8]), evaluation(1, 1, [0.8 - fall, 0.1]), evaluation(1, 10, [end, 0.9])]);
  const [back] = curvesOf([seed('a', 0.2, 0.8), seed('b', 0.4, 0.8)], 'accuracy').switches;
  expect(back).toMatchObject({ task: 1, back: 10 });
  expect(back?.depth).toBeCloseTo(0.3, 12);
  const [lost] = curvesOf([seed('a', 0.2, 0.8), seed('b', 0.4, 0.5)], 'accuracy').switches;
  expect(lost).not.toHaveProperty('back');
});

it('of all tasks at once rows have all tasks, in as many stretches as there are', () => {
  const events = [started(), taskEnd(0, [0.4, 0.3]), taskEnd(1, [0.9, 0.8])];
  const curves = curvesOf([run('a', events)], 'accuracy', { isJoint: true });
  expect([curves.joint, meansOf(curves)]).toEqual([
    true,
    [
      [0.4, 0.9],
      [0.3, 0.8],
    ],
  ]);
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
  expect([...curves.places]).toEqual([10, 20, 25]);
  // The means of the tasks that are over, and what is known so far of the one in training.
  expect(listOf(curves.online?.mean).map((value) => value?.toFixed(2))).toEqual(['0.40', '0.40', '0.80']);
  expect(listOf(curves.validation?.accuracy.mean)).toEqual([0.5, 0.5, null]);
});

it('a step on the boundary belongs to the task that ends there', () => {
  const { stretches } = curvesOf([run('a', [started()])], 'accuracy');
  expect([0, 10, 11, 99].map((step) => taskAt(stretches, step))).toEqual([0, 0, 1, 1]);
});

it('the sparkline shows the mean over the tasks before the current one', () => {
  const events = [started(), evaluation(0, 10, [1]), evaluation(1, 5, [0.4, 0.9])];
  expect(oldTaskCurve(curvesOf([run('a', events)], 'accuracy'))).toEqual([{ step: 15, value: Math.fround(0.4) }]);
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
