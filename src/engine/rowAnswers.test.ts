import { describe, expect, it } from 'vitest';
import { MOST_CELLS, MOST_FORGOTTEN, parseEventLine } from '../core/events';
import type { Stream } from './contract/stream';
import type { TaskAnswers } from './evaluation';
import { RowAnswers, type Confusion } from './rowAnswers';

/** Two tasks of two classes, their test examples one after the other. */
function streamOf(scenario: Stream['scenario'], labels: readonly number[]): Stream {
  const part = { count: labels.length, labels: Uint16Array.from(labels), images: new Uint8Array(labels.length) };
  const dataset = {
    id: 'd',
    title: 'D',
    classes: 4,
    shape: [1, 1, 1] as const,
    train: part,
    test: part,
    checksums: {},
  };
  const task = (classes: number[]) => ({
    name: classes.join(),
    classes,
    train: new Int32Array(),
    test: Int32Array.from([...labels.keys()].filter((i) => classes.includes(labels[i] ?? -1))),
  });
  const shared = scenario === 'domain';
  return {
    ...{ dataset, scenario, tasks: [task([3, 0]), task([1, 2])], outputs: shared ? 2 : 4 },
    unitOf: shared
      ? [
          [1, -1, -1, 0],
          [-1, 0, 1, -1],
        ]
      : [
          [1, -1, -1, 0],
          [-1, 2, 3, -1],
        ],
    heads: shared
      ? [
          [0, 1],
          [0, 1],
        ]
      : [
          [0, 1],
          [2, 3],
        ],
  };
}

/** What a network takes the examples of a task for: output units. */
function answered({ tasks, dataset, unitOf }: Stream, task: number, units: readonly number[]): TaskAnswers {
  const { test: indices } = tasks[task] ?? { test: new Int32Array() };
  const targets = indices.map((index) => unitOf[task]?.[dataset.test.labels[index] ?? 0] ?? -1);
  const all = Int32Array.from(units);
  return { task, indices, targets, among: { all, head: all } };
}

const labels = [0, 1, 3, 2, 0, 3];
const rowsOf = (stream: Stream, taskAwareOnly = false) => new RowAnswers({ stream, taskAwareOnly, samples: undefined });
const known = (type: string, fields: object) => parseEventLine(JSON.stringify({ type, at: 0, task: 1, ...fields }));

describe('joint counts', () => {
  const stream = streamOf('class', labels);
  // Task 0 has examples 0, 2, 4, 5 of classes 0, 3, 0, 3; task 1 has 1 and 3 of classes 1 and 2.
  const answers = [answered(stream, 0, [1, 1, 3, 2]), answered(stream, 1, [2, 2])];
  const found = rowsOf(stream).confusion(1, answers);

  it('say of each task what is right, of the own task and of the newest', () => {
    expect(found).toMatchObject({ among: 'all', examples: [4, 2], right: [1, 1], ownTask: [2, 2], newest: [2, 2] });
    expect(known('confusion', found).kind).toBe('event');
  });

  it('have a cell for each class and what it is taken for', () => {
    const { task, label, takenTask, takenLabel, count } = found.cells;
    expect(task.map((_, i) => [task[i], label[i], takenTask[i], takenLabel[i], count[i]])).toEqual([
      [0, 0, 0, 0, 1], // example 0: right
      [0, 0, 1, 2, 1], // example 4
      [0, 3, 0, 0, 1], // example 2: the other class of its task
      [0, 3, 1, 1, 1], // example 5
      [1, 1, 1, 1, 1],
      [1, 2, 1, 1, 1],
    ]);
    expect(found.unlisted).toBe(0);
  });

  it('infer no task where outputs are shared, or the task is told', () => {
    const shared = streamOf('domain', labels);
    const domain = rowsOf(shared).confusion(1, [answered(shared, 0, [1, 1, 0, 0]), answered(shared, 1, [0, 0])]);
    expect(domain).toMatchObject({ among: 'all', right: [2, 1] });
    expect(domain.ownTask).toBeUndefined();
    expect(domain.cells.takenTask).toEqual(domain.cells.task);
    const told = rowsOf(stream, true).confusion(1, answers);
    expect(told.among).toBe('task');
    expect(told.ownTask).toBeUndefined();
  });

  it('of too many cells list those that happened most often, and say what is left', () => {
    const width = 80;
    const many = Array.from({ length: 2 * width * width }, (_, i) => i % width);
    const base = streamOf('class', many);
    const classes = Array.from({ length: width }, (_, i) => i);
    const wide: Stream = {
      ...base,
      outputs: width,
      tasks: [{ name: 'all', classes, train: new Int32Array(), test: Int32Array.from(many.keys()) }],
      unitOf: [classes],
      heads: [classes],
    };
    // Each class is once taken for each, and as often again for class 0.
    const units = many.map((_, i) => (i < width * width ? Math.floor(i / width) : 0));
    const confusion: Confusion = rowsOf(wide).confusion(0, [answered(wide, 0, units)]);
    expect(confusion.cells.count.length).toBe(MOST_CELLS);
    expect(confusion.cells.count.filter((count) => count > 1).length).toBe(width);
    const listed = confusion.cells.count.reduce((sum, count) => sum + count, 0);
    expect(listed + confusion.unlisted).toBe(many.length);
    expect(known('confusion', confusion).kind).toBe('event');
  });
});

