import { describe, expect, it } from 'vitest';
import { metricShapes } from './metricShapes';

const columns = (values: readonly number[], spread = 0, ends: readonly number[] = [2, 4]) => ({
  places: Float64Array.from(values.keys(), (i) => i),
  mean: Float32Array.from(values),
  low: Float32Array.from(values, (value) => value - spread),
  high: Float32Array.from(values, (value) => value + spread),
  ends: Float64Array.from(ends),
  seeds: spread > 0 ? 2 : 1,
});

describe('what is drawn of a number', () => {
  it('lies between round numbers, with a line where each task but the first begins', () => {
    const { lines, ticks, switches, last } = metricShapes(
      [{ label: 'a', columns: columns([0, 1, 2, 3, 4]) }],
      400,
      100,
    );
    expect(ticks.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4]);
    expect(ticks.map(({ y }) => y)).toEqual([100, 75, 50, 25, 0]);
    expect([switches, last]).toEqual([[200], 4]);
    expect(lines[0]).toEqual({ label: 'a', line: 'M0.0 100.0L100.0 75.0L200.0 50.0L300.0 25.0L400.0 0.0' });
  });

  it('has a band of several seeds, and a gap where there is no number', () => {
    const { lines } = metricShapes([{ label: 'a', columns: columns([1, 1, NaN, 1, 1], 1) }], 400, 100);
    expect(lines[0]?.line).toBe('M0.0 50.0L100.0 50.0M300.0 50.0L400.0 50.0');
    expect(lines[0]?.band?.match(/Z/g)).toHaveLength(2);
  });

  it('has room for one that never changes, and for none at all', () => {
    const { ticks } = metricShapes([{ label: 'a', columns: columns([7, 7]) }], 400, 100);
    expect((ticks.at(-1)?.value ?? 0) - (ticks[0]?.value ?? 0)).toBeGreaterThan(0);
    expect(metricShapes([{ label: 'a', columns: columns([]) }], 400, 100).lines[0]?.line).toBe('');
  });

  it('has no lines for hundreds of tasks', () => {
    const ends = Array.from({ length: 500 }, (_, i) => i + 1);
    expect(metricShapes([{ label: 'a', columns: columns([1, 2], 0, ends) }], 400, 100).switches).toEqual([]);
  });
});
