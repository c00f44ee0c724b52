import { describe, expect, it } from 'vitest';
import type { EventOf } from '../../src/core/events';
import { run, started, taskEnd } from '../testRuns';
import { rowAnswersOf, rowFactsOf, type AnsweredRun } from './rowFacts';

/** After the second of two tasks: of the old one a quarter is kept, the rest is taken for the new one. */
const confusion: EventOf<'confusion'> = {
  ...{ type: 'confusion', at: 0, task: 1, among: 'all' },
  ...{ examples: [8, 4], right: [2, 3], ownTask: [2, 4], newest: [6, 4] },
  cells: {
    task: [0, 0, 1, 1],
    label: [0, 1, 2, 3],
    takenTask: [0, 1, 1, 1],
    takenLabel: [0, 2, 2, 2],
    count: [2, 6, 3, 1],
  },
};
const events = [started(), taskEnd(0, [1, 0]), confusion, taskEnd(1, [0.25, 0.75])];
const shares = { right: 0.5, otherClass: 0.125, newest: 0.375, otherTask: 0 };
const told: AnsweredRun = { run: run('a', events), confusions: [confusion], forgotten: [] };
const silent: AnsweredRun = {
  run: run('b', [started(), taskEnd(0, [0.9, 0]), taskEnd(1, [0.3, 0.8])]),
  confusions: [],
  forgotten: [],
};

describe('what runs say after each task', () => {
  it('is a row for each, from joint counts where there are some', () => {
    const [first, second] = rowFactsOf([told.run]);
    expect(first).toMatchObject({ task: 0, accuracy: 1, inferred: NaN, recency: NaN, shares: undefined });
    expect(second).toMatchObject({ task: 1, accuracy: 0.5, told: 1, inferred: 0.625, recency: 0.75 });
    expect(second?.shares).toEqual(shares);
  });

  it('is the mean over runs, and says where answers went only when all of them do', () => {
    const second = rowFactsOf([told.run, silent.run])[1];
    expect(second?.accuracy).toBeCloseTo((0.5 + 0.55) / 2, 12);
    expect(second?.shares).toEqual(shares);
    expect(rowFactsOf([silent.run])[1]?.shares).toBeUndefined();
  });

  it('of each task says where its images went', () => {
    const { byTask, taken, takenClasses } = rowAnswersOf([told], 1);
    expect(takenClasses).toEqual({
      classes: [0, 1, 2, 3],
      shares: [
        [1, 0, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 1, 0],
        [0, 0, 1, 0],
      ],
    });
    const all = byTask.map(({ parts }) => Object.fromEntries(parts.map(({ kind, share }) => [kind, share])));
    expect(all).toEqual([
      { right: 0.25, otherClass: 0, newest: 0.75, otherTask: 0 },
      { right: 0.75, otherClass: 0.25, newest: 0, otherTask: 0 },
    ]);
    expect(taken).toEqual([
      [0.25, 0.75],
      [0, 1],
    ]);
  });

  it('of each task says what was learned and what is left where nothing else is known', () => {
    const { byTask, taken } = rowAnswersOf([silent], 1);
    const [first] = byTask;
    expect(first?.parts.map(({ kind, share }) => [kind, Number(share.toFixed(12))])).toEqual([
      ['right', 0.3],
      ['lost', 0.6],
      ['unlearned', 0.1],
    ]);
    expect(taken).toBeUndefined();
  });
});