describe('forgotten examples', () => {
  const stream = streamOf('class', labels);
  const first = [answered(stream, 0, [1, 0, 1, 1])];
  const second = [answered(stream, 0, [2, 0, 3, 0]), answered(stream, 1, [2, 2])];

  it('are those that were right in the row before and are wrong now, with what they are taken for', () => {
    const rows = rowsOf(stream);
    expect(rows.forgotten(0, first)).toBeUndefined();
    const found = rows.forgotten(1, second);
    // Right before: examples 0, 2, 4; now: 2 and 5.
    expect(found).toEqual({
      ...{ tasks: [0], examples: [4], lost: [2], regained: [1] },
      list: { index: [0, 4], task: [0, 0], label: [0, 0], takenTask: [1, 1], takenLabel: [1, 2] },
      now: { index: [], task: [], takenTask: [], takenLabel: [] },
    });
    expect(known('forgotten', found ?? {}).kind).toBe('event');
  });

  /** After a third row, in which example 0 is right again, example 4 another class and example 5 wrong anew. */
  const third = [answered(stream, 0, [1, 0, 2, 3]), answered(stream, 1, [2, 2])];

  it('are followed: what those listed are taken for by now, right or wrong', () => {
    const rows = rowsOf(stream);
    rows.forgotten(0, first);
    rows.forgotten(1, second);
    const found = rows.forgotten(2, third);
    expect(found?.now).toEqual({ index: [0, 4], task: [0, 0], takenTask: [0, 1], takenLabel: [0, 1] });
    expect(found?.list).toMatchObject({ index: [5] });
    expect(known('forgotten', found ?? {}).kind).toBe('event');
    expect(rows.forgotten(2, third)?.now.index).toEqual([]);
  });

  it('that are followed are known from a checkpoint', () => {
    const [rows, resumed] = [rowsOf(stream), rowsOf(stream)];
    rows.forgotten(0, first);
    rows.forgotten(1, second);
    resumed.requireFit(rows.snapshot(), 2);
    resumed.restore(rows.snapshot());
    expect(resumed.snapshot()).toEqual(rows.snapshot());
    expect(resumed.forgotten(2, third)).toEqual(rows.forgotten(2, third));
  });

  it('that are followed are known from a checkpoint after a row that tested other tasks, as of a long stream', () => {
    const [rows, resumed] = [rowsOf(stream), rowsOf(stream)];
    rows.forgotten(0, first);
    rows.forgotten(1, second);
    rows.forgotten(2, third.slice(1));
    expect(Object.keys(rows.snapshot())).toEqual(['1', 'followed']);
    resumed.requireFit(rows.snapshot(), 3);
    resumed.restore(rows.snapshot());
    expect(resumed.forgotten(3, third)).toEqual(rows.forgotten(3, third));
  });

  it('are known from a checkpoint', () => {
    const [rows, resumed] = [rowsOf(stream), rowsOf(stream)];
    rows.forgotten(0, first);
    resumed.requireFit(rows.snapshot(), 1);
    resumed.restore(rows.snapshot());
    expect(resumed.forgotten(1, second)).toEqual(rows.forgotten(1, second));
  });

  it.each([
    ['another number of examples', { 0: Uint8Array.of(1, 0) }],
    ['what is no yes or no', { 0: Uint8Array.of(1, 0, 2, 1) }],
    ['a task still to come', { 1: Uint8Array.of(1, 0) }],
    ['no task at all', { first: Uint8Array.of(1, 0, 1, 1) }],
    ['numbers of another type', { 0: Float32Array.of(1, 0, 1, 1) }],
    ['followed examples that there are not', { 0: Uint8Array.of(1, 0, 1, 1), followed: Int32Array.of(0, 4, 1) }],
    ['followed answers that there are not', { 0: Uint8Array.of(1, 0, 1, 1), followed: Int32Array.of(0, 3, 4) }],
    ['a followed example of a task still to come', { 0: Uint8Array.of(1, 0, 1, 1), followed: Int32Array.of(1, 0, 1) }],
    ['half of a followed example', { 0: Uint8Array.of(1, 0, 1, 1), followed: Int32Array.of(0, 3) }],
  ])('are not taken from a checkpoint with %s', (_, stored) => {
    expect(() => rowsOf(stream).requireFit(stored, 1)).toThrow(RangeError);
  });

  it('are listed up to a bound, spread over all of them', () => {
    const many = Array.from({ length: 1000 }, () => 0);
    const long = streamOf('class', [...many, 1]);
    const rows = rowsOf(long);
    rows.forgotten(0, [
      answered(
        long,
        0,
        many.map(() => 1),
      ),
    ]);
    const found = rows.forgotten(1, [
      answered(
        long,
        0,
        many.map(() => 2),
      ),
      answered(long, 1, [2]),
    ]);
    expect(found?.lost).toEqual([1000]);
    expect(found?.list.index.length).toBe(MOST_FORGOTTEN);
    expect(found?.list.index.at(-1)).toBeGreaterThan(990);
  });
});
