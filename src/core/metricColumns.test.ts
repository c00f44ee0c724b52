import { describe, expect, it } from 'vitest';
import type { RunEvent } from './events';
import { metricColumns } from './metricColumns';
import { RunColumns } from './runColumns';
import { foldEvents } from './runModel';

const started = (steps: number[]): RunEvent => ({
  ...{ type: 'started', at: 0, schema: 1, backend: { name: 'pytorch', version: '2' }, steps },
  tasks: steps.map((_, i) => ({ name: `${i}`, classes: [i], train: 1, test: 1 })),
});
const metrics = (task: number, step: number, values: Record<string, number | null>): RunEvent => ({
  ...{ type: 'metrics', at: 0, task, step, values },
});
const run = (events: readonly RunEvent[]) => ({ state: foldEvents(events), columns: RunColumns.of(events) });
const found = (runs: readonly (readonly RunEvent[])[], name = 'rate', points = 100) =>
  metricColumns(runs.map(run), { name, points });
const numbers = (column: ArrayLike<number>) => Array.from(column, (value) => (Number.isNaN(value) ? null : value));

describe('a number of a program', () => {
  it('is the mean of the seeds, the least and the most, over all tasks', () => {
    const { places, mean, low, high, ends, seeds } = found([
      [started([10, 10]), metrics(0, 5, { rate: 1 }), metrics(1, 5, { rate: 3, other: 9 })],
      [started([10, 10]), metrics(0, 5, { rate: 2 }), metrics(1, 5, { rate: 5 })],
      [started([10, 10]), metrics(0, 7, { other: 2 })],
    ]);
    expect([numbers(places), numbers(ends), seeds]).toEqual([[5, 15], [10, 20], 2]);
    expect([numbers(mean), numbers(low), numbers(high)]).toEqual([
      [1.5, 4],
      [1, 3],
      [2, 5],
    ]);
  });

  it('is left out where it is not defined', () => {
    const { places, mean } = found([
      [started([10]), metrics(0, 1, { rate: null }), metrics(0, 2, { rate: 0.5 }), metrics(0, 3, {})],
    ]);
    expect([numbers(places), numbers(mean)]).toEqual([[2], [0.5]]);
    expect(numbers(found([[started([10])]]).places)).toEqual([]);
  });

  it('counts once where a run that was resumed tells it again', () => {
    const { places, mean } = found([
      [
        started([10]),
        metrics(0, 4, { rate: 1 }),
        metrics(0, 9, { rate: 2 }),
        { type: 'resumed', at: 0, task: 0, step: 5 },
        metrics(0, 8, { rate: 3 }),
      ],
    ]);
    expect([numbers(places), numbers(mean)]).toEqual([
      [4, 8],
      [1, 3],
    ]);
  });

  it('keeps the least and the most where there are more points than are wanted', () => {
    const many = Array.from({ length: 1000 }, (_, i) =>
      metrics(0, i + 1, { rate: i === 500 ? 99 : i === 300 ? -9 : 1 }),
    );
    const { places, mean } = found([[started([1000]), ...many]], 'rate', 20);
    expect(places.length).toBeLessThanOrEqual(20);
    expect(Math.max(...mean)).toBe(99);
    expect(Math.min(...mean)).toBe(-9);
  });

  it('is not drawn beyond so many names, and the run says which there are', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`m${i}`, i]));
    const { state, columns } = run([started([10]), metrics(0, 1, many)]);
    expect([state.metricNames.length, columns.metrics.size, state.metricsTold]).toEqual([256, 256, 1]);
  });
});
