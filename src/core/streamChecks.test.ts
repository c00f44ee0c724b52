import { describe, expect, it } from 'vitest';
import { methodIds } from './methods/index';
import { parseExperiment } from './parse';
import { MOST_TASKS } from './recipe';

const problemsOf = (stream: object, methods: readonly unknown[] = [{ method: 'none' }]) =>
  parseExperiment(JSON.stringify({ name: 'x', stream, methods, bounds: false }, undefined, 1)).problems.map(
    ({ path, message }) => ({ at: path.join('.'), message }),
  );
const parts = (...list: readonly object[]) => ({ kind: 'parts', parts: list });

describe('a faulty stream', () => {
  it.each<[object, string, string]>([
    [{ tasks: 3 }, 'stream.tasks', 'The 10 classes of MNIST do not divide evenly over 3 tasks. Allowed: 1, 2, 5, 10;'],
    [{ tasks: 11 }, 'stream.tasks', 'MNIST has only 10 classes. Allowed: 1, 2, 5, 10; or "classesPerTask".'],
    [{ classesPerTask: [4, 2], tasks: 5 }, 'stream.tasks', '"classesPerTask" deals out 2 tasks.'],
    [{ classesPerTask: [8, 2, 1] }, 'stream.classesPerTask', 'These are 11 classes. MNIST has only 10.'],
    [{ classesPerTask: [4, 0] }, 'stream.classesPerTask.1', 'at least 1'],
    [{ classesPerTask: [] }, 'stream.classesPerTask', 'at least 1 entry'],
    [
      { classesPerTask: [2, 2], classOrder: [1, 2, 3] },
      'stream.classesPerTask',
      'These are 4 classes. The order has only 3.',
    ],
    [
      { tasks: 2, classOrder: [1, 2, 3] },
      'stream.tasks',
      'The 3 classes of the order do not divide evenly over 2 tasks',
    ],
    [{ classOrder: [1, 1] }, 'stream.classOrder', 'classes from 0 to 9, each at most once'],
    [{ classOrder: [10, 1] }, 'stream.classOrder', 'classes from 0 to 9, each at most once'],
    [{ scenario: 'domain', tasks: 10 }, 'stream.tasks', 'a task needs at least two classes'],
    [{ scenario: 'domain', classesPerTask: [4, 1] }, 'stream.classesPerTask', 'a task needs at least two classes'],
    [{ kind: 'rotated', angles: [1, 2], tasks: 3 }, 'stream.tasks', 'There are 2 angles: one for each task.'],
    [{ kind: 'rotated', angles: 'gem' }, 'stream.angles', '"lopez-paz", "buzzega", "mirzadeh"'],
    [{ kind: 'rotated', angles: [400] }, 'stream.angles.0', 'at most 360'],
    [{ kind: 'parts' }, 'stream.parts', '"parts" is missing: a list is needed.'],
    [parts(), 'stream.parts', 'at least 1 entry'],
    [{ parts: [{}] }, 'stream.parts', '"parts" is a setting of streams of "kind": "parts".'],
    [{ angles: [3] }, 'stream.angles', '"angles" is a setting of streams of "kind": "rotated".'],
    [
      parts({ kind: 'permuted', task: 3 }),
      'stream.parts.0.task',
      'Did you mean "tasks"? Allowed: dataset, kind, tasks',
    ],
    [parts({ angles: [3] }), 'stream.parts.0.angles', '"angles" is a setting of parts of "kind": "rotated".'],
    [parts({}, { kind: 'split', tasks: 3 }), 'stream.parts.1.tasks', 'do not divide evenly over 3 tasks'],
    [parts({ kind: 'permute' }), 'stream.parts.0.kind', 'Did you mean "permuted"?'],
    [
      parts({ kind: 'permuted', tasks: MOST_TASKS }, { kind: 'rotated', tasks: 2 }),
      'stream.parts',
      `These are ${MOST_TASKS + 2} tasks; a stream has at most ${MOST_TASKS}.`,
    ],
    [{ blurry: 1.5 }, 'stream.blurry', 'at most 1'],
  ])('%j is explained at %s', (stream, at, message) => {
    expect(problemsOf(stream)).toEqual([{ at, message: expect.stringContaining(message) as string }]);
  });

  it('that is none has no problem', () => {
    for (const stream of [
      { classesPerTask: [4, 2, 2, 2] },
      { classesPerTask: [3, 3], classOrder: 'per-seed', scenario: 'domain' },
      { tasks: 2, classOrder: [7, 1] },
      { kind: 'rotated' },
      { kind: 'rotated', angles: [0, -30.5, 360] },
      parts({}, { kind: 'split', classesPerTask: [7, 2] }, { kind: 'rotated', angles: [1, 2, 3] }),
      { blurry: 0 },
      { blurry: 1 },
    ])
      expect(problemsOf(stream)).toEqual([]);
  });

  it('whose list tells the number of tasks has that many', () => {
    const tasksOf = (stream: object) =>
      parseExperiment(JSON.stringify({ name: 'x', stream, methods: [{ method: 'none' }] })).experiment?.stream;
    expect(tasksOf({ classesPerTask: [4, 2, 2] })).toMatchObject({ tasks: 3 });
    expect(tasksOf({ kind: 'rotated', angles: [4, 2] })).toMatchObject({ tasks: 2 });
    expect(tasksOf(parts({ kind: 'rotated', angles: [4, 2] }))).toMatchObject({ parts: [{ tasks: 2 }] });
  });
});

