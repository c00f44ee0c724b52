import { describe, expect, it } from 'vitest';
import type { EventOf } from '../../src/core/events';
import { forgottenUpTo, samplesOf } from './samples';

type Row = readonly [index: number, task: number, label: number, takenTask: number, takenLabel: number];

const forgotten = (task: number, rows: readonly Row[], lost = [rows.length], regained = [0]): EventOf<'forgotten'> => {
  const column = (place: 0 | 1 | 2 | 3 | 4) => rows.map((row) => row[place]);
  return {
    ...{ type: 'forgotten', at: 0, task, tasks: [0], examples: [10], lost, regained },
    list: { index: column(0), task: column(1), label: column(2), takenTask: column(3), takenLabel: column(4) },
  };
};

const noneNow = { index: [], task: [], takenTask: [], takenLabel: [] };

const events = [
  forgotten(1, [
    [7, 0, 1, 1, 2],
    [8, 0, 1, 1, 2],
    [9, 0, 0, 1, 3],
  ]),
  forgotten(2, [[8, 0, 1, 2, 5]], [4, 1], [2, 0]),
];

describe('forgotten images', () => {
  it('are those up to a task, each as it turned last', () => {
    expect(forgottenUpTo(events, 1)).toMatchObject({ lost: 3, regained: 0 });
    const { samples, lost, regained } = forgottenUpTo(events, 2);
    expect([samples.length, lost, regained]).toEqual([3, 8, 2]);
    expect(samples.find(({ index }) => index === 8)).toEqual({
      ...{ index: 8, task: 0, label: 1, since: 2, first: { task: 2, label: 5 }, now: { task: 2, label: 5 } },
    });
    expect(forgottenUpTo(events, 0).samples).toEqual([]);
  });

  it('are followed where the log does: those right again are left out, others are taken for something else by now', () => {
    const now = { index: [7, 9], task: [0, 0], takenTask: [0, 2], takenLabel: [1, 4] };
    const [first, second] = events.map((event, i) => ({ ...event, now: i === 1 ? now : { ...noneNow } }));
    const { samples, rightAgain } = forgottenUpTo(
      [first, second].flatMap((event) => event ?? []),
      2,
    );
    expect(rightAgain).toBe(1);
    expect(samples.map(({ index }) => index).sort()).toEqual([8, 9]);
    expect(samples.find(({ index }) => index === 9)).toMatchObject({
      since: 1,
      first: { task: 1, label: 3 },
      now: { task: 2, label: 4 },
    });
    expect(samplesOf(samples, { by: 'class', of: 0, taken: 4 })[0]?.index).toBe(9);
    expect(forgottenUpTo(events, 2).rightAgain).toBeUndefined();
  });

  it('come with one of every kind first', () => {
    const many = [forgotten(1, [...Array.from({ length: 5 }, (_, i): Row => [i, 0, 0, 1, 2]), [99, 0, 1, 1, 3]])];
    expect(forgottenUpTo(many, 1).samples.map(({ index }) => index)).toEqual([0, 99, 1, 2, 3, 4]);
  });

  it('of a cell are those of its task, first those that were taken for the other when they turned', () => {
    const { samples } = forgottenUpTo(events, 2);
    expect(samplesOf(samples, { by: 'task', of: 0, taken: 2 }).map(({ index }) => index)).toEqual([8, 7, 9]);
    expect(samplesOf(samples, { by: 'task', of: 1, taken: 2 })).toEqual([]);
    const ofClass = samplesOf(samples, { by: 'class', of: 1, taken: 5 });
    expect([ofClass.length > 0, ofClass.every(({ label }) => label === 1), ofClass[0]?.now.label]).toEqual([
      true,
      true,
      5,
    ]);
    expect(samplesOf(samples, undefined)).toBe(samples);
  });

  it('may be counted without being listed', () => {
    const { list: _list, ...counted } = forgotten(1, [], [3]);
    expect(forgottenUpTo([counted], 1)).toMatchObject({ samples: [], lost: 3, regained: 0 });
  });
});
