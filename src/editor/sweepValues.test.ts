import { describe, expect, it } from 'vitest';
import { suggestedSweeps } from './sweepValues';

const valuesOf = (value: number, isValid: (value: number) => boolean) =>
  suggestedSweeps(value, isValid).map(({ scale, values }) => [scale, ...values]);
const whole = (least: number) => (value: number) => Number.isInteger(value) && value >= least;

describe('values to sweep', () => {
  it('of a strength are orders of magnitude around it, few or more, or closer ones', () => {
    expect(valuesOf(1e5, (value) => value >= 0)).toEqual([
      ['decades', 1e4, 1e5, 1e6],
      ['decades', 1e3, 1e4, 1e5, 1e6, 1e7],
      ['thirds', 3e4, 1e5, 3e5],
      ['thirds', 1e4, 3e4, 1e5, 3e5, 1e6],
    ]);
    expect(valuesOf(0.1, (value) => value > 0)[1]).toEqual(['decades', 0.001, 0.01, 0.1, 1, 10]);
  });

  it('of a whole number are whole, and none that may not stand there', () => {
    expect(valuesOf(100, whole(1)).slice(0, 2)).toEqual([
      ['doublings', 50, 100, 200],
      ['doublings', 25, 50, 100, 200, 400],
    ]);
    expect(valuesOf(1, whole(1))).toEqual([
      ['doublings', 1, 2, 4],
      ['decades', 1, 10, 100],
    ]);
  });

  it('of a share stay within 0 and 1, with the one that is there', () => {
    const share = (value: number) => value >= 0 && value <= 0.9;
    expect(valuesOf(0.6, share)).toEqual([
      ['shares', 0.5, 0.6, 0.75],
      ['shares', 0.25, 0.5, 0.6, 0.75, 0.9],
    ]);
  });

  it('of nothing are nothing and some', () => {
    expect(valuesOf(0, (value) => value >= 0)[0]).toEqual(['decades', 0, 0.01, 0.1]);
  });

  it('are those of presets too, as far as they may stand there', () => {
    const found = suggestedSweeps(1e5, (value) => value >= 1, [0.1, 1e5, 1e9, 17.5]);
    expect(found.at(-1)).toEqual({ scale: 'presets', values: [17.5, 1e5, 1e9] });
    expect(suggestedSweeps(2, whole(1), [2]).map(({ scale }) => scale)).not.toContain('presets');
  });

  it('are none where no other number may stand', () => {
    expect(valuesOf(3, (value) => value === 3)).toEqual([]);
  });
});