describe('a stream whose tasks run into each other', () => {
  const [blurry, sharp] = [{ blurry: 0.3 }, { blurry: 0 }];
  const reservoir = { method: 'replay', buffer: 'reservoir', mixing: 'concatenate' };

  it('is for methods that need no boundary', () => {
    const methods = [
      { method: 'none' },
      { method: 'joint' },
      { method: 'sam' },
      reservoir,
      [reservoir, { method: 'sam' }],
    ];
    expect(problemsOf(blurry, methods)).toEqual([]);
  });

  it.each<[object, string, string]>([
    [
      { method: 'ewc' },
      'method',
      'EWC measures its Fisher information when a task ends, and with "blurry" no task has an',
    ],
    [{ method: 'si' }, 'method', 'when a task ends'],
    [{ method: 'sleep' }, 'method', 'when a task ends'],
    [{ method: 'packnet' }, 'method', 'PackNet prunes when a task ends'],
    [{ method: 'agem' }, 'method', 'A-GEM stores examples when a task ends'],
    [{ ...reservoir, buffer: 'per-class' }, 'buffer', '"buffer": "reservoir" is not'],
    [{ ...reservoir, mixing: 'balanced' }, 'mixing', '"mixing": "concatenate" does not'],
  ])('is not for %j', (entry, at, message) => {
    expect(problemsOf(blurry, [entry])).toEqual([
      { at: `methods.0.${at}`, message: expect.stringContaining(message) as string },
    ]);
    expect(problemsOf(blurry, [[{ method: 'sam' }, entry]]).map((found) => found.at)).toContain(`methods.0.1.${at}`);
    expect(problemsOf(sharp, [entry])).toEqual([]);
  });

  it('has of every method a word on whether it needs boundaries', () => {
    const refused = methodIds.filter((method) => problemsOf(blurry, [{ method }]).length > 0);
    expect(refused).toEqual([
      'cumulative',
      'separate',
      'ewc',
      'si',
      'mas',
      'rwalk',
      'lwf',
      'packnet',
      'progressive',
      'hat',
      'den',
      'branching',
      'replay',
      'rehearsal',
      'generative-replay',
      'gdumb',
      'icarl',
      'remind',
      'agem',
      'gem',
      'ogd',
      'gpm',
      'stable-sgd',
      'averaging',
      'mc-sgd',
      'sleep',
      'net2net',
    ]);
  });
});

it('PackNet is not for a stream in which classes come again', () => {
  const again = { ...parts({}, { kind: 'split' }), scenario: 'task' };
  expect(problemsOf(again, [{ method: 'packnet' }])).toEqual([
    { at: 'methods.0.method', message: 'PackNet needs a head per task: here classes of one task come again.' },
  ]);
  expect(
    problemsOf({ ...parts({}, { kind: 'rotated', angles: [20] }), scenario: 'task' }, [{ method: 'packnet' }]),
  ).toEqual([]);
});
